import * as pulumi from "@pulumi/pulumi";
import type { HostSettings, Settings } from "../config/load";
import { isLoopback } from "../lib/address";
import { needsOwnAuthority } from "../lib/authority";
import { endpointAt, isOfOwnHost } from "../lib/endpoint";
import { Host, type WhenKnown } from "./host";
import { Later } from "./later";
import { machineTokens } from "./nginx/auth.component";
import { Authority } from "./nginx/authority.component";
import { type Created, type Installation, offered, type Placement, type WiredHost } from "./placement";
import { plannedServices, SERVICES, wire } from "./services";

/** Settings in which an address may have a stand-in, until it is known. */
export interface StackSettings extends Settings {
  readonly whenKnown?: WhenKnown;
}

/** Everything that a stack file describes, host by host. */
export class MonitoringStack extends pulumi.ComponentResource {
  /** By name of the host; targets have none. */
  readonly installations: Readonly<Record<string, Installation>>;
  /** The certificate of the authority that signs those of the fronts, in PEM form; undefined if none is from there. */
  readonly authority: pulumi.Output<string> | undefined;

  constructor(name: string, { hosts, whenKnown }: StackSettings, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:MonitoringStack", name, {}, opts);
    const known = hosts.map((host) => withMachineTokens(`${name}-${host.name}-front`, host, hosts, this));
    const wired = known.map((host) => wire(host, known));
    const isSigned = ({ settings: { role, front } }: WiredHost) =>
      role !== "target" && needsOwnAuthority(front.tls);
    const authority = wired.some(isSigned) ? new Authority(`${name}-authority`, { parent: this }) : undefined;
    this.authority = authority?.certificate;
    const deployed: pulumi.Resource[] = [];
    const applied = new Later();
    this.installations = Object.fromEntries(
      wired.flatMap((host) => {
        const others = wired.filter((other) => other !== host);
        const installation = this.place(`${name}-${host.settings.name}`, host, {
          others,
          authority,
          whenKnown,
          hostsApplied: applied.promise,
          deployed,
        });
        return host.settings.role === "target" ? [] : [[host.settings.name, installation as Installation]];
      }),
    );
    applied.when(deployed);
    this.registerOutputs({
      installations: this.installations,
      ...(authority === undefined ? {} : { authority: authority.certificate }),
    });
  }

  /** Creates a host and its services. */
  private place(
    name: string,
    wired: WiredHost,
    around: Pick<Placement, "others" | "authority" | "hostsApplied"> &
      Pick<StackSettings, "whenKnown"> & { readonly deployed: pulumi.Resource[] },
  ): Partial<Installation> {
    const opts = { parent: this };
    const { settings, offers } = wired;
    const services = SERVICES.filter(({ service }) => service in offers);
    const sendsPings = offered(wired, "sendsPings").includes(true);
    const host = new Host(
      name,
      {
        ...settings,
        services: plannedServices(wired),
        sendsPings,
        whenKnown: around.whenKnown,
        authority: around.authority?.certificate,
      },
      opts,
    );
    let created: Created = {};
    const installations = services.map(({ place }) => {
      const placed = place({ ...wired, ...around, name, host, created }, opts);
      created = { ...created, ...placed.created };
      return placed.installation ?? {};
    });
    host.complete(name);
    around.deployed.push(...host.deployed);
    return Object.assign({}, ...installations);
  }
}

/** A host whose front other hosts, or a Grafana elsewhere, log in at has the tokens for it: what its services offer contains them. */
function withMachineTokens(
  name: string,
  host: HostSettings,
  hosts: readonly HostSettings[],
  parent: pulumi.Resource,
): HostSettings {
  const { front, role, grafana } = host;
  const others =
    grafana.external !== undefined || hosts.some((other) => other !== host && other.role !== "target");
  const isReached = !isLoopback(front.bind) || !isOfOwnHost(endpointAt(front.publicUrl));
  if (role === "target" || front.auth === undefined || !others || !isReached) return host;
  return { ...host, front: { ...front, machines: machineTokens(name, parent) } };
}
