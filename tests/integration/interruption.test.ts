// Deployments that are interrupted at random moments: the next `pulumi up` brings everything into line.
import { Chaos, randomNumbers } from "./support/chaos";
import { recorded } from "./support/faults";
import { FAULTS, type Fault } from "./support/interruptions";
import { LabHost } from "./support/lab";
import { connection, Stack } from "./support/stack";

jest.setTimeout(300_000);

/** Tries of each kind, and what repeats their random moments; `make chaos` makes more, of the whole stack. */
const TRIES = Number(process.env.CHAOS_TRIES ?? 3);
const SEED = Number(process.env.CHAOS_SEED ?? Date.now() % 100_000);
const SIZE = process.env.CHAOS_WHOLE ? "whole" : "small";

const RESULT = "the next `pulumi up` converges, nothing is left over";
const TWO_AT_ONCE = "two deployments to one host at once";

let host: LabHost;
let stack: Stack;
let chaos: Chaos;

beforeAll(async () => {
  host = await LabHost.boot("test-chaos");
  const settings = { host: connection("operator", host), gateways: { gid: 990 } };
  stack = await Stack.create("chaos", settings);
  chaos = new Chaos(host, stack, settings, SIZE, randomNumbers(SEED));
  await chaos.begin();
});

afterAll(async () => {
  await stack?.dispose();
  await host?.down();
});

const times = Array.from({ length: TRIES }, (_, index) => index);

describe.each(Object.keys(FAULTS) as Fault[])(`%s (CHAOS_SEED=${SEED})`, (fault) => {
  test.each(times)("%i", async (number) => {
    await recorded(fault, RESULT, async () => ({ seed: SEED, ...(await chaos.trial(fault, number)) }));
  });
});

describe(`${TWO_AT_ONCE} (CHAOS_SEED=${SEED})`, () => {
  test.each(times)("%i", async (number) => {
    await recorded(TWO_AT_ONCE, "each waits for the other, both succeed, nothing is left over", async () => ({
      seed: SEED,
      ...(await chaos.twoAtOnce(number)),
    }));
  });

  test("the second waits for the first, but not for ever, and says so", async () => {
    const { code, stderr } = await host.tryExec(`
      flock /var/lib/podwatch/locks/nginx sleep 4 & sleep 0.3
      PODWATCH_LOCK_SECONDS=1 sh /var/lib/podwatch/runner apply nginx </dev/null`);
    expect(code).toBe(1);
    expect(stderr).toBe(
      "podwatch: another deployment has been at work on nginx for 1 s; wait for it, then run pulumi up again\n",
    );
  });
});
