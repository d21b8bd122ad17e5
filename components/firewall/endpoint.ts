/** Its name, as for the runner. */
export const FIREWALL = "firewall";
