import type { Disk, Mounts } from "../../lib/mounts";
import { unitName } from "../../lib/service";
import { type Bundle, type Header, type Part, writeBundle } from "../bundle";
import { serializeUnit } from "./unit";

/** The bundle of a host's disks: a unit for each, and a target for all of them that services depend on. */
export function mountBundle({ name, disks, usedBy }: Mounts): Bundle {
  const target = `${unitName(name)}.target`;
  return writeBundle(
    name,
    [
      ["kind", "mount"],
      ...disks.map(
        ({ name, device, at, format, type }): Header => [
          "disk",
          `${name} ${format ? "format" : "as-it-is"} ${type} ${device} ${at}`,
        ],
      ),
      // For messages: the runner names no settings.
      ...disks.map(({ name }): Header => ["advice", `disk-${name} podwatch:storage.disks.${name}`]),
    ],
    [
      [`unit/${target}`, targetUnit(disks, usedBy)],
      ...disks.map((disk): Part => [`unit/${mountUnit(disk.at)}`, diskUnit(disk)]),
    ],
  );
}

/** systemd wants a unit to be named like its directory. */
function mountUnit(at: string): string {
  return `${at.slice(1).replaceAll("/", "-")}.mount`;
}

/** Services wait for it, and do not start without it: they would begin anew in an empty directory. */
function targetUnit(disks: readonly Disk[], usedBy: readonly string[]): string {
  const units = disks.map(({ at }) => mountUnit(at)).join(" ");
  const services = usedBy.map((service) => `${unitName(service)}.service`).join(" ");
  return serializeUnit([
    [
      "Unit",
      [
        ["Description", "Disks of Podwatch"],
        ["Requires", units],
        ["After", units],
        ...(services === "" ? [] : [["Before", services] as const]),
      ],
    ],
    [
      "Install",
      [["WantedBy", "multi-user.target"], ...(services === "" ? [] : [["RequiredBy", services] as const])],
    ],
  ]);
}

/** Without nofail, a boot without the disk would wait for it before the SSH server starts. */
function diskUnit({ name, device, at, type }: Disk): string {
  return serializeUnit([
    ["Unit", [["Description", `Disk ${name} of Podwatch`]]],
    [
      "Mount",
      [
        ["What", device],
        ["Where", at],
        ["Type", type],
        ["Options", "nofail,nosuid,nodev"],
      ],
    ],
  ]);
}
