import type { Network } from "../../lib/deployable";
import type { RunnerEngine } from "../engine";
import { gatewayOf } from "../network";
import { bundleOf } from "../systemd/kinds";
import { networkBundle, serviceBundle } from "./bundle";
import { networkUnit } from "./quadlet";

/** podman, version 4.4 or later: containers are Quadlet units of systemd. */
export const podman: RunnerEngine = {
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
    mountOptions: true,
    secretEnvironment: true,
    disks: true,
    limits: true,
    confine: true,
    hostServices: true,
    serving: true,
  },
  bundle: (service, context) => {
    switch (service.kind) {
      case "container":
        return serviceBundle(service, context);
      case "network":
        return networkBundle(networkUnit(withGateways(service), context.scope));
      default:
        return bundleOf(service, context);
    }
  },
  resolver: ({ subnet }) => gatewayOf(subnet),
  hostAddress: ({ subnet }) => gatewayOf(subnet),
};

function withGateways({ subnet, subnet6 }: Network) {
  const ipv6 = subnet6 === undefined ? {} : { ipv6: { subnet: subnet6, gateway: gatewayOf(subnet6) } };
  return { subnet, gateway: gatewayOf(subnet), ...ipv6 };
}
