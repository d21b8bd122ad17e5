// Rules for production stacks. All violations are reported together, each with the setting, the way out, and how to make an
// exception.
import { inRange } from "../../lib/address";
import { type Path, quote, type Report, show } from "../problem";
import type { HostSettings } from "../schema";
import { POLICY_RULES, type PolicyException, type PolicyRule, policy } from "../schema/policy";
import type { SectionName } from "../section";
import { settle } from "../shape";
import { nearest } from "../suggest";
import { isGroup, isTree, type Tree } from "../walk";
import { type Layered, locateIn } from "./locate";

/** A host with its part of the stack file. */
interface Placed extends Layered {
  readonly settings: HostSettings;
  readonly sound: Tree;
  readonly path: Path;
}

type Violate = (rule: PolicyRule, path: Path, text: string) => void;

/** Checks the rules, and returns the exceptions. */
export function checkPolicy(sound: Tree, hosts: readonly Placed[], report: Report): PolicyException[] {
  const given = isGroup(sound.policy) ? settle(policy, sound.policy) : undefined;
  if (given === undefined) return [];
  const exceptions = Object.entries(given.exceptions).flatMap(([rule, reason]): PolicyException[] => {
    if (isRule(rule)) return [{ rule, reason }];
    const meant = nearest(rule, Object.keys(POLICY_RULES));
    report(
      ["policy", "exceptions", rule],
      `unknown rule; ${meant === undefined ? `the rules are ${Object.keys(POLICY_RULES).join(", ")}` : `did you mean ${meant}?`}`,
    );
    return [];
  });
  if (!given.enabled) return [];
  const violate: Violate = (rule, path, text) => {
    if (exceptions.some((exception) => exception.rule === rule)) return;
    report(
      path,
      `${text}, or write why it has to be so as ${show(["policy", "exceptions", rule])} (policy: ${POLICY_RULES[rule]})`,
    );
  };
  for (const host of hosts) {
    for (const check of CHECKS) check(host, violate);
  }
  return exceptions;
}

function isRule(name: string): name is PolicyRule {
  return Object.hasOwn(POLICY_RULES, name);
}

const CHECKS: ReadonlyArray<(host: Placed, violate: Violate) => void> = [
  checkImages,
  checkHostKeys,
  checkFront,
  checkLogIns,
  checkOtherLogIns,
  checkData,
  checkBackups,
];

function at(host: Placed, section: SectionName, ...inner: Path): Path {
  return locateIn(section, host)(inner);
}

/** The sections of a host that are in use. */
function inUse({ settings }: Placed): Array<[SectionName, Tree]> {
  return Object.entries(settings).filter(
    ([, section]) => isGroup(section) && (section as Tree).enabled !== false,
  ) as unknown as Array<[SectionName, Tree]>;
}

const FIXED = /(@sha256:[0-9a-f]{64}|:[^:/@]*\d+\.\d+\.\d+[^:/@]*)$/;

function checkImages(host: Placed, violate: Violate): void {
  const { builds } = host.settings;
  for (const [section, { image }] of inUse(host)) {
    if (typeof image !== "string") continue;
    const build = builds[image];
    const movable = (build === undefined ? [image] : build.bases).filter((name) => !FIXED.test(name));
    for (const name of movable) {
      const path = at(host, section, "image", ...(build === undefined ? [] : ["containerfile"]));
      const what = build === undefined ? quote(name) : `begins with ${quote(name)}, which`;
      violate(
        "fixed-images",
        path,
        `${what} may change under the same tag; write a digest or a whole version`,
      );
    }
  }
}

function checkHostKeys({ sound, path }: Placed, violate: Violate): void {
  const servers: ReadonlyArray<[unknown, Path]> = [
    [sound, path],
    [sound.proxy, [...path, "proxy"]],
  ];
  for (const [server, where] of servers) {
    if (isGroup(server) && server.insecureIgnoreHostKey === true)
      violate(
        "pinned-host-keys",
        [...where, "insecureIgnoreHostKey"],
        "true trusts any server; write hostKey or knownHostsFile",
      );
  }
}

function isLoopback(address: string): boolean {
  return inRange(address, address.includes(":") ? "::1/128" : "127.0.0.0/8");
}

function checkFront(host: Placed, violate: Violate): void {
  const { role, front } = host.settings;
  const { bind, tls, auth } = front as { bind: string; tls?: unknown; auth?: unknown };
  if (role === "target" || isLoopback(bind)) return;
  const open = `${quote(bind)} opens the front`;
  if (!tls) violate("front-tls", at(host, "front", "bind"), `${open} without TLS; set front.tls`);
  if (!auth) violate("front-log-in", at(host, "front", "bind"), `${open} without a log-in; set front.auth`);
}

const LOG_INS = ["basicAuth", "bearerToken", "oauth2", "headers", "token"];

/** Whatever is asked by a URL, or as a target by a scheme. */
function checkLogIns(host: Placed, violate: Violate): void {
  const { external } = host.settings.grafana;
  // Instead of a Grafana of the host's own, so that its section is not in use.
  const elsewhere: Array<[SectionName, Tree]> = external === undefined ? [] : [["grafana", { external }]];
  for (const [section, settings] of [...inUse(host), ...elsewhere]) {
    const search = (node: unknown, inner: Path): void => {
      if (!isTree(node)) return;
      if (isGroup(node)) {
        const found = LOG_INS.find((name) =>
          isGroup(node[name]) ? Object.keys(node[name] as Tree).length > 0 : node[name] !== undefined,
        );
        if (found !== undefined && isPlainHttp(node))
          violate(
            "encrypted-log-ins",
            at(host, section, ...inner, found),
            "is sent over plain HTTP, where anybody on the way can read it; use https",
          );
      }
      for (const [key, below] of Object.entries(node))
        search(below, [...inner, Array.isArray(node) ? Number(key) : key]);
    };
    search(settings, []);
  }
}

/** Passwords that are not sent by HTTP: of mail servers and directories. */
function checkOtherLogIns(host: Placed, violate: Violate): void {
  const { grafana, alertmanager } = host.settings;
  const clear = (section: SectionName, inner: Path, what: string, wayOut: string) =>
    violate(
      "encrypted-log-ins",
      at(host, section, ...inner),
      `${what}, where anybody on the way can read it; ${wayOut}`,
    );
  if (grafana.enabled && grafana.ldap !== undefined) {
    const { hosts, useSsl, startTls } = grafana.ldap;
    if (!useSsl && !startTls && !hosts.every(isLocal))
      clear(
        "grafana",
        ["ldap", "startTls"],
        "passwords are sent to the directory in clear text",
        "set startTls or useSsl",
      );
  }
  const smtp = grafana.enabled ? grafana.smtp : undefined;
  if (smtp?.password !== undefined && smtp.startTls !== "MandatoryStartTLS")
    clear(
      "grafana",
      ["smtp", "startTls"],
      "the password may be sent to the mail server in clear text",
      "write MandatoryStartTLS",
    );
  if (!alertmanager.enabled) return;
  for (const [name, { email }] of Object.entries(alertmanager.receivers)) {
    if (email !== undefined && email.authPassword !== undefined && !email.requireTls)
      clear(
        "alertmanager",
        ["receivers", name, "email", "requireTls"],
        "the password may be sent to the mail server in clear text",
        "write true",
      );
  }
}

function isPlainHttp(node: Tree): boolean {
  if (typeof node.url === "string") {
    const [, name = ""] = /^http:\/\/(\[[^\]]*\]|[^/:?#]*)/i.exec(node.url) ?? [];
    return name !== "" && name !== "localhost" && !isLocal(name.replace(/^\[|\]$/g, ""));
  }
  return node.scheme === "http" && Array.isArray(node.targets);
}

function isLocal(name: string): boolean {
  return name === "localhost" || (/^[0-9.]+$|:/.test(name) && isLoopback(name));
}

const STORES = ["prometheus", "grafana", "alertmanager"] as const;

function checkData(host: Placed, violate: Violate): void {
  for (const section of STORES) {
    const { enabled, data } = host.settings[section];
    if (enabled && data === "delete")
      violate(
        "kept-data",
        at(host, section, "data"),
        '"delete" removes the data with the service; write keep',
      );
  }
}

function checkBackups(host: Placed, violate: Violate): void {
  const { backup, alerts, alertmanager, prometheus } = host.settings;
  if (!STORES.some((section) => host.settings[section].enabled)) return;
  if (!backup.enabled) {
    violate("backups", at(host, "backup", "enabled"), "is not true on a host with data; set podwatch:backup");
    return;
  }
  const muted = alerts.enabled ? ["BackupTooOld", "enabled"] : ["enabled"];
  if (!alerts.enabled || alerts.alerts.BackupTooOld?.enabled === false)
    violate("backup-alerts", at(host, "alerts", ...muted), "false keeps BackupTooOld quiet; remove it");
  if (prometheus.enabled && !alertmanager.enabled && prometheus.alertmanagers.length === 0)
    violate(
      "backup-alerts",
      at(host, "alertmanager", "receivers"),
      "is missing, so nobody is told of any alert; write who is",
    );
}
