// The tables of docs/machines.md: how long each step took, and which ports answered.
import { betweenMarkers } from "../markedPage";

const TIMES = "<!-- made by the tests: make machines -->";
const PORTS = "<!-- ports, made by the tests: make machines -->";
const END = "<!-- end of what the tests made -->";

/** The page with these times, in seconds. */
export function withTimes(
  page: string,
  times: readonly (readonly [step: string, seconds: number])[],
): string {
  const rows = times.map(([step, seconds]) => `| ${step} | ${Math.round(seconds)} s |\n`);
  return marked(page, TIMES, `| step | time |\n|---|---|\n${rows.join("")}`);
}

/** The page with the ports that answered, by machine and by where they were tried from: `IPv4 443`. */
export function withPorts(
  page: string,
  ports: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>,
): string {
  const sources = ["outside", ...Object.keys(ports)];
  const head = ["on", ...sources.map((source) => `from ${source}`)];
  const rows = Object.entries(ports).map(([machine, seen]) => [
    machine,
    ...sources.map((source) => told(seen[source])),
  ]);
  const lines = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`);
  return marked(page, PORTS, lines.join(""));
}

function told(lines: readonly string[] | undefined): string {
  if (lines === undefined) return "";
  const of = (kind: string) =>
    lines.flatMap((line) => (line.startsWith(`${kind} `) ? [Number(line.slice(kind.length + 1))] : []));
  const kinds = ["IPv4", "IPv6"].map((kind) => [kind, of(kind).sort((a, b) => a - b)] as const);
  return kinds.map(([kind, open]) => `${kind}: ${open.join(", ") || "none"}`).join("; ");
}

/** Several tables have the same end. */
function marked(page: string, begin: string, text: string): string {
  const at = page.indexOf(begin);
  if (at === -1) throw new Error(`the page has lost its marker ${begin}`);
  const end = page.indexOf(END, at) + END.length;
  return page.slice(0, at) + betweenMarkers(page.slice(at, end), begin, END, text) + page.slice(end);
}
