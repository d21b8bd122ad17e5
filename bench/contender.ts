import type { LabHost } from "../tests/integration/support/lab";

export type Variant = "base" | "changed";

/** One way of deploying the stack to hosts. */
export interface Contender {
  readonly name: "podwatch" | "earlier" | "ansible" | "pyinfra" | "floor";
  /** Makes ready what is not measured: configuration, inventory, scripts. */
  prepare(hosts: readonly LabHost[], variant: Variant): Promise<void>;
  deploy(): Promise<void>;
  /** Deploys again what is there. */
  unchanged(): Promise<void>;
  /** Deploys the variant that was prepared last over the other. */
  change(): Promise<void>;
  destroy(): Promise<void>;
}

/** The stack: what every contender deploys, and the one setting that is changed. */
export const INTERVAL: Readonly<Record<Variant, string>> = { base: "5s", changed: "7s" };
