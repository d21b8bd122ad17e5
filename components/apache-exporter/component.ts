import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host";
import type { PodNetwork } from "../network/component";
import type { ApacheSettings } from "./schema";
import { apacheStatus } from "./status.render";

export interface ApacheStatusArgs {
  readonly host: Host;
  readonly network: PodNetwork;
  readonly settings: Pick<ApacheSettings<unknown>, "configFile" | "port">;
  /** The exporter, which proves that it sees the status. */
  readonly exporter: pulumi.Resource;
}

/** The status block in the configuration of the host's own Apache. */
export class ApacheStatus extends pulumi.ComponentResource {
  constructor(name: string, args: ApacheStatusArgs, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:ApacheStatus", name, {}, opts);
    const { host, network, settings, exporter } = args;
    const service = apacheStatus({ ...settings, host: network.hostAddress, subnet: network.subnet });
    host.deploy(name, { service, after: [network, exporter] }, { parent: this });
    this.registerOutputs({});
  }
}
