// `command:local:Command`: runs a script on this machine. Assets and archives of files are left to the real provider.
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Operation } from "../provider/serve";
import { check, LOCAL_COMMAND } from "./inputs";
import { Output } from "./output";
import { type Printed, previousOutput, type ScriptInputs, scriptResource } from "./script";

interface Inputs extends ScriptInputs {
  dir?: string;
  interpreter?: string[];
}

export const localCommand = scriptResource<Inputs>((inputs) => check(inputs, LOCAL_COMMAND), run);

async function run(
  script: string,
  inputs: Inputs,
  before: Partial<Printed>,
  operation: Operation,
): Promise<Printed> {
  const output = new Output(operation.log, inputs.logging);
  const [program = "/bin/sh", ...options] = inputs.interpreter?.length
    ? inputs.interpreter
    : ["/bin/sh", "-c"];
  const child = spawn(program, [...options, script], {
    cwd: inputs.dir,
    env: { ...process.env, ...inputs.environment, ...previousOutput(inputs, before) },
  });
  child.stdout.on("data", (data: Buffer) => output.write("stdout", data));
  child.stderr.on("data", (data: Buffer) => output.write("stderr", data));
  child.stdin.on("error", () => undefined); // a script need not read its input
  child.stdin.end(inputs.stdin ?? "");
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  output.end();
  if (code !== 0) {
    const reason = signal ? `signal: ${signal.replace(/^SIG/, "").toLowerCase()}` : `exit status ${code}`;
    throw new Error(`${reason}: running ${JSON.stringify(script)}:\n${output.all()}`);
  }
  return { stdout: output.of("stdout"), stderr: output.of("stderr") };
}
