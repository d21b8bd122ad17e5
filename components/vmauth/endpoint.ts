import { containerEndpoint } from "../../lib/endpoint";

/** Name of the service, and of its scrape job. */
export const VMAUTH = "vmauth";

export const VMAUTH_ENDPOINT = containerEndpoint(VMAUTH, 8427);
