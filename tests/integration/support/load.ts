import * as http from "node:http";
import * as https from "node:https";

export interface LoadOptions {
  /** Where the requests go, `http://address` or `https://address`. */
  readonly origin: string;
  /** The name that the certificate there is for, and that is asked by; default: that of the origin. */
  readonly name?: string;
  /** The authority that signed the certificate there. */
  readonly ca?: string;
  /** Asked in turn; each has to answer 200. */
  readonly paths: readonly string[];
  /** Requests that are begun each second, as far as the machine allows. */
  readonly rate: number;
  /** The load ends by itself after so many seconds. */
  readonly atMost: number;
}

export interface LoadReport {
  readonly requests: number;
  readonly seconds: number;
  /** What went wrong, with the number of times; a healthy front gives `{}`. */
  readonly failures: Readonly<Record<string, number>>;
  /** How many requests came on a connection that had served others before. */
  readonly onKeptConnections: number;
  /** The longest answer, in milliseconds. */
  readonly slowest: number;
}

/** As many requests may wait for their answer at once; a front that is slower gets fewer. NGINX lets no more through to one gateway. */
const IN_FLIGHT = 32;

/**
 * Sends requests steadily, half of them on kept connections and half on fresh ones, until it is told to stop.
 *
 * Nothing is tried a second time: a connection that the front closes under a request is a failure.
 */
export function startLoad(options: LoadOptions): { stop(): Promise<LoadReport> } {
  const { ca, name } = options;
  const named = name === undefined ? {} : { servername: name, headers: { host: name } };
  const { Agent, get } = options.origin.startsWith("https:") ? https : http;
  // In turn: on a busy machine, one that lies idle for the 10 s after which a reload closes it may be taken up at that very moment.
  const kept = new Agent({
    keepAlive: true,
    scheduling: "fifo",
    maxSockets: IN_FLIGHT / 2,
    ...(ca && { ca }),
  });
  const fresh = new Agent({ keepAlive: false, ...(ca && { ca, maxCachedSessions: 0 }) });
  // Each path twice: on a kept connection and on a fresh one.
  const paths = options.paths.flatMap((path) => [path, path]);
  const failures: Record<string, number> = {};
  const begin = Date.now();
  const pending = new Set<Promise<void>>();
  let requests = 0;
  let onKeptConnections = 0;
  let slowest = 0;
  let inFlight = 0;
  let skipped = 0;

  function request(path: string, agent: http.Agent): Promise<void> {
    const sent = Date.now();
    return new Promise((resolve) => {
      const end = (failure?: string) => {
        slowest = Math.max(slowest, Date.now() - sent);
        if (failure !== undefined) {
          const what = `${path}: ${failure}${call.reusedSocket ? " on a kept connection" : ""}`;
          failures[what] = (failures[what] ?? 0) + 1;
        }
        resolve();
      };
      const call = get(`${options.origin}${path}`, { ...named, agent, timeout: 10_000 }, (answer) => {
        if (call.reusedSocket) onKeptConnections++;
        answer.resume();
        answer.once("end", () => end(answer.statusCode === 200 ? undefined : `status ${answer.statusCode}`));
        answer.once("error", (error) => end(error.message));
      });
      call.once("timeout", () => call.destroy(new Error("no answer within 10 s")));
      call.once("error", (error) => end(error.message));
    });
  }

  const timer = setInterval(() => {
    const elapsed = Date.now() - begin;
    if (elapsed > options.atMost * 1000) clearInterval(timer);
    // What a busy moment has left undone is not made up for in one burst.
    const due = Math.min((elapsed * options.rate) / 1000 - requests - skipped, options.rate / 20);
    for (let count = 0; count < due; count++) {
      if (inFlight >= IN_FLIGHT) {
        skipped++;
        continue;
      }
      inFlight++;
      const done = request(paths[requests % paths.length] ?? "/", requests % 2 === 0 ? kept : fresh);
      requests++;
      pending.add(done);
      void done.then(() => {
        inFlight--;
        pending.delete(done);
      });
    }
  }, 5);

  return {
    async stop() {
      clearInterval(timer);
      const seconds = (Date.now() - begin) / 1000;
      await Promise.all(pending);
      kept.destroy();
      fresh.destroy();
      return { requests, seconds, failures, onKeptConnections, slowest };
    },
  };
}
