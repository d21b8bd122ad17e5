// `command:remote:Command`: runs a script on another host over SSH, one connection for each operation.
import { setTimeout as sleep } from "node:timers/promises";
import type { ClientChannel } from "ssh2";
import type { Operation } from "../provider/serve";
import { dial } from "./dial";
import { quote } from "./go";
import { type Connection, check, REMOTE_COMMAND } from "./inputs";
import { Output } from "./output";
import { type Printed, previousOutput, type ScriptInputs, scriptResource } from "./script";
import { openSession, type Variable } from "./session";

interface Inputs extends ScriptInputs {
  connection: Connection;
}

/**
 * How long the end of standard input is held back, in milliseconds. A script that has ended by then cannot have read
 * its input to the end: it always fails here, where the real provider fails only now and then.
 */
const STDIN_HOLD = Number(process.env.PODWATCH_STDIN_HOLD ?? 50);

export const remoteCommand = scriptResource<Inputs>((inputs) => check(inputs, REMOTE_COMMAND), run);

/** The connection stays open until the engine ends this process, as with the real provider. */
async function run(
  script: string,
  inputs: Inputs,
  before: Partial<Printed>,
  operation: Operation,
): Promise<Printed> {
  const client = await dial(inputs.connection, operation);
  const output = new Output(operation.log, inputs.logging);
  const session = await openSession(client, script, variables(inputs, before), operation.log);
  const failure = await ended(session, inputs.stdin ?? "", output);
  output.end();
  if (failure) throw new Error(`${failure}: running ${quote(script)}:\n${output.all()}`);
  return { stdout: output.of("stdout"), stderr: output.of("stderr") };
}

function variables(inputs: Inputs, before: Partial<Printed>): Variable[] {
  const list = (values: Record<string, string>, required: boolean) =>
    Object.entries(values).map(([name, value]) => ({ name, value, required }));
  return [...list(inputs.environment ?? {}, true), ...list(previousOutput(inputs, before), false)];
}

/** Resolves to what went wrong, or to nothing. The script has ended when both of its streams have. */
async function ended(session: ClientChannel, stdin: string, output: Output): Promise<string | undefined> {
  let status: number | undefined;
  let signal: string | undefined;
  session.on("data", (data: Buffer) => output.write("stdout", data));
  session.stderr.on("data", (data: Buffer) => output.write("stderr", data));
  session.on("exit", (code: number | null, name?: string) => {
    if (code === null) signal = name?.replace(/^SIG/, "");
    else status = code;
  });
  let sent = stdin === "";
  void send(session, stdin, () => status === undefined && signal === undefined).then((all) => {
    sent = all;
  });
  await new Promise((resolve) => session.on("close", resolve));
  if (signal !== undefined) return `Process exited with status ${signalStatus(signal)} from signal ${signal}`;
  if (status === undefined) return "wait: remote command exited without exit status or exit signal";
  if (status !== 0) return `Process exited with status ${status}`;
  return sent ? undefined : "EOF";
}

/** Resolves to whether all of standard input could be handed over while the script ran. */
async function send(session: ClientChannel, stdin: string, running: () => boolean): Promise<boolean> {
  if (stdin !== "") {
    await new Promise<void>((resolve) => session.write(stdin, () => resolve()));
    await sleep(STDIN_HOLD);
  }
  if (stdin !== "" && !running()) return false;
  session.end();
  return true;
}

function signalStatus(name: string): number {
  const numbers: Record<string, number> = {
    HUP: 1,
    INT: 2,
    QUIT: 3,
    ABRT: 6,
    KILL: 9,
    SEGV: 11,
    PIPE: 13,
    TERM: 15,
  };
  return 128 + (numbers[name] ?? 0);
}
