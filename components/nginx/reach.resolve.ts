import type { ServiceSettings } from "../../config/section";
import { endpointAt, isOfOwnHost } from "../../lib/endpoint";

interface Placed {
  readonly settings: Pick<ServiceSettings<unknown>, "front">;
}

/** Whether the services of a host reach those of another one, or its own. */
export function reaches<Host extends Placed>(host: Host, other: Host): boolean {
  return other === host || !isOfOwnHost(endpointAt(other.settings.front.publicUrl));
}
