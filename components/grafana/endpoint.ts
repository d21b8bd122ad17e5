import { containerEndpoint } from "../../lib/endpoint";

/** Name of the service. */
export const GRAFANA = "grafana";

/** Somebody else's. */
export const EXTERNAL_GRAFANA = "external-grafana";

export const GRAFANA_ENDPOINT = containerEndpoint(GRAFANA, 3000, "/grafana");
