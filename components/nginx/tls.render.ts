// Encryption of the front.
import { inSeconds } from "../../lib/duration";
import { RELOADED_SECRETS_DIRECTORY, unitName } from "../../lib/service";
import { NGINX } from "./endpoint";

export interface Encryption {
  /** How long browsers insist on it. */
  readonly hsts: string;
}

/** The certificate of the front and its private key, in one file: both are switched at once. */
export const CERTIFICATE_SECRET = `${NGINX}-certificate`;

/** Names that a foreign web page cannot use: of the machine itself, and in the container network. */
export const OWN_NAMES = ["localhost", "[::1]", unitName(NGINX)];

/** Names and addresses that a certificate of the front is for, as in a request. */
export function certifiedNames(serverNames: readonly string[]): string[] {
  return [...new Set([...OWN_NAMES, "127.0.0.1", ...serverNames])];
}

/** For the template of the configuration. */
export function tlsView(tls: Encryption | undefined) {
  return {
    tls: tls === undefined ? false : { certificate: `${RELOADED_SECRETS_DIRECTORY}/${CERTIFICATE_SECRET}` },
    hsts: (tls !== undefined && inSeconds(tls.hsts)) || false,
  };
}
