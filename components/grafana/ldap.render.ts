// ldap.toml: how Grafana asks a directory for its users.
import type { Tls } from "../../lib/auth";

export interface Ldap<Secret = unknown> {
  readonly hosts: readonly string[];
  readonly port: number;
  readonly useSsl: boolean;
  readonly startTls: boolean;
  readonly tls?: Tls<Secret> | undefined;
  readonly bindDn: string;
  readonly bindPassword?: Secret | undefined;
  readonly searchFilter: string;
  readonly searchBaseDns: readonly string[];
  readonly attributes: Readonly<Partial<Record<string, string>>>;
  readonly groupMappings: ReadonlyArray<{
    readonly groupDn: string;
    readonly role: string;
    readonly grafanaAdmin: boolean;
  }>;
  readonly allowSignUp: boolean;
}

interface Files {
  /** Path of the file with the password. */
  readonly password: string;
  /** In Prometheus' words. */
  readonly tls: { readonly ca_file?: string; readonly cert_file?: string; readonly key_file?: string };
}

export function ldapFile(ldap: Ldap, { password, tls }: Files): string {
  return [
    "# Managed by Podwatch. Changes made here are overwritten.",
    "[[servers]]",
    assigned("host", ldap.hosts.join(" ")),
    assigned("port", ldap.port),
    assigned("use_ssl", ldap.useSsl || ldap.startTls),
    assigned("start_tls", ldap.startTls),
    assigned("ssl_skip_verify", ldap.tls?.insecure ?? false),
    assigned("root_ca_cert", tls.ca_file),
    assigned("client_cert", tls.cert_file),
    assigned("client_key", tls.key_file),
    assigned("bind_dn", ldap.bindDn),
    // Grafana fills it in before it reads the file, so a text in which nothing has a meaning has to hold it.
    ...(ldap.bindPassword === undefined ? [] : [`bind_password = '''$__file{${password}}'''`]),
    assigned("search_filter", ldap.searchFilter),
    assigned("search_base_dns", ldap.searchBaseDns),
    "",
    "[servers.attributes]",
    ...Object.entries(ldap.attributes).map(([key, value]) => assigned(key, value)),
    ...ldap.groupMappings.flatMap(({ groupDn, role, grafanaAdmin }) => [
      "",
      "[[servers.group_mappings]]",
      assigned("group_dn", groupDn),
      assigned("org_role", role),
      ...(grafanaAdmin ? [assigned("grafana_admin", true)] : []),
    ]),
  ]
    .filter((line) => line !== undefined)
    .map((line) => `${line}\n`)
    .join("");
}

/** JSON's texts, numbers and lists are TOML's too. */
function assigned(key: string, value: unknown): string | undefined {
  return value === undefined ? undefined : `${key} = ${JSON.stringify(value)}`;
}
