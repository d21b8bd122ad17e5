import * as pulumi from "@pulumi/pulumi";
import type { HostSettings } from "../config/load";
import { connectionOf, identity, mapSecrets } from "../connection/connection";
import type { HostRecord } from "../connection/record";
import type { Bundle } from "../engines/bundle";
import type { NamedSecret } from "../lib/auth";
import type { Newcomer } from "../lib/runner";
import type { Scope } from "../lib/scope";
import { notesHook } from "./remote/notes";
import { preflightHooks } from "./remote/preflight";
import { guardRemoval } from "./remote/removalGuard";
import { applyBundle, gate, type HostContext, installRunner, putSecret } from "./remote/runnerCommand";

export interface HostArgs
  extends Pick<
    HostSettings,
    "name" | "connection" | "become" | "becomePassword" | "builds" | "addressNeeds"
  > {
  /** What will run on it. */
  readonly services: readonly Newcomer[];
  /** Whether a service sends pings, for which an ordinary user may lack permission. */
  readonly sendsPings?: boolean;
}

/**
 * A Linux host, reached over SSH or the machine that the program runs on: checked, and with the Podwatch runner on it.
 *
 * Everything else on the host is applied through {@link apply} and {@link putSecret}.
 */
export class Host extends pulumi.ComponentResource {
  /** Whether containers are rootful or belong to the login user. */
  readonly scope: Scope;
  /** The images that are built on it, by reference. */
  readonly builds: HostArgs["builds"];
  private readonly context: HostContext;
  private readonly identity: pulumi.Output<string>;
  private readonly applied: pulumi.Resource[] = [];
  private readonly services: Record<string, string> = {};
  private readonly secrets: Record<string, string> = {};

  constructor(name: string, args: HostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:Host", name, {}, opts);
    const connection = connectionOf(args);
    this.scope = connection.scope;
    this.builds = args.builds;
    this.context = {
      connection,
      owner: name,
      preflight: preflightHooks(connection, {
        pings: !args.become && args.sendsPings === true,
        addressNeeds: args.addressNeeds,
      }),
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

  /** Applies a service's bundle, and removes the service when the resource is deleted. */
  apply(
    name: string,
    args: { service: string; bundle: Bundle; secretVersions?: readonly pulumi.Output<string>[] },
    opts: pulumi.CustomResourceOptions,
  ): pulumi.Resource {
    const command = applyBundle(name, { host: this.context, replaceWith: [this.identity], ...args }, opts);
    this.applied.push(command);
    this.services[args.service] = name;
    return command;
  }

  /** Puts a secret on the host; the result is its version, which is no secret. */
  putSecret(
    name: string,
    args: { secret: string; value: pulumi.Output<string> },
    opts: pulumi.CustomResourceOptions,
  ): { readonly version: pulumi.Output<string> } {
    const put = putSecret(name, { host: this.context, replaceWith: [this.identity], ...args }, opts);
    this.applied.push(put.resource);
    this.secrets[`podwatch-${args.secret}`] = name;
    return { version: put.version };
  }

  /**
   * Puts the secrets of a service on the host; the result is their versions in the same order.
   *
   * @param name of the component, which their names begin with
   */
  putSecrets(
    name: string,
    service: string,
    secrets: ReadonlyArray<NamedSecret<pulumi.Output<string>>>,
    opts: pulumi.CustomResourceOptions,
  ): Array<pulumi.Output<string>> {
    return secrets.map(({ name: secret, value }) => {
      // The component's name already identifies the service.
      const own = secret.slice(service.length);
      return this.putSecret(`${name}${own}-secret`, { secret, value }, opts).version;
    });
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
      engine: "podman",
      runner: `${owner}-runner`,
      services: this.services,
      secrets: this.secrets,
    };
    // Recorded when the runner is there: until then, the record of the deployment before is the valid one.
    this.registerOutputs({ ...record, runner: this.identity.apply(() => record.runner) });
  }
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
        `host ${host}: it is to move (${JSON.stringify(asked)} -> ${JSON.stringify(wanted)}), and --target leaves out what asks the new place; ` +
          "nothing was touched. Run pulumi up without --target",
      );
    }
    return wanted;
  });
}
