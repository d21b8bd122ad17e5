import * as pulumi from "@pulumi/pulumi";
import { serviceBundle } from "../../engines/bundle";
import type { Host } from "../host";
import type { PodNetwork } from "../network/component";
import type { NginxBridge } from "../nginx/component";
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
      bridge: args.bridge.endpoint,
      unitKeys: settings.quadlet,
    });
    host.apply(
      `${name}-service`,
      { service: service.name, bundle: serviceBundle(service, host) },
      { parent: this, dependsOn: [args.network, args.bridge.service] },
    );
    this.registerOutputs({});
  }
}
