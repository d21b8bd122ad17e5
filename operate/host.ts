import type { Writable } from "node:stream";
import { PassThrough } from "node:stream";
import { runnerLine } from "../connection/connection";
import { enter } from "../connection/enter";
import type { Outcome, Session } from "../connection/session";
import type { RunnerWords } from "../lib/runner";
import type { DeployedHost, Step } from "./state";

export interface CallStreams {
  readonly input?: string | NodeJS.ReadableStream;
  readonly output?: Writable;
}

/** The runner on the host is missing or cannot run: it did not even report an error. */
export class RunnerBroken extends Error {}

/** sshd's default limit of concurrent commands per log-in (MaxSessions). */
const AT_ONCE = 8;

/** A deployed host that we are logged in to. */
export class Host {
  private running = 0;
  private readonly waiting: Array<() => void> = [];

  private constructor(
    readonly deployed: DeployedHost,
    private readonly session: Session,
  ) {}

  static async enter(deployed: DeployedHost): Promise<Host> {
    return new Host(deployed, await enter(deployed.connection));
  }

  /**
   * Calls the runner and returns what it printed.
   *
   * @throws Error with the runner's reason, {@link RunnerBroken} when it gave none
   */
  async call(words: RunnerWords, streams: CallStreams = {}): Promise<string> {
    const { connection } = this.deployed;
    const { sudoPassword } = connection;
    const input =
      sudoPassword === undefined ? streams.input : after(`${sudoPassword}\n`, streams.input ?? "");
    return this.succeed(words[0], await this.run(runnerLine(connection, words), { ...streams, input }));
  }

  /** Runs a command of the deployment again. */
  async repeat({ script, input }: Step): Promise<string> {
    return this.succeed("it", await this.run(script, { input }));
  }

  /** A connection to an address as the host sees it. */
  connect(address: string, port: number) {
    return this.session.connect(address, port);
  }

  close(): void {
    this.session.close();
  }

  /** Runs a command once the limit of concurrent ones allows it. */
  async run(script: string, streams: CallStreams): Promise<Outcome> {
    if (this.running < AT_ONCE) {
      this.running += 1;
    } else {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    try {
      return await this.session.run(script, streams);
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) {
        this.running -= 1;
      } else {
        next();
      }
    }
  }

  private succeed(what: string, { code, stdout, stderr }: Outcome): string {
    if (code === 0) {
      return stdout;
    }
    if (code === -1) {
      throw new Error("the connection was lost");
    }
    const [, reason] = /^podwatch: ([\s\S]*)/m.exec(stderr.trim()) ?? [];
    if (reason?.startsWith("unknown command")) {
      throw new Error(`the runner on the host is older than this command (${reason}): run pulumi up`);
    }
    if (reason?.startsWith("there is no runner")) {
      throw new RunnerBroken("it is gone");
    }
    if (reason !== undefined) {
      throw new Error(reason);
    }
    const last = stderr.trim().split("\n").at(-1) || `${what} ended with ${code}`;
    throw /^sudo: /.test(last) ? new Error(last) : new RunnerBroken(last);
  }
}

function after(first: string, rest: string | NodeJS.ReadableStream): string | NodeJS.ReadableStream {
  if (typeof rest === "string") {
    return first + rest;
  }
  const both = new PassThrough();
  both.write(first);
  rest.on("error", (error) => both.destroy(error)).pipe(both);
  return both;
}
