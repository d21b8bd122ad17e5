import { Chaos, randomNumbers, type Trial } from "./chaos";
import { recorded } from "./faults";
import type { Fault } from "./interruptions";
import { LabHost } from "./lab";
import { isNight } from "./nightly";
import { connection, Stack } from "./stack";

/** Tries of each kind, and what repeats their random moments; `make chaos` makes more, of the whole stack. */
const TRIES = Number(process.env.CHAOS_TRIES ?? (isNight ? 3 : 1));
const SEED = Number(process.env.CHAOS_SEED ?? Date.now() % 100_000);
const SIZE = process.env.CHAOS_WHOLE ? "whole" : "small";

/** Deployments to one host, which the tests of a file disturb one after the other. */
export interface Suite {
  readonly host: () => LabHost;
  readonly chaos: () => Chaos;
}

/** Boots a host for the tests of a file, and deploys to it. */
export function suite(name: string): Suite {
  jest.setTimeout(300_000);
  let host: LabHost;
  let stack: Stack;
  let chaos: Chaos;

  beforeAll(async () => {
    host = await LabHost.boot(`test-${name}`);
    const settings = { host: connection("operator", host), gateways: { gid: 990 } };
    stack = await Stack.create(name, settings);
    chaos = new Chaos(host, stack, settings, SIZE, randomNumbers(SEED));
    await chaos.begin();
  });

  afterAll(async () => {
    await stack?.dispose();
    await host?.down();
  });

  return { host: () => host, chaos: () => chaos };
}

/** Tests that the next `pulumi up` makes good what an interruption has done. */
export function interruptions({ chaos }: Suite, faults: Partial<Record<Fault, unknown>>): void {
  for (const fault of Object.keys(faults) as Fault[]) {
    tries(fault, "the next `pulumi up` converges, nothing is left over", (number) =>
      chaos().trial(fault, number),
    );
  }
}

let kinds = 0;

/** Tests of one fault, as many as were asked for; they are recorded for docs/reliability.md. */
export function tries(fault: string, result: string, trial: (number: number) => Promise<Trial>): void {
  // Where there is one try of each, what is changed differs from one kind to the next.
  const first = TRIES === 1 ? kinds++ : 0;
  describe(`${fault} (CHAOS_SEED=${SEED})`, () => {
    const numbers = Array.from({ length: TRIES }, (_, index) => index);
    test.each(numbers)("%i", (number) =>
      recorded(fault, result, () => trial(number + first), { seed: SEED }),
    );
  });
}
