import * as pulumi from "@pulumi/pulumi";
import type { Time } from "../../lib/time";
import type { Host } from "../host";
import { TIME } from "./endpoint";

export interface HostTimeArgs extends Pick<Time, "servers" | "zone"> {
  readonly host: Host;
}

/** The time servers and the time zone of a host. */
export class HostTime extends pulumi.ComponentResource {
  constructor(name: string, args: HostTimeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:HostTime", name, {}, opts);
    const { host, servers, zone } = args;
    host.deploy(name, { service: { kind: "time", name: TIME, servers, zone } }, { parent: this });
    this.registerOutputs({});
  }
}
