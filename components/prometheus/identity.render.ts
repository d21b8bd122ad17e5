import { type Endpoint, fromInside, urlOf } from "../../lib/endpoint";
import { PROMETHEUS, PROMETHEUS_ENDPOINT } from "./endpoint";

/** Which Prometheus of a host it is. */
export interface PrometheusIdentity {
  /** Name of the service. */
  readonly name: string;
  readonly description: string;
  readonly endpoint: Endpoint;
}

/** The one that scrapes. */
export const MAIN: PrometheusIdentity = {
  name: PROMETHEUS,
  description: "Podwatch Prometheus",
  endpoint: PROMETHEUS_ENDPOINT,
};

/** Its address for its own hooks. */
export function ownUrl({ endpoint } = MAIN): string {
  return urlOf(fromInside(endpoint));
}
