// Every dashboard that is shipped, by the name of its file.
import { type Board, build } from "./board";
import { alertmanager } from "./boards/alertmanager";
import { front } from "./boards/front";
import { gateways } from "./boards/gateways";
import { hosts } from "./boards/hosts";
import { overview } from "./boards/overview";
import { probes } from "./boards/probes";
import { prometheus } from "./boards/prometheus";
import { formatJson } from "./format";

const boards: Readonly<Record<string, Board>> = {
  "alertmanager.json": alertmanager,
  "front.json": front,
  "gateways.json": gateways,
  "hosts.json": hosts,
  "overview.json": overview,
  "probes.json": probes,
  "prometheus.json": prometheus,
};

/** File name -> text, as it stands in `dashboards/json/`. */
export function generateAll(): Record<string, string> {
  return Object.fromEntries(Object.entries(boards).map(([file, board]) => [file, formatJson(build(board))]));
}
