import { cpus, loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

/** Processes that want to run, for each core, above which figures say more about others than about us. */
const QUIET = 0.35;

/** Waits for a machine that does nothing else, at most so many seconds, and says how busy it was when the waiting ended. */
export async function awaitQuiet(seconds: number): Promise<number> {
  const end = Date.now() + seconds * 1000;
  if (isBusy()) console.log(`the machine is busy (load ${load().toFixed(1)}): waiting at most ${seconds} s`);
  while (isBusy() && Date.now() < end) await sleep(2000);
  if (isBusy())
    console.log(`measuring on a busy machine (load ${load().toFixed(1)}): trust the ratios at most`);
  return load();
}

/** Load average of the last minute. */
export function load(): number {
  return loadavg()[0] ?? 0;
}

function isBusy(): boolean {
  return load() > QUIET * cpus().length;
}
