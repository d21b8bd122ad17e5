import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host";
import type { GatewaysSettings } from "../nginx/gateways.schema";
import { bridgeGroup } from "../nginx/render";
import { nodeExporter } from "./render";
import type { NodeExporterSettings } from "./schema";

export interface NodeExporterArgs {
  readonly host: Host;
  /** Has the group of NGINX, which forwards Prometheus' scrapes. */
  readonly gateways: GatewaysSettings;
  readonly settings: NodeExporterSettings;
}

/** The node exporter: a sandboxed service of the host itself, not a container, which would see little of the host. */
export class NodeExporter extends pulumi.ComponentResource {
  constructor(name: string, args: NodeExporterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:NodeExporter", name, {}, opts);
    const { host, gateways, settings } = args;
    const { reach } = settings;
    const bridged = reach.by === "socket";
    const service = host.rendered(nodeExporter, {
      ...settings,
      scope: host.scope,
      ...(bridged ? { group: bridgeGroup(gateways) } : { port: reach }),
    });
    host.deploy(name, { service }, { parent: this });
    this.registerOutputs({});
  }
}
