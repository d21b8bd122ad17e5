import { containerEndpoint } from "../../lib/endpoint";

/** Name of the service, and of the job of its own metrics. */
export const BLACKBOX_EXPORTER = "blackbox-exporter";

/** The scrape job of its targets. */
export const PROBES_JOB = "blackbox";

export const BLACKBOX_ENDPOINT = containerEndpoint(BLACKBOX_EXPORTER, 9115, "/blackbox");
