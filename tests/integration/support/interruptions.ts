import { execFileSync, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CHECKOUT, type LabHost } from "./lab";
import type { Stack } from "./stack";

/** A `pulumi up` under way. */
export interface Run {
  readonly pid: number;
  readonly ended: Promise<void>;
  isOver(): boolean;
  /** What it has printed, until it is forgotten. */
  output(): string;
  forget(): void;
}

/** At a moment, in seconds from its start, lets something happen to a run, and tells whether it was still at work. */
type Interruption = (run: Run, host: LabHost, moment: number) => Promise<boolean>;

/** What can happen to the engine of a `pulumi up`, or to its way to the host. */
export const ENGINE_FAULTS = {
  "the engine and its plugins are killed (SIGKILL)": atMoment(killEngine),
  "the engine is interrupted twice (SIGINT)": atMoment(interruptTwice),
  "the SSH connections are cut": onHost("pkill -9 -c -f '^sshd.*: operator'"),
} as const satisfies Record<string, Interruption>;

/** What can happen on the host meanwhile. */
export const HOST_FAULTS = {
  // With all that it started itself; what podman or systemd keep goes on.
  "the runner on the host is killed": onHost(`
    tree() { for child in $(pgrep -P "$1"); do tree "$child"; done; echo "$1"; }
    runners=$(pgrep -f '^sh [^ ]*[p]odwatch(/runner|-install)') || { echo 0; exit; }
    for pid in $runners; do tree "$pid"; done | xargs -r kill -9 2>/dev/null
    echo "$runners" | wc -l`),
  "the host is rebooted": atMoment((_, host) => host.reboot()),
} as const satisfies Record<string, Interruption>;

const FAULTS = { ...ENGINE_FAULTS, ...HOST_FAULTS };

export type Fault = keyof typeof FAULTS;

/** Lets a fault happen to a run; see {@link Interruption}. */
export function strike(fault: Fault, ...parameters: Parameters<Interruption>): Promise<boolean> {
  return FAULTS[fault](...parameters);
}

/** Starts `pulumi up` in a process group of its own, as a terminal would. */
export function start(stack: Stack): Run {
  // No pipe: plugins that outlive a killed engine would hold it open.
  const directory = mkdtempSync(join(tmpdir(), "podwatch-test-"));
  const printed = openSync(join(directory, "printed"), "w+");
  rmSync(directory, { recursive: true });
  const child = spawn("lab/toolchain/pulumi", stack.arguments("up", "--yes", "--skip-preview"), {
    cwd: CHECKOUT,
    env: { ...process.env, ...stack.environment() },
    detached: true,
    stdio: ["ignore", printed, printed],
  });
  if (child.pid === undefined) {
    throw new Error("lab/toolchain/pulumi does not start");
  }
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  return {
    pid: child.pid,
    ended,
    isOver: () => child.exitCode !== null || child.signalCode !== null,
    output: () => readFileSync(`/proc/self/fd/${printed}`, "utf8"),
    forget: () => closeSync(printed),
  };
}

function atMoment(strike: (run: Run, host: LabHost) => Promise<void>): Interruption {
  return async (run, host, moment) => {
    await Promise.race([sleep(moment), run.ended]);
    const met = !run.isOver();
    await strike(run, host);
    return met;
  };
}

/** From the moment on, again and again until there is something to strike; the script prints how much it struck. */
function onHost(script: string): Interruption {
  return async (run, host, moment) => {
    await Promise.race([sleep(moment), run.ended]);
    while (!run.isOver()) {
      if (Number((await host.tryExec(script)).stdout) > 0) {
        return true;
      }
    }
    return false;
  };
}

const sleep = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** Plugins have process groups of their own: they are found as the descendants of the engine. */
async function killEngine({ pid }: Run): Promise<void> {
  const children = new Map<number, number[]>();
  for (const line of execFileSync("ps", ["-e", "-o", "pid=,ppid="], { encoding: "utf8" }).split("\n")) {
    const [child = 0, parent = 0] = line.trim().split(/\s+/).map(Number);
    children.set(parent, [...(children.get(parent) ?? []), child]);
  }
  const tree = (root: number): number[] => [root, ...(children.get(root) ?? []).flatMap(tree)];
  for (const victim of tree(pid)) {
    signal(victim, "SIGKILL");
  }
}

async function interruptTwice({ pid }: Run): Promise<void> {
  signal(-pid, "SIGINT");
  await sleep(0.15);
  signal(-pid, "SIGINT");
}

function signal(target: number, name: "SIGKILL" | "SIGINT"): void {
  try {
    process.kill(target, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
