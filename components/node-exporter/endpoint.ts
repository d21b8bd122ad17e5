/** Name of the service. */
export const NODE_EXPORTER = "node-exporter";

/** Its scrape job, of all hosts. */
export const NODE_JOB = "node";

/** Path at the bridge for the socket of the host's own node exporter. */
export const NODE_BRIDGE_PATH = "/node/metrics";
