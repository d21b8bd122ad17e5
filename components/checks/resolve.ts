import type { z } from "zod";
import { quotePath, type Report } from "../../config/problem";
import { readText } from "../../config/resolve/files";
import { type Layered, locateIn } from "../../config/resolve/locate";
import type { HostSettings } from "../../config/schema";
import type { ResolveContext } from "../../config/section";
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
function urlsOf({ urls }: Given, { host }: ResolveContext): Checks["urls"] {
  if (host.role !== "target") return urls;
  return Object.fromEntries(Object.entries(urls).filter(([, { url }]) => !url.startsWith("/")));
}

function withInput(
  name: string,
  { input, ...command }: Given["commands"][string],
  { locate, context, report }: ResolveContext,
): CommandCheck {
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
