/** A check of `verify` and its result. */
export interface Check {
  readonly check: string;
  readonly passed: boolean;
  readonly detail: string;
}

/** Runs a check, which returns its result or throws the problem. */
export async function check(name: string, run: () => Promise<string>): Promise<Check> {
  try {
    return { check: name, passed: true, detail: await run() };
  } catch (error) {
    return { check: name, passed: false, detail: (error as Error).message };
  }
}
