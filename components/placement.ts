// Which service runs on which host, in two steps: each service states what it offers to others, which needs no resource; then each is
// created, given all these offers.
import type * as pulumi from "@pulumi/pulumi";
import type { HostSettings } from "../config/load";
import type { Endpoint } from "../lib/endpoint";
import type { Kind, Listener } from "../lib/runner";
import type { Telemetry } from "../lib/telemetry";
import type { Datasource } from "./grafana/render";
import type { Host } from "./host";
import type { PodNetwork } from "./network/component";
import type { Backend, HostSockets } from "./nginx/render";

/** What users need to know of a host once it is deployed. */
export interface Installation {
  /** The start page. */
  readonly url: string;
  readonly prometheus?: string;
  readonly alertmanager?: string;
  readonly grafana?: {
    readonly url: string;
    readonly user: string;
    readonly password: pulumi.Output<string>;
  };
}

/** What a service on a host offers to the others, and requires of the host. */
export interface Offer {
  /** Port of the host that it listens on, if any. */
  readonly listens?: Listener;
  /** How the front serves it. */
  readonly backend?: Backend;
  /** Where Prometheus sends alerts. */
  readonly alertmanager?: Endpoint;
  /** The data source for Grafana. */
  readonly datasource?: Datasource;
  /** The socket that the host's own NGINX bridges. */
  readonly hostSockets?: HostSockets;
  /** Whether it sends pings, for which an ordinary user may lack permission. */
  readonly sendsPings?: boolean;
}

/** The offers of the services of a host, by the name of the service, in the order of the list of services. */
export type Offers = Readonly<Record<string, Offer>>;

/** A host with its services created so far. */
export interface Placement {
  /** Prefix of resource names. */
  readonly name: string;
  readonly host: Host;
  readonly settings: HostSettings;
  /** What each service of the host offers. */
  readonly offers: Offers;
  /** What the host's Prometheus monitors. */
  readonly watched: readonly Telemetry[];
  /** What was created before, by the name of the service. */
  readonly made: ReadonlyMap<string, pulumi.ComponentResource>;
}

/** A service that a host may have. */
export interface PlacedService {
  /** Its name, as for the runner. */
  readonly service: string;
  /** How it runs, as for the runner; default: in a container. */
  readonly kind?: Kind;
  /** What it offers; undefined if the host does not have it. */
  offer(settings: HostSettings): Offer | undefined;
  /** How the Prometheus of a host monitors it, there and on other hosts. */
  telemetry?(monitor: HostSettings, hosts: readonly HostSettings[]): readonly Telemetry[];
  /** Creates it. */
  place(placement: Placement, opts: pulumi.ComponentResourceOptions): Placed;
}

export interface Placed {
  readonly component: pulumi.ComponentResource;
  /** What users need to know of it. */
  readonly installation?: Partial<Installation>;
}

/** What all services of a host offer of a kind. */
export function offered<Kind extends keyof Offer>(
  offers: Offers,
  kind: Kind,
): Array<NonNullable<Offer[Kind]>> {
  return Object.values(offers).flatMap((offer) => {
    const one = offer[kind];
    return one === undefined ? [] : [one as NonNullable<Offer[Kind]>];
  });
}

/** What the containers of a host need. */
export function containerPlace({ host, settings, made }: Placement) {
  const network = made.get("network") as PodNetwork;
  return { host, network, hostName: settings.name, front: settings.front };
}
