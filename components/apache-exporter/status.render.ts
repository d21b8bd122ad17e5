// The status block in Apache's configuration.

import { urlOf } from "../../lib/endpoint";
import type { Fragment } from "../../lib/fragment";
import { readTemplate, renderTemplate } from "../../lib/template";
import { APACHE_EXPORTER, APACHE_STATUS, STATUS_PATH } from "./endpoint";

export interface ApacheStatusInput {
  /** The file that gets the block; default: one of its own, where the distribution's Apache looks for it. */
  readonly configFile?: string | undefined;
  /** Address and port at which the exporter reaches Apache. */
  readonly host: string;
  readonly port: number;
  /** The range of the containers' network, whose containers may see the status. */
  readonly subnet: string;
}

/** Debian and its kin, and RHEL and its kin. */
const CONFIG_FILES = [
  "/etc/apache2/conf-enabled/podwatch-status.conf",
  "/etc/httpd/conf.d/podwatch-status.conf",
];

/** The lines that Ansible's blockinfile wrote in the set-up of before, so that its block is taken over. */
const MARKERS = { begin: "# BEGIN apache server status", end: "# END apache server status" };

export function apacheStatus({ configFile, host, port, subnet }: ApacheStatusInput): Fragment {
  const url = `${urlOf({ scheme: "http", host, port, path: STATUS_PATH })}?auto`;
  const hook = (script: string) => readTemplate("apache-exporter/ctl.sh") + script;
  return {
    kind: "fragment",
    name: APACHE_STATUS,
    files: configFile === undefined ? CONFIG_FILES : [configFile],
    markers: MARKERS,
    variants: { "2.4": block(["Require local", `Require ip ${subnet}`]), "2.2": block(allow2_2(subnet)) },
    hooks: {
      check: hook(renderTemplate("apache-exporter/check.sh", MARKERS)),
      variant: hook(readTemplate("apache-exporter/variant.sh")),
      test: hook(readTemplate("apache-exporter/test.sh")),
      renew: hook(readTemplate("apache-exporter/renew.sh")),
      ready: renderTemplate("apache-exporter/ready.sh", { url, subnet }),
      inside: APACHE_EXPORTER,
    },
    readyWithin: 15,
  };
}

/** Those who may see the page, and nobody else: it shows visitors' addresses and requests. */
function block(access: readonly string[]): string {
  const lines = ["SetHandler server-status", ...access];
  return `<Location ${STATUS_PATH}>\n${lines.map((line) => `  ${line}\n`).join("")}</Location>\nExtendedStatus On\n`;
}

/** Source: mod_authz_host of Apache 2.2. */
function allow2_2(subnet: string): string[] {
  return ["Order Deny,Allow", "Deny from all", `Allow from 127.0.0.1 ::1 ${subnet}`];
}
