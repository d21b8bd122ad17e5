import type { LabHost } from "../tests/integration/support/lab";
import type { Deployment } from "./bundles";

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

/** @param told by a run that was to change nothing */
export function mustBeUnchanged(told: string, hasChanged: (told: string) => boolean): void {
  if (hasChanged(told)) throw new Error(`a run without a change has changed something:\n${told}`);
}

/** What Ansible, pyinfra and the floor deploy: what Podwatch rendered. */
export interface Work {
  /** Folder of the playbooks and scripts for it, below `bench/ansible`, `bench/pyinfra` and `bench/floor`. */
  readonly folder: string;
  readonly deployments: Readonly<Record<Variant, Deployment>>;
  /** Variables of the playbooks and scripts; the floor has the texts among them. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Where the units lie on the host. */
  readonly units: string;
  /** What alone travels from the floor when one line changes, as a path on the host. */
  readonly changed: string;
}

/** The stack: what every contender deploys, and the one setting that is changed. */
export const INTERVAL: Readonly<Record<Variant, string>> = { base: "5s", changed: "7s" };
