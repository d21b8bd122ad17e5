import {
  containerEndpoint,
  type Endpoint,
  endpointAt,
  isOfOwnHost,
  type ServiceEndpoints,
} from "../../lib/endpoint";

/** Name of the service, and of its scrape job. */
export const TELEGRAF = "telegraf";

/** What came in and its own metrics, for Prometheus. */
export const TELEGRAF_ENDPOINT = containerEndpoint(TELEGRAF, 9273);

/** Ports of the inputs inside the container; they are those of the field. */
export const STATSD_PORT = 8125;
export const LINES_PORT = 8186;

/**
 * Where lines come in.
 *
 * @param listen ports of the host, if it publishes them
 */
export function reportEndpoints(listen?: {
  readonly address: string;
  readonly lines: number;
}): ServiceEndpoints<never> {
  const local = containerEndpoint(TELEGRAF, LINES_PORT);
  if (listen === undefined || isOfOwnHost({ host: listen.address })) return { local };
  return { local, remote: { scheme: "http", host: listen.address, port: listen.lines, path: "" } };
}

/** Whether anything comes in at all; its own metrics do. */
export const HEALTH_PORT = 8888;

/** An InfluxDB outside of the stack. */
export function outsideInfluxdb<Secret>(given: {
  readonly url: string;
  readonly username: string;
  readonly password: Secret;
  readonly ca?: string | undefined;
}): Endpoint<Secret> {
  const { url, username, password, ca } = given;
  return {
    ...endpointAt(url),
    auth: { type: "basic", username, password },
    ...(ca === undefined ? {} : { tls: { ca } }),
  };
}
