import { containerEndpoint, type Endpoint, type ServiceEndpoints } from "../../lib/endpoint";
import type { MachineLogIn } from "../../lib/machineLogIns";
import { behindFront, type FrontAddress } from "../nginx/endpoint";

/** Name of the service, and of its scrape job. */
export const VICTORIAMETRICS = "victoriametrics";

export const VICTORIAMETRICS_ENDPOINT = containerEndpoint(VICTORIAMETRICS, 8428);

/** Where the front serves it. It has no sub-path of its own. */
export const VICTORIAMETRICS_PATH = "/victoriametrics";

/** @param purpose of clients at the front */
export function victoriametricsEndpoints<Secret>(
  front: FrontAddress<Secret>,
  purpose: MachineLogIn,
): ServiceEndpoints<Secret> {
  const served: Endpoint<Secret> = { ...VICTORIAMETRICS_ENDPOINT, path: VICTORIAMETRICS_PATH };
  return { ...behindFront(front, served, purpose), local: VICTORIAMETRICS_ENDPOINT };
}
