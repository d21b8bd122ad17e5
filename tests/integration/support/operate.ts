// The commands that look after hosts, run as users run them.
import { type Result, run } from "./lab";
import type { Stack } from "./stack";

/** Runs `npm run COMMAND -- --stack S ARGS...`, without npm. */
export function operate(stack: Stack, command: string, ...args: string[]): Promise<Result> {
  return run("node", ["operate/run.js", command, "--stack", stack.name, ...args], {
    env: { ...stack.environment(), PODWATCH_PULUMI: "lab/toolchain/pulumi" },
  });
}

/** The same with `--json`: what it printed, and its exit code. */
export async function operateJson<T>(
  stack: Stack,
  command: string,
  ...args: string[]
): Promise<{ code: number; json: T }> {
  const { code, stdout, stderr } = await operate(stack, command, "--json", ...args);
  try {
    return { code, json: JSON.parse(stdout) };
  } catch {
    throw new Error(`${command} ended with ${code} and printed no JSON:\n${stdout}${stderr}`);
  }
}

export interface Status {
  readonly healthy: boolean;
  readonly hosts: ReadonlyArray<{
    readonly name: string;
    readonly error?: string;
    readonly services: ReadonlyArray<Readonly<Record<string, unknown>>>;
  }>;
}

interface Drift {
  readonly hosts: ReadonlyArray<{
    readonly name: string;
    readonly differences: ReadonlyArray<{ service: string; object: string; what: string; which: string }>;
  }>;
}

/** The exit code of `drift`, and the differences of each host, one a line. */
export async function drift(stack: Stack): Promise<{ code: number; found: Record<string, string[]> }> {
  const { code, json } = await operateJson<Drift>(stack, "drift");
  const told = json.hosts.map(({ name, differences }) => [
    name,
    differences.map(({ service, object, what, which }) => `${service}: ${object} ${what} ${which}`),
  ]);
  return { code, found: Object.fromEntries(told) };
}
