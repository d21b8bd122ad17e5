import { inUrl, isLoopback } from "./address";
import type { HttpAuth } from "./auth";
import { unitName } from "./service";

/**
 * How a service is reached by other services.
 *
 * What renders a client refers to secrets as files, by names of its own; only the component that puts them on the
 * client's host needs their values.
 */
export interface Endpoint<Secret = unknown> {
  readonly scheme: "http" | "https";
  /** Name or address. */
  readonly host: string;
  readonly port: number;
  /** Base path of the service, without a slash at the end; empty for the root. */
  readonly path: string;
  /** How clients log in; absent: they need not. */
  readonly auth?: EndpointAuth<Secret>;
  /** How clients verify its certificate; absent: as their system does. */
  readonly tls?: EndpointTls;
}

export type EndpointAuth<Secret = unknown> =
  | { readonly type: "basic"; readonly username: string; readonly password: Secret }
  | { readonly type: "bearer"; readonly token: Secret };

export interface EndpointTls {
  /** The certificate authority to trust, as PEM; absent: those of the client's system. */
  readonly ca?: string;
  /** The name in its certificate; absent: the host. */
  readonly serverName?: string;
  /** Whether any certificate is accepted; default: no. */
  readonly insecure?: boolean;
}

/** The endpoints of one service. */
export interface ServiceEndpoints<Secret = unknown> {
  /** For the containers of its own host, on the network that they share. */
  readonly local: Endpoint<Secret>;
  /** For other hosts, through the front of its host; absent: they cannot reach it. */
  readonly remote?: Endpoint<Secret>;
}

/** The endpoint of a service on the network that the containers of its host share, unreachable from elsewhere. */
export function containerEndpoint(service: string, port: number, path = ""): Endpoint<never> {
  return { scheme: "http", host: unitName(service), port, path };
}

/** Whether it is reached only from the host that it is on. */
export function isOfOwnHost({ host }: Pick<Endpoint, "host">): boolean {
  return host === "localhost" || isLoopback(host);
}

/** The endpoint of what is served below a URL. */
export function endpointAt(url: string, path = ""): Endpoint<never> {
  const { protocol, hostname, port, pathname } = new URL(url);
  const scheme = protocol === "https:" ? "https" : "http";
  return {
    scheme,
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: port === "" ? (scheme === "https" ? 443 : 80) : Number(port),
    path: `${pathname.replace(/\/$/, "")}${path}`,
  };
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

/** In the names of a client's secrets and files. */
export function endpointName({ host, port, path }: Endpoint): string {
  return `${host}-${port}${path}`.replaceAll(/[^A-Za-z0-9-]+/g, "-");
}

/** How clients log in there and verify its certificate, for what renders and deploys them. */
export function loginAt<Secret>({ auth, tls }: Pick<Endpoint<Secret>, "auth" | "tls">): HttpAuth<Secret> {
  return {
    ...login(auth),
    ...(tls === undefined ? {} : { tls: { ...tls, insecure: tls.insecure ?? false } }),
  };
}

function login<Secret>(auth: EndpointAuth<Secret> | undefined): HttpAuth<Secret> {
  switch (auth?.type) {
    case undefined:
      return {};
    case "basic":
      return { basicAuth: { username: auth.username, password: auth.password } };
    case "bearer":
      return { bearerToken: auth.token };
    default:
      return auth satisfies never;
  }
}

/** Where programs of a host report what they do. */
export interface ReportsTo {
  readonly host: string;
  /** Ports, UDP and TCP. */
  readonly statsd: number;
  readonly lines: number;
}
