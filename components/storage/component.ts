import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host";
import { mounts, type StorageInput } from "./render";

export interface StorageArgs extends StorageInput {
  readonly host: Host;
}

/** The disks of a host, mounted before its services. */
export class Storage extends pulumi.ComponentResource {
  constructor(name: string, args: StorageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:Storage", name, {}, opts);
    const { host, ...input } = args;
    host.deployFirst(name, { service: host.rendered(mounts, input) }, { parent: this });
    this.registerOutputs({});
  }
}
