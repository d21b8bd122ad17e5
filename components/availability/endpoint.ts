import { containerEndpoint } from "../../lib/endpoint";

/** Name of the Prometheus that keeps what is recorded, and of the job of its metrics. */
export const HISTORY = "prometheus-history";

/** The job of what it makes of that. */
export const MONTHS_JOB = `${HISTORY}-months`;

export const HISTORY_ENDPOINT = containerEndpoint(HISTORY, 9090, "/prometheus-history");
