/** Name of the service. */
export const NODE_EXPORTER = "node-exporter";

/** Its scrape job, of all hosts. */
export const NODE_JOB = "node";

/** The path of the bridge that leads to the socket of the host's own. */
export const NODE_BRIDGE_PATH = "/node/metrics";
