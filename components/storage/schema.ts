// Disks of a host that hold the data of its services.
import { z } from "zod";
import { choice, type DeepReadonly, flag, group, setting, text } from "../../config/schema/words";

/** Where podman keeps the volumes of root's containers, and so the data of all services. */
export const VOLUMES = "/var/lib/containers/storage/volumes";

const device = () =>
  text(
    (value) => /^\/dev(?:\/[A-Za-z0-9._:@+=-]+)+$/.test(value) && !/\/\.{1,2}(?:\/|$)/.test(value),
    "is not the path of a device; write one that stays the same, such as /dev/disk/by-id/virtio-1a2b3c (ls -l /dev/disk/by-id lists them)",
  );

/** In the name of a unit of systemd's each other character is escaped. */
const mountPoint = () =>
  text(
    (value) => /^(?:\/[A-Za-z0-9_][A-Za-z0-9._]*)+$/.test(value) && !value.includes(".."),
    "is not a directory for a disk; write a path in full such as /srv/data, of letters, digits, _ and .",
  );

export const diskName = text(
  /^[a-z][a-z0-9-]{0,30}$/,
  "is not the name of a disk; write up to 31 lower-case letters, digits and -, beginning with a letter",
);

export const disk = group({
  device: setting(
    device(),
    "The disk, by a path that stays the same: names such as `/dev/sdb` may be those of another disk after a boot.",
    { example: "/dev/disk/by-id/virtio-1a2b3c4d-5e6f-4711-8" },
  ),
  at: setting(
    mountPoint().default(VOLUMES),
    "The directory where it is mounted: empty or absent before. The default is where podman keeps the data of all services.",
    { example: "/srv/data" },
  ),
  format: setting(
    flag().default(true),
    "Whether an empty disk is formatted. `false`: the file system that is on the disk is mounted, whoever made it.",
  ),
  type: setting(choice(["ext4", "xfs"]).default("ext4"), "Type of the file system."),
}).meta({ id: "disk", description: "A disk that holds data." });

export const storage = group({
  disks: setting(
    z
      .record(diskName, disk, {
        error: "is not a group of disks; write one `name:` a line and the disk's settings below it",
      })
      .default({}),
    "Disks, each under a name of your choice. An empty one is formatted once, and never again. They are mounted before the services that have data, which do not start without them. `pulumi destroy` leaves all data on them.",
    { example: { data: { device: "/dev/disk/by-id/virtio-1a2b3c4d-5e6f-4711-8" } } },
  ),
}).meta({
  id: "storage",
  description:
    "Disks for the data of the services, mounted before them. [docs/storage.md](storage.md) says when one is formatted.",
});

export type StorageSettings = DeepReadonly<z.output<typeof storage>>;

declare module "../../config/section" {
  interface ServiceSettings<Secret> {
    readonly storage: StorageSettings;
  }
}
