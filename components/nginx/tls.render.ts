// Encryption of the front.
import { inSeconds } from "../../lib/duration";
import { RELOADED_SECRETS_DIRECTORY, unitName } from "../../lib/service";
import { metricsJob, type Telemetry } from "../../lib/telemetry";
import { renderTemplate } from "../../lib/template";
import { BRIDGE_ENDPOINT, FRONT_JOB, NGINX } from "./endpoint";
import { frontRules } from "./front.rules";

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

const CERTIFICATE = `${RELOADED_SECRETS_DIRECTORY}/${CERTIFICATE_SECRET}`;

/** What the host tells of the certificates that it gets for itself. */
const ACME_METRICS = "/etc/podwatch/acme.prom";

/** Path at which NGINX tells other services of the host how long its certificate is valid. */
export const CERTIFICATE_PATH = "/certificate";

/** The program that tells it. */
export function tlsFiles(tls: Encryption | undefined): Record<string, string> {
  if (tls === undefined) return {};
  return {
    "certificate.js": renderTemplate("nginx/certificate.js.mustache", {
      certificate: CERTIFICATE,
      acme: ACME_METRICS,
    }),
  };
}

/** How the certificate of a host's front is watched. */
export function certificateTelemetry(instance: string): Telemetry<never> {
  const { config, endpoint } = metricsJob(FRONT_JOB, BRIDGE_ENDPOINT, { instance });
  return {
    scrapeJobs: [{ config: { ...config, metrics_path: CERTIFICATE_PATH }, endpoint }],
    dashboards: [],
    ruleGroups: [frontRules],
  };
}

/** Inside the container: who speaks HTTP. */
export const HTTP_PORT = 8084;

/** For the template: where those are sent who speak HTTP. */
export function httpView(http: { readonly publicUrl: string; readonly proofs: boolean } | undefined) {
  if (http === undefined) return false;
  const { hostname, port } = new URL(http.publicUrl);
  return { listen: HTTP_PORT, name: hostname, port: port === "" ? "" : `:${port}`, proofs: http.proofs };
}

/** For the template of the configuration. */
export function tlsView(tls: Encryption | undefined) {
  return {
    tls: tls === undefined ? false : { certificate: CERTIFICATE, metricsPath: CERTIFICATE_PATH },
    hsts: (tls !== undefined && inSeconds(tls.hsts)) || false,
  };
}
