import type { types } from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import type { Scope } from "../../lib/quadlet";

/** How commands reach a host and with what rights they run there. */
export interface Access {
  /** Name of the host, for messages. */
  readonly name: string;
  readonly connection: types.input.remote.ConnectionArgs;
  readonly scope: Scope;
  /** How the login user becomes root: not at all, by sudo, or by sudo with a password. */
  readonly sudo: "none" | "passwordless" | { readonly password: pulumi.Output<string> };
}
