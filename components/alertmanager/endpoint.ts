import { containerEndpoint } from "../../lib/endpoint";

/** Name of the service, and of its scrape job. */
export const ALERTMANAGER = "alertmanager";

export const ALERTMANAGER_ENDPOINT = containerEndpoint(ALERTMANAGER, 9093, "/alertmanager");
