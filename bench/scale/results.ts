// What `make scale` has measured, kept after each step.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { CHECKOUT } from "../../tests/integration/support/lab";
import { machine, textOf } from "../results";
import type { Plan } from "./plan";
import type { Use } from "./use";

/** Of every run, in seconds. */
export type Runs = { readonly [Part in keyof Use]: readonly number[] };

export const CONTENDERS = ["one stack", "several stacks", "ansible", "pyinfra", "floor"] as const;
export type Contender = (typeof CONTENDERS)[number];

export const OPERATIONS = [
  "hosts added",
  "hosts added, state written at the end only",
  "no change",
  "one line",
  "one line, state written at the end only",
  "drift",
  "destroy",
] as const;
export type Operation = (typeof OPERATIONS)[number];

export interface State {
  readonly resources: number;
  readonly bytes: number;
}

/** A Prometheus at one moment. */
export interface Memory {
  readonly hosts: number;
  readonly series: number;
  /** Resident, in bytes. */
  readonly resident: number;
}

/** How a Prometheus keeps what it scrapes from node exporters. */
export interface Samples {
  /** How many samples a scrape of a node exporter has. */
  readonly scraped: number;
  /** Between scrapes, in seconds. */
  readonly interval: number;
  /** Bytes of chunks, and the samples in them. */
  readonly chunkBytes: number;
  readonly chunkSamples: number;
  /** Bytes of the index, and the series in it. */
  readonly indexBytes: number;
  readonly series: number;
}

export interface Results {
  machine: string;
  cores: number;
  /** Load average when the measurements began and when they were last saved. */
  load?: [before: number, after: number];
  /** How many hosts each of several stacks has. */
  hostsPerStack: number;
  /** How many stacks are deployed at once. */
  parallel: number;
  /** Lab hosts, seconds until all had booted, and bytes of memory for each. */
  lab?: { readonly hosts: number; readonly seconds: number; readonly memory: number };
  /** By contender, operation and number of hosts. */
  runs: Partial<Record<Contender, Partial<Record<Operation, Record<string, Runs>>>>>;
  /** SSH log-ins on each target, by contender and operation. */
  logIns: Partial<Record<Contender, Partial<Record<Operation, number>>>>;
  /** Of one stack, by number of hosts. */
  states: Record<string, State>;
  samples?: Samples;
  /** Of the Prometheus of one stack, with its first and with all of its hosts. */
  memory?: readonly [few: Memory, many: Memory];
  /** Processor time of that Prometheus for each sample, in seconds, queries and rules included. */
  perSample?: number;
}

const FILE = join(CHECKOUT, "bench", "scale.json");

/** Those of earlier runs, made on this machine from now on. */
export function resultsSoFar({ hostsPerStack, parallel }: Plan): Results {
  const earlier = existsSync(FILE) ? JSON.parse(readFileSync(FILE, "utf8")) : {};
  return {
    runs: {},
    logIns: {},
    states: {},
    ...earlier,
    machine: machine(),
    cores: cpus().length,
    hostsPerStack,
    parallel,
  };
}

export function writeResults(results: Results): void {
  writeFileSync(FILE, textOf(results));
}

/** Keeps what one run used. */
export function keep(results: Results, who: Contender, what: Operation, hosts: number, use: Use): void {
  const operations = results.runs[who] ?? {};
  const before = operations[what]?.[hosts];
  const add = (part: keyof Use) => [...(before?.[part] ?? []), Math.round(use[part] * 1000) / 1000];
  const runs: Runs = { seconds: add("seconds"), here: add("here"), hosts: add("hosts") };
  results.runs[who] = { ...operations, [what]: { ...operations[what], [hosts]: runs } };
}

/** Keeps the most log-ins on a host: where others are added, it has none. */
export function noteLogIns(results: Results, who: Contender, what: Operation, count: number): void {
  const before = results.logIns[who] ?? {};
  results.logIns[who] = { ...before, [what]: Math.max(before[what] ?? 0, count) };
}
