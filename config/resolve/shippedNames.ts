// The name of a deployed file on the host: its own or, if several have the same, preceded by enough folders
// to be unique. Adding a file changes only the names of files with the same name.
import { createHash } from "node:crypto";
import { posix } from "node:path";

/** Length limit of file systems for a name, with room for what a unit or a path adds to it. */
const LONGEST = 120;

/** The names of files, by their path; indistinguishable ones have the same. */
export function shippedNames(paths: readonly string[]): Map<string, string> {
  const namesakes = new Map<string, string[][]>();
  const parts = new Map(paths.map((path) => [path, safeParts(path)]));
  for (const all of parts.values()) {
    const base = all.at(-1) ?? "";
    namesakes.set(base, [...(namesakes.get(base) ?? []), all]);
  }
  const depths = new Map([...namesakes].map(([base, group]) => [base, depth(group)]));
  return new Map(
    [...parts].map(([path, all]) => [path, all.slice(-(depths.get(all.at(-1) ?? "") ?? 1)).join("/")]),
  );
}

/** How many parts, from the end, make all of them unique. */
function depth(group: readonly string[][]): number {
  const most = Math.max(...group.map((all) => all.length));
  for (let count = 1; count < most; count += 1) {
    if (new Set(group.map((all) => all.slice(-count).join("/"))).size === group.length) return count;
  }
  return most;
}

function safeParts(path: string): string[] {
  return posix
    .normalize(path)
    .split("/")
    .filter((part) => part !== "" && part !== "." && part !== "~")
    .map(safe);
}

/** Letters, digits, `.`, `_` and `-`, as in a bundle; others are escaped as in URLs, with `_` for `%`. */
function safe(part: string): string {
  if (part === "..") return "parent";
  const written = encodeURIComponent(part.replace(/\p{Surrogate}/gu, "_"))
    .replace(/[!'()*~]/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`)
    .replaceAll("%20", "_")
    .replaceAll("%", "_")
    .replace(/^(?=[.-])/, "_");
  if (written.length <= LONGEST) return written;
  const digest = createHash("sha256").update(part).digest("hex").slice(0, 8);
  const ending = /\.[A-Za-z0-9]{1,8}$/.exec(written)?.[0] ?? "";
  return `${written.slice(0, LONGEST - 30)}-${digest}${ending}`;
}
