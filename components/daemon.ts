// By Docker's API: nothing is installed, and nothing runs besides the containers.
import * as pulumi from "@pulumi/pulumi";
import type { DaemonEngine } from "../engines/engine";
import type { Deployable } from "../lib/deployable";
import type { Service } from "../lib/service";
import { type Delivered, type Delivery, isOutput } from "./delivery";
import { Daemon } from "./docker/component";
import type { HostArgs } from "./host";

export class DaemonDelivery implements Delivery {
  readonly scope = "rootful";
  readonly sshPort = undefined;
  readonly entrance: pulumi.Resource;
  private readonly daemon: Daemon;

  constructor(
    name: string,
    private readonly args: HostArgs,
    private readonly engine: DaemonEngine,
    parent: pulumi.Resource,
  ) {
    this.daemon = new Daemon(`${name}-daemon`, args.engine ?? {}, { parent });
    this.entrance = this.daemon;
    pulumi.log.info(LESS, parent);
  }

  apply(name: string, args: Delivered, opts: pulumi.CustomResourceOptions): readonly pulumi.Resource[] {
    const { engine, daemon } = this;
    const { shape, description, after, secrets } = args;
    if (isOutput(shape))
      throw new Error(`${name}: what it is made of must be known, for the engine ${engine.name}`);
    const context = { scope: this.scope, builds: this.args.builds } as const;
    const options = pulumi.mergeOptions(opts, { dependsOn: [...after] });
    switch (shape.kind) {
      case "network":
        return daemon.network(`${name}-service`, engine.network(shape), options);
      case "container": {
        const plan = (known: Deployable) => engine.container(known as Service, context);
        const content = isOutput(description) ? description.apply(plan) : plan(description);
        return daemon.container(`${name}-service`, plan(shape), content, secrets, options);
      }
      default:
        throw new Error(`${name}: the engine ${engine.name} runs no ${shape.kind}`);
    }
  }

  confirm(name: string): pulumi.Resource {
    throw new Error(`${name}: nothing that the engine ${this.engine.name} runs could cut off the host`);
  }

  complete(): Readonly<Record<string, unknown>> {
    return { engine: this.engine.name };
  }
}

/** What previews tell of it. */
const LESS =
  "engine docker-api: a changed service gets a new container in place of the one that runs, without a way back; it is away for some seconds";
