import type { z } from "zod";
import { quote } from "../../config/problem";
import type { ResolveContext } from "../../config/section";
import type { StorageSettings, storage } from "./schema";

export function resolveStorage(
  given: z.output<typeof storage>,
  { host, locate, report }: ResolveContext,
): StorageSettings {
  const disks = Object.entries(given.disks);
  if (disks.length > 0 && !host.become) {
    report(
      locate(["disks"]),
      "needs become: true, since only root can mount disks; set become: true for this host, or mount them there yourself and remove this",
    );
  }
  for (const [index, [name, { device, at }]] of disks.entries()) {
    for (const [other, earlier] of disks.slice(0, index)) {
      if (device === earlier.device)
        report(
          locate(["disks", name, "device"]),
          `${quote(device)} is also the disk ${other}; remove one of the two`,
        );
      if (isWithin(at, earlier.at) || isWithin(earlier.at, at))
        report(
          locate(["disks", name, "at"]),
          `${quote(at)} and ${quote(earlier.at)}, where the disk ${other} is, are not beside each other; write another directory for one of the two`,
        );
    }
  }
  return given;
}

function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}
