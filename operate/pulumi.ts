import { execFile, spawn } from "node:child_process";

/** `$PODWATCH_PULUMI`, else `pulumi` on PATH. */
const program = () => process.env.PODWATCH_PULUMI || "pulumi";

/**
 * What a command of the Pulumi CLI prints on its standard output.
 *
 * @param mayFail whether it may end with an error after it has printed its answer
 * @throws Error with the CLI's own reason
 */
export function askPulumi(args: readonly string[], mayFail = false): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program(), args, { maxBuffer: 256 << 20 }, (error, stdout, stderr) => {
      if (error === null || (mayFail && stdout.startsWith("{"))) {
        resolve(stdout);
      } else if (error.code === "ENOENT") {
        reject(missing());
      } else {
        reject(new Error(stderr.trim().split("\n").at(-1) || `${program()} ended with ${error.code}`));
      }
    });
    child.stdin?.end();
  });
}

/** A host that is down stops only what needs it, for commands that change hosts. */
export const CONTINUE = "--continue-on-error";

function missing(): Error {
  const name = JSON.stringify(program());
  return new Error(`${name} is not there: install Pulumi, or say in PODWATCH_PULUMI where it is`);
}

/**
 * The state of a stack with its secrets. Without a name it is the selected stack's.
 *
 * @throws Error with the CLI's own reason
 */
export function exportStack(stack: string | undefined): Promise<string> {
  return askPulumi(["stack", "export", "--show-secrets", ...(stack === undefined ? [] : ["--stack", stack])]);
}

/** Runs a command of the Pulumi CLI before the user's eyes, who may have to answer it; returns its exit code. */
export function runPulumi(args: readonly string[]): Promise<number> {
  // Ctrl-C goes to both; the CLI ends in its own way, and has to be waited for.
  const wait = () => {};
  process.on("SIGINT", wait);
  return new Promise<number>((resolve, reject) => {
    const child = spawn(program(), args, { stdio: "inherit" });
    child.on("error", (error: NodeJS.ErrnoException) => reject(error.code === "ENOENT" ? missing() : error));
    child.on("close", (code) => resolve(code ?? 1));
  }).finally(() => process.off("SIGINT", wait));
}
