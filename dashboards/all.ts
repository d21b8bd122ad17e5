// Every dashboard that is shipped, found in the folders of the services: what a file `board` exports as a Board is one, named as it is exported,
// in words with hyphens.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type Board, build } from "./board";
import { formatJson } from "./format";

const SERVICES = join(__dirname, "../components");

/** File name -> text, as it stands in `dashboards/json/`. */
export function generateAll(): Record<string, string> {
  const boards = readdirSync(SERVICES, { recursive: true, encoding: "utf8" })
    .filter((path) => /[/.]board\.ts$/.test(path))
    .flatMap((path) => Object.entries(require(join(SERVICES, path)) as Record<string, unknown>))
    .flatMap(
      ([name, exported]): Array<[string, Board]> =>
        isBoard(exported) ? [[`${hyphened(name)}.json`, exported]] : [],
    )
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(boards.map(([file, board]) => [file, formatJson(build(board))]));
}

const hyphened = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function isBoard(exported: unknown): exported is Board {
  return typeof exported === "object" && exported !== null && "uid" in exported && "sections" in exported;
}
