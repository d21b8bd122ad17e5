// Which service runs on which host, in two steps for the whole stack: first each host's services state what they offer to others, which
// needs no resource (wiring); then each service is created, given the offers of all hosts (placing).
import type * as pulumi from "@pulumi/pulumi";
import type { HostSettings } from "../config/load";
import type { Endpoint, ReportsTo, ServiceEndpoints } from "../lib/endpoint";
import { nearest } from "../lib/nearest";
import type { Kind, Listener } from "../lib/runner";
import type { SavedData } from "../lib/savedData";
import type { Telemetry } from "../lib/telemetry";
import type { DatasourceKind } from "./grafana/datasource.render";
import { datasourcesAmong } from "./grafana/kinds.render";
import type { Host } from "./host";
import type { PodNetwork } from "./network/component";
import type { KnownLogIns } from "./nginx/auth.component";
import type { Authority } from "./nginx/authority.component";
import type { NginxBridge } from "./nginx/component";
import type { Backend, HostSockets } from "./nginx/render";

/** What users need to know of a host once it is deployed. */
export interface Installation {
  /** The start page. */
  readonly url: pulumi.Input<string>;
  /** Names, passwords and tokens for the front, if it wants them. */
  readonly logIns?: KnownLogIns;
  readonly prometheus?: pulumi.Input<string>;
  readonly alertmanager?: pulumi.Input<string>;
  /** Somebody else's has no log-in of ours. */
  readonly grafana?: {
    readonly url: pulumi.Input<string>;
    readonly user?: string;
    readonly password?: pulumi.Output<string>;
  };
  /** Its InfluxDB, with the administrator's log-in. */
  readonly influxdb?: {
    /** Where the front serves it to other hosts, if it does. */
    readonly url?: pulumi.Input<string>;
    readonly user: string;
    readonly password: pulumi.Output<string>;
  };
  /** The backups that it makes by itself, which `pulumi destroy` leaves. */
  readonly backups?: {
    readonly repository: string;
    readonly password: pulumi.Output<string>;
  };
}

/** Secrets are known only when they are deployed. */
type Secret = pulumi.Output<string>;

/** What the services of any host may use, by the endpoint that they reach. */
interface Reachable {
  readonly endpoints: ServiceEndpoints<Secret>;
}

/** What a service on a host offers to the others, and requires of the host. */
export interface Offer {
  /** Ports of the host that it listens on, if any. */
  readonly listens?: readonly Listener[];
  /** Where it mounts disks. */
  readonly mounts?: readonly string[];
  /** Port of another program of the host that containers have to reach; the firewall lets them through. */
  readonly asks?: Listener;
  /** How the front of its host serves it. */
  readonly backend?: Backend;
  /** The socket that the host's own NGINX bridges. */
  readonly hostSockets?: HostSockets;
  /** Whether it sends pings, for which an ordinary user may lack permission. */
  readonly sendsPings?: boolean;
  /** Where Prometheus sends alerts. */
  readonly alertmanager?: Reachable & { readonly inCluster: boolean };
  /** Where Prometheus sends all samples. */
  readonly samples?: Reachable;
  /** Where all samples are asked for, by what asks one of several. */
  readonly store?: Reachable;
  /** Its metrics at the front, for the Prometheus of other hosts. */
  readonly metrics?: FrontMetrics;
  /** Its data, for backups. */
  readonly savedData?: SavedData;
  /** The data sources for Grafana. */
  readonly datasource?: OfferedDatasource | readonly OfferedDatasource[];
  /** Where series may be sent in the line protocol of InfluxDB 1.x, and into which of its databases. */
  readonly lines?: Reachable & { readonly databases: readonly string[] };
  /** Where the Telegraf of its own host, and nobody else, reads InfluxDB's figures of itself. */
  readonly figures?: Endpoint;
  /** Where programs report what they do: lines by HTTP, at the endpoint, and statsd at these ports beside it. */
  readonly reports?: Reachable & {
    readonly statsd: { readonly local: number; readonly remote?: number };
    /** It gets to the nearest database of the stack that is called so, or to any; absent: to none. */
    readonly into?: { readonly database: string | undefined };
  };
  /** Dashboards of what it reports, which ask the database that it gets to. */
  readonly reported?: readonly string[];
}

type OfferedDatasource = Reachable & { readonly kind: DatasourceKind };

/** The metrics of a service, behind the front of its host. */
export interface FrontMetrics {
  readonly job: string;
  /** At the front. */
  readonly path: string;
  /** Where NGINX has them from; absent: from the service that it serves there anyway. */
  readonly from?: Endpoint;
  /** Beside those of the host. */
  readonly labels?: Readonly<Record<string, string>>;
  /** What else there is to monitoring it. */
  readonly about?: Pick<Telemetry, "dashboards" | "ruleGroups">;
}

/** What services of other hosts may use, too. */
type StackOffer = "alertmanager" | "datasource" | "lines" | "reports" | "samples" | "store";

/** One of those that are offered. */
type One<Kind extends StackOffer> = Exclude<NonNullable<Offer[Kind]>, readonly unknown[]>;

/** A host whose services are known, before any is created. */
export interface WiredHost {
  readonly settings: HostSettings;
  /** By the name of the service, in the order of the list of services. */
  readonly offers: Readonly<Record<string, Offer>>;
  /** What a Prometheus of the host monitors. */
  readonly watched: ReadonlyArray<Telemetry<Secret>>;
}

/** What the services of a host that are created already have for those that follow. */
export interface Created {
  readonly network?: PodNetwork;
  readonly bridge?: NginxBridge;
  /** Services that are containers and nothing else, by their names. */
  readonly containers?: Readonly<Record<string, pulumi.Resource>>;
  /** Runbooks of the alerts that link to the front, by the alert's name. */
  readonly runbooks?: Readonly<Record<string, string>>;
}

/** Where a service is created. */
export interface Placement extends WiredHost {
  /** Prefix of resource names. */
  readonly name: string;
  readonly host: Host;
  /** The other hosts of the stack. */
  readonly others: readonly WiredHost[];
  /** Signs the certificates of fronts, if one of the stack has its from there. */
  readonly authority?: Authority | undefined;
  readonly created: Created;
  /** Over once everything is applied to the hosts. */
  readonly hostsApplied?: Promise<unknown> | undefined;
}

/** A host in its stack. */
export type View = WiredHost & Pick<Placement, "others">;

/** A service that a host may have. */
export interface PlacedService {
  /** Its name, as for the runner. */
  readonly service: string;
  /** How it runs, as for the runner; default: in a container. */
  readonly kind?: Kind;
  /** Whether it runs somewhere else, so that the host's runner has nothing to do with it. */
  readonly elsewhere?: true;
  /** What it offers; undefined if the host does not have it. */
  offer(settings: HostSettings): Offer | undefined;
  /** How the Prometheus of a host monitors it, there and on the other hosts that it watches. */
  telemetry?(monitor: HostSettings, hosts: readonly HostSettings[]): ReadonlyArray<Telemetry<Secret>>;
  /** Creates it. */
  place(placement: Placement, opts: pulumi.ComponentResourceOptions): Placed;
}

export interface Placed {
  /** What services that follow need of it. */
  readonly created?: Created;
  /** What users need to know of it. */
  readonly installation?: Partial<Installation>;
}

/** What the services of a host offer of a kind. */
export function offered<Kind extends keyof Offer>(
  { offers }: Pick<WiredHost, "offers">,
  kind: Kind,
): Array<NonNullable<Offer[Kind]>> {
  return Object.values(offers)
    .map((offer) => offer[kind])
    .filter((one): one is NonNullable<Offer[Kind]> => one !== undefined);
}

/** An offer, and how the service that uses it reaches it. */
export interface Found<Kind extends StackOffer> {
  readonly offer: One<Kind>;
  readonly endpoint: Endpoint<Secret>;
  /** The host that offers it. */
  readonly from: WiredHost;
  /** Whether that is the host of the service that uses it. */
  readonly own: boolean;
}

/** What the services of a host may use: what the host itself offers comes first. */
export function reachable<Kind extends StackOffer>(placement: View, kind: Kind): Array<Found<Kind>> {
  const found = (from: WiredHost, own: boolean) =>
    ([offered(from, kind)].flat(2) as Array<One<Kind>>).flatMap((offer): Array<Found<Kind>> => {
      const endpoint = own ? offer.endpoints.local : offer.endpoints.remote;
      return endpoint === undefined ? [] : [{ offer, endpoint, from, own }];
    });
  return [...found(placement, true), ...placement.others.flatMap((host) => found(host, false))];
}

export { nearest };

/** What takes reports on the host itself, else on one whose ports others reach. */
export function reportsTo(placement: Placement): ReportsTo | undefined {
  const [found] = nearest(reachable(placement, "reports"));
  if (found === undefined) return undefined;
  const { endpoint, offer, own } = found;
  const statsd = own ? offer.statsd.local : offer.statsd.remote;
  return statsd === undefined ? undefined : { host: endpoint.host, statsd, lines: endpoint.port };
}

/** The data sources for a Grafana. */
export function datasourcesFor(placement: View): ReadonlyArray<Found<"datasource">> {
  return datasourcesAmong(reachable(placement, "datasource"), placement.settings.groups !== undefined);
}

/** All fronts of the stack, that of the host itself last. */
export function frontsOf({ others, settings }: Placement): Array<HostSettings["front"]> {
  return [...others.map((host) => host.settings), settings]
    .filter(({ role }) => role !== "target")
    .map(({ front }) => front);
}

/** What the containers of a host need. */
export function containerPlace({ host, settings, created }: Placement) {
  const { network } = created;
  if (network === undefined)
    throw new Error(`host ${settings.name}: a container is placed before the network`);
  return { host, network, front: settings.front };
}
