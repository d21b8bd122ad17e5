import * as pulumi from "@pulumi/pulumi";
import type { HostSettings } from "../config/load";
import { connectionOf, identity, isLocal, mapSecrets } from "../connection/connection";
import type { HostRecord } from "../connection/record";
import type { Engine } from "../engines/engine";
import type { NamedSecret } from "../lib/auth";
import { trustsOwnAuthority, withOwnAuthority } from "../lib/authority";
import { type Checks, count } from "../lib/checks";
import type { Deployable, Network } from "../lib/deployable";
import type { PlannedService } from "../lib/runner";
import type { Scope } from "../lib/scope";
import { unitName } from "../lib/service";
import { notesHook } from "./remote/notes";
import { preflightHooks } from "./remote/preflight";
import { guardRemoval } from "./remote/removalGuard";
import {
  applyBundle,
  confirmBundle,
  gate,
  installRunner,
  putSecret,
  type RunnerHost,
} from "./remote/runnerCommand";

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
  readonly checks?: Checks;
  /** What will run on it. */
  readonly services: pulumi.Input<readonly PlannedService[]>;
  /** Whether a service sends pings, for which an ordinary user may lack permission; like `addressNeeds`, read once the host is checked. */
  readonly sendsPings?: boolean;
  /** Default: all addresses are known. */
  readonly whenKnown?: WhenKnown | undefined;
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
 * A Linux host, reached over SSH or the machine that the program runs on: checked, and with the Podwatch runner on it.
 *
 * Everything else on the host is deployed through {@link deploy}; only the host knows which engine runs it.
 */
export class Host extends pulumi.ComponentResource {
  /** Whether containers are rootful or belong to the login user. */
  readonly scope: Scope;
  /** The port by which its SSH server is reached, if it is. */
  readonly sshPort: number | undefined;
  private readonly engine: Engine;
  private readonly builds: HostArgs["builds"];
  private readonly whenKnown: WhenKnown;
  private readonly checks: Checks | undefined;
  private readonly authority: pulumi.Output<string> | undefined;
  private front: HostRecord<pulumi.Output<string>>["front"] | undefined;
  private readonly context: RunnerHost;
  private readonly identity: pulumi.Output<string>;
  private readonly applied: pulumi.Resource[] = [];
  /** What everything that is deployed later waits for. */
  private readonly first: pulumi.Resource[] = [];
  private readonly services: Record<string, string> = {};
  private readonly secrets: Record<string, string> = {};

  constructor(name: string, args: HostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:Host", name, {}, opts);
    const connection = connectionOf(args);
    this.scope = connection.scope;
    this.sshPort = isLocal(connection.route) ? undefined : connection.route.port;
    this.engine = args.containerEngine;
    this.builds = args.builds;
    this.whenKnown = args.whenKnown ?? ((input, make) => make(input));
    this.checks = args.checks && count(args.checks) > 0 ? args.checks : undefined;
    this.authority = args.authority;
    this.context = {
      connection,
      owner: name,
      preflight: preflightHooks(
        connection,
        {
          get pings() {
            return !args.become && args.sendsPings === true;
          },
          get addressNeeds() {
            return args.addressNeeds;
          },
        },
        args.waitForConnection,
      ),
      notes: notesHook(args.name),
    };
    const common = { host: this.context };
    const replaceWith = [...identity(connection)];
    const entered = gate(
      `${name}-runner-gate`,
      { ...common, replaceWith, services: args.services },
      { parent: this },
    );
    const runner = installRunner(
      `${name}-runner`,
      { ...common, replaceWith: unlessPassedBy(args.name, replaceWith, entered.triggers) },
      { parent: this, dependsOn: [entered] },
    );
    this.identity = runner.id;
  }

  /**
   * Deploys a service, which is removed when the resource is deleted.
   *
   * @param name of the component, which the names of its resources begin with
   */
  deploy(name: string, args: Deployment, opts: pulumi.CustomResourceOptions): pulumi.Resource {
    return this.apply(name, args, opts).command;
  }

  /** Deploys what all others on the host need. */
  deployFirst(name: string, args: Deployment, opts: pulumi.CustomResourceOptions): pulumi.Resource {
    const { command } = this.apply(name, args, opts);
    this.first.push(command);
    return command;
  }

  /**
   * Deploys a service that could cut off the host: it is taken back by itself unless a second log-in confirms it. All others wait for
   * that, also because Pulumi confirms nothing any more once one of them has failed.
   */
  deployConfirmed(name: string, args: Deployment, opts: pulumi.CustomResourceOptions): pulumi.Resource {
    const { command, bundle } = this.apply(name, args, opts);
    const { context: host } = this;
    const confirm = { host, service: args.service.name, bundle, applied: command };
    const confirmed = confirmBundle(`${name}-confirmed`, confirm, opts);
    this.applied.push(confirmed);
    this.first.push(confirmed);
    return confirmed;
  }

  private apply(name: string, args: Deployment, options: pulumi.CustomResourceOptions) {
    const { service, secrets = [], after = [] } = args;
    const { first } = this;
    const opts = first.length === 0 ? options : pulumi.mergeOptions(options, { dependsOn: [...first] });
    const { engine, scope, builds } = this;
    const common = { host: this.context, replaceWith: [this.identity] };
    const put = secrets.map(({ name: secret, value }) => {
      // The component's name already identifies the service.
      const resource = `${name}${secret.slice(service.name.length)}-secret`;
      this.secrets[unitName(secret)] = resource;
      return putSecret(resource, { ...common, secret, value }, opts);
    });
    this.services[service.name] = `${name}-service`;
    const description = this.trusting("rendered" in service ? service.rendered : service);
    const write = (known: Deployable) => engine.bundle(known, { scope, builds });
    const bundle = isOutput(description) ? description.apply(write) : write(description);
    const command = applyBundle(
      `${name}-service`,
      {
        ...common,
        service: service.name,
        bundle,
        secretVersions: put.map(({ version }) => version),
      },
      pulumi.mergeOptions(opts, { dependsOn: [...after] }),
    );
    this.applied.push(...put.map(({ resource }) => resource), command);
    return { command, bundle };
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
    const { connection, owner } = this.context;
    const args = { connection, replaceWith: [this.identity], before: this.applied };
    guardRemoval(`${name}-answers`, args, { parent: this });
    const record: HostRecord<pulumi.Output<string>> = {
      connection: mapSecrets(connection, (secret) => pulumi.secret(secret)),
      engine: this.engine.name,
      runner: `${owner}-runner`,
      services: this.services,
      secrets: this.secrets,
      ...(this.front === undefined ? {} : { front: this.front }),
      ...(this.checks === undefined ? {} : { checks: this.checks }),
    };
    // Recorded when the runner is there: until then, the record of the deployment before is the valid one.
    this.registerOutputs({ ...record, runner: this.identity.apply(() => record.runner) });
  }
}

function isOutput<T>(value: T | pulumi.Output<T>): value is pulumi.Output<T> {
  return pulumi.Output.isInstance(value);
}

/** `--target` may exclude the gate; then nothing may be removed from the old host either. */
function unlessPassedBy(
  host: string,
  identity: pulumi.Input<unknown>[],
  asked: pulumi.Output<unknown[] | undefined>,
): pulumi.Output<unknown[]> {
  return pulumi.all([pulumi.output(identity), asked]).apply(([wanted, asked]) => {
    if (JSON.stringify(wanted) !== JSON.stringify(asked)) {
      throw new pulumi.RunError(
        `host ${host}: it would move (${JSON.stringify(asked)} -> ${JSON.stringify(wanted)}), and --target leaves out the check of the new address; ` +
          "nothing was changed. Run pulumi up without --target",
      );
    }
    return wanted;
  });
}
