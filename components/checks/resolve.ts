import type { z } from "zod";
import { type Path, quote, quotePath, type Report } from "../../config/problem";
import { resolveAuth } from "../../config/resolve/auth";
import { readText } from "../../config/resolve/files";
import { type Layered, locateIn } from "../../config/resolve/locate";
import type { HostSettings } from "../../config/schema";
import { isSecretUrl } from "../../config/secretWords";
import type { ResolveContext } from "../../config/section";
import { isTree, valueAt } from "../../config/walk";
import type { Checks, CommandCheck } from "../../lib/checks";
import type { checks } from "./schema";

type Given = z.output<typeof checks>;

export function resolveChecks(given: Given, around: ResolveContext): Checks {
  return {
    ...given,
    queries: queriesOf(given, around),
    urls: urlsOf(given, around),
    commands: Object.fromEntries(
      Object.entries(given.commands).map(([name, command]) => [name, withInput(name, command, around)]),
    ),
  };
}

/** A host whose groups give it no Prometheus leaves them to those that have one. */
function queriesOf({ queries }: Given, { host, before, locate, report }: ResolveContext): Checks["queries"] {
  if (!host.services.includes("prometheus")) return {};
  const { enabled, mode } = before.prometheus;
  const [first] = Object.keys(queries);
  if (first !== undefined && !enabled)
    report(
      locate(["queries", first]),
      "asks a Prometheus, which this host does not have; move the check to a host that has one",
    );
  if (first !== undefined && enabled && mode === "agent")
    report(
      locate(["queries", first]),
      "asks a Prometheus, and an agent cannot be queried; move the check to the host that it sends to",
    );
  return queries;
}

/** A target has no front. */
function urlsOf({ urls }: Given, around: ResolveContext): Checks["urls"] {
  const asked = Object.entries(urls).filter(([, { url }]) => around.host.role !== "target" || !isPath(url));
  return Object.fromEntries(asked.map(([name, check]) => [name, urlOf(name, check, around)]));
}

const isPath = (url: string) => url.startsWith("/");

function urlOf(
  name: string,
  check: Given["urls"][string],
  { locate, context, report }: ResolveContext,
): Checks["urls"][string] {
  const path = locate(["urls", name]);
  for (const setting of ["tls", "certificateValidFor"] as const) {
    if (isPath(check.url) && check[setting] !== undefined)
      report(
        [...path, setting],
        `is set for the path ${quote(check.url)}, where the front's own certificate is checked anyway; remove it, or write a whole https:// URL`,
      );
  }
  return resolveAuth(check, path, context, report);
}

function withInput(
  name: string,
  { input, ...command }: Given["commands"][string],
  { locate, context, report }: ResolveContext,
): CommandCheck {
  if (command.command.split(/[\s'"]+/).some(isSecretUrl))
    report(
      locate(["commands", name, "command"]),
      "holds a log-in or a secret, which anybody could read in the state; have the command read it from a file or a variable where it runs",
    );
  if (input === undefined) return command;
  const read = readText(input, "the input of a command", context);
  if ("text" in read) return { ...command, input: read.text };
  report(locate(["commands", name, "input"]), `${quotePath(input)} ${read.message}`);
  return command;
}

/** A host of the stack file, with where it is described. */
interface Placed extends Layered {
  readonly settings: HostSettings;
}

/** A check of a host's entry, or of a group, is made on one host at least. */
export function checkPlaces(hosts: readonly Placed[], report: Report): void {
  for (const kind of ["queries", "urls"] as const) {
    const made = new Map<string, { readonly path: Path; on: boolean }>();
    for (const { settings, layers } of hosts) {
      for (const { path, sound } of layers) {
        const given = valueAt(sound, ["checks", kind]);
        for (const name of isTree(given) ? Object.keys(given) : []) {
          const at = [...path, "checks", kind, name];
          const known = made.get(at.join("\0"));
          const on = name in settings.checks[kind] || known?.on === true;
          made.set(at.join("\0"), { path: at, on });
        }
      }
    }
    for (const { path, on } of made.values()) {
      if (on) continue;
      const [what, who] =
        kind === "queries" ? ["a Prometheus", "monitors"] : ["the front", "monitors or dashboards"];
      report(
        path,
        `asks ${what} of ${path[0] === "groups" ? "a host of the group, and none has one" : "this host, which has none"}; move it to ${who}`,
      );
    }
  }
}

/** Checks that are made on a host of the stack name one that there is. */
export function checkOrigins(hosts: readonly Placed[], report: Report): void {
  const names = hosts.map(({ settings }) => settings.name);
  for (const host of hosts) {
    const { settings } = host;
    const locate = locateIn("checks", host);
    for (const kind of ["urls", "ports"] as const) {
      for (const [name, { from }] of Object.entries(settings.checks[kind])) {
        if (from === "here" || from === "host" || names.includes(from)) continue;
        report(
          locate([kind, name, "from"]),
          `${JSON.stringify(from)} is no host of this stack; write here, host, ${names.join(" or ")}`,
        );
      }
    }
  }
}
