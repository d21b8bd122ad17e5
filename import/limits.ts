// Limits of a container in a compose file: memory, processors, processes, open files.
import type { ComposeService } from "./composeService";
import type { Replaced } from "./places";
import type { Spot } from "./spot";

/** Docker's sizes, in bytes unless they say otherwise; systemd's have no decimals. */
function size(text: string): string | undefined {
  const [, digits = "", unit = "b"] = /^(\d+(?:\.\d+)?)\s*([bkmgt])?b?$/i.exec(text.trim()) ?? [];
  const power = "bkmgt".indexOf(unit.toLowerCase());
  const bytes = Math.round(Number(digits) * 1024 ** power);
  if (digits === "" || bytes < 1024) return undefined;
  const largest = [4, 3, 2, 1].find((one) => bytes % 1024 ** one === 0) ?? 1;
  return `${Math.ceil(bytes / 1024 ** largest)}${"BKMGT"[largest]}`;
}

const count = (text: string) => (/^\d+(\.\d+)?$/.test(text) && Number(text) > 0 ? Number(text) : undefined);

type Limit = readonly [
  setting: string,
  read: (text: string) => string | number | undefined,
  ...places: string[][],
];

/** A compose file has several places for each; the first that is there counts. */
const LIMITS: readonly Limit[] = [
  ["memory", size, ["deploy", "resources", "limits", "memory"], ["mem_limit"]],
  ["cpus", count, ["deploy", "resources", "limits", "cpus"], ["cpus"]],
  ["pids", count, ["deploy", "resources", "limits", "pids"], ["pids_limit"]],
  ["openFiles", count, ["ulimits", "nofile", "soft"], ["ulimits", "nofile"]],
];

export function limits({ spot, text }: ComposeService, kind: Replaced): void {
  for (const [setting, read, ...places] of LIMITS) {
    const at = places.map((place) => spot.at(...place)).find(isThere);
    if (at === undefined) continue;
    const given = text(at.value);
    const value = read(given);
    if (value !== undefined) at.below(kind).put(["resources", setting], value);
    else at.leave("is not a limit that can be read", `write it as ${kind}.resources.${setting}`, given);
  }
}

const isThere = ({ value }: Spot) => typeof value === "string" || typeof value === "number";
