import * as pulumi from "@pulumi/pulumi";
import type { HostSettings, Settings } from "../config/load";
import { isLoopback } from "../lib/address";
import { needsOwnAuthority } from "../lib/authority";
import { endpointAt, isOfOwnHost } from "../lib/endpoint";
import { Host, type WhenKnown } from "./host";
import { withInfluxdbPasswords } from "./influxdb/passwords.component";
import { Later } from "./later";
import { onMachines } from "./machines";
import { machineTokens } from "./nginx/auth.component";
import { Authority } from "./nginx/authority.component";
import { type Created, type Installation, offered, type Placement, type WiredHost } from "./placement";
import { plannedServices, SERVICES, wire } from "./services";
import { withOneStoreToken } from "./victoriametrics/token.component";
import { whenKnown as whenMade } from "./whenKnown";

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

  constructor(name: string, settings: StackSettings, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:MonitoringStack", name, {}, opts);
    const hosts = wired(name, settings, this);
    const authority = hosts.some(needsAuthority)
      ? new Authority(`${name}-authority`, { parent: this })
      : undefined;
    const applied = new Later();
    const around = {
      authority,
      hostsApplied: applied.promise,
      whenKnown: settings.whenKnown ?? (settings.machines === undefined ? undefined : whenMade),
    };
    const entrances = new Map<string, readonly pulumi.Resource[]>();
    // Jump hosts first, since the others wait for them.
    const inOrder = [...hosts].sort((a, b) => hops(a) - hops(b));
    const placedAs = new Map<WiredHost, PlacedHost>();
    for (const host of inOrder) {
      const others = hosts.filter((other) => other !== host);
      const entersAfter = entrances.get(host.settings.via ?? "");
      const one = this.place(`${name}-${host.settings.name}`, host, { ...around, others, entersAfter });
      entrances.set(host.settings.name, one.entrance);
      placedAs.set(host, one);
    }
    const placed = hosts.map((host) => placedAs.get(host) as PlacedHost);
    applied.when(placed.flatMap(({ deployed }) => deployed));
    this.installations = Object.fromEntries(
      placed.flatMap(({ host, installation }) =>
        host.role === "target" ? [] : [[host.name, installation as Installation]],
      ),
    );
    this.authority = authority?.certificate;
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
      Pick<StackSettings, "whenKnown"> & { readonly entersAfter: readonly pulumi.Resource[] | undefined },
  ): PlacedHost {
    const opts = { parent: this };
    const { settings, offers } = wired;
    const host = new Host(
      name,
      {
        ...settings,
        services: plannedServices(wired),
        sendsPings: offered(wired, "sendsPings").includes(true),
        whenKnown: around.whenKnown,
        entersAfter: around.entersAfter,
        authority: around.authority?.certificate,
      },
      opts,
    );
    let created: Created = {};
    const installations = SERVICES.filter(({ service }) => service in offers).map(({ place }) => {
      const placed = place({ ...wired, ...around, name, host, created }, opts);
      created = { ...created, ...placed.created };
      return placed.installation ?? {};
    });
    host.complete(name);
    return {
      host: settings,
      installation: Object.assign({}, ...installations),
      deployed: host.deployed,
      entrance: host.entrance,
    };
  }
}

/** A host with all of its services. */
interface PlacedHost {
  readonly host: HostSettings;
  readonly installation: Partial<Installation>;
  readonly deployed: readonly pulumi.Resource[];
  readonly entrance: readonly pulumi.Resource[];
}

/** How many jump hosts of the stack there are on the way to it. */
function hops({ settings }: WiredHost): number {
  return settings.via === undefined ? 0 : 1;
}

/** The hosts, each with what its services offer, the log-ins of other hosts at its front, and the machine that it is. */
function wired(name: string, settings: StackSettings, parent: pulumi.Resource): readonly WiredHost[] {
  const withLogIns = settings.hosts.map((host) =>
    withInfluxdbPasswords(
      `${name}-${host.name}-influxdb`,
      withMachineTokens(`${name}-${host.name}-front`, host, settings.hosts, parent),
      parent,
    ),
  );
  const hosts = withOneStoreToken(withLogIns);
  const offering = hosts.map((host) => wire(host, hosts));
  return onMachines(name, settings, offering, parent);
}

function needsAuthority({ settings: { role, front, alertmanager } }: WiredHost): boolean {
  return (role !== "target" && needsOwnAuthority(front.tls)) || alertmanager.cluster !== undefined;
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
