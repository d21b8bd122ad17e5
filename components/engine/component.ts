import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host";
import { enginePackages } from "./render";
import type { EngineSettings } from "./schema";

export interface ContainerEngineArgs {
  readonly host: Host;
  readonly engine: EngineSettings["name"];
  readonly remove: boolean;
}

/** What runs the containers of a host, installed where it is missing. */
export class ContainerEngine extends pulumi.ComponentResource {
  constructor(name: string, args: ContainerEngineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:ContainerEngine", name, {}, opts);
    const { host, engine, remove } = args;
    if (engine === "docker-api") throw new Error(`${name}: nothing is installed where a daemon is asked`);
    host.deployFirst(name, { service: enginePackages({ engine, remove }) }, { parent: this });
    this.registerOutputs({});
  }
}
