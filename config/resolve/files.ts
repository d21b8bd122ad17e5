// Local files that are shipped: found by name or pattern, read, told apart by their base names.
import { strayCharacter, withLineFeeds } from "../characters";
import { type Context, fileComplaint } from "../context";
import { type Path, quote, type Report } from "../problem";
import type { ShippedFile } from "../schema/prometheus";

/** Reads what the patterns name; `check` gives the complaints about a content, if any. */
export function shippedFiles(
  patterns: readonly string[],
  what: string,
  pathOf: (index: number) => Path,
  check: (name: string, content: string) => string | readonly string[] | undefined,
  context: Context,
  report: Report,
): ShippedFile[] {
  const files = new Map<string, ShippedFile>();
  patterns.forEach((given, index) => {
    const complain = (file: string, text: string) => report(pathOf(index), `${quote(file)} ${text}`);
    for (const path of expand(given, what, complain, context)) {
      const name = path.slice(path.lastIndexOf("/") + 1);
      const twin = files.get(name);
      if (twin !== undefined) {
        if (twin.path !== path)
          complain(path, `has the same file name as ${quote(twin.path)}; rename one of them`);
        continue;
      }
      if (!/^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(name)) {
        complain(path, "has a file name with other than letters, digits, ., _ and -; rename the file");
        continue;
      }
      const content = read(path, what, complain, context);
      if (content === undefined) continue;
      for (const complaint of [check(name, content) ?? []].flat()) complain(path, complaint);
      files.set(name, { name, path, content });
    }
  });
  return [...files.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

type Complain = (file: string, text: string) => void;

function read(path: string, what: string, complain: Complain, context: Context): string | undefined {
  const found = readText(path, what, context);
  if ("text" in found) return found.text;
  complain(path, found.complaint);
  return undefined;
}

/**
 * A file as it is shipped, or what is wrong with it. Editors elsewhere end lines in two characters and begin a file with
 * a mark; on a host, lines end in line feeds.
 */
export function readText(
  path: string,
  what: string,
  context: Context,
): { readonly text: string } | { readonly complaint: string } {
  let content: string;
  try {
    content = context.readFile(path);
  } catch (error) {
    return { complaint: fileComplaint(error, what) };
  }
  const text = withLineFeeds(content.replace(/^\ufeff/, ""));
  if (/[\0\ufffd]/.test(text))
    return { complaint: "is not text in UTF-8, and nothing else can be shipped; save it as UTF-8" };
  const lines = text.split("\n");
  const at = lines.findIndex((line) => /[^\P{Cc}\t]/u.test(line));
  if (at < 0) return { text };
  return {
    complaint: `holds ${strayCharacter(lines[at] ?? "", { lines: true })} in line ${at + 1}; remove it`,
  };
}

/** Patterns stand in the last part of a path only, as in Prometheus. */
function expand(given: string, what: string, complain: Complain, context: Context): string[] {
  const cut = given.lastIndexOf("/") + 1;
  const [directory, last] = [given.slice(0, cut), given.slice(cut)];
  if (/[*?]/.test(directory)) {
    complain(given, "has a pattern in a directory's name; write * and ? in the last part only");
    return [];
  }
  if (!/[*?]/.test(last)) return [given];
  const fits = pattern(last);
  try {
    const found = context.listFiles(directory === "" ? "." : directory).filter((name) => fits.test(name));
    if (found.length === 0) complain(given, `matches no file; write the path of ${what}`);
    return found.sort().map((name) => `${directory}${name}`);
  } catch (error) {
    complain(given, fileComplaint(error, what));
    return [];
  }
}

/** Which file names a pattern fits. */
export function pattern(last: string): RegExp {
  const source = last
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*/g, ".*")
    .replace(/\?/g, ".");
  return new RegExp(`^(?!\\.)${source}$`);
}

/** The parsed JSON, or what is wrong with it. */
export function parseJson(content: string): { value: unknown } | { complaint: string } {
  try {
    return { value: JSON.parse(content) as unknown };
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/\s+/g, " ").slice(0, 120) : "unreadable";
    return { complaint: `is not JSON (${reason}); correct the file` };
  }
}
