// The table of docs/groups.md about what is lost while a part of an installation is.
import { betweenMarkers } from "../markedPage";
import type { Asked } from "./queries";

type Monitor = "monitor1" | "monitor2";

/** What was seen while something was lost. */
export interface Outage {
  readonly what: string;
  /** How long it was lost. */
  readonly seconds: number;
  readonly asked: Readonly<Record<string, Asked>>;
  /** Alerts of targets that are down, while it was lost, and all until everything was well again. */
  readonly during: Readonly<Record<Monitor, readonly string[]>>;
  readonly after: Readonly<Record<Monitor, readonly string[]>>;
  /** The longest time without a sample of a target that was never lost, in seconds; scrapes are 5 s apart. */
  readonly gaps: Readonly<Record<Monitor, number>>;
  readonly up: {
    readonly code: number;
    readonly seconds: number;
    readonly hosts: readonly string[];
    readonly left: readonly string[];
    readonly told: readonly string[];
  };
  readonly status: { readonly code: number; readonly unhealthy: readonly string[] };
  readonly verify: { readonly code: number; readonly failed: readonly string[] };
  readonly again: { readonly code: number; readonly seconds: number; readonly kept: boolean };
}

const BEGIN = "<!-- made by the tests: make outages -->";
const END = "<!-- end of what the tests made -->";

/** The page with the table of these outages. */
export function table(page: string, outages: readonly Outage[]): string {
  const rows = Object.entries(ROWS).map(([name, cell]) => [name, ...outages.map(cell)]);
  const heads = ["", ...outages.map(({ what }) => what)];
  const lines = [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`);
  return betweenMarkers(page, BEGIN, END, lines.join(""));
}

const ROWS: Readonly<Record<string, (outage: Outage) => string>> = {
  "lost for": ({ seconds }) => `${Math.round(seconds)} s`,
  "queries through Grafana that failed, one a second": ({ asked }) =>
    Object.entries(asked)
      .map(([source, { asked: all, failed }]) => `${source}: ${failed} of ${all}`)
      .join("; "),
  "alerts of targets that are down": ({ during }) => byMonitor(during, "firing"),
  "and that are up again": ({ after }) => byMonitor(after, "resolved"),
  "longest time without a sample of `services1`": ({ gaps }) =>
    `${gaps.monitor1} s on monitor1, ${gaps.monitor2} s on monitor2`,
  "`npm run up` meanwhile": ({ up }) =>
    `ends with ${up.code} after ${Math.round(up.seconds)} s; deployed to ${up.hosts.join(", ") || "none"}${up.left.length > 0 ? `, not to ${up.left.join(", ")}` : ""}`,
  "`npm run status`": ({ status }) => ended(status.code, status.unhealthy),
  "`npm run verify`": ({ verify }) =>
    ended(
      verify.code,
      verify.failed.map((line) => line.replace(/^FAILED +/, "")),
    ),
  "when it is back": ({ again }) =>
    `\`up\` ends with ${again.code}, everything is well after ${Math.round(again.seconds)} s, ${again.kept ? "the history is there" : "history is lost"}`,
};

function byMonitor(alerts: Readonly<Record<Monitor, readonly string[]>>, status: string): string {
  return Object.entries(alerts)
    .map(([monitor, all]) => {
      const told = all.filter((text) => text.endsWith(status)).map((text) => text.replace(` ${status}`, ""));
      return `from ${monitor}: ${told.join(", ") || "none"}`;
    })
    .join("; ");
}

/** Addresses are those of the lab, and of long lines the beginning says what is wrong. */
function ended(code: number, lines: readonly string[]): string {
  const told = lines.map((line) =>
    line
      .replace(/\s+/g, " ")
      .replaceAll("|", "\\|")
      .replace(/10\.99\.0\.\d+/g, "192.0.2.1"),
  );
  const short = told.map((line) => {
    const text = line.replace(/^(\w+): /, "$1 ");
    return (/^(.*?[a-z)]): |^(.*?) \(/.exec(text)?.slice(1).find(Boolean) ?? text).slice(0, 120);
  });
  return `ends with ${code}${short.length > 0 ? `: ${short.join("; ")}` : ""}`;
}
