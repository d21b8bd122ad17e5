import { inUrl } from "./address";
import { unitName } from "./service";

/** How a service is reached by other services. */
export interface Endpoint {
  readonly scheme: "http" | "https";
  /** Name or address. */
  readonly host: string;
  readonly port: number;
  /** Base path of the service, without a slash at the end; empty for the root. */
  readonly path: string;
}

/** The endpoint of a service on the network that the containers of its host share, unreachable from elsewhere. */
export function containerEndpoint(service: string, port: number, path = ""): Endpoint {
  return { scheme: "http", host: unitName(service), port, path };
}

/** The same service for its own hooks, inside its container. */
export function fromInside(endpoint: Endpoint): Endpoint {
  return { ...endpoint, host: "127.0.0.1" };
}

/** `host:port`, as a target of Prometheus is written. */
export function authority({ host, port }: Endpoint): string {
  return `${inUrl(host)}:${port}`;
}

export function urlOf(endpoint: Endpoint): string {
  return `${endpoint.scheme}://${authority(endpoint)}${endpoint.path}`;
}
