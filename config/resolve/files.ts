// Local files to be deployed: found by path or pattern, read, with unique names.
import { posix } from "node:path";
import type { ShippedFile } from "../../components/prometheus/schema";
import { strayCharacter, withLineFeeds } from "../characters";
import { type Context, fileProblem } from "../context";
import { type Path, quotePath, type Report } from "../problem";
import { shippedNames } from "./shippedNames";

export interface ShippedFileOptions {
  /** What each file is, such as "a rule file". */
  readonly what: string;
  /** Whether all lie in one directory on the host, under their own names. */
  readonly flat?: boolean;
  /** The problem of a content, if any. */
  check(name: string, content: string): string | readonly string[] | undefined;
}

/** Reads the files that match the patterns. */
export function shippedFiles(
  patterns: readonly string[],
  { what, flat = false, check }: ShippedFileOptions,
  pathOf: (index: number) => Path,
  context: Context,
  report: Report,
): ShippedFile[] {
  const named = new Map<string, { path: string; reject: (text: string) => void }>();
  patterns.forEach((given, index) => {
    const reject = (file: string, text: string) => report(pathOf(index), `${quotePath(file)} ${text}`);
    for (const path of expand(given, what, reject, context)) {
      const one = posix.normalize(path);
      if (!named.has(one)) named.set(one, { path, reject: (text) => reject(path, text) });
    }
  });
  const names = flat ? ownNames([...named.keys()]) : shippedNames([...named.keys()]);
  const files = new Map<string, ShippedFile>();
  for (const [one, { path, reject }] of named) {
    const name = names.get(one) ?? one;
    const twin = files.get(name);
    if (twin !== undefined) {
      reject(`has the same file name as ${quotePath(twin.path)}; rename one of them`);
      continue;
    }
    if (flat && !/^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(name)) {
      reject("has a file name with other than letters, digits, ., _ and -; rename the file");
      continue;
    }
    const read = readText(path, what, context);
    if ("message" in read) {
      reject(read.message);
      continue;
    }
    for (const message of [check(name, read.text) ?? []].flat()) reject(message);
    files.set(name, { name, path, content: read.text });
  }
  return [...files.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

const ownNames = (paths: readonly string[]) => new Map(paths.map((path) => [path, posix.basename(path)]));

type Reject = (file: string, text: string) => void;

/**
 * A file as it is deployed, or its problem. Some editors end lines with CRLF and begin a file with
 * a byte order mark; on a host, lines end in LF.
 */
export function readText(
  path: string,
  what: string,
  context: Context,
): { readonly text: string } | { readonly message: string } {
  let content: string;
  try {
    content = context.readFile(path);
  } catch (error) {
    return { message: fileProblem(error, what) };
  }
  const text = withLineFeeds(content.replace(/^\ufeff/, ""));
  if (/[\0\ufffd]/.test(text))
    return {
      message: "is not text in UTF-8, the only kind of file that can be deployed; save it as UTF-8",
    };
  const lines = text.split("\n");
  const at = lines.findIndex((line) => /[^\P{Cc}\t]/u.test(line));
  if (at < 0) return { text };
  return {
    message: `holds ${strayCharacter(lines[at] ?? "", { lines: true })} in line ${at + 1}; remove it`,
  };
}

/** `*` and `?` match within a name, `**` matches any folders, also none; `{a,b}` stands for a and for b. */
function expand(given: string, what: string, reject: Reject, context: Context): string[] {
  const [, before = "", choices, after = ""] = /^(.*?)\{([^{}]*,[^{}]*)\}(.*)$/s.exec(given) ?? [];
  if (choices !== undefined) {
    return choices.split(",").flatMap((one) => expand(`${before}${one}${after}`, what, reject, context));
  }
  if (!/[*?]/.test(given)) return [given];
  const parts = given.split("/");
  const plain = parts.findIndex((part) => /[*?]/.test(part));
  try {
    const start = plain === 0 ? "" : `${parts.slice(0, plain).join("/")}/`;
    // A missing folder is a problem; below it, anything that is not a folder is skipped.
    context.listFiles(start === "" ? "." : start);
    const found = [...new Set(below(start, parts.slice(plain), context))].sort();
    if (found.length === 0) reject(given, `matches no file; write the path of ${what}`);
    return found;
  } catch (error) {
    reject(given, fileProblem(error, what));
    return [];
  }
}

/** Maximum depth of `**`; a link to a parent folder would recurse forever. */
const DEEPEST = 10;

/** The paths below a directory that match the rest of a pattern. */
function below(directory: string, [part = "", ...rest]: readonly string[], context: Context): string[] {
  if (part === "**") {
    const folders = foldersBelow(directory, context, DEEPEST);
    return folders.flatMap((folder) => below(folder, rest.length > 0 ? rest : ["*"], context));
  }
  const last = rest.length === 0;
  if (!/[*?]/.test(part)) {
    if (!last) return below(`${directory}${part}/`, rest, context);
    return namesIn(directory, context).includes(part) ? [`${directory}${part}`] : [];
  }
  const found = namesIn(directory, context).filter((name) => pattern(part).test(name));
  return last
    ? found.map((name) => `${directory}${name}`).filter((path) => isNoFolder(path, context))
    : found.flatMap((name) => below(`${directory}${name}/`, rest, context));
}

function foldersBelow(directory: string, context: Context, depth: number): string[] {
  if (depth === 0) return [directory];
  const inner = namesIn(directory, context).filter((name) => !/^\.|^node_modules$/.test(name));
  return [
    directory,
    ...inner
      .map((name) => `${directory}${name}/`)
      .filter((folder) => !isNoFolder(folder, context))
      .flatMap((folder) => foldersBelow(folder, context, depth - 1)),
  ];
}

function namesIn(directory: string, context: Context): readonly string[] {
  try {
    return context.listFiles(directory === "" ? "." : directory);
  } catch (error) {
    if (isNotThere(error)) return [];
    throw error;
  }
}

function isNoFolder(path: string, context: Context): boolean {
  try {
    context.listFiles(path);
    return false;
  } catch (error) {
    if (isNotThere(error)) return true;
    throw error;
  }
}

function isNotThere(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR";
}

/** A regular expression for a pattern. */
export function pattern(path: string): RegExp {
  const parts = path.split("/").map((part, index, all) => {
    if (part === "**") return index === all.length - 1 ? "[^/]*" : "(?:(?!\\.)[^/]+/)*";
    const source = part
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replace(/\*/g, "[^/]*")
      .replace(/\?/g, "[^/]");
    const visible = /^[*?]/.test(part) ? "(?!\\.)" : "";
    return `${visible}${source}${index === all.length - 1 ? "" : "/"}`;
  });
  return new RegExp(`^${parts.join("")}$`);
}

/** The parsed JSON, or its problem. */
export function parseJson(content: string): { value: unknown } | { message: string } {
  try {
    return { value: JSON.parse(content) as unknown };
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/\s+/g, " ").slice(0, 120) : "unreadable";
    return { message: `is not JSON (${reason}); correct the file` };
  }
}
