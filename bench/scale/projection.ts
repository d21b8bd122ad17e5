// What follows for many more hosts from what was measured with a few, by arithmetic only.
import { median } from "../results";
import type { Memory, Operation, Results, Samples } from "./results";

/** Prometheus cuts blocks of two hours. */
const BLOCK_SECONDS = 2 * 3600;

/** Bytes of a sample on disk: its part of a chunk, and its part of its series' place in the index of a block. */
export function bytesPerSample(samples: Samples, interval: number): number {
  const { chunkBytes, chunkSamples, indexBytes, series } = samples;
  return chunkBytes / chunkSamples + indexBytes / series / (BLOCK_SECONDS / interval);
}

/** Of memory, between the same Prometheus with few and with many hosts. */
export function bytesPerSeries([few, many]: readonly [Memory, Memory]): number {
  return (many.resident - few.resident) / (many.series - few.series);
}

export interface Load {
  readonly series: number;
  readonly samplesPerSecond: number;
  readonly bytesPerDay: number;
  /** Of memory, for the series. */
  readonly memory?: number;
  /** How many processors' whole time. */
  readonly cores?: number;
}

/** What so many hosts are for Prometheus, scraped so often. */
export function loadOf(hosts: number, interval: number, results: Results): Load | undefined {
  const { samples, memory, perSample } = results;
  if (samples === undefined) return undefined;
  const series = hosts * samples.scraped;
  const samplesPerSecond = series / interval;
  return {
    series,
    samplesPerSecond,
    bytesPerDay: samplesPerSecond * 86_400 * bytesPerSample(samples, interval),
    ...(memory && memory[1].series > memory[0].series ? { memory: series * bytesPerSeries(memory) } : {}),
    ...(perSample === undefined ? {} : { cores: samplesPerSecond * perSample }),
  };
}

export interface Fleet {
  readonly hostsPerStack: number;
  readonly stacks: number;
  /** Seconds, one stack after another, where hosts share the processors of the deploying side. */
  readonly inTurn: number;
  /** Seconds of processor time of the deploying side. */
  readonly here: number;
}

/** What it takes for so many hosts in stacks of a size that was measured. */
export function fleetOf(
  hosts: number,
  hostsPerStack: number,
  what: Operation,
  { runs }: Results,
): Fleet | undefined {
  const measured = runs["one stack"]?.[what]?.[hostsPerStack];
  if (measured === undefined) return undefined;
  const stacks = Math.ceil(hosts / hostsPerStack);
  return {
    hostsPerStack,
    stacks,
    inTurn: stacks * median(measured.seconds),
    here: stacks * median(measured.here),
  };
}

/** Seconds that each further host costs, from the fewest to the most hosts that were measured. */
export function further(byHosts: Readonly<Record<string, number>>): number | undefined {
  const sizes = Object.keys(byHosts)
    .map(Number)
    .sort((a, b) => a - b);
  const [few, many] = [sizes[0], sizes.at(-1)];
  if (few === undefined || many === undefined || few === many) return undefined;
  return ((byHosts[many] as number) - (byHosts[few] as number)) / (many - few);
}
