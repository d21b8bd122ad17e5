import * as pulumi from "@pulumi/pulumi";
import type { HostSettings } from "../../config/load";
import { additionsOf, withAdditions } from "../../lib/additions";
import { ownSecrets } from "../../lib/auth";
import type { Endpoint } from "../../lib/endpoint";
import type { Host } from "../host";
import type { PodNetwork } from "../network/component";
import { TELEGRAF } from "./endpoint";
import { PASSWORD_SECRET, telegraf } from "./render";

type Secret = pulumi.Output<string>;

export interface TelegrafArgs {
  readonly host: Host;
  readonly network: PodNetwork;
  /** Name of the host, a tag of everything. */
  readonly hostName: string;
  readonly settings: HostSettings["telegraf"];
  /** The InfluxDB that it writes to, if there is one. */
  readonly output?: { readonly endpoint: Endpoint<Secret>; readonly database: string } | undefined;
  /** Where the InfluxDB of its own host tells of itself. */
  readonly figures?: Endpoint | undefined;
}

/** Telegraf: takes series, keeps on disk what InfluxDB has not got yet. */
export class Telegraf extends pulumi.ComponentResource {
  constructor(name: string, args: TelegrafArgs, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:Telegraf", name, {}, opts);
    const { host, settings, output } = args;
    const auth = output?.endpoint.auth;
    const service = host.rendered(withAdditions(telegraf), {
      host: args.hostName,
      image: settings.image,
      listen: settings.listen,
      templates: settings.templates,
      percentiles: settings.percentiles,
      interval: settings.interval,
      flushInterval: settings.flushInterval,
      output,
      figures: args.figures,
      secrets: settings.secrets,
      keepData: settings.data === "keep",
      unitKeys: settings.quadlet,
      added: additionsOf(settings),
    });
    const secrets = [
      ...ownSecrets(TELEGRAF, settings.secrets),
      ...(auth?.type === "basic" ? [{ name: PASSWORD_SECRET, value: auth.password }] : []),
    ];
    host.deploy(name, { service, secrets, after: [args.network] }, { parent: this });
    this.registerOutputs({});
  }
}
