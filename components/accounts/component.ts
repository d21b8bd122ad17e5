import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../../lib/accounts";
import type { Host } from "../host";
import { ACCOUNTS } from "./endpoint";

export interface HostAccountsArgs {
  readonly host: Host;
  readonly users: readonly Account[];
}

/** People who log in to a host, with their keys and rights. */
export class HostAccounts extends pulumi.ComponentResource {
  constructor(name: string, args: HostAccountsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:HostAccounts", name, {}, opts);
    const { host, users } = args;
    host.deploy(name, { service: { kind: "accounts", name: ACCOUNTS, users } }, { parent: this });
    this.registerOutputs({});
  }
}
