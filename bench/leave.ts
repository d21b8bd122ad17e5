// Leaves nothing behind, however the benchmark ends: no host, no process, no directory.
import { readdirSync, readFileSync } from "node:fs";
import { constants } from "node:os";

const tasks: Array<() => Promise<unknown>> = [];
let leaving: Promise<void> | undefined;

/** Has something done at the end, before what was asked for earlier. */
export function atTheEnd(task: () => Promise<unknown>): void {
  tasks.unshift(task);
}

/** Does all that was asked for, once; what fails is told, and the rest done all the same. */
export function leave(): Promise<void> {
  leaving ??= (async () => {
    for (const task of tasks) {
      await task().catch((error: Error) => console.error(`bench: ${error.message}`));
    }
  })();
  return leaving;
}

/** Ends on a signal: first what was started for the measurements, then all that was asked for. */
export function leaveOnSignals(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (leaving !== undefined) return;
      console.error(`bench: ${signal}, cleaning up`);
      for (const pid of descendants(process.pid)) kill(pid);
      leave().then(() => process.exit(128 + constants.signals[signal]));
    });
  }
}

/** Waits for a program's end, tells what failed, and leaves nothing behind. */
export function endWith(name: string, program: Promise<void>): void {
  // A command may end before it has read its input: what it returns says whether that matters.
  process.on("uncaughtException", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") return;
    console.error(error);
    leave().finally(() => process.exit(1));
  });
  program
    .catch((error: Error) => {
      console.error(`${name}: ${error.message}`);
      process.exitCode = 1;
    })
    .finally(leave);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

function descendants(ancestor: number): number[] {
  const parents = readdirSync("/proc").flatMap((name) => {
    const parent = /^\d+$/.test(name) ? parentOf(name) : undefined;
    return parent === undefined ? [] : [[Number(name), parent] as const];
  });
  const below = (pid: number): number[] =>
    parents.flatMap(([child, parent]) => (parent === pid ? [child, ...below(child)] : []));
  return below(ancestor);
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  } catch {
    return undefined;
  }
}
