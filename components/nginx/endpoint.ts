import { inUrl } from "../../lib/address";
import { authorityOf, type Encryption } from "../../lib/authority";
import {
  authority,
  containerEndpoint,
  type Endpoint,
  endpointAt,
  isOfOwnHost,
  type ServiceEndpoints,
} from "../../lib/endpoint";
import type { MachineLogIn, MachineTokens } from "../../lib/machineLogIns";
import type { ScrapeJob } from "../../lib/telemetry";

/** Name of the service. */
export const NGINX = "nginx";

/** The job of the gateways that it bridges. */
export const GATEWAYS_JOB = "roq-gateways";

/** The job of its own certificate. */
export const FRONT_JOB = "front";

/** Endpoints for the other services of the host: its counters, and what it bridges. */
export const BRIDGE_ENDPOINT = containerEndpoint(NGINX, 8081);

/** What clients of a front need to know of it. */
export interface FrontAddress<Secret = unknown> {
  readonly publicUrl: string;
  readonly tls: Encryption;
  /** Absent: it wants no log-in, or no other host may have one. */
  readonly machines?: MachineTokens<Secret>;
}

/** A front, and what else tells whether a URL is one of it. */
export interface NamedFront<Secret = unknown> extends FrontAddress<Secret> {
  readonly port: number;
  /** As in a request. */
  readonly serverNames: readonly string[];
}

/**
 * The endpoints of a service that the front of its host serves. A front that is reached only from its own host serves no other.
 *
 * @param purpose of clients there
 */
export function behindFront<Secret>(
  front: FrontAddress<Secret>,
  local: Endpoint<Secret>,
  purpose: MachineLogIn,
): ServiceEndpoints<Secret> {
  const at = endpointAt(front.publicUrl, local.path);
  return isOfOwnHost(at) ? { local } : { local, remote: { ...at, ...entry(front, purpose) } };
}

/** How clients enter a front: with which log-in, and by which certificate they know it. */
export function entry<Secret>(
  { tls, machines }: FrontAddress<Secret>,
  purpose: MachineLogIn,
): Pick<Endpoint<Secret>, "auth" | "tls"> {
  const ca = authorityOf(tls);
  return {
    ...(machines === undefined ? {} : { auth: { type: "bearer", token: machines[purpose] } }),
    ...(ca === undefined ? {} : { tls: { ca } }),
  };
}

/** The one of these fronts that a URL leads to. */
export function frontAt<Front extends NamedFront>(url: string, fronts: readonly Front[]): Front | undefined {
  if (!URL.canParse(url)) return undefined;
  const { scheme, host, port } = endpointAt(url);
  const name = inUrl(host).toLowerCase();
  return fronts.find(({ publicUrl, tls, port: own, serverNames }) => {
    const named = endpointAt(publicUrl);
    const isPublic = scheme === named.scheme && port === named.port;
    const isDirect = scheme === (tls === false ? "http" : "https") && port === own;
    return (isPublic || isDirect) && !isOfOwnHost({ host }) && serverNames.includes(name);
  });
}

/**
 * The scrape job of a service of another host, through the front there, under the name of that host.
 *
 * @param path of its metrics at the front
 */
export function jobAtFront<Secret>(
  job: string,
  path: string,
  {
    name,
    labels,
    front,
  }: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly front: FrontAddress<Secret>;
  },
): ScrapeJob<Secret> | undefined {
  const { remote } = behindFront<Secret>(front, { ...BRIDGE_ENDPOINT, path: "" }, "metrics");
  if (remote === undefined) return undefined;
  return {
    config: {
      job_name: `${job}${AT}${name}`,
      metrics_path: path,
      static_configs: [{ targets: [authority(remote)], labels: { ...labels, job, instance: name } }],
    },
    endpoint: remote,
  };
}

/** Between a service and its host, in the name of a job. */
const AT = "-at-";

/** The service that a job of this name would watch behind the front of a host; undefined for any other name. */
export function serviceAtFront(job: string, host: string): string | undefined {
  return job.endsWith(AT + host) ? job.slice(0, -AT.length - host.length) : undefined;
}
