// A problem names the setting as the user typed it, quotes the value, and says what to type instead.
import { shown } from "./characters";
import { namespace } from "./namespace";
import { isSecretUrl } from "./secretWords";

/** Keys and indexes from the namespace down: ["hosts", "mon1", "address"]. */
export type Path = readonly (string | number)[];

export interface Problem {
  path: Path;
  text: string;
  /** Other problems of the value are irrelevant. */
  alone?: boolean;
}

/** Collects problems; checks continue after one, so that all are reported together. */
export type Report = (path: Path, text: string) => void;

/** `podwatch:hosts.mon1.targets[0]`, as for `pulumi config set --path`. */
export function show(path: Path): string {
  const [key = "", ...rest] = path;
  const parts = rest.map((part) => {
    if (typeof part === "number") return `[${part}]`;
    return /^[A-Za-z0-9_-]+$/.test(part) ? `.${part}` : `[${shown(part)}]`;
  });
  return `${namespace}:${shown(String(key)).slice(1, -1)}${parts.join("")}`;
}

/** The value in quotes, short; never something that looks like a key or credentials, whatever the setting. */
export function quote(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object" && value !== null) return "a group of settings";
  if (typeof value === "string" && isTelling(value)) return "the value";
  const quoted = typeof value === "string" ? shown(value) : (JSON.stringify(value) ?? "the value");
  return quoted.length > 80 ? `${quoted.slice(0, 76)}..."` : quoted;
}

function isTelling(value: string): boolean {
  return value.includes("PRIVATE KEY") || isSecretUrl(value) || /(^|\/\/)[^\s/@:]*:[^\s/@]+@/.test(value);
}

/** A file's path in quotes; the beginning of a long one is left out. */
export function quotePath(path: string): string {
  const quoted = quote(path);
  return quoted.endsWith('..."') && path.length > 76 ? shown(`...${path.slice(-72)}`) : quoted;
}

export function samePath(a: Path, b: Path): boolean {
  return a.length === b.length && a.every((part, index) => part === b[index]);
}

/** Sorted and unique, without further problems of a value, or of a list with an item, that has a decisive one. */
export function tidy(problems: readonly Problem[]): Problem[] {
  const alone = problems.filter((problem) => problem.alone);
  const kept = problems.filter(
    (problem) => problem.alone || !alone.some(({ path }) => isAt(problem.path, path)),
  );
  const lines = new Map(kept.map((problem) => [format(problem), problem]));
  return [...lines.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, problem]) => problem);
}

function isAt(path: Path, decisive: Path): boolean {
  const ofItem = typeof decisive.at(-1) === "number";
  return samePath(path, decisive) || (ofItem && samePath(path, decisive.slice(0, -1)));
}

export function format(problem: Problem): string {
  return `${show(problem.path)}: ${problem.text}`;
}
