import { containerEndpoint } from "../../lib/endpoint";

/** Name of the service. */
export const NGINX_EXPORTER = "nginx-exporter";

/** Its scrape job: the metrics are those of NGINX. */
export const NGINX_JOB = "nginx";

export const NGINX_EXPORTER_ENDPOINT = containerEndpoint(NGINX_EXPORTER, 9113);
