import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { CHECKOUT } from "../tests/integration/support/lab";

/** Seconds of every run, by what was done and by whom. */
export type Times = Record<string, Record<string, number[]>>;

/** Seconds of every run, by operation and part, in their order. */
export type Steps = Record<string, Record<string, number[]>>;

export interface Results {
  machine: string;
  /** Load average when the measurements began and when they were last saved. */
  load?: [before: number, after: number];
  /** One host: operation, contender. */
  one: Times;
  /** The commit of the earlier version that was measured along, if any: the contender `earlier`. */
  against?: string | undefined;
  /** Several hosts: `<contender> <operation>`, number of hosts. */
  scale: Times;
  /** Parts of a run that changes something: operation, part. */
  steps?: Steps;
  /** Parts of the fixed cost of a run: part, and the only contender there is. */
  fixed: Times;
}

const FILE = join(CHECKOUT, "bench", "results.json");

/** This machine, in words. */
export function machine(): string {
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${memory} GB, Node.js ${process.version}`;
}

export function emptyResults(): Results {
  return { machine: machine(), one: {}, scale: {}, fixed: {} };
}

export function readResults(): Results {
  return existsSync(FILE) ? JSON.parse(readFileSync(FILE, "utf8")) : emptyResults();
}

export function writeResults(results: Results): void {
  writeFileSync(FILE, textOf(results));
}

/** As JSON, each list in one line, so that a diff can be read. */
export function textOf(results: object): string {
  const text = JSON.stringify(results, null, 2).replace(/\[[^\]{}]*\]/g, (list) => list.replace(/\s+/g, " "));
  return `${text}\n`;
}

/** Measures one thing, says what it took, and keeps it. */
export async function measure(times: Times, what: string, who: string, act: () => Promise<void>) {
  const started = performance.now();
  await act();
  const seconds = Math.round(performance.now() - started) / 1000;
  const row = times[what] ?? {};
  times[what] = { ...row, [who]: [...(row[who] ?? []), seconds] };
  console.log(`${who.padStart(10)}  ${what.padEnd(24)} ${seconds.toFixed(2).padStart(7)} s`);
}

export function record(steps: Steps, operation: string, part: string, seconds: number): void {
  const parts = steps[operation] ?? {};
  steps[operation] = { ...parts, [part]: [...(parts[part] ?? []), Math.round(seconds * 1000) / 1000] };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

export interface Spread {
  readonly minimum: number;
  readonly median: number;
  readonly maximum: number;
}

/** Ratios of runs that were made one after the other, so that a busy moment of the machine hits both. */
export function ratios(above: readonly number[] = [], below: readonly number[] = []): Spread | undefined {
  const pairs = above.slice(0, below.length).map((value, index) => value / (below[index] as number));
  if (pairs.length === 0) return undefined;
  return { minimum: Math.min(...pairs), median: median(pairs), maximum: Math.max(...pairs) };
}
