import { offered, type PlacedService, type Placement } from "../placement";
import { HostFirewall, type HostFirewallArgs } from "./component";
import { FIREWALL } from "./endpoint";

export const firewallPlacement: PlacedService = {
  service: FIREWALL,
  kind: "nftables",
  offer: ({ firewall: { enabled } }) => (enabled ? {} : undefined),
  place: (placement, opts) => {
    new HostFirewall(`${placement.name}-firewall`, firewallArgs(placement), opts);
    return {};
  },
};

export function firewallArgs(placement: Placement): HostFirewallArgs {
  const { host, settings } = placement;
  const { subnet, subnet6 } = settings.network;
  return {
    ...settings.firewall,
    host,
    listeners: [...offered(placement, "listens").flat(), ...offered(placement, "asks")],
    subnets: settings.role === "target" ? [] : [subnet, ...(subnet6 === undefined ? [] : [subnet6])],
    sshPort: host.sshPort,
  };
}
