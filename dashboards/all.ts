// Every dashboard that is shipped, by the name of its file.

import { alertmanager } from "../components/alertmanager/board";
import { probes } from "../components/blackbox-exporter/board";
import { gateways } from "../components/nginx/gateways.board";
import { front } from "../components/nginx-exporter/board";
import { hosts } from "../components/node-exporter/board";
import { prometheus } from "../components/prometheus/board";
import { overview } from "../components/prometheus/overview.board";
import { type Board, build } from "./board";
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
