// The stack file that sets every setting of the services, with the files beside it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readStackFile, type StackFile } from "./stackFile";

const DIRECTORY = join(__dirname, "../golden/everything");

/** Every section of the stack file, without its hosts. */
export function everySection(): StackFile {
  const { hosts: _, ...sections } = readStackFile("tests/golden/everything/Pulumi.everything.yaml");
  return sections;
}

/** The files that it names, by relative path. */
export function filesBeside(): Record<string, string> {
  const directories = ["targets", "rules", "dashboards"];
  const paths = directories.flatMap((directory) =>
    readdirSync(join(DIRECTORY, directory)).map((name) => `${directory}/${name}`),
  );
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(DIRECTORY, path), "utf8")]));
}
