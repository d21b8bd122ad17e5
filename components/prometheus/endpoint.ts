import { containerEndpoint } from "../../lib/endpoint";

/** Name of the service, and of the job in which it scrapes itself. */
export const PROMETHEUS = "prometheus";

export const PROMETHEUS_ENDPOINT = containerEndpoint(PROMETHEUS, 9090, "/prometheus");
