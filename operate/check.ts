/** A check of `verify` and its result. */
export interface Check {
  readonly check: string;
  readonly passed: boolean;
  readonly detail: string;
  /** The check that says what is wrong, if it fails only for that. */
  readonly becauseOf?: string;
  /** What it consists of, for programs. */
  readonly parts?: readonly object[];
}

/** A result in one line, with what it consists of. */
export interface Result {
  readonly detail: string;
  readonly parts: readonly object[];
}

/** A problem that consists of parts. */
export class PartlyWrong extends Error {
  constructor(
    detail: string,
    readonly parts: readonly object[],
  ) {
    super(detail);
  }
}

/** Runs a check, which returns its result or throws the problem. */
export async function check(name: string, run: () => Promise<string | Result>): Promise<Check> {
  try {
    const result = await run();
    return { check: name, passed: true, ...(typeof result === "string" ? { detail: result } : result) };
  } catch (error) {
    const parts = error instanceof PartlyWrong ? { parts: error.parts } : {};
    return { check: name, passed: false, detail: (error as Error).message, ...parts };
  }
}
