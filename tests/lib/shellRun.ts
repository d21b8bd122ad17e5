// Runs real shells, for what only they can tell.
import { spawnSync } from "node:child_process";

/** The shells that a target may have as /bin/sh or as a login shell. */
export const SHELLS = ["dash", "bash"] as const;

export interface Run {
  readonly shell?: string;
  readonly input?: string;
  readonly args?: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a script and gives its standard output; fails with its standard error. */
export function runScript(script: string, run: Run = {}): string {
  const result = attempt(script, run);
  if (result.status !== 0) throw new Error(`exit ${result.status}: ${result.stderr}`);
  return result.stdout;
}

export function attempt(script: string, { shell = "dash", input = "", args = [], cwd, env }: Run = {}) {
  // bash takes a standard input that is a socket for a remote login and reads the user's own start files.
  const options = shell === "bash" ? ["--norc"] : [];
  const { status, stdout, stderr } = spawnSync(shell, [...options, "-c", script, shell, ...args], {
    input,
    encoding: "utf8",
    timeout: 20_000,
    maxBuffer: 64 * 1024 * 1024,
    ...(cwd === undefined ? {} : { cwd }),
    env: { PATH: process.env.PATH, LC_ALL: "C", ...env },
  });
  return { status, stdout, stderr };
}
