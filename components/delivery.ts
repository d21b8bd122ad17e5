// How descriptions of services get to a host, and what of them is kept in the state.
import type * as pulumi from "@pulumi/pulumi";
import type { NamedSecret } from "../lib/auth";
import type { Deployable } from "../lib/deployable";
import type { Scope } from "../lib/scope";

/** A service to be brought to its host. */
export interface Delivered {
  readonly service: string;
  /** It without what is known only once certificates are made. */
  readonly shape: Deployable | pulumi.Output<Deployable>;
  readonly description: Deployable | pulumi.Output<Deployable>;
  /** The secrets that it reads. */
  readonly secrets: ReadonlyArray<NamedSecret<pulumi.Output<string>>>;
  /** What it waits for. */
  readonly after: readonly pulumi.Resource[];
}

export interface Delivery {
  /** Whether containers are rootful or belong to the login user. */
  readonly scope: Scope;
  /** The port by which the host's SSH server is reached, if it is. */
  readonly sshPort: number | undefined;
  /** Once it is made, services can be brought to the host. */
  readonly entrance: pulumi.Resource;
  /** @returns all that was made for it, the service itself last */
  apply(name: string, args: Delivered, opts: pulumi.CustomResourceOptions): readonly pulumi.Resource[];
  /** Says that a service which could cut off the host has not; until then, it is taken back by itself. */
  confirm(name: string, service: string, opts: pulumi.CustomResourceOptions): pulumi.Resource;
  /** Called once all services are applied. @returns what the state records for later commands */
  complete(name: string, applied: pulumi.Resource[]): Readonly<Record<string, unknown>>;
}

export function isOutput<T>(value: T | pulumi.Output<T>): value is pulumi.Output<T> {
  return typeof value === "object" && value !== null && "apply" in value;
}
