// Tests that take long and rarely break: `make nightly` runs them, with all others; `make test` leaves them out.
import { faultTest } from "./faults";

export const isNight = process.env.NIGHTLY !== undefined;

/** Hooks of a group whose tests are all left out are left out, too. */
export const nightly = isNight ? test : test.skip;

/** As {@link faultTest}; `make reliability` runs it, too. */
export function nightlyFaultTest(fault: string, result: string, body: () => Promise<void>): void {
  if (isNight || process.env.FAULT_REPORT !== undefined) faultTest(fault, result, body);
  else test.skip(`${fault}: ${result}`, body);
}
