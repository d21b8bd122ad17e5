import { appendFileSync } from "node:fs";
import { basename } from "node:path";

/** What became of one try of one fault; docs/reliability.md has a line for each fault. */
export interface Outcome {
  readonly fault: string;
  /** What has to become of it. */
  readonly result: string;
  readonly passed: boolean;
  /** The test file, without `.test.ts`: it says under which heading the fault stands. */
  readonly file?: string;
  /** For interruptions: whether the fault met a deployment at work, and how long the next one took, in seconds. */
  readonly met?: boolean;
  readonly recovery?: number;
  readonly seed?: number;
  readonly error?: string;
}

/** A test of a fault and what has to become of it; both stand in the table of docs/reliability.md. */
export function faultTest(fault: string, result: string, body: () => Promise<void>): void {
  test(`${fault}: ${result}`, () =>
    recorded(fault, result, async () => {
      await body();
      return {};
    }));
}

/** Runs one try of a fault, and records what became of it with what the try tells of itself; its seed if it is random. */
export async function recorded(
  fault: string,
  result: string,
  body: () => Promise<Partial<Outcome>> | Promise<void>,
  random: Pick<Outcome, "seed"> = {},
): Promise<void> {
  try {
    const more = (await body()) ?? {};
    record({ fault, result, passed: true, ...random, ...more });
  } catch (error) {
    record({ fault, result, passed: false, ...random, error: String(error) });
    throw error;
  }
}

/** FAULT_REPORT names the file that outcomes are added to, one JSON text a line; `lab/chaos` sets it. */
function record(outcome: Outcome): void {
  const report = process.env.FAULT_REPORT;
  if (report) {
    const file = basename(expect.getState().testPath ?? "", ".test.ts");
    appendFileSync(report, `${JSON.stringify({ ...outcome, file })}\n`);
  }
}
