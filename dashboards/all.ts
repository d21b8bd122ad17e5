// Every dashboard that is shipped, by the name of its file.
import { type Board, build } from "./board";
import { formatJson } from "./format";
import { gateways } from "./gateways";
import { prometheus } from "./prometheus";

const boards: Readonly<Record<string, Board>> = {
  "gateways.json": gateways,
  "prometheus.json": prometheus,
};

/** File name -> text, as it stands in `dashboards/json/`. */
export function generateAll(): Record<string, string> {
  return Object.fromEntries(Object.entries(boards).map(([file, board]) => [file, formatJson(build(board))]));
}
