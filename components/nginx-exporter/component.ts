import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host";
import type { PodNetwork } from "../network/component";
import type { NginxBridge } from "../nginx/component";
import { BRIDGE_ENDPOINT } from "../nginx/endpoint";
import { nginxExporter } from "./render";
import type { NginxExporterSettings } from "./schema";

export interface NginxExporterArgs {
  readonly host: Host;
  readonly network: PodNetwork;
  /** Whose counters it reads. */
  readonly bridge: NginxBridge;
  readonly settings: NginxExporterSettings;
}

/** The NGINX exporter: translates the counters of the front for Prometheus. */
export class NginxExporter extends pulumi.ComponentResource {
  constructor(name: string, args: NginxExporterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:NginxExporter", name, {}, opts);
    const { host, settings } = args;
    const service = nginxExporter({
      image: settings.image,
      bridge: BRIDGE_ENDPOINT,
      unitKeys: settings.quadlet,
    });
    host.deploy(name, { service, after: [args.network, args.bridge.service] }, { parent: this });
    this.registerOutputs({});
  }
}
