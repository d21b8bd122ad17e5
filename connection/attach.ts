// A person's terminal at a host, as `ssh` gives it.
import { constants } from "node:os";
import type { Client, ClientChannel } from "ssh2";

/** As `ssh` ends when the connection is lost. */
const LOST = 255;

/** What a shell says of a command that a signal ended. */
export function codeOf(code: number | null | undefined, signal: string | undefined): number {
  if (typeof code === "number") return code;
  const name = signal === undefined ? "" : signal.startsWith("SIG") ? signal : `SIG${signal}`;
  const number = (constants.signals as Readonly<Record<string, number | undefined>>)[name];
  return number === undefined ? LOST : 128 + number;
}

/** A command gets a terminal only if it is a login shell that a person types at, as with `ssh`. */
export function attach(client: Client, command: string | undefined): Promise<number> {
  const { stdin, stdout, stderr } = process;
  const terminal = command === undefined && stdin.isTTY && stdout.isTTY;
  return new Promise((resolve, reject) => {
    const begin = (error: Error | undefined, channel: ClientChannel) => {
      if (error) {
        reject(error);
        return;
      }
      const resize = () => channel.setWindow(stdout.rows, stdout.columns, 0, 0);
      if (terminal) {
        stdin.setRawMode(true);
        stdout.on("resize", resize);
      }
      let ended = LOST;
      channel.on("exit", (code: number | null, signal?: string) => {
        ended = codeOf(code, signal);
      });
      channel.on("close", () => {
        if (terminal) {
          stdin.setRawMode(false);
          stdout.off("resize", resize);
        }
        stdin.unpipe(channel);
        resolve(ended);
      });
      // What does not read all of its input is judged by its exit code.
      channel.on("error", () => {});
      channel.pipe(stdout, { end: false });
      channel.stderr.pipe(stderr, { end: false });
      stdin.pipe(channel);
    };
    client.on("close", () => resolve(LOST));
    if (command !== undefined) client.exec(command, begin);
    else if (terminal)
      client.shell({ term: process.env.TERM ?? "xterm", rows: stdout.rows, cols: stdout.columns }, begin);
    else client.shell(false, begin);
  });
}
