import * as pulumi from "@pulumi/pulumi";
import type { HostSettings } from "../../config/load";
import type { Telemetry } from "../../lib/telemetry";
import type { Host } from "../host";
import type { PodNetwork } from "../network/component";
import type { FrontSettings } from "../nginx/front.schema";
import type { Backend } from "../nginx/render";
import { BLACKBOX_BACKEND, blackboxExporter, blackboxSecrets, blackboxTelemetry } from "./render";

export interface BlackboxExporterArgs {
  readonly host: Host;
  readonly network: PodNetwork;
  /** Name of the host, the label `instance` of the exporter's own series. */
  readonly hostName: string;
  readonly front: FrontSettings;
  readonly settings: HostSettings["blackboxExporter"];
}

/** The blackbox exporter: probes targets for Prometheus; its page of recent probes is behind the front. */
export class BlackboxExporter extends pulumi.ComponentResource {
  readonly backend: Backend = BLACKBOX_BACKEND;
  /** The exporter itself, and all its targets. */
  readonly telemetry: Telemetry;
  /** The page of recent probes, through the front. */
  readonly url: string;

  constructor(name: string, args: BlackboxExporterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:BlackboxExporter", name, {}, opts);
    const { host, settings } = args;
    this.url = `${args.front.publicUrl}${BLACKBOX_BACKEND.endpoint.path}/`;
    this.telemetry = blackboxTelemetry(args.hostName, settings.targets);
    const service = blackboxExporter({
      image: settings.image,
      externalUrl: this.url,
      modules: settings.modules,
      secrets: settings.secrets,
      unitKeys: settings.quadlet,
    });
    host.deploy(
      name,
      { service, secrets: blackboxSecrets(settings), after: [args.network] },
      { parent: this },
    );
    this.registerOutputs({ url: this.url });
  }
}
