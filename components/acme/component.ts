import * as pulumi from "@pulumi/pulumi";
import type { HostSettings } from "../../config/load";
import type { Host } from "../host";
import { acme, BINDING_SECRET, dnsSecret } from "./render";

type Tls = Exclude<HostSettings["front"]["tls"], false>;

export interface AcmeCertificateArgs {
  readonly host: Host;
  readonly settings: NonNullable<Tls["acme"]>;
  /** NGINX, which serves the proof and shows the certificate. */
  readonly front: pulumi.Resource;
}

/** The certificate that a host gets for its front by itself, and renews without a deployment. */
export class AcmeCertificate extends pulumi.ComponentResource {
  constructor(name: string, args: AcmeCertificateArgs, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:AcmeCertificate", name, {}, opts);
    const { host, settings, front } = args;
    const binding = settings.accountBinding?.key;
    const secrets = [
      ...Object.entries(settings.dns?.secrets ?? {}).map(([variable, value]) => ({
        name: dnsSecret(variable),
        value,
      })),
      ...(binding === undefined ? [] : [{ name: BINDING_SECRET, value: binding }]),
    ];
    const domains = settings.domains ?? [];
    const service = host.rendered(acme, { ...settings, domains });
    host.deploy(name, { service, secrets, after: [front] }, { parent: this });
    this.registerOutputs({});
  }
}
