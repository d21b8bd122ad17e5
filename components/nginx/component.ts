import * as pulumi from "@pulumi/pulumi";
import type { HostSettings } from "../../config/load";
import { additionsOf, withAdditions } from "../../lib/additions";
import { ownSecrets } from "../../lib/auth";
import { needsOwnAuthority } from "../../lib/authority";
import type { Host } from "../host";
import type { PodNetwork } from "../network/component";
import type { Limits } from "../prometheus/limits.render";
import { FrontLogIns, type KnownLogIns } from "./auth.component";
import { withMachines } from "./auth.render";
import { Authority } from "./authority.component";
import { NGINX } from "./endpoint";
import { USUAL_LIFETIME } from "./front.schema";
import type { GatewaysSettings } from "./gateways.schema";
import { type Backend, type HostSockets, type NginxInput, nginx } from "./render";
import { CERTIFICATE_SECRET, certifiedNames } from "./tls.render";

export interface NginxBridgeArgs {
  readonly host: Host;
  readonly network: PodNetwork;
  /** Name of the host, shown on the start page. */
  readonly hostName: string;
  readonly front: HostSettings["front"];
  readonly gateways: GatewaysSettings;
  /** Native services of the host, whose sockets it bridges to Prometheus. */
  readonly hostSockets?: HostSockets | undefined;
  /** Prometheus' limit of a response's size, unless the gateways have their own. */
  readonly limits: Limits;
  /** The stack's authority, if there is one already. */
  readonly authority?: Authority | undefined;
  /** The services behind the front. */
  readonly backends: readonly Backend[];
  /** Metrics for the Prometheus of other hosts. */
  readonly metrics?: NginxInput["metrics"];
  /** Runbooks, by the alert's name. */
  readonly runbooks: Readonly<Record<string, string>>;
}

/** NGINX: the front of a host's services, and the bridge from gateways on Unix sockets to Prometheus. */
export class NginxBridge extends pulumi.ComponentResource {
  /** Where users reach the start page. */
  readonly url: pulumi.Input<string>;
  /** How users log in there, if they have to. */
  readonly logIns: KnownLogIns | undefined;
  /** What clients of NGINX depend on. */
  readonly service: pulumi.Resource;

  constructor(name: string, args: NginxBridgeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:NginxBridge", name, {}, opts);
    const { host, front, gateways } = args;
    this.url = host.named(`${front.publicUrl}/`);
    const secrets = ownSecrets(NGINX, front.secrets);
    const logIns =
      front.auth && new FrontLogIns(`${name}-log-ins`, front.auth, front.machines, { parent: this });
    this.logIns = logIns?.known;
    const certificate = this.certificate(name, args);
    const reloaded = certificate === undefined ? [] : [{ name: CERTIFICATE_SECRET, value: certificate }];
    const service = host.rendered(withAdditions(nginx), {
      host: args.hostName,
      image: front.image,
      bind: front.bind,
      port: front.port,
      ...(front.statusPort === undefined ? {} : { statusPort: front.statusPort }),
      ...(front.httpPort === undefined
        ? {}
        : { http: { port: front.httpPort, publicUrl: front.publicUrl, proofs: servesProofs(front.tls) } }),
      ...(front.tls === false ? {} : { tls: { hsts: front.tls.hsts } }),
      serverNames: front.serverNames,
      resolver: args.network.resolver,
      ipv6: args.network.ipv6,
      backends: args.backends,
      metrics: args.metrics ?? [],
      root: front.root,
      logIns: front.auth && front.machines ? withMachines(front.auth) : front.auth,
      runbooks: args.runbooks,
      bodySize: args.limits.bodySize,
      ...(gateways.enabled ? { gateways } : {}),
      ...(args.hostSockets === undefined ? {} : { hostSockets: args.hostSockets }),
      ...(front.snippet === undefined ? {} : { snippet: front.snippet }),
      secrets: secrets.map(({ name: secret }) => secret),
      unitKeys: front.quadlet,
      added: additionsOf(front),
    });
    const all = [...secrets, ...(logIns?.secrets ?? []), ...reloaded];
    this.service = host.deploy(name, { service, secrets: all, after: [args.network] }, { parent: this });
    this.registerOutputs({ url: this.url, logIns: this.logIns });
  }

  /** The certificate and its key; undefined in clear text. */
  private certificate(
    name: string,
    { host, hostName, front, authority }: NginxBridgeArgs,
  ): pulumi.Output<string> | undefined {
    if (front.tls === false) return undefined;
    const { files } = front.tls;
    if (files !== undefined) {
      const { ca, certificate, key } = files;
      host.trust(
        ca === undefined ? undefined : pulumi.output(ca),
        withoutBrackets(new URL(front.publicUrl).hostname),
      );
      return pulumi.secret(pulumi.interpolate`${certificate}${key}`);
    }
    const { acme } = front.tls;
    if (!needsOwnAuthority(front.tls)) return undefined;
    const signer = authority ?? new Authority(`${name}-authority`, { parent: this });
    // Until the CA has issued one, and when its own have expired, it is the stack's authority that signs.
    if (acme === undefined) host.trust(signer.certificate);
    else {
      const ca = pulumi.interpolate`${signer.certificate}${acme.ca ?? ""}`;
      host.trust(ca, withoutBrackets(new URL(front.publicUrl).hostname), acme.ca === undefined);
    }
    const names = pulumi
      .output(host.named(certifiedNames(front.serverNames).join(" ")))
      .apply((known) => known.split(" ").map(withoutBrackets).sort());
    const args = { name: hostName, names, lifetime: front.tls.ownCa?.lifetime ?? USUAL_LIFETIME };
    return signer.signed(`${name}-certificate`, args, this);
  }
}

/** Whether a CA asks NGINX for a proof. */
function servesProofs(tls: HostSettings["front"]["tls"]): boolean {
  return tls !== false && tls.acme !== undefined && tls.acme.dns === undefined;
}

/** As a certificate names an IPv6 address. */
function withoutBrackets(name: string): string {
  return name.replace(/^\[(.*)\]$/, "$1");
}
