import { Host } from "./host";
import type { DeployedHost } from "./state";

/** What a host answered, or why it did not. */
export type Answer<T> =
  | { readonly host: DeployedHost; readonly value: T; readonly error?: undefined }
  | { readonly host: DeployedHost; readonly error: string };

export interface EverywhereOptions {
  /** The operation, for progress messages. */
  readonly doing: string;
  /** Time-out per host, in seconds; none by default. */
  readonly within?: number | undefined;
  /** Whether it runs until interrupted, so that nobody waits for its end. */
  readonly quiet?: boolean | undefined;
}

/** Interval of progress messages about what is being waited for, in milliseconds. */
const PATIENCE = 5_000;

/**
 * Runs an operation on all hosts in parallel.
 *
 * A host that cannot be reached or does not finish in time yields an error, without delaying others.
 */
export async function everywhere<T>(
  hosts: readonly DeployedHost[],
  { doing, within, quiet }: EverywhereOptions,
  work: (host: Host) => Promise<T>,
): Promise<Answer<T>[]> {
  const waiting = new Set(hosts.map(({ name }) => name));
  const started = Date.now();
  const progress = setInterval(() => {
    if (quiet) {
      return;
    }
    const seconds = Math.round((Date.now() - started) / 1000);
    process.stderr.write(`${seconds} s: ${doing}: waiting for ${[...waiting].join(", ")}\n`);
  }, PATIENCE);
  try {
    return await Promise.all(
      hosts.map(async (host): Promise<Answer<T>> => {
        try {
          return { host, value: await inTime(visit(host, work), within) };
        } catch (error) {
          return { host, error: (error as Error).message };
        } finally {
          waiting.delete(host.name);
        }
      }),
    );
  } finally {
    clearInterval(progress);
  }
}

async function visit<T>(deployed: DeployedHost, work: (host: Host) => Promise<T>): Promise<T> {
  const host = await Host.enter(deployed);
  try {
    return await work(host);
  } finally {
    host.close();
  }
}

async function inTime<T>(work: Promise<T>, seconds: number | undefined): Promise<T> {
  if (seconds === undefined) {
    return work;
  }
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${seconds} s`)), seconds * 1000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
