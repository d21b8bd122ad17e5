import * as pulumi from "@pulumi/pulumi";
import type { HostSettings } from "../../config/load";
import { additionsOf, withAdditions } from "../../lib/additions";
import { ownSecrets } from "../../lib/auth";
import { type Endpoint, urlOf } from "../../lib/endpoint";
import type { Host } from "../host";
import type { PodNetwork } from "../network/component";
import { VMAUTH } from "./endpoint";
import { CONFIG_SECRET, configuration, vmauth } from "./render";

type Secret = pulumi.Output<string>;

export interface VmauthArgs {
  readonly host: Host;
  readonly network: PodNetwork;
  readonly settings: HostSettings["vmauth"];
  /** The VictoriaMetrics that it may ask, in this order. */
  readonly stores: ReadonlyArray<Endpoint<Secret>>;
}

/** vmauth: asks one of several VictoriaMetrics that answers. */
export class Vmauth extends pulumi.ComponentResource {
  constructor(name: string, args: VmauthArgs, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:Vmauth", name, {}, opts);
    const { host, settings, stores } = args;
    const authorities = new Set(stores.flatMap(({ tls }) => tls?.ca ?? []));
    const service = host.rendered(withAdditions(vmauth), {
      image: settings.image,
      authorities: [...authorities],
      secrets: settings.secrets,
      unitKeys: settings.quadlet,
      added: additionsOf(settings),
    });
    const secrets = [
      ...ownSecrets(VMAUTH, settings.secrets),
      { name: CONFIG_SECRET, value: configurationOf(host, stores) },
    ];
    host.deploy(name, { service, secrets, after: [args.network] }, { parent: this });
    this.registerOutputs({});
  }
}

/** All take the same token. */
function configurationOf(host: Host, stores: ReadonlyArray<Endpoint<Secret>>): Secret {
  const [token] = stores.flatMap(({ auth }) => (auth?.type === "bearer" ? [auth.token] : []));
  const urls = host.named(stores.map(urlOf).join(" "));
  return pulumi.secret(
    pulumi.all([urls, token]).apply(([known, plain]) => configuration(known.split(" "), plain)),
  );
}
