import { containerEndpoint } from "../../lib/endpoint";

/** Name of the service, and of its scrape job. */
export const VMALERT = "vmalert";

export const VMALERT_ENDPOINT = containerEndpoint(VMALERT, 8880, "/vmalert");
