/** Name of the service. */
export const ACCOUNTS = "accounts";
