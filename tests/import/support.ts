// Files of a set-up in a directory of their own, and what an import makes of them.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { load } from "js-yaml";
import { type Problem, show } from "../../config/problem";
import { type Given, importFiles } from "../../import/import";

const project = mkdtempSync(join(tmpdir(), "podwatch-import-"));
afterAll(() => rmSync(project, { recursive: true, force: true }));

export interface Result {
  /** The sections of the stack file that is written. */
  readonly settings: Record<string, Record<string, unknown>>;
  readonly text: string;
  /** The lines of the report, as `file:line what why; todo`. */
  readonly left: string[];
  readonly changed: string[];
  /** By path. */
  readonly secrets: Record<string, string | undefined>;
  readonly copies: Record<string, string>;
  readonly problems: readonly Problem[];
}

let number = 0;

/** Imports the files that are given by kind; others lie beside them. */
export function imported(
  given: Partial<Record<"prometheus" | "alertmanager" | "compose" | "ansible-vars" | "rules", string>>,
  others: Readonly<Record<string, string>> = {},
): Result {
  number += 1;
  const directory = join(project, String(number));
  const write = (name: string, content: string) => {
    mkdirSync(dirname(join(directory, name)), { recursive: true });
    writeFileSync(join(directory, name), content);
    return join(directory, name);
  };
  for (const [name, content] of Object.entries(others)) write(name, content);
  const files = Object.entries(given).map(([kind, content]) => {
    const path = write(`${kind}.yml`, content);
    return [kind, kind === "ansible-vars" || kind === "rules" ? [path] : path];
  });
  const { draft, text, problems } = importFiles(
    Object.fromEntries(files) as Given,
    join(directory, "project"),
    "test",
  );
  const { config } = load(text) as { config: Record<string, Record<string, unknown>> };
  const remark = ({ at, what, why, todo }: (typeof draft.left)[number]) =>
    `${at.file.replace(`${directory}/`, "")}:${at.line} ${what} ${why}; ${todo}`;
  return {
    settings: Object.fromEntries(
      Object.entries(config).map(([key, value]) => [key.replace("podwatch:", ""), value]),
    ),
    text,
    left: draft.left.map(remark),
    changed: draft.changed.map(remark),
    secrets: Object.fromEntries(
      draft.secrets.map(({ path, value }) => [show(path).replace("podwatch:", ""), value]),
    ),
    copies: Object.fromEntries(draft.files),
    problems,
  };
}
