import * as pulumi from "@pulumi/pulumi";
import type { HostSettings } from "../../config/load";
import { additionsOf, withAdditions } from "../../lib/additions";
import type { Host } from "../host";
import type { PodNetwork } from "../network/component";
import type { FrontSettings } from "../nginx/front.schema";
import { BLACKBOX_ENDPOINT } from "./endpoint";
import { blackboxExporter, blackboxSecrets } from "./render";

export interface BlackboxExporterArgs {
  readonly host: Host;
  readonly network: PodNetwork;
  readonly front: FrontSettings;
  readonly settings: HostSettings["blackboxExporter"];
}

/** The blackbox exporter: probes targets for Prometheus; its page of recent probes is behind the front. */
export class BlackboxExporter extends pulumi.ComponentResource {
  /** The page of recent probes, through the front. */
  readonly url: pulumi.Input<string>;

  constructor(name: string, args: BlackboxExporterArgs, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:BlackboxExporter", name, {}, opts);
    const { host, settings } = args;
    const url = `${args.front.publicUrl}${BLACKBOX_ENDPOINT.path}/`;
    this.url = host.named(url);
    const service = host.rendered(withAdditions(blackboxExporter), {
      image: settings.image,
      externalUrl: url,
      modules: settings.modules,
      secrets: settings.secrets,
      unitKeys: settings.quadlet,
      added: additionsOf(settings),
    });
    host.deploy(
      name,
      {
        service,
        secrets: blackboxSecrets(settings),
        after: [args.network],
      },
      { parent: this },
    );
    this.registerOutputs({ url: this.url });
  }
}
