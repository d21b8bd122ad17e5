import type * as pulumi from "@pulumi/pulumi";
import type { ConnectionSettings } from "../../config/schema";
import type { AddressNeed } from "../../lib/hostAddresses";
import type { Scope } from "../../lib/scope";

/** How commands reach a host and with what rights they run there. */
export interface Access extends Entrance {
  /** Under which name the host's things are known there as this host's. */
  readonly owner: string;
  /** Makes sure that commands will get through before the first of them is sent. */
  readonly preflight: pulumi.ResourceHook;
  /** Tells what the runner had to say of a change. */
  readonly notes: pulumi.ResourceHook;
}

/** What decides whether commands get through to a host. */
export interface Entrance {
  /** Name of the host, for messages. */
  readonly name: string;
  readonly scope: Scope;
  /** Over SSH, or none needed because the host is this machine. */
  readonly connection: ConnectionSettings<pulumi.Input<string>>;
  /** How the login user becomes root: not at all, by sudo, or by sudo with a password. */
  readonly sudo: "none" | "passwordless" | { readonly password: pulumi.Output<string> };
  /** Whether the login user has to send pings from there. */
  readonly pings?: boolean;
  /** What it needs of the host's own addresses. */
  readonly addressNeeds?: readonly AddressNeed[];
}
