import * as pulumi from "@pulumi/pulumi";
import type { Host } from "../host";
import { type SshInput, sshServer } from "./render";

export interface HostSshArgs extends SshInput {
  readonly host: Host;
}

/** How the SSH server of a host lets people in. A change is taken back by itself unless a second log-in confirms it. */
export class HostSsh extends pulumi.ComponentResource {
  constructor(name: string, args: HostSshArgs, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:HostSsh", name, {}, opts);
    const { host, ...input } = args;
    host.deployConfirmed(name, { service: sshServer(input) }, { parent: this });
    this.registerOutputs({});
  }
}
