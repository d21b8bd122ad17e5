// A preview as the Markdown of a comment, within its size limit.
import { type Patch, patchesOf } from "./patches";
import type { Change, Kind, Preview } from "./steps";

export interface Heading {
  readonly stack: string;
  /** Full hash. */
  readonly commit: string;
  /** URL of the pipeline. */
  readonly link: string | undefined;
}

/** GitHub refuses longer comments; in characters. */
export const GITHUB_LIMIT = 65_536;

/** The first line of a comment, by which the next preview of the same stack finds it. */
function marker(stack: string): string {
  return `<!-- podwatch preview: ${stack} -->`;
}

/** The marker of a comment; undefined if it is not ours. */
export function markerOf(comment: string): string | undefined {
  return /^<!-- podwatch preview: \S+ -->(?=\n)/.exec(comment)?.[0];
}

interface Section {
  readonly change: Change;
  readonly patches: readonly Patch[];
}

const SIGNS: Readonly<Record<Kind, string>> = { create: "+", update: "~", replace: "±", delete: "−" };

export function previewMarkdown(preview: Preview, heading: Heading, limit: number): string {
  const sections = preview.changes.map((change) => ({ change, patches: patchesOf(change) }));
  const whole = render(preview, heading, sections, Number.POSITIVE_INFINITY);
  if (whole.length <= limit) return whole;
  // The largest number of lines per patch with which everything fits.
  let [fits, longest] = [
    0,
    Math.max(0, ...sections.flatMap((one) => one.patches.map(({ lines }) => lines.length))),
  ];
  while (fits < longest) {
    const middle = Math.ceil((fits + longest) / 2);
    if (render(preview, heading, sections, middle).length <= limit) fits = middle;
    else longest = middle - 1;
  }
  const cut = render(preview, heading, sections, fits);
  return cut.length <= limit ? cut : truncated(render(preview, heading, [], 0, sections), limit);
}

/** `most`: maximum number of lines of a patch. */
function render(
  preview: Preview,
  { stack, commit, link }: Heading,
  sections: readonly Section[],
  most: number,
  listed = sections,
): string {
  const at = `Commit \`${commit.slice(0, 12)}\`${link === undefined ? "" : `, [pipeline](${link})`}`;
  return [
    marker(stack),
    `### Preview of \`${stack}\`: ${title(preview)}`,
    at,
    ...preview.errors.map((error) => fenced("text", error.split("\n"))),
    ...(preview.exceptions.length === 0 ? [] : [fenced("text", preview.exceptions)]),
    ...(listed.length === 0 ? [] : [table(listed)]),
    ...sections.flatMap((section) => details(section, most)),
  ]
    .join("\n\n")
    .concat("\n");
}

function title({ changes, unchanged, errors }: Preview): string {
  if (errors.length > 0) return "it failed";
  if (changes.length === 0) return "no changes";
  const counts = (Object.keys(SIGNS) as Kind[])
    .map((kind) => [changes.filter((change) => change.kind === kind).length, kind] as const)
    .filter(([count]) => count > 0)
    .map(([count, kind]) => `${count} to ${kind}`);
  return `${counts.join(", ")}, ${unchanged} unchanged`;
}

function table(sections: readonly Section[]): string {
  const rows = sections.map(({ change, patches }) => {
    const sum = (of: "added" | "removed") => patches.reduce((total, patch) => total + patch[of], 0);
    const lines = patches.length === 0 ? "" : `+${sum("added")} −${sum("removed")}`;
    const files = patches.map(({ file }) => `\`${file}\``);
    const shown = files.length > 6 ? [...files.slice(0, 6), `${files.length - 6} more`] : files;
    return `| ${SIGNS[change.kind]} ${change.kind} | \`${change.name}\` | ${lines} | ${note(change) ?? shown.join(", ")} |`;
  });
  return ["| | resource | lines | what |", "|---|---|---|---|", ...rows].join("\n");
}

/** Warnings. */
function note({ kind, before }: Change): string | undefined {
  const loses = typeof before.stdin === "string" && /^data delete$/m.test(before.stdin);
  if (kind === "delete") return loses ? "**its data go too**" : "is removed";
  if (kind === "replace") return `is deleted and recreated${loses ? ", **its data go**" : ""}`;
  return undefined;
}

function details({ change, patches }: Section, most: number): string[] {
  if (patches.length === 0) return [];
  const shown = patches.flatMap(({ file, lines }) => {
    const left = lines.length - most;
    return [
      `\`${file}\``,
      ...(most > 0 ? [fenced("diff", lines.slice(0, most))] : []),
      ...(left > 0 ? [`_${left} more lines: see the whole preview in the pipeline_`] : []),
    ];
  });
  return [`<details><summary>${SIGNS[change.kind]} ${change.name}</summary>`, ...shown, "</details>"];
}

/** The fence is longer than any in the text, so that nothing in it can end it. */
function fenced(language: string, lines: readonly string[]): string {
  const longest = Math.max(2, ...(lines.join("\n").match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return [`${fence}${language}`, ...lines, fence].join("\n");
}

function truncated(text: string, limit: number): string {
  const end = "\n\n_More: see the whole preview in the pipeline._\n";
  const kept = text.slice(0, limit - end.length);
  return kept.slice(0, kept.lastIndexOf("\n")) + end;
}
