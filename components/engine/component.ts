import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host";
import { enginePackages } from "./render";

export interface ContainerEngineArgs {
  readonly host: Host;
  readonly remove: boolean;
}

/** What runs the containers of a host, installed where it is missing. */
export class ContainerEngine extends pulumi.ComponentResource {
  constructor(name: string, args: ContainerEngineArgs, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:ContainerEngine", name, {}, opts);
    const { host, remove } = args;
    host.deployFirst(name, { service: enginePackages({ remove }) }, { parent: this });
    this.registerOutputs({});
  }
}
