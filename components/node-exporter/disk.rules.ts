import { inSeconds } from "../../lib/duration";
import { type Alert, alert, duration, percent, ratio } from "../../lib/rules/model";

/** File systems without data of their own, or that cannot fill up. */
const REAL =
  'fstype!~"tmpfs|devtmpfs|ramfs|overlay|squashfs|erofs|iso9660|autofs|nsfs|fuse.*|nfs.*|cifs", mountpoint!~"/(run|var/lib/containers)/.*"';

const PLACE = "{{ $labels.mountpoint }} on {{ $labels.instance }}";

/** The space available to ordinary users, as a share of the size. */
const FREE = `node_filesystem_avail_bytes{${REAL}} / node_filesystem_size_bytes{${REAL}}`;

/** A read-only file system does not fill up. */
const WRITABLE = `node_filesystem_readonly{${REAL}} == 0`;

/** Full after so many seconds, by linear extrapolation over the given range. */
function fullWithin(within: string, lookBack: string): string {
  return `predict_linear(node_filesystem_avail_bytes{${REAL}}[${lookBack}], ${inSeconds(within)}) < 0`;
}

export const hostDiskAlerts: readonly Alert[] = [
  alert({
    name: "HostDiskFilling",
    severity: "warning",
    for: "1h",
    thresholds: {
      within: duration("1d", "Time until the file system is full, judged by the last 6 hours."),
      below: ratio(0.4, "Share of free space; with more, it does not fire."),
    },
    what: "A file system will be full within a day",
    expr: ({ within, below }) => `${FREE} < ${below}\nand ${fullWithin(within, "6h")}\nand ${WRITABLE}`,
    summary: `${PLACE} fills up`,
    description: ({ within }) =>
      `If it goes on as in the last 6 hours, ${PLACE} is full within ${within}; {{ $value | humanizePercentage }} is free now.`,
  }),
  alert({
    name: "HostDiskFillingFast",
    severity: "critical",
    for: "15m",
    thresholds: {
      within: duration("4h", "Time until the file system is full, judged by the last hour."),
      below: ratio(0.2, "Share of free space; with more, it does not fire."),
    },
    what: "A file system will be full within hours",
    covers: ["HostDiskFilling"],
    expr: ({ within, below }) => `${FREE} < ${below}\nand ${fullWithin(within, "1h")}\nand ${WRITABLE}`,
    summary: `${PLACE} will soon be full`,
    description: ({ within }) =>
      `If it goes on as in the last hour, ${PLACE} is full within ${within}; {{ $value | humanizePercentage }} is free now.`,
  }),
  alert({
    name: "HostDiskLow",
    severity: "warning",
    for: "30m",
    thresholds: { below: ratio(0.1, "Share of free space.") },
    what: "Little space is left on a file system",
    expr: ({ below }) => `${FREE} < ${below}\nand ${WRITABLE}`,
    summary: `${PLACE} is nearly full`,
    description: ({ below }) =>
      `Only {{ $value | humanizePercentage }} of ${PLACE} is free, less than ${percent(below)}.`,
  }),
  alert({
    name: "HostDiskFull",
    severity: "critical",
    for: "5m",
    thresholds: { below: ratio(0.03, "Share of free space.") },
    what: "Hardly any space is left on a file system",
    covers: ["HostDiskFilling", "HostDiskFillingFast", "HostDiskLow"],
    expr: ({ below }) => `${FREE} < ${below}\nand ${WRITABLE}`,
    summary: `${PLACE} is full`,
    description: ({ below }) =>
      `Only {{ $value | humanizePercentage }} of ${PLACE} is free, less than ${percent(below)}. What writes there fails, or soon will.`,
  }),
  alert({
    name: "HostInodesLow",
    severity: "warning",
    for: "15m",
    thresholds: { below: ratio(0.1, "Share of free inodes.") },
    what: "A file system cannot hold many more files",
    // Some, such as btrfs, have no fixed number of inodes and report none.
    expr: ({ below }) =>
      `node_filesystem_files_free{${REAL}} / (node_filesystem_files{${REAL}} > 0) < ${below}\nand ${WRITABLE}`,
    summary: `${PLACE} runs out of inodes`,
    description: ({ below }) =>
      `Only {{ $value | humanizePercentage }} of the inodes of ${PLACE} are free, less than ${percent(below)}. With none, no file can be made, however much space is left.`,
  }),
  alert({
    name: "HostFilesystemReadOnly",
    severity: "critical",
    thresholds: {
      within: duration("7d", "How long ago it was last writable; after that, it is assumed to be intended."),
    },
    what: "A file system has become read-only",
    expr: ({ within }) =>
      `node_filesystem_readonly{${REAL}} == 1\nand min_over_time(node_filesystem_readonly{${REAL}}[${within}]) == 0`,
    summary: `${PLACE} is read-only`,
    description: () =>
      `${PLACE} ({{ $labels.device }}) has become read-only. The kernel does this when the disk fails or the file system is damaged.`,
  }),
];
