import { type Service, unitName } from "../../lib/service";
import { type Bundle, writeBundle } from "../bundle";
import { containerBundle } from "../container";
import type { HostContext } from "../engine";
import { NETWORK_NAME } from "../network";
import { containerUnit } from "./quadlet";

/** The bundle of a service that runs as a container. */
export function serviceBundle(service: Service, { scope, builds = {} }: HostContext): Bundle {
  return containerBundle(service, {
    unit: `${unitName(service.name)}.container`,
    text: containerUnit(service, scope),
    build: builds[service.image],
  });
}

/** The bundle of the network that the services of a host share. */
export function networkBundle(unit: string): Bundle {
  return writeBundle("network", [], [[`unit/${NETWORK_NAME}.network`, unit]]);
}
