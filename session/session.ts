import type { Duplex, Writable } from "node:stream";

/** What became of a command on a host. */
export interface Outcome {
  /** -1 when the connection was lost before the command ended. */
  readonly code: number;
  /** Empty where the output went into a stream. */
  readonly stdout: string;
  readonly stderr: string;
}

/** What a command reads and where its output goes. */
export interface Streams {
  readonly input?: string | NodeJS.ReadableStream | undefined;
  /** Takes the output as it comes; it is not ended. */
  readonly output?: Writable | undefined;
}

/** A way to a host that stays open for as many commands as are wanted. */
export interface Session {
  run(script: string, streams?: Streams): Promise<Outcome>;
  /** A connection to an address as the host sees it. */
  connect(host: string, port: number): Promise<Duplex>;
  close(): void;
}
