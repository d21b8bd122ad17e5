import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host";
import { type FirewallInput, firewall } from "./render";

export interface HostFirewallArgs extends FirewallInput {
  readonly host: Host;
}

/** What reaches the host from elsewhere. A set of rules is taken back by itself unless a second log-in confirms it. */
export class HostFirewall extends pulumi.ComponentResource {
  constructor(name: string, args: HostFirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:HostFirewall", name, {}, opts);
    const { host, ...input } = args;
    const service = host.rendered(firewall, input);
    host.deployConfirmed(name, { service }, { parent: this });
    this.registerOutputs({});
  }
}
