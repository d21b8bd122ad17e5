import {
  containerEndpoint,
  type Endpoint,
  type EndpointAuth,
  type ServiceEndpoints,
} from "../../lib/endpoint";
import { behindFront, type FrontAddress } from "../nginx/endpoint";

/** Name of the service, and of its scrape job. */
export const INFLUXDB = "influxdb";

export const INFLUXDB_ENDPOINT = containerEndpoint(INFLUXDB, 8086);

/** What it tells of itself, to anybody who reaches its port: the front does not serve it. */
export const INFLUXDB_FIGURES: Endpoint<never> = { ...INFLUXDB_ENDPOINT, path: "/debug/vars" };

/** Where the front serves it. It has no sub-path of its own. */
export const INFLUXDB_PATH = "/influxdb";

/** At the front, whoever asks logs in at InfluxDB itself. */
export function influxdbEndpoints<Secret>(
  front: FrontAddress<Secret>,
  auth: EndpointAuth<Secret>,
): ServiceEndpoints<Secret> {
  const remote = influxdbAtFront(front);
  return {
    local: { ...INFLUXDB_ENDPOINT, auth },
    ...(remote === undefined ? {} : { remote: { ...remote, auth } }),
  };
}

export function influxdbAtFront<Secret>({
  machines: _,
  ...front
}: FrontAddress<Secret>): Endpoint<Secret> | undefined {
  return behindFront<Secret>(front, { ...INFLUXDB_ENDPOINT, path: INFLUXDB_PATH }, "queries").remote;
}
