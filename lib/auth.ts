// How a service authenticates to another one, in the syntax shared by Prometheus programs (`http_config`). Secrets are
// referenced as files, never rendered.
import { CONFIG_DIRECTORY, SECRETS_DIRECTORY } from "./service";

export interface Tls<Secret = unknown> {
  readonly ca?: string | undefined;
  readonly certificate?: string | undefined;
  readonly key?: Secret | undefined;
  readonly serverName?: string | undefined;
  readonly insecure: boolean;
}

export interface HttpAuth<Secret = unknown> {
  readonly basicAuth?: { readonly username: string; readonly password: Secret } | undefined;
  readonly bearerToken?: Secret | undefined;
  readonly oauth2?:
    | {
        readonly clientId: string;
        readonly clientSecret: Secret;
        readonly tokenUrl: string;
        readonly scopes: readonly string[];
        readonly endpointParams: Readonly<Record<string, string>>;
        readonly tls?: Tls<Secret> | undefined;
      }
    | undefined;
  readonly headers?: Readonly<Record<string, Secret>> | undefined;
  readonly tls?: Tls<Secret> | undefined;
}

/** Owner of secrets and files, which makes their names unique. */
export interface Owner {
  /** Name of a secret of this kind: letters, digits and `-`, or `header-` and the header's name. */
  secret(kind: string): string;
  /** Path of a file below the service's configuration directory. */
  file(name: string): string;
}

/**
 * Something with an owner in a service, such as a scrape job. The first dot ends the kind, which has none itself, so that no
 * two secrets share a name, whatever dots and dashes the owner's name has.
 *
 * @param part distinguishes several logins of one owner
 */
export function owner(service: string, name: string, part = ""): Owner {
  const prefix = part === "" ? "" : `${part}-`;
  return {
    secret: (kind) => `${service}-${prefix}${kind}.${name}`,
    file: (file) => `tls/${name}/${prefix}${file}`,
  };
}

export interface NamedSecret<Secret> {
  readonly name: string;
  readonly value: Secret;
}

type Settings = Readonly<Record<string, unknown>>;

/** Keys of an `http_config`; none without authentication. */
export function httpAuthConfig(auth: HttpAuth, { secret, file }: Owner): Settings {
  const { basicAuth, bearerToken, oauth2, tls } = auth;
  const headers = Object.keys(auth.headers ?? {});
  return {
    ...(basicAuth && {
      basic_auth: { username: basicAuth.username, password_file: secretFile(secret("password")) },
    }),
    ...(bearerToken === undefined
      ? {}
      : { authorization: { type: "Bearer", credentials_file: secretFile(secret("token")) } }),
    ...(oauth2 && {
      oauth2: {
        client_id: oauth2.clientId,
        client_secret_file: secretFile(secret("client-secret")),
        token_url: oauth2.tokenUrl,
        ...(oauth2.scopes.length > 0 ? { scopes: oauth2.scopes } : {}),
        ...(Object.keys(oauth2.endpointParams).length > 0 ? { endpoint_params: oauth2.endpointParams } : {}),
        ...(oauth2.tls && { tls_config: tlsConfig(oauth2.tls, within({ secret, file }, "oauth2")) }),
      },
    }),
    ...(headers.length > 0 && {
      http_headers: Object.fromEntries(
        headers.map((name) => [name, { files: [secretFile(secret(`header-${name}`))] }]),
      ),
    }),
    ...(tls && { tls_config: tlsConfig(tls, { secret, file }) }),
  };
}

export function tlsConfig(tls: Tls, { secret, file }: Owner): Settings {
  const at = (name: string) => `${CONFIG_DIRECTORY}/${file(name)}`;
  return {
    ...(tls.ca === undefined ? {} : { ca_file: at("ca.pem") }),
    ...(tls.certificate === undefined ? {} : { cert_file: at("certificate.pem") }),
    ...(tls.key === undefined ? {} : { key_file: secretFile(secret("tls-key")) }),
    ...(tls.serverName === undefined ? {} : { server_name: tls.serverName }),
    ...(tls.insecure ? { insecure_skip_verify: true } : {}),
  };
}

/** The secrets that the configuration refers to. */
export function authSecrets<Secret>(auth: HttpAuth<Secret>, owner: Owner): Array<NamedSecret<Secret>> {
  const { basicAuth, bearerToken, oauth2, headers, tls } = auth;
  const given: Array<[string, Secret | undefined]> = [
    ["password", basicAuth?.password],
    ["token", bearerToken],
    ["client-secret", oauth2?.clientSecret],
    ["tls-key", tls?.key],
    ...Object.entries(headers ?? {}).map(([name, value]): [string, Secret] => [`header-${name}`, value]),
  ];
  const inner = oauth2?.tls ? authSecrets({ tls: oauth2.tls }, within(owner, "oauth2")) : [];
  return [
    ...given.flatMap(([kind, value]) => (value === undefined ? [] : [{ name: owner.secret(kind), value }])),
    ...inner,
  ];
}

/** The certificates that the configuration refers to, by path below the configuration directory. */
export function authFiles(auth: HttpAuth, owner: Owner): Record<string, string> {
  const { ca, certificate } = auth.tls ?? {};
  return {
    ...(ca === undefined ? {} : { [owner.file("ca.pem")]: ca }),
    ...(certificate === undefined ? {} : { [owner.file("certificate.pem")]: certificate }),
    ...(auth.oauth2?.tls ? authFiles({ tls: auth.oauth2.tls }, within(owner, "oauth2")) : {}),
  };
}

/** The secrets that the user's native configuration refers to. */
export function ownSecrets<Secret>(
  service: string,
  secrets: Readonly<Record<string, Secret>> | undefined,
): Array<NamedSecret<Secret>> {
  return Object.entries(secrets ?? {}).map(([name, value]) => ({ name: `${service}.${name}`, value }));
}

/** In the order of the service's description. */
export function byName<Secret>(secrets: ReadonlyArray<NamedSecret<Secret>>): Array<NamedSecret<Secret>> {
  return [...secrets].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Path of a secret in the container. */
export function secretFile(secret: string): string {
  return `${SECRETS_DIRECTORY}/${secret}`;
}

function within({ secret, file }: Owner, part: string): Owner {
  return { secret: (kind) => secret(`${part}-${kind}`), file: (name) => file(`${part}-${name}`) };
}
