// What is printed in the end.
import { format, type Problem, show } from "../config/problem";
import type { Draft, FoundSecret, Remark } from "./draft";

export interface Outcome {
  readonly file: string;
  readonly stack: string;
  readonly draft: Draft;
  /** Secrets that are in the stack file now. */
  readonly stored: readonly FoundSecret[];
  /** Why the others could not be stored; absent if they could. */
  readonly notStored?: string | undefined;
  readonly problems: readonly Problem[];
  /** Whether the file was there before. */
  readonly onlySecrets?: boolean;
}

export function report(outcome: Outcome): string {
  const { draft, stack, file, stored } = outcome;
  const missing = draft.secrets.filter((secret) => !stored.includes(secret));
  const copies = [...draft.files.keys()].map((path) => `  ${path}`);
  return [
    ...(outcome.onlySecrets ? [] : [`Written: ${file}`, ...section("Copied beside it:", copies)]),
    ...(stored.length > 0 ? ["", `Stored in ${file}, encrypted: ${counted(stored.length)}`] : []),
    ...section("Not taken:", draft.left.map(line)),
    ...section("Done in another way:", draft.changed.map(line)),
    ...section(
      `Secrets that are not stored${outcome.notStored === undefined ? "" : ` (${outcome.notStored})`}; each command asks for the value:`,
      missing.map(
        ({ path, at }) =>
          `  pulumi config set --secret --stack ${stack} --path '${show(path)}'   # ${at.file}:${at.line}`,
      ),
    ),
    ...section(
      "The checks of a deployment say:",
      outcome.problems.map((problem) => `  ${format(problem)}`),
    ),
    ...(draft.settings.host === undefined
      ? ["", `Say where to deploy, in ${file}: podwatch:host. Then: pulumi preview --stack ${stack}`]
      : ["", `Next: pulumi preview --stack ${stack}`]),
    "",
  ].join("\n");
}

function line({ at, what, why, todo }: Remark): string {
  return `  ${at.file}:${at.line}: ${what} ${why}; ${todo}`;
}

const counted = (count: number) => (count === 1 ? "one secret" : `${count} secrets`);

/** With a blank line before; nothing without lines. */
function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...[...new Set(lines)]];
}
