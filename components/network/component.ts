import * as pulumi from "@pulumi/pulumi";
import type { Network } from "../../lib/deployable";
import type { Host } from "../host";
import type { NetworkSettings } from "./schema";

export interface PodNetworkArgs extends NetworkSettings {
  readonly host: Host;
}

/** The network that the services of one host share; nothing on it is reachable from outside unless it is published. */
export class PodNetwork extends pulumi.ComponentResource {
  /** Address of the network's DNS server. */
  readonly resolver: string;

  /** Address by which the network's containers reach the host. */
  readonly hostAddress: string;

  /** Range of its IPv4 addresses. */
  readonly subnet: string;

  /** Whether containers have IPv6 addresses too. */
  readonly ipv6: boolean;

  constructor(name: string, args: PodNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:PodNetwork", name, {}, opts);
    const { host, subnet, subnet6 } = args;
    const network: Network = { kind: "network", name: "network", subnet, subnet6 };
    this.resolver = host.resolver(network);
    this.subnet = subnet;
    this.hostAddress = host.addressIn(network);
    this.ipv6 = subnet6 !== undefined;
    host.deploy(name, { service: network }, { parent: this });
    this.registerOutputs({});
  }
}
