// The last notifications, by stack and channel, in a file that the pipeline keeps between runs.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import type { Outcome } from "./event";

const content = z.strictObject({
  version: z.literal(1),
  stacks: z.record(z.string(), z.record(z.string(), z.enum(["success", "failure"]))),
});

export class Memory {
  private constructor(
    private readonly file: string | undefined,
    private readonly stacks: Record<string, Record<string, Outcome>>,
    /** Why there is no memory of earlier runs, unless this is the first. */
    readonly message: string | undefined,
  ) {}

  /** Without a file nothing is remembered. An invalid file is treated as empty. */
  static open(file: string | undefined): Memory {
    if (file === undefined) return new Memory(undefined, {}, undefined);
    try {
      const read = content.parse(JSON.parse(readFileSync(file, "utf8")));
      return new Memory(file, read.stacks, undefined);
    } catch (error) {
      const first = (error as NodeJS.ErrnoException).code === "ENOENT";
      return new Memory(
        file,
        {},
        first ? undefined : `${file} is not what notify wrote: it is started again`,
      );
    }
  }

  last(stack: string, channel: string): Outcome | undefined {
    return this.stacks[stack]?.[channel];
  }

  keep(stack: string, channel: string, outcome: Outcome): void {
    this.stacks[stack] = { ...this.stacks[stack], [channel]: outcome };
  }

  /** Replaces the file atomically. */
  write(): void {
    if (this.file === undefined) return;
    mkdirSync(dirname(this.file), { recursive: true });
    const fresh = `${this.file}.${process.pid}`;
    writeFileSync(fresh, `${JSON.stringify({ version: 1, stacks: this.stacks }, null, 2)}\n`);
    renameSync(fresh, this.file);
  }
}
