/** Disks that are mounted before the services that have their data there. */
export interface Mounts {
  readonly kind: "mount";
  readonly name: "storage";
  readonly disks: readonly Disk[];
  /** The services that have data, by name; they do not start without the disks. */
  readonly usedBy: readonly string[];
}

export interface Disk {
  readonly name: string;
  /** Path of the device, which stays the same. */
  readonly device: string;
  /** Where it is mounted. */
  readonly at: string;
  /** Whether it is formatted if it is empty. */
  readonly format: boolean;
  readonly type: "ext4" | "xfs";
}
