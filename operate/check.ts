/** One of the things that `verify` looks at, and what it found. */
export interface Check {
  readonly check: string;
  readonly passed: boolean;
  readonly detail: string;
}

/** Runs one check; it says what it found, or throws what is wrong. */
export async function check(name: string, run: () => Promise<string>): Promise<Check> {
  try {
    return { check: name, passed: true, detail: await run() };
  } catch (error) {
    return { check: name, passed: false, detail: (error as Error).message };
  }
}
