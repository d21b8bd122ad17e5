import * as pulumi from "@pulumi/pulumi";
import { type Checks, checkHost } from "../../connection/check";
import type { Connection } from "../../connection/connection";
import { handOver } from "../../connection/handOver";
import { fitProgram, type Program, runnerProgram } from "../../lib/handOver";
import { answerWhenInterrupted, unlessInterrupted } from "./interruption";

/** A Pulumi program's connection: its secrets may be known only while it runs. */
export type HostConnection = Connection<pulumi.Input<string>>;

/**
 * Hooks that log in to a host, or look at this machine, before anything is done there, once in each run that changes it.
 * What the gate's and the runner's commands run, they leave there for them.
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
  checks: Omit<Checks, "withRunner" | "wait" | "handsOver"> = {},
  waitForConnection?: string,
): Preflight {
  const { name } = connection;
  const tell = (progress: string) => void pulumi.log.info(`host ${name}: ${progress}`);
  const wait = waitForConnection === undefined ? undefined : { within: waitForConnection, tell };
  answerWhenInterrupted();
  let gate: Promise<void> | undefined;
  let runner: Promise<void> | undefined;
  let outcome: Promise<void> | undefined;
  const unlessStopped = (work: () => Promise<void>) =>
    unlessInterrupted(work, `host ${name}: interrupted before anything was changed there`);
  const look = (handsOver?: Program) => {
    const all = { ...checks, wait, withRunner: handsOver === undefined, handsOver };
    return unlessStopped(() => check(connection, all));
  };
  const give = (program: Program) =>
    unlessStopped(async () => handOver((await known(connection)) as Connection, program));
  return {
    gate: new pulumi.ResourceHook(`${name}-preflight-gate`, () => {
      gate ??= look(fitProgram());
      return gate;
    }),
    runner: new pulumi.ResourceHook(`${name}-preflight-runner`, () => {
      runner ??= gate === undefined ? look(runnerProgram()) : gate.then(() => give(runnerProgram()));
      outcome ??= runner;
      return runner;
    }),
    service: new pulumi.ResourceHook(`${name}-preflight`, () => {
      outcome ??= look();
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
