import type * as pulumi from "@pulumi/pulumi";
import { Host as CheckedHost } from "../components/host";
import type { SECTIONS } from "../components/sections";
import type { singleHost } from "../config/schema";
import type { Written } from "./arguments";
import { Composition } from "./composition";

/** Sections of a host's entry that more than one component uses. */
type Shared = "front" | "gateways";

/**
 * The settings of `host` in a stack file.
 *
 * `front` and `gateways` are here because several components use them. `name` is that of the resource unless it is given.
 */
export interface HostArgs
  extends Omit<Written<typeof singleHost>, Exclude<keyof typeof SECTIONS, Shared> | "via"> {}

/** A Linux host, to which other components are added. */
export class Host extends CheckedHost {
  /** @throws RunError that lists all problems of the arguments */
  constructor(name: string, args: HostArgs, opts?: pulumi.ComponentResourceOptions) {
    const composition = new Composition(`Host ${name}`, { name, ...args });
    super(name, composition.hostArgs, opts);
    composition.belongsTo(this, name);
  }
}
