// What every plugin process does alike: take a free port on loopback, tell it, and not outlive its engine.
import * as grpc from "@grpc/grpc-js";

export async function listen(server: grpc.Server): Promise<void> {
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  process.stdout.write(`${port}\n`);
}

/** The engine's address, the last argument: where the engine is traced, flags with values of their own stand before it. */
export function engineArgument(): string {
  const last = process.argv.slice(2).at(-1) ?? "";
  return last.startsWith("-") ? "" : last;
}

/** Who started this process: known before there is a port, since whoever waits for that may go once it is told. */
const parent = process.ppid;

/** Calls `then` every second from the moment the process that started this one is gone. */
export function whenOrphaned(then: () => void): void {
  setInterval(() => process.ppid !== parent && then(), 1000).unref();
}
