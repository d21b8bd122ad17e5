// Turns changes of a resource into readable patches: one for each file of a bundle.
import { structuredPatch } from "diff";
import type { Change, Inputs } from "./steps";

export interface Patch {
  /** A file of a bundle, or another property of the resource. */
  readonly file: string;
  /** Lines that begin with a blank, `+`, `-` or `@@`. */
  readonly lines: readonly string[];
  readonly added: number;
  readonly removed: number;
}

/** Longer lines are truncated; in characters. */
const LONGEST_LINE = 2000;

const CONTEXT = 3;

export function patchesOf(change: Change): Patch[] {
  if (change.kind === "delete") return [];
  const { stdin: before = "", ...others } = change.before;
  const { stdin: after = "", ...othersAfter } = change.after;
  const files = [...filesOf(before).keys(), ...filesOf(after).keys()];
  const texts = [...new Set(files)].map((file) =>
    patch(file, filesOf(before).get(file) ?? "", filesOf(after).get(file) ?? ""),
  );
  // For a new resource, its files are enough.
  const settings = change.kind === "create" ? [] : [settingsPatch(others, othersAfter, change.reasons)];
  if (before === after && change.reasons.includes("stdin")) {
    settings.push(counted("standard input", [`! ${before} (another value)`]));
  }
  return [...texts, ...settings].filter(({ lines }) => lines.length > 0);
}

/** The files of a bundle with its header, or the text if it is not a bundle. */
function filesOf(stdin: unknown): Map<string, string> {
  if (typeof stdin !== "string" || stdin === "") return new Map();
  if (!stdin.startsWith("podwatch-bundle ")) return new Map([["standard input", stdin]]);
  const [head = "", ...parts] = stdin.replace(/\nend\n$/, "\n").split(/^part /m);
  const files = parts.map((part): [string, string] => {
    const end = part.indexOf("\n");
    return [part.slice(0, end), part.slice(end + 1).replaceAll(/^ {2}/gm, "")];
  });
  return new Map([["service", head], ...files]);
}

function patch(file: string, before: string, after: string): Patch {
  const { hunks } = structuredPatch(file, file, before, after, "", "", { context: CONTEXT });
  const lines = hunks.flatMap((hunk) => [
    `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`,
    ...hunk.lines.filter((line) => !line.startsWith("\\")),
  ]);
  return counted(file, lines);
}

/** A line for each input that differs; secret values look alike. */
function settingsPatch(before: Inputs, after: Inputs, reasons: readonly string[]): Patch {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const lines = names.flatMap((name) => {
    const [was, is] = [show(before[name]), show(after[name])];
    if (was === is) return reasons.includes(name) ? [`! ${name}: ${is} (another value)`] : [];
    return [
      ...(was === undefined ? [] : [`- ${name}: ${was}`]),
      ...(is === undefined ? [] : [`+ ${name}: ${is}`]),
    ];
  });
  return counted("settings of the resource", lines);
}

function show(value: unknown): string | undefined {
  return value === undefined ? undefined : typeof value === "string" ? value : JSON.stringify(value);
}

function counted(file: string, lines: readonly string[]): Patch {
  const short = lines.flatMap((line) =>
    line.split("\n").map((one) => (one.length > LONGEST_LINE ? `${one.slice(0, LONGEST_LINE)}…` : one)),
  );
  const count = (sign: string) => short.filter((line) => line.startsWith(sign)).length;
  return { file, lines: short, added: count("+"), removed: count("-") };
}
