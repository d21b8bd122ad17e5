import type { Network } from "../../lib/deployable";
import type { Engine } from "../engine";
import { fragmentBundle } from "../fragment";
import { nativeBundle } from "../systemd/bundle";
import { firewallBundle } from "../systemd/nftables";
import { packagesBundle } from "../systemd/packages";
import { networkBundle, serviceBundle } from "./bundle";
import { gatewayOf } from "./network";
import { networkUnit } from "./quadlet";
import { timerBundle } from "./timer";

/** podman, version 4.4 or later: containers are Quadlet units of systemd. */
export const podman: Engine = {
  name: "podman",
  can: {
    check: true,
    reload: true,
    rollBack: true,
    secretFiles: true,
    rootless: true,
    build: true,
    quadlet: true,
    mounts: true,
    secretEnvironment: true,
    limits: true,
    confine: true,
  },
  bundle: (service, context) => {
    switch (service.kind) {
      case "container":
        return serviceBundle(service, context);
      case "native":
        return nativeBundle(service, context.scope);
      case "timer":
        return timerBundle(service, context);
      case "network":
        return networkBundle(networkUnit(withGateways(service), context.scope));
      case "fragment":
        return fragmentBundle(service);
      case "packages":
        return packagesBundle(service);
      case "nftables":
        return firewallBundle(service);
      default:
        return service satisfies never;
    }
  },
  resolver: ({ subnet }) => gatewayOf(subnet),
  hostAddress: ({ subnet }) => gatewayOf(subnet),
};

function withGateways({ subnet, subnet6 }: Network) {
  const ipv6 = subnet6 === undefined ? {} : { ipv6: { subnet: subnet6, gateway: gatewayOf(subnet6) } };
  return { subnet, gateway: gatewayOf(subnet), ...ipv6 };
}
