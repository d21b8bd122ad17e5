import { containerEndpoint } from "../../lib/endpoint";

/** Name of the service. */
export const GRAFANA = "grafana";

export const GRAFANA_ENDPOINT = containerEndpoint(GRAFANA, 3000, "/grafana");
