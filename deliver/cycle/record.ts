// The record of a run of `staging` or `production`: read by `production` as the proof, and by `notify`.
import { readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";

const record = z.strictObject({
  version: z.literal(1),
  stack: z.string().min(1),
  /** Full hash. */
  commit: z.string().regex(/^[0-9a-f]{40,64}$/),
  /** Whether the files were those of the commit. */
  clean: z.boolean(),
  outcome: z.enum(["success", "failure"]),
  /** For a failure: the step that failed and why, in one line. */
  failed: z.string().optional(),
  steps: z.array(z.strictObject({ step: z.string(), seconds: z.number() })),
});
export type Record = z.infer<typeof record>;

export function writeRecord(file: string, content: Record): void {
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
}

/** @throws Error if it is missing or not a record */
export function readRecord(file: string): Record {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(
      `${file} cannot be read (${(error as NodeJS.ErrnoException).code}), the file that --record writes`,
    );
  }
  const read = record.safeParse(parsed(text));
  if (!read.success) throw new Error(`${file} is not a record of a delivery, as --record writes it`);
  return read.data;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
