// Checks of what stands in grafana.ini: nothing that Podwatch writes itself, no secret in clear, no mistyped name.

import type { z } from "zod";
import { type Path, quote, type Report, show } from "../../config/problem";
import type { Locate } from "../../config/resolve/locate";
import { plainSecrets } from "../../config/resolve/plainSecrets";
import { ownSections } from "./ini.render";
import { meantKey, meantSection } from "./iniNames.resolve";
import { variableOf } from "./render";
import type { grafana } from "./schema";

type Given = z.output<typeof grafana>;

const FRONT = "Grafana is reached through the front only; leave it out";

/** Keys that are not for the user, with what is. */
const OWNED: Readonly<Record<string, string>> = {
  "server.root_url": "it follows from front.publicUrl; write that",
  "server.serve_from_sub_path": FRONT,
  "server.protocol": FRONT,
  "server.http_addr": FRONT,
  "server.http_port": FRONT,
  "server.socket": FRONT,
  "security.admin_user": "write grafana.adminUser",
  "security.admin_password": "write grafana.adminPassword",
  "security.admin_email": "Podwatch logs in by the default one; leave it out",
  "security.disable_initial_admin_creation": "Podwatch logs in as the administrator; leave it out",
  "auth.basic.enabled": "Podwatch logs in so; leave it out",
  "auth.disable_login":
    "Podwatch logs in as the administrator; write auth.disable_login_form to hide the form",
  "security.allow_embedding": "write grafana.embedding",
  "security.cookie_samesite": "write grafana.embedding",
  "auth.anonymous.enabled": "write grafana.anonymous",
  "auth.anonymous.org_role": "write grafana.anonymous.role",
  "auth.anonymous.org_name": "write grafana.anonymous.organization",
  "auth.ldap.config_file": "write grafana.ldap",
  "plugins.preinstall": "write grafana.plugins",
  "plugins.preinstall_sync": "write grafana.plugins",
  "plugins.preinstall_async": "write grafana.plugins",
  "plugins.preinstall_disabled": "write grafana.plugins",
  "paths.data": "the data is in Grafana's volume; leave it out",
  "paths.logs": "Grafana logs to the journal; leave it out",
  "paths.plugins": "plugins are in Grafana's volume; leave it out",
  "paths.provisioning": "write grafana.dashboards and grafana.datasources",
  "log.mode": "Grafana logs to the journal; leave it out",
};

export function checkIni(given: Given, locate: Locate, report: Report): void {
  const written = new Map<string, string>();
  for (const [setting, sections] of Object.entries(ownSections(given)))
    for (const [section, keys] of Object.entries(sections))
      for (const key of Object.keys(keys)) written.set(`${section}.${key}`, setting);
  for (const [section, keys] of Object.entries(given.settings)) {
    const other = meantSection(section);
    if (other !== undefined) {
      report(locate(["settings", section]), `is no section of grafana.ini; did you mean ${other}?`);
      continue;
    }
    for (const [key, value] of Object.entries(keys)) {
      const at = locate(["settings", section, key]);
      const problem = keyProblem(section, key, written) ?? valueProblem(String(value), given, locate);
      if (problem !== undefined) report(at, problem);
      else if (isPlainSecret(section, key, value))
        report(
          at,
          `is a secret, which anybody could read in previews and on the host; write $__file{/run/secrets/grafana.NAME} in its place, and ${store(locate)}`,
        );
    }
  }
  checkVariables(given, written, locate, report);
}

function keyProblem(section: string, key: string, written: ReadonlyMap<string, string>): string | undefined {
  const name = `${section}.${key}`;
  const setting = written.get(name);
  if (setting !== undefined) return `is written by grafana.${setting}; write it there`;
  if (OWNED[name] !== undefined) return `is Podwatch's own; ${OWNED[name]}`;
  const other = meantKey(section, key);
  return other === undefined ? undefined : `is no key of grafana.ini; did you mean ${other}?`;
}

function valueProblem(value: string, { secrets = {} }: Given, locate: Locate): string | undefined {
  if (value.includes('"""')) return 'holds """, which grafana.ini cannot; leave it out';
  const names = [...value.matchAll(/\$__file\{\/run\/secrets\/grafana\.([^}]*)\}/g)].map(
    ([, name = ""]) => name,
  );
  const unknown = names.find((name) => !Object.hasOwn(secrets, name));
  if (unknown === undefined) return undefined;
  const known = Object.keys(secrets).map((name) => `/run/secrets/grafana.${name}`);
  const way = known.length === 0 ? "" : `write ${known.join(" or ")}, or `;
  return `names ${quote(unknown)}, which is not a secret under grafana.secrets; ${way}${store(locate, unknown)}`;
}

const store = (locate: Locate, name = "NAME") =>
  `type: pulumi config set --secret --path '${show(locate(["secrets", name]))}'`;

/** What Grafana reads from elsewhere is no secret itself, nor is a switch. */
function isPlainSecret(section: string, key: string, value: string | number | boolean): boolean {
  if (/^(\$(__\w+)?\{[^}]+\}|true|false|)$/.test(String(value))) return false;
  return plainSecrets({ [section]: { [key]: value } }).length > 0;
}

/** A variable would overrule grafana.ini without a word. */
function checkVariables(
  { quadlet, settings }: Given,
  written: ReadonlyMap<string, string>,
  locate: Locate,
  report: Report,
): void {
  const variables = Object.entries(quadlet.Container)
    .filter(([key]) => key.toLowerCase() === "environment")
    .flatMap(([key, values]) =>
      values.map((value) => ({ path: locate(["quadlet", "Container", key]), value })),
    );
  const keys: Array<readonly [section: string, key: string, setting: string]> = [
    ...Object.entries(settings).flatMap(([section, inner]) =>
      Object.keys(inner)
        .filter((key) => !written.has(`${section}.${key}`))
        .map((key) => [section, key, `settings.${section}.${key}`] as const),
    ),
    ...[...written].map(([name, setting]) => {
      const dot = name.lastIndexOf(".");
      return [name.slice(0, dot), name.slice(dot + 1), setting] as const;
    }),
  ];
  for (const { path, value } of variables)
    for (const [section, key, setting] of keys) {
      const variable = variableOf(section, key);
      if (new RegExp(`(^|[\\s"'])${variable}=`).test(value))
        report(path as Path, `sets ${variable}, which would overrule grafana.${setting}; keep one of them`);
    }
}
