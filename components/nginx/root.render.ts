// Addresses of a Prometheus that was at the root of a host.
import { PROMETHEUS_ENDPOINT } from "../prometheus/endpoint";

/** Pages of a Prometheus at the root of a host, and what has further paths below it. */
const PAGES_OF_PROMETHEUS = [
  "alerts",
  "config",
  "federate",
  "flags",
  "graph",
  "metrics",
  "query",
  "rules",
  "service-discovery",
  "status",
  "targets",
  "tsdb-status",
];
const BELOW_PROMETHEUS = ["api/v1/", "classic/", "consoles/", "new/"];

/** For the template of the configuration: where they lead on to. */
export const FORMERLY = {
  path: PROMETHEUS_ENDPOINT.path,
  pages: ["", ...PAGES_OF_PROMETHEUS].map((page) => ({ page })),
  trees: BELOW_PROMETHEUS.map((tree) => ({ tree })),
};
