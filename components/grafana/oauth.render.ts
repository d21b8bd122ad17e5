// Log-ins by another site: the auth.* sections of grafana.ini.
import { type NamedSecret, secretFile } from "../../lib/auth";
import { GRAFANA } from "./endpoint";

interface Common<Secret> {
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly scopes?: readonly string[] | undefined;
  readonly allowSignUp: boolean;
  readonly allowedDomains: readonly string[];
  readonly autoLogin: boolean;
  readonly roleAttributePath?: string | undefined;
}

export interface OAuth<Secret = unknown> {
  readonly generic?:
    | (Common<Secret> & {
        readonly name: string;
        readonly authUrl: string;
        readonly tokenUrl: string;
        readonly apiUrl?: string | undefined;
        readonly usePkce: boolean;
        readonly groupsAttributePath?: string | undefined;
        readonly allowedGroups: readonly string[];
      })
    | undefined;
  readonly github?: (Common<Secret> & { readonly allowedOrganizations: readonly string[] }) | undefined;
  readonly gitlab?:
    | (Common<Secret> & { readonly url: string; readonly allowedGroups: readonly string[] })
    | undefined;
  readonly google?: (Common<Secret> & { readonly hostedDomain?: string | undefined }) | undefined;
  readonly azureAd?:
    | (Common<Secret> & { readonly tenant: string; readonly allowedGroups: readonly string[] })
    | undefined;
}

type Keys = Readonly<Record<string, string | boolean>>;
type Kind = keyof OAuth;

/** What each kind that is set writes, by kind. */
export function oauthSections(oauth: OAuth): Readonly<Partial<Record<Kind, Readonly<Record<string, Keys>>>>> {
  const { generic, github, gitlab, google, azureAd } = oauth;
  return {
    ...(generic && {
      generic: {
        "auth.generic_oauth": {
          ...common("generic", generic),
          name: generic.name,
          auth_url: generic.authUrl,
          token_url: generic.tokenUrl,
          ...given("api_url", generic.apiUrl),
          use_pkce: generic.usePkce,
          ...given("groups_attribute_path", generic.groupsAttributePath),
          ...listed("allowed_groups", generic.allowedGroups),
        },
      },
    }),
    ...(github && {
      github: {
        "auth.github": {
          ...common("github", github),
          ...listed("allowed_organizations", github.allowedOrganizations),
        },
      },
    }),
    ...(gitlab && { gitlab: { "auth.gitlab": { ...common("gitlab", gitlab), ...gitlabKeys(gitlab) } } }),
    ...(google && {
      google: {
        "auth.google": { ...common("google", google), ...given("hosted_domain", google.hostedDomain) },
      },
    }),
    ...(azureAd && { azureAd: { "auth.azuread": { ...common("azureAd", azureAd), ...azureKeys(azureAd) } } }),
  };
}

export function oauthSecrets<Secret>(oauth: OAuth<Secret>): Array<NamedSecret<Secret>> {
  return (Object.entries(oauth) as Array<[Kind, Common<Secret> | undefined]>).flatMap(([kind, provider]) =>
    provider === undefined ? [] : [{ name: secretName(kind), value: provider.clientSecret }],
  );
}

const secretName = (kind: Kind) => `${GRAFANA}-oauth-${kind.toLowerCase()}`;

function common(kind: Kind, provider: Common<unknown>): Keys {
  return {
    enabled: true,
    client_id: provider.clientId,
    client_secret: `$__file{${secretFile(secretName(kind))}}`,
    ...(provider.scopes === undefined ? {} : { scopes: provider.scopes.join(" ") }),
    allow_sign_up: provider.allowSignUp,
    auto_login: provider.autoLogin,
    ...listed("allowed_domains", provider.allowedDomains),
    ...given("role_attribute_path", provider.roleAttributePath),
  };
}

function gitlabKeys({ url, allowedGroups }: NonNullable<OAuth["gitlab"]>): Keys {
  const site = url.replace(/\/+$/, "");
  return {
    auth_url: `${site}/oauth/authorize`,
    token_url: `${site}/oauth/token`,
    api_url: `${site}/api/v4`,
    ...listed("allowed_groups", allowedGroups),
  };
}

function azureKeys({ tenant, allowedGroups }: NonNullable<OAuth["azureAd"]>): Keys {
  const site = `https://login.microsoftonline.com/${tenant}/oauth2/v2.0`;
  return {
    auth_url: `${site}/authorize`,
    token_url: `${site}/token`,
    ...listed("allowed_groups", allowedGroups),
  };
}

function given(key: string, value: string | undefined): Keys {
  return value === undefined ? {} : { [key]: value };
}

function listed(key: string, values: readonly string[]): Keys {
  return values.length === 0 ? {} : { [key]: values.join(",") };
}
