import * as pulumi from "@pulumi/pulumi";
import { type Checks, checkHost } from "../../connection/check";
import type { Connection } from "../../connection/connection";
import { answerWhenInterrupted, unlessInterrupted } from "./interruption";

/** A Pulumi program's connection: its secrets may be known only while it runs. */
export type HostConnection = Connection<pulumi.Input<string>>;

/**
 * Hooks that log in to a host, or look at this machine, before anything is done there, once in each run that changes it.
 *
 * They say clearly what is wrong where the command provider is terse, and give up on a server that takes the
 * connection and never answers, on which the provider would wait for ever.
 */
export interface Preflight {
  /** Before the gate, the command that comes before all others; it says nothing of what has been installed. */
  readonly gate: pulumi.ResourceHook;
  /** Before the commands that may find a host without a runner. */
  readonly runner: pulumi.ResourceHook;
  /** Before all others: the runner is there already. */
  readonly service: pulumi.ResourceHook;
}

export function preflightHooks(
  connection: HostConnection,
  checks: Omit<Checks, "withRunner" | "wait"> = {},
  waitForConnection?: string,
): Preflight {
  const { name } = connection;
  const tell = (progress: string) => void pulumi.log.info(`host ${name}: ${progress}`);
  const wait = waitForConnection === undefined ? undefined : { within: waitForConnection, tell };
  answerWhenInterrupted();
  let gate: Promise<void> | undefined;
  let outcome: Promise<void> | undefined;
  const look = (withRunner: boolean) =>
    unlessInterrupted(
      () => check(connection, { ...checks, wait, withRunner }),
      `host ${name}: interrupted before anything was changed there`,
    );
  return {
    gate: new pulumi.ResourceHook(`${name}-preflight-gate`, () => {
      gate ??= look(false);
      return gate;
    }),
    runner: new pulumi.ResourceHook(`${name}-preflight-runner`, () => {
      outcome ??= gate ?? look(false);
      return outcome;
    }),
    service: new pulumi.ResourceHook(`${name}-preflight`, () => {
      outcome ??= look(true);
      return outcome;
    }),
  };
}

async function check(connection: HostConnection, checks: Checks): Promise<void> {
  const warning = await checkHost((await known(connection)) as Connection, checks);
  if (warning !== undefined) {
    await pulumi.log.warn(warning);
  }
}

function known<T>(value: pulumi.Input<T>): Promise<pulumi.Unwrap<T>> {
  return new Promise((resolve) => {
    pulumi.output(value).apply(resolve);
  });
}
