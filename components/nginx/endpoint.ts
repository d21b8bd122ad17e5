import { containerEndpoint } from "../../lib/endpoint";

/** Name of the service. */
export const NGINX = "nginx";

/** The job of the gateways that it bridges. */
export const GATEWAYS_JOB = "roq-gateways";

/** Endpoints for the other services of the host: its counters, and what it bridges. */
export const BRIDGE_ENDPOINT = containerEndpoint(NGINX, 8081);
