import type { Disk, Mounts } from "../../lib/mounts";
import { STORAGE } from "./endpoint";

export interface StorageInput {
  /** By name. */
  readonly disks: Readonly<Record<string, Omit<Disk, "name">>>;
  readonly usedBy: readonly string[];
}

export function mounts({ disks, usedBy }: StorageInput): Mounts {
  return {
    kind: "mount",
    name: STORAGE,
    disks: Object.entries(disks)
      .map(([name, disk]) => ({ name, ...disk }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    usedBy: [...usedBy].sort(),
  };
}
