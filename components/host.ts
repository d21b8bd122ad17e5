import * as pulumi from "@pulumi/pulumi";
import type { HostSettings } from "../config/load";
import type { HostRecord } from "../connection/record";
import type { Engine } from "../engines/engine";
import type { NamedSecret } from "../lib/auth";
import { trustsOwnAuthority, withOwnAuthority } from "../lib/authority";
import { type Checks, count } from "../lib/checks";
import type { Deployable, Network } from "../lib/deployable";
import type { PlannedService } from "../lib/runner";
import type { Scope } from "../lib/scope";
import { DaemonDelivery } from "./daemon";
import { type Delivery, isOutput } from "./delivery";
import { RunnerDelivery } from "./remote/delivery";

export interface HostArgs
  extends Pick<
    HostSettings,
    | "name"
    | "containerEngine"
    | "connection"
    | "waitForConnection"
    | "become"
    | "becomePassword"
    | "builds"
    | "addressNeeds"
  > {
  /** What must hold on it once all is deployed. */
  readonly checks?: Checks<pulumi.Output<string>>;
  /** What will run on it. */
  readonly services: pulumi.Input<readonly PlannedService[]>;
  /** How its daemon is reached, if the engine is told by that. */
  readonly engine?: HostSettings["engine"];
  /** Whether a service sends pings, for which an ordinary user may lack permission; like `addressNeeds`, read once the host is checked. */
  readonly sendsPings?: boolean;
  /** Default: all addresses are known. */
  readonly whenKnown?: WhenKnown | undefined;
  /** What has to be done before the first log-in, such as the jump host's own deployment; default: nothing. */
  readonly entersAfter?: readonly pulumi.Resource[] | undefined;
  /** The certificate of the stack's own authority, in PEM form; absent: there is none yet. */
  readonly authority?: pulumi.Output<string> | undefined;
}

/** Makes something from texts; once they are known, if addresses in them are known only while Pulumi deploys. */
export type WhenKnown = <Input, Made>(
  input: Input,
  make: (input: Input) => Made,
) => Made | pulumi.Output<Made>;

/** A description of a service, which may name hosts. */
export interface Rendered {
  readonly name: string;
  readonly rendered: Deployable | pulumi.Output<Deployable>;
}

export interface Deployment {
  readonly service: Deployable | Rendered;
  /** The secrets that it reads. */
  readonly secrets?: ReadonlyArray<NamedSecret<pulumi.Output<string>>>;
  /** What it waits for. */
  readonly after?: readonly pulumi.Resource[];
}

/**
 * A Linux host: checked, and ready for what is brought to it.
 *
 * Everything on the host is deployed through {@link deploy}; only the host knows which engine runs it, and how that is told.
 */
export class Host extends pulumi.ComponentResource {
  /** Whether containers are rootful or belong to the login user. */
  readonly scope: Scope;
  /** The port by which its SSH server is reached, if it is. */
  readonly sshPort: number | undefined;
  private readonly engine: Engine;
  private readonly whenKnown: WhenKnown;
  private readonly checks: HostArgs["checks"];
  private readonly authority: pulumi.Output<string> | undefined;
  private front: HostRecord<pulumi.Output<string>>["front"] | undefined;
  private readonly delivery: Delivery;
  private readonly applied: pulumi.Resource[] = [];
  /** What those wait for who go through it to another host: what could cut it off is in force. */
  readonly entrance: pulumi.Resource[] = [];
  /** What everything that is deployed later waits for. */
  private readonly first: pulumi.Resource[] = [];

  constructor(name: string, args: HostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:Host", name, {}, opts);
    this.engine = args.containerEngine;
    this.delivery =
      "bundle" in this.engine
        ? new RunnerDelivery(name, args, this.engine, this)
        : new DaemonDelivery(name, args, this.engine, this);
    this.scope = this.delivery.scope;
    this.sshPort = this.delivery.sshPort;
    this.whenKnown = args.whenKnown ?? ((input, make) => make(input));
    this.checks = args.checks && count(args.checks) > 0 ? args.checks : undefined;
    this.authority = args.authority;
    this.entrance.push(this.delivery.entrance);
  }

  /**
   * Deploys a service, which is removed when the resource is deleted.
   *
   * @param name of the component, which the names of its resources begin with
   */
  deploy(name: string, args: Deployment, opts: pulumi.CustomResourceOptions): pulumi.Resource {
    const { service, secrets = [], after = [] } = args;
    const { first } = this;
    const shape = "rendered" in service ? service.rendered : service;
    const all = this.delivery.apply(
      name,
      {
        service: service.name,
        shape,
        description: this.trusting(shape),
        secrets,
        after,
      },
      first.length === 0 ? opts : pulumi.mergeOptions(opts, { dependsOn: [...first] }),
    );
    this.applied.push(...all);
    return all.at(-1) as pulumi.Resource;
  }

  /** Deploys what all others on the host need. */
  deployFirst(name: string, args: Deployment, opts: pulumi.CustomResourceOptions): pulumi.Resource {
    const service = this.deploy(name, args, opts);
    this.first.push(service);
    return service;
  }

  /**
   * Deploys a service that could cut off the host: it is taken back by itself unless a second log-in confirms it. All others wait for
   * that, also because Pulumi confirms nothing any more once one of them has failed.
   */
  deployConfirmed(name: string, args: Deployment, opts: pulumi.CustomResourceOptions): pulumi.Resource {
    this.deploy(name, args, opts);
    const confirmed = this.delivery.confirm(`${name}-confirmed`, args.service.name, opts);
    this.applied.push(confirmed);
    this.first.push(confirmed);
    this.entrance.push(confirmed);
    return confirmed;
  }

  /** What has been deployed so far. */
  get deployed(): readonly pulumi.Resource[] {
    return [...this.applied];
  }

  /** Describes a service by what names hosts. */
  rendered<Input>(render: (input: Input) => Deployable, input: Input): Rendered {
    return { name: render(input).name, rendered: this.whenKnown(input, render) };
  }

  /** Records by which authority commands recognise the host's front. */
  trust(authority: pulumi.Output<string> | undefined, name?: string, publicToo = false): void {
    this.front = {
      ...(authority && { ca: authority }),
      ...(name === undefined ? {} : { name }),
      ...(publicToo ? { publicToo } : {}),
    };
  }

  /** A service with the certificate of the stack's authority where it is to trust that. */
  private trusting(service: Deployable | pulumi.Output<Deployable>): typeof service {
    const { authority } = this;
    if (authority === undefined) return service;
    const trusting = (known: Deployable): Deployable | pulumi.Output<Deployable> =>
      trustsOwnAuthority(known)
        ? authority.apply((certificate) => withOwnAuthority(known, certificate))
        : known;
    return isOutput(service) ? (service.apply(trusting) as pulumi.Output<Deployable>) : trusting(service);
  }

  /** A URL or other text that names hosts, as users get it. */
  named(text: string): pulumi.Input<string> {
    return this.whenKnown(text, (known) => known);
  }

  /** Address of the DNS server that containers on the network use. */
  resolver(network: Network): string {
    return this.engine.resolver(network);
  }

  /** Address by which containers on the network reach the host. */
  addressIn(network: Network): string {
    return this.engine.hostAddress(network);
  }

  /**
   * Called once everything has been applied, before anything else is done. Nothing will be removed from the host if it
   * does not answer, and what `operate/` has to know of it is recorded in the state.
   */
  complete(name: string): void {
    this.registerOutputs({
      ...this.delivery.complete(name, this.applied),
      ...(this.front === undefined ? {} : { front: this.front }),
      ...(this.checks === undefined ? {} : { checks: this.checks }),
    });
  }
}
