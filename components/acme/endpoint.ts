/** Name of the service. */
export const ACME = "acme";
