// A service that is one container. It is described by its section, and needs neither a component nor a placement of its own.
import * as pulumi from "@pulumi/pulumi";
import type { HostSettings } from "../config/load";
import type { ReportsTo } from "../lib/endpoint";
import type { Deployment, Host } from "./host";
import type { PodNetwork } from "./network/component";
import { type Created, containerPlace, type PlacedService, reportsTo } from "./placement";

export interface ContainerService extends Omit<PlacedService, "kind" | "place"> {
  /** The type of its component, `podwatch:index:<type>`. */
  readonly type: string;
  /**
   * The container, the secrets that it reads, and what it waits for besides the network.
   *
   * @param reports where it may report what it does
   */
  deployment(settings: HostSettings, created: Created, reports?: ReportsTo): Deployment;
}

declare module "../config/section" {
  interface SectionParts {
    /** The container that the section configures, unless it has a component and a placement of its own. */
    readonly container?: ContainerService;
  }
}

export function placedContainer({ type, deployment, ...service }: ContainerService): PlacedService {
  return {
    ...service,
    place: (placement, opts) => {
      const { host, network } = containerPlace(placement);
      const { settings, created } = placement;
      const args = { type, host, network, deployment: deployment(settings, created, reportsTo(placement)) };
      const made = new Container(`${placement.name}-${service.service}`, args, opts);
      const containers = { ...created.containers, [service.service]: made.service };
      return { created: { containers } };
    },
  };
}

export interface ContainerArgs {
  readonly type: string;
  readonly host: Host;
  readonly network: PodNetwork;
  readonly deployment: Deployment;
}

export class Container extends pulumi.ComponentResource {
  /** The service once it is applied. */
  readonly service: pulumi.Resource;

  constructor(name: string, args: ContainerArgs, opts?: pulumi.ComponentResourceOptions) {
    super(`podwatch:index:${args.type}`, name, {}, opts);
    const { host, network, deployment } = args;
    this.service = host.deploy(
      name,
      { ...deployment, after: [network, ...(deployment.after ?? [])] },
      { parent: this },
    );
    this.registerOutputs({});
  }
}
