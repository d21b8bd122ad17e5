import type { Resources } from "../../lib/additions";
import type { Entry } from "./unit";

/** The keys of a service that limit it, for containers too: podman runs them in the service's own control group. */
export function limitEntries({ memory, cpus, pids }: Resources): Entry[] {
  return [
    ...(memory === undefined ? [] : [["MemoryMax", memory.replace(/B$/, "")] as const]),
    ...(cpus === undefined ? [] : [["CPUQuota", `${Math.round(cpus * 100)}%`] as const]),
    ...(pids === undefined ? [] : [["TasksMax", String(pids)] as const]),
  ];
}
