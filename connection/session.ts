import type { Duplex, Writable } from "node:stream";

/** Result of a command on a host. */
export interface Outcome {
  /** -1 when the connection was lost before the command ended. */
  readonly code: number;
  /** Empty if the output went to a stream. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Input and output of a command. */
export interface Streams {
  readonly input?: string | NodeJS.ReadableStream | undefined;
  /** Receives the output as it arrives; it is not closed. */
  readonly output?: Writable | undefined;
}

/** An open session with a host, for any number of commands. */
export interface Session {
  run(script: string, streams?: Streams): Promise<Outcome>;
  /**
   * Connects the terminal of this process, or what takes its place, with a command on the host, or with a login shell without one.
   *
   * @returns its exit code, 255 when the connection was lost before it ended
   */
  attach(command: string | undefined): Promise<number>;
  /** A connection to an address as the host sees it. */
  connect(host: string, port: number): Promise<Duplex>;
  close(): void;
}
