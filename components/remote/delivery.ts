// By the runner, which is installed on the host over SSH, or on the machine that the program runs on.
import * as pulumi from "@pulumi/pulumi";
import { type Connection, connectionOf, identity, isLocal, mapSecrets } from "../../connection/connection";
import type { HostRecord } from "../../connection/record";
import type { Bundle } from "../../engines/bundle";
import type { RunnerEngine } from "../../engines/engine";
import type { Deployable } from "../../lib/deployable";
import type { Scope } from "../../lib/scope";
import { unitName } from "../../lib/service";
import { type Delivered, type Delivery, isOutput } from "../delivery";
import type { HostArgs } from "../host";
import { notesHook } from "./notes";
import { preflightHooks } from "./preflight";
import { guardRemoval } from "./removalGuard";
import {
  applyBundle,
  confirmBundle,
  gate,
  type HostCommand,
  installRunner,
  putSecret,
  type RunnerHost,
} from "./runnerCommand";

type Secret = pulumi.Output<string>;

interface Applied {
  readonly command: HostCommand;
  readonly bundle: pulumi.Input<Bundle>;
}

export class RunnerDelivery implements Delivery {
  readonly scope: Scope;
  readonly sshPort: number | undefined;
  readonly entrance: pulumi.Resource;
  private readonly connection: Connection<Secret>;
  private readonly context: RunnerHost;
  private readonly runner: HostCommand;
  private readonly identity: pulumi.Output<string>;
  private readonly applied: Record<string, Applied> = {};
  private readonly services: Record<string, string> = {};
  private readonly secrets: Record<string, string> = {};

  constructor(
    name: string,
    private readonly args: HostArgs,
    private readonly engine: RunnerEngine,
    private readonly parent: pulumi.Resource,
  ) {
    const connection = connectionOf(args);
    this.connection = connection;
    this.scope = connection.scope;
    this.sshPort = isLocal(connection.route) ? undefined : connection.route.port;
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
      { ...common, replaceWith, services: args.services, engine: engine.name },
      { parent, dependsOn: [...(args.entersAfter ?? [])] },
    );
    this.runner = installRunner(
      `${name}-runner`,
      { ...common, replaceWith: unlessPassedBy(args.name, replaceWith, entered.triggers) },
      { parent, dependsOn: [entered] },
    );
    this.identity = this.runner.id;
    this.entrance = this.runner;
  }

  apply(name: string, args: Delivered, opts: pulumi.CustomResourceOptions): readonly pulumi.Resource[] {
    const { service, description, secrets, after } = args;
    const { engine, scope } = this;
    const { builds } = this.args;
    const common = { host: this.context, replaceWith: [this.identity] };
    const put = secrets.map(({ name: secret, value }) => {
      // The component's name already identifies the service.
      const resource = `${name}${secret.slice(service.length)}-secret`;
      this.secrets[unitName(secret)] = resource;
      return putSecret(resource, { ...common, secret, value }, opts);
    });
    this.services[service] = `${name}-service`;
    const write = (known: Deployable) => engine.bundle(known, { scope, builds });
    const bundle = isOutput(description) ? description.apply(write) : write(description);
    const command = applyBundle(
      `${name}-service`,
      { ...common, service, bundle, secretVersions: put.map(({ version }) => version) },
      pulumi.mergeOptions(opts, { dependsOn: [...after] }),
    );
    this.applied[service] = { command, bundle };
    return [...put.map(({ resource }) => resource), command];
  }

  confirm(name: string, service: string, opts: pulumi.CustomResourceOptions): pulumi.Resource {
    const { command: applied, bundle } = this.applied[service] as Applied;
    return confirmBundle(name, { host: this.context, service, bundle, applied }, opts);
  }

  complete(name: string, before: pulumi.Resource[]): Readonly<Record<string, unknown>> {
    const { connection, parent } = this;
    guardRemoval(`${name}-answers`, { connection, replaceWith: [this.identity], before }, { parent });
    const record: HostRecord<Secret> = {
      connection: mapSecrets(connection, (secret) => pulumi.secret(secret)),
      engine: this.engine.name,
      runner: `${this.context.owner}-runner`,
      services: this.services,
      secrets: this.secrets,
    };
    // Recorded when the runner is there: until then, the record of the deployment before is the valid one.
    return { ...record, runner: this.identity.apply(() => record.runner) };
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
        `host ${host}: it would move (${JSON.stringify(asked)} -> ${JSON.stringify(wanted)}), and --target leaves out the check of the new address; ` +
          "nothing was changed. Run pulumi up without --target",
      );
    }
    return wanted;
  });
}
