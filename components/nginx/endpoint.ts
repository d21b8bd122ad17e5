import { authorityOf, type Encryption } from "../../lib/authority";
import {
  containerEndpoint,
  type Endpoint,
  endpointAt,
  isOfOwnHost,
  type ServiceEndpoints,
} from "../../lib/endpoint";

/** Name of the service. */
export const NGINX = "nginx";

/** The job of the gateways that it bridges. */
export const GATEWAYS_JOB = "roq-gateways";

/** The job of its own certificate. */
export const FRONT_JOB = "front";

/** Endpoints for the other services of the host: its counters, and what it bridges. */
export const BRIDGE_ENDPOINT = containerEndpoint(NGINX, 8081);

/** What clients of a front need to know of it. */
export interface FrontAddress {
  readonly publicUrl: string;
  readonly tls: Encryption;
}

/** The endpoints of a service that the front of its host serves. A front that is reached only from its own host serves no other. */
export function behindFront<Secret>(
  { publicUrl, tls }: FrontAddress,
  local: Endpoint<Secret>,
): ServiceEndpoints<Secret> {
  const front = endpointAt(publicUrl, local.path);
  if (isOfOwnHost(front)) return { local };
  const ca = authorityOf(tls);
  return { local, remote: { ...front, ...(ca === undefined ? {} : { tls: { ca } }) } };
}
