// Where the files lie that are shipped with the program: templates, the runner's scripts, dashboards, runbooks.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A file that exists only at the top of the program. */
const MARK = "versions.json";

const ROOT = above(__dirname);

/** The text of a shipped file, by its path below the program's directory, such as `host/main.sh`. */
export function readAsset(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** The names of the files in a shipped directory, in order. */
export function assetsIn(directory: string): string[] {
  return readdirSync(join(ROOT, directory)).sort();
}

/** Sources and the compiled program are at different depths. */
function above(directory: string): string {
  if (existsSync(join(directory, MARK)) || directory === dirname(directory)) return directory;
  return above(dirname(directory));
}
