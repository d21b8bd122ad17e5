// The measured part of docs/performance.md and its plots.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CHECKOUT } from "../tests/integration/support/lab";
import { type Bar, barPlot, type Line, linePlot } from "./plot";
import { median, type Results, ratios, type Spread } from "./results";

const OPERATIONS = [
  "first",
  "first, with pulling",
  "no change",
  "no change, with preview",
  "one line",
  "destroy",
];
const CONTENDERS = ["podwatch", "ansible", "pyinfra", "floor"];
const BEGIN = "<!-- measured: written by make bench -->";
const END = "<!-- end of what is measured -->";

export function writePage(results: Results): void {
  const page = join(CHECKOUT, "docs", "performance.md");
  const text = readFileSync(page, "utf8");
  const [before, rest = ""] = text.split(BEGIN);
  const after = rest.split(END)[1];
  if (after === undefined) throw new Error(`docs/performance.md has lost its markers ${BEGIN} and ${END}`);
  const bars = barsOf(results);
  if (bars.length > 0) plot("performance.svg", barPlot("One host, median, seconds", bars));
  const lines = linesOf(results);
  if (lines.length > 0) plot("performance-hosts.svg", linePlot("Several hosts, median, seconds", lines));
  writeFileSync(page, `${before}${BEGIN}\n\n${measured(results)}\n${END}${after}`);
}

function plot(name: string, svg: string): void {
  writeFileSync(join(CHECKOUT, "docs", name), svg);
}

function measured(results: Results): string {
  const sections = [`Measured on: ${results.machine}${busyness(results)}.\n`];
  if (Object.keys(results.one).length > 0) {
    sections.push(
      `## One host\n\n![One host](performance.svg)\n\n${table(oneTable(results))}`,
      `## Targets\n\n${table(targetTable(results))}`,
    );
  }
  const more =
    results.against !== undefined ||
    [results.scale, results.fixed, results.steps ?? {}].some((part) => Object.keys(part).length > 0);
  if (more) sections.push("## Appendix: more measurements\n");
  if (results.against !== undefined) {
    sections.push(`### Beside an earlier version, ${results.against}\n\n${table(earlierTable(results))}`);
  }
  if (Object.keys(results.scale).length > 0) {
    sections.push(
      `### Several hosts\n\n![Several hosts](performance-hosts.svg)\n\n${table(scaleTable(results))}`,
    );
  }
  for (const [operation, parts] of Object.entries(results.steps ?? {})) {
    const [run, calls] = operation.split(", ");
    const title = `${run === "first" ? "A first deployment" : "A changed line"}, ${calls ?? "part by part"}`;
    sections.push(`### ${title}\n\n${table(stepsTable(parts))}`);
  }
  if (Object.keys(results.fixed).length > 0) {
    sections.push(`### The fixed cost, part by part\n\n${table(fixedTable(results))}`);
  }
  return sections.join("\n");
}

/** How busy the machine was, in words. */
export function busyness({ load }: Pick<Results, "load">): string {
  return load === undefined
    ? ""
    : `; load average ${load[0].toFixed(1)} before, ${load[1].toFixed(1)} at the end`;
}

function oneTable({ one }: Results): string[][] {
  const rows = OPERATIONS.flatMap((operation) => {
    const times = one[operation];
    if (times === undefined) return [];
    const seconds = CONTENDERS.map((name) => (times[name] ? `${median(times[name]).toFixed(2)} s` : ""));
    const [runs] = [times.podwatch?.length ?? 0];
    return [
      [
        operation,
        ...seconds,
        spread(ratios(times.podwatch, times.ansible)),
        spread(ratios(times.podwatch, times.pyinfra)),
        spread(ratios(times.podwatch, times.floor)),
        `${runs}`,
      ],
    ];
  });
  const heads = ["Podwatch", "Ansible", "pyinfra", "floor", "Podwatch / Ansible", "Podwatch / pyinfra"];
  return [["", ...heads, "Podwatch / floor", "runs"], ...rows];
}

function earlierTable({ one }: Results): string[][] {
  const rows = OPERATIONS.flatMap((operation) => {
    const { podwatch = [], earlier } = one[operation] ?? {};
    if (earlier === undefined) return [];
    const seconds = [podwatch, earlier].map((times) => `${median(times).toFixed(2)} s`);
    return [[operation, ...seconds, spread(ratios(podwatch, earlier)), `${earlier.length}`]];
  });
  return [["", "now", "earlier", "now / earlier", "runs"], ...rows];
}

interface Target {
  readonly what: string;
  readonly limit: number;
  readonly found: Spread | undefined;
}

function targetTable({ one, scale }: Results): string[][] {
  const share = (operation: string, of: "ansible" | "pyinfra" = "ansible") =>
    ratios(one[operation]?.podwatch, one[operation]?.[of]);
  const fixedCost = median(one["no change"]?.podwatch ?? []);
  const allowed = one.first?.floor?.map((seconds) => 1.3 * seconds + fixedCost);
  const targets: Target[] = [
    { what: "no change: at most 1/8 of Ansible's time", limit: 1 / 8, found: share("no change") },
    { what: "one line: at most 1/6 of Ansible's time", limit: 1 / 6, found: share("one line") },
    { what: "first: at most 1/3 of Ansible's time", limit: 1 / 3, found: share("first") },
    { what: "no change: at most 1/3 of pyinfra's time", limit: 1 / 3, found: share("no change", "pyinfra") },
    { what: "one line: at most 2/5 of pyinfra's time", limit: 2 / 5, found: share("one line", "pyinfra") },
    { what: "first: at most 1/3 of pyinfra's time", limit: 1 / 3, found: share("first", "pyinfra") },
    {
      what: `first: at most 1.3 times the floor plus the fixed cost (no change, ${fixedCost.toFixed(2)} s)`,
      limit: 1,
      found: ratios(one.first?.podwatch, allowed),
    },
    ...["first", "no change", "one line", "destroy"].map((operation) => {
      const times = scale[`podwatch ${operation}`];
      return {
        what: `10 hosts, ${operation}: at most 3 times 1 host`,
        limit: 3,
        found: ratios(times?.["10"], times?.["1"]),
      };
    }),
  ];
  const sizes = sizesOf({ floor: scale["floor first"] ?? {} });
  const most = sizes.at(-1) ?? "";
  if (sizes.length > 1) {
    targets.push({
      what: `each further host up to ${most}, first: at most twice what it costs the floor`,
      limit: 2,
      found: ratios(further(scale["podwatch first"], most), further(scale["floor first"], most)),
    });
  }
  const rows = targets.map(({ what, limit, found }) => [
    what,
    limit.toFixed(3),
    spread(found),
    found === undefined ? "not measured" : found.median <= limit ? "reached" : "**missed**",
  ]);
  return [["target", "limit", "ratio", ""], ...rows];
}

/** Seconds that all hosts but the first cost, in each run. */
function further(times: Record<string, number[]> | undefined, most: string): number[] {
  const [one = [], all = []] = [times?.["1"], times?.[most]];
  return all.slice(0, one.length).map((seconds, run) => seconds - (one[run] as number));
}

function scaleTable({ scale }: Results): string[][] {
  const sizes = sizesOf(scale);
  const rows = byContender(scale).map(([what, times]) => [
    what,
    ...sizes.map((size) => (times[size] ? `${median(times[size]).toFixed(2)} s` : "")),
    spread(ratios(times["10"], times["1"])),
    `${Math.max(...Object.values(times).map((runs) => runs.length))}`,
  ]);
  return [
    ["", ...sizes.map((size) => (size === "1" ? "1 host" : `${size} hosts`)), "10 hosts / 1 host", "runs"],
    ...rows,
  ];
}

function fixedTable({ fixed }: Results): string[][] {
  return stepsTable(
    Object.fromEntries(Object.entries(fixed).map(([what, { seconds = [] }]) => [what, seconds])),
  );
}

function stepsTable(parts: Record<string, number[]>): string[][] {
  const rows = Object.entries(parts).map(([what, seconds]) => [
    what,
    `${median(seconds).toFixed(2)} s`,
    `${Math.min(...seconds).toFixed(2)} to ${Math.max(...seconds).toFixed(2)} s`,
  ]);
  return [["", "median", "from, to"], ...rows];
}

function barsOf({ one }: Results): Bar[] {
  return OPERATIONS.flatMap((label) =>
    CONTENDERS.flatMap((series) => {
      const times = one[label]?.[series];
      return times ? [{ label, series, value: median(times) }] : [];
    }),
  );
}

function linesOf({ scale }: Results): Line[] {
  return byContender(scale).map(([label, times]) => ({
    label,
    series: label.split(" ")[0] ?? "",
    points: sizesOf({ label: times }).map((size) => [Number(size), median(times[size] ?? [])] as const),
  }));
}

/** Rows of several hosts in the order of their contenders, whichever was measured last. */
function byContender(scale: Results["scale"]) {
  const place = (what: string) => CONTENDERS.indexOf(what.split(" ")[0] ?? "");
  return Object.entries(scale).sort(([one], [other]) => place(one) - place(other));
}

function sizesOf(scale: Results["scale"]): string[] {
  return [...new Set(Object.values(scale).flatMap((times) => Object.keys(times)))].sort(
    (a, b) => Number(a) - Number(b),
  );
}

function spread(found: Spread | undefined): string {
  if (found === undefined) return "";
  return `${found.median.toFixed(3)} (${found.minimum.toFixed(3)} to ${found.maximum.toFixed(3)})`;
}

/** A table of Markdown: first column to the left, numbers to the right. */
export function table([head = [], ...rows]: string[][]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |\n`;
  return (
    line(head) + line(head.map((_, column) => (column === 0 ? "---" : "---:"))) + rows.map(line).join("")
  );
}
