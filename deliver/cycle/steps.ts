// A delivery runs step by step, reports the time of each, and writes a record, also of failures.
import { git } from "../programs";
import { type Record, writeRecord } from "./record";

/** The revision of the checkout. */
export interface Revision {
  readonly commit: string;
  /** Whether no tracked file differs from the commit. */
  readonly clean: boolean;
}

export async function revision(): Promise<Revision> {
  const commit = await git("rev-parse", "HEAD");
  return { commit, clean: (await git("status", "--porcelain", "--untracked-files=no")) === "" };
}

export class Delivery {
  private readonly steps: Array<{ step: string; seconds: number }> = [];
  private readonly started = Date.now();

  /** `file`: where the record goes. */
  constructor(
    private readonly stack: string,
    private readonly at: Revision,
    private readonly file: string | undefined,
  ) {}

  /** Runs all steps and writes the record. @returns the exit code */
  async run(work: () => Promise<void>): Promise<number> {
    // A killed run must not leave the record of an earlier one.
    this.write("failure", "it was interrupted");
    try {
      await work();
    } catch (error) {
      const reason = (error as Error).message;
      this.write("failure", reason);
      this.say(`FAILED: ${reason}`);
      return 1;
    }
    this.write("success");
    this.say("delivered");
    return 0;
  }

  /** @throws Error that begins with the step's name */
  async step<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    this.say(name);
    const begun = Date.now();
    try {
      return await work();
    } catch (error) {
      throw new Error(`${name}: ${(error as Error).message}`);
    } finally {
      this.steps.push({ step: name, seconds: Math.round((Date.now() - begun) / 100) / 10 });
    }
  }

  private say(text: string): void {
    const seconds = Math.round((Date.now() - this.started) / 1000);
    process.stderr.write(`[${String(seconds).padStart(3)} s] ${this.stack}: ${text}\n`);
  }

  private write(outcome: Record["outcome"], failed?: string): void {
    if (this.file === undefined) return;
    const { stack, at, steps } = this;
    writeRecord(this.file, {
      version: 1,
      stack,
      ...at,
      outcome,
      ...(failed === undefined ? {} : { failed }),
      steps,
    });
  }
}
