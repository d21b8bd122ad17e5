import * as pulumi from "@pulumi/pulumi";
import { networkBundle } from "../../engines/bundle";
import { gatewayOf } from "../../engines/podman/network";
import { networkUnit } from "../../engines/podman/quadlet";
import type { Host } from "../host";
import type { NetworkSettings } from "./schema";

export interface PodNetworkArgs extends NetworkSettings {
  readonly host: Host;
}

/** The network that the services of one host share; nothing on it is reachable from outside unless it is published. */
export class PodNetwork extends pulumi.ComponentResource {
  /** Address of the network's DNS server. */
  readonly resolver: string;

  /** Whether containers have IPv6 addresses too. */
  readonly ipv6: boolean;

  constructor(name: string, args: PodNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:PodNetwork", name, {}, opts);
    const { subnet, subnet6 } = args;
    const gateway = gatewayOf(subnet);
    const ipv6 = subnet6 === undefined ? {} : { ipv6: { subnet: subnet6, gateway: gatewayOf(subnet6) } };
    this.resolver = gateway;
    this.ipv6 = subnet6 !== undefined;
    args.host.apply(
      `${name}-service`,
      {
        service: "network",
        bundle: networkBundle(networkUnit({ subnet, gateway, ...ipv6 }, args.host.scope)),
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
