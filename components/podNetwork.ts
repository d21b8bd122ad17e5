import * as pulumi from "@pulumi/pulumi";
import type { NetworkSettings } from "../config/schema";
import { networkBundle } from "../lib/bundle";
import { gatewayOf } from "../lib/network";
import { networkUnit } from "../lib/quadlet";
import type { Host } from "./host";

export interface PodNetworkArgs extends NetworkSettings {
  readonly host: Host;
}

/** The network that the services of one host share; nothing on it is reachable from outside unless it is published. */
export class PodNetwork extends pulumi.ComponentResource {
  /** Address of the network's DNS server. */
  readonly resolver: string;

  constructor(name: string, args: PodNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:PodNetwork", name, {}, opts);
    const gateway = gatewayOf(args.subnet);
    this.resolver = gateway;
    args.host.apply(
      `${name}-service`,
      {
        service: "network",
        bundle: networkBundle(networkUnit({ subnet: args.subnet, gateway }, args.host.scope)),
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
