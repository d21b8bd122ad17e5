import { containerEndpoint } from "../../lib/endpoint";

/** Name of the exporter. */
export const APACHE_EXPORTER = "apache-exporter";

/** Name of the status block in Apache's configuration, as a service of the host. */
export const APACHE_STATUS = "apache-status";

/** Its scrape job: the metrics are those of Apache. */
export const APACHE_JOB = "apache";

export const APACHE_EXPORTER_ENDPOINT = containerEndpoint(APACHE_EXPORTER, 9117);

/** The page of Apache's module status. */
export const STATUS_PATH = "/server-status";
