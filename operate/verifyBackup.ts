// The last good backup that a host has made by itself. It is looked for where the backups are, so the place answers and the
// password opens it.
import type { Host } from "./host";
import { BACKUP, readSaved, type Saved } from "./saved";

/** @throws Error if there is none that has all services */
export async function lastBackup(host: Host, bundle: string): Promise<string> {
  return toldOfLast(readSaved(await host.call(["saved", BACKUP, host.deployed.name])), bundle, Date.now());
}

/** @param bundle that of the backups, which says what belongs to one */
export function toldOfLast(saved: readonly Saved[], bundle: string, now: number): string {
  const wanted = [...bundle.matchAll(/^ {2}service (\S+)$/gm)].map(([, name = ""]) => name);
  const runs = [...new Set(saved.map(({ run }) => run))].sort().reverse();
  const missing = (of: string) =>
    wanted.filter((name) => !saved.some(({ run, service }) => run === of && service === name));
  const good = runs.find((run) => missing(run).length === 0);
  const [last] = runs;
  if (last === undefined) throw new Error("there is none yet");
  if (good === undefined) throw new Error(`there is no whole one: ${last} lacks ${missing(last).join(", ")}`);
  const since = good === last ? "" : `; ${last} lacks ${missing(last).join(", ")}`;
  return `${good}, ${ago(now - begun(good))}${since}`;
}

/** The name of a run is when it was begun. */
function begun(run: string): number {
  return Date.parse(run.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
}

function ago(milliseconds: number): string {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000));
  if (minutes < 120) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} days ago`;
}
