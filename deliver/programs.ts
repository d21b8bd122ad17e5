// The programs that delivery uses.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { cli, environment } from "../operate/pulumi";

/** Of the checkout. */
export const ROOT = join(__dirname, "..");

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end, whatever its exit code. Its output is returned, and optionally shown. Shown,
 * it goes to the standard error, so that the standard output is left to the command's own result.
 *
 * @throws Error when it is not there
 */
export function run(
  program: string,
  args: readonly string[],
  show: boolean,
  env = process.env,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env });
    const kept = { stdout: "", stderr: "" };
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].setEncoding("utf8").on("data", (text: string) => {
        kept[stream] += text;
        if (show) process.stderr.write(text);
      });
    }
    child.on("error", (error: NodeJS.ErrnoException) =>
      reject(
        error.code === "ENOENT" ? new Error(`${JSON.stringify(program)} is not there: install it`) : error,
      ),
    );
    child.on("close", (code) => resolve({ code: code ?? -1, ...kept }));
  });
}

export interface Target {
  readonly stack: string;
  /** Default: the project's file of the stack. */
  readonly configFile: string | undefined;
}

/** Runs the Pulumi CLI. */
export function pulumi(
  command: string,
  target: Target,
  args: readonly string[],
  show: boolean,
): Promise<Ended> {
  const config = target.configFile === undefined ? [] : ["--config-file", target.configFile];
  const all = [command, "--stack", target.stack, ...config, "--non-interactive", "--color", "never", ...args];
  return run(cli(), all, show, environment());
}

/** @throws Error with git's own reason */
export async function git(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run("git", args, false);
  if (code !== 0) throw new Error(`git ${args[0]}: ${stderr.trim().split("\n").at(-1)}`);
  return stdout.trim();
}
