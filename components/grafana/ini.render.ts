// grafana.ini: what other settings stand for, and the user's own sections and keys.
import { authFiles, authSecrets, httpAuthConfig, type NamedSecret, owner, secretFile } from "../../lib/auth";
import { CONFIG_DIRECTORY } from "../../lib/service";
import { sorted } from "../../lib/sorted";
import { GRAFANA } from "./endpoint";
import { type Ldap, ldapFile } from "./ldap.render";
import { type OAuth, oauthSecrets, oauthSections } from "./oauth.render";

type Value = string | number | boolean;

/** Section -> key -> value. */
export type Sections = Readonly<Record<string, Readonly<Record<string, Value>>>>;

/** The settings that stand for keys of grafana.ini. */
export interface IniInput<Secret = unknown> {
  readonly settings: Sections;
  readonly smtp?:
    | {
        readonly host: string;
        readonly user?: string | undefined;
        readonly password?: Secret | undefined;
        readonly from: string;
        readonly fromName: string;
        readonly startTls: string;
        readonly insecure: boolean;
      }
    | undefined;
  readonly plugins: readonly string[];
  readonly anonymous?: { readonly role: string; readonly organization: string } | undefined;
  readonly embedding?: { readonly origins: readonly string[]; readonly cookieSameSite: string } | undefined;
  readonly ldap?: Ldap<Secret> | undefined;
  readonly oauth?: OAuth<Secret> | undefined;
}

const LDAP_OWNER = owner(GRAFANA, "directory", "ldap");
const LDAP_FILE = "ldap.toml";
const SMTP_PASSWORD = `${GRAFANA}-smtp-password`;

/** Apps that Grafana downloads at its start unless told otherwise; without plugins of the user's it downloads nothing. */
const BY_ITSELF = [
  "grafana-exploretraces-app",
  "grafana-lokiexplore-app",
  "grafana-metricsdrilldown-app",
  "grafana-pyroscope-app",
];

/** What each setting writes, by its name; one that is not set writes nothing. */
export function ownSections(input: IniInput): Readonly<Record<string, Sections>> {
  const { smtp, plugins, anonymous, embedding, ldap, oauth } = input;
  const ids = plugins.map((plugin) => plugin.split("@")[0] ?? "");
  return {
    ...(smtp && { smtp: { smtp: smtpKeys(smtp) } }),
    ...(plugins.length > 0 && {
      plugins: {
        plugins: {
          preinstall_disabled: false,
          preinstall_sync: plugins.join(","),
          disable_plugins: BY_ITSELF.filter((id) => !ids.includes(id)).join(","),
        },
      },
    }),
    ...(anonymous && {
      anonymous: {
        "auth.anonymous": { enabled: true, org_name: anonymous.organization, org_role: anonymous.role },
      },
    }),
    ...(embedding && { embedding: { security: embeddingKeys(embedding) } }),
    ...(ldap && {
      ldap: {
        "auth.ldap": {
          enabled: true,
          config_file: `${CONFIG_DIRECTORY}/${LDAP_FILE}`,
          allow_sign_up: ldap.allowSignUp,
        },
      },
    }),
    ...Object.fromEntries(
      Object.entries(oauthSections(oauth ?? {})).map(([kind, section]) => [`oauth.${kind}`, section]),
    ),
  };
}

/** All of it; the user's own keys win where they are allowed. */
export function sectionsOf(input: IniInput): Sections {
  const merged: Record<string, Record<string, Value>> = {};
  for (const sections of [...Object.values(ownSections(input)), input.settings])
    for (const [section, keys] of Object.entries(sections)) merged[section] = { ...merged[section], ...keys };
  return merged;
}

/** The files; none without any of the settings. */
export function iniFiles(input: IniInput): Record<string, string> {
  const sections = sectionsOf(input);
  if (Object.keys(sections).length === 0) return {};
  const { ldap } = input;
  const tls = httpAuthConfig({ tls: ldap?.tls }, LDAP_OWNER).tls_config as Record<string, string> | undefined;
  return {
    "grafana.ini": toIni(sections),
    ...(ldap && {
      [LDAP_FILE]: ldapFile(ldap, { password: secretFile(LDAP_OWNER.secret("password")), tls: tls ?? {} }),
      ...authFiles({ tls: ldap.tls }, LDAP_OWNER),
    }),
  };
}

/** The secrets that the files refer to. */
export function iniSecrets<Secret>({ smtp, ldap, oauth }: IniInput<Secret>): Array<NamedSecret<Secret>> {
  const given = [
    { name: SMTP_PASSWORD, value: smtp?.password },
    { name: LDAP_OWNER.secret("password"), value: ldap?.bindPassword },
  ];
  return [
    ...given.flatMap(({ name, value }) => (value === undefined ? [] : [{ name, value }])),
    ...authSecrets<Secret>({ tls: ldap?.tls }, LDAP_OWNER),
    ...oauthSecrets(oauth ?? {}),
  ];
}

function smtpKeys(smtp: NonNullable<IniInput["smtp"]>): Record<string, Value> {
  return {
    enabled: true,
    host: smtp.host,
    ...(smtp.user === undefined ? {} : { user: smtp.user }),
    ...(smtp.password === undefined ? {} : { password: fromFile(SMTP_PASSWORD) }),
    from_address: smtp.from,
    from_name: smtp.fromName,
    startTLS_policy: smtp.startTls,
    skip_verify: smtp.insecure,
  };
}

function embeddingKeys({ cookieSameSite }: NonNullable<IniInput["embedding"]>): Record<string, Value> {
  return {
    allow_embedding: true,
    cookie_samesite: cookieSameSite,
    // Browsers take such a cookie only with it.
    ...(cookieSameSite === "none" ? { cookie_secure: true } : {}),
  };
}

/** Grafana reads the value from the file of a secret. */
export const fromFile = (secret: string) => `$__file{${secretFile(secret)}}`;

/** In the order of names, so that the same settings are the same text. */
function toIni(sections: Sections): string {
  const text = sorted(sections).map(
    ([section, keys]) =>
      `\n[${section}]\n${sorted(keys)
        .map(([key, value]) => `${key} = ${quoted(String(value))}\n`)
        .join("")}`,
  );
  return `; Managed by Podwatch. Changes made here are overwritten.\n${text.join("")}`;
}

/** Grafana's reader takes # and ; for comments, and drops quotes and spaces around a value, except in three quotes. */
function quoted(value: string): string {
  return /[#;"'`\\]|^\s|\s$/.test(value) ? `"""${value}"""` : value;
}
