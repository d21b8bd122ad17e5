import type { GroupCases, Situation } from "../model";

const LABELS = { job: "node", instance: "mon1", device: "/dev/sda1", fstype: "ext4", mountpoint: "/srv" };

function of(metric: string, { fstype, mountpoint } = LABELS): string {
  return `node_filesystem_${metric}{job="node", instance="mon1", device="/dev/sda1", fstype="${fstype}", mountpoint="${mountpoint}"}`;
}

const READ_ONLY = of("readonly");

/** So much is free, of 1000. */
function free(available: string, place = LABELS): Situation["series"] {
  return {
    [of("avail_bytes", place)]: available,
    [of("size_bytes", place)]: "1000x100",
    [of("readonly", place)]: "0x100",
  };
}

/** So many inodes are free, of so many. */
function inodes(left: number, all: number): Situation["series"] {
  return { [of("files_free")]: `${left}x30`, [of("files")]: `${all}x30`, [READ_ONLY]: "0x30" };
}

export const hostDiskCases: GroupCases = {
  HostDiskFilling: {
    fires: {
      "from 40 % on": {
        series: free("450-1.5x100"),
        step: "5m",
        since: "170m",
        labels: LABELS,
        value: "38.1%",
        just: "below",
      },
      "when it is full in 23 hours": {
        series: free("397-1.4x100"),
        step: "5m",
        since: "5m",
        labels: LABELS,
        value: "37.88%",
        just: "within",
      },
    },
    silent: {
      "at 41 %, however fast it fills": { series: free("450-2x100"), step: "5m", at: "100m", just: "below" },
      "when it is full in 25 hours": { series: free("390-1.2x100"), step: "5m", at: "100m", just: "within" },
      "where nothing can be written": {
        series: { ...free("300-2x100"), [READ_ONLY]: "1x100" },
        step: "5m",
        at: "100m",
      },
    },
  },
  HostDiskFillingFast: {
    fires: {
      "from 20 % on": {
        series: free("210-1x100"),
        since: "11m",
        labels: LABELS,
        value: "18.4%",
        just: "below",
      },
      "when it is full in 3.7 hours": {
        series: free("199-0.84x100"),
        since: "1m",
        labels: LABELS,
        value: "18.56%",
        just: "within",
      },
    },
    silent: {
      "at 20.5 %, however fast it fills": { series: free("245-2x100"), at: "20m", just: "below" },
      "when it is full in 4.1 hours": { series: free("199-0.75x100"), at: "20m", just: "within" },
      "where nothing can be written": { series: { ...free("150-2x50"), [READ_ONLY]: "1x100" }, at: "20m" },
    },
  },
  HostDiskLow: {
    fires: {
      "at 9.9 %": { series: free("99x100"), since: "0s", labels: LABELS, value: "9.9%", just: "below" },
    },
    silent: {
      "at 10.1 %": { series: free("101x100"), at: "40m", just: "below" },
      "where nothing can be written": { series: { ...free("50x100"), [READ_ONLY]: "1x100" }, at: "40m" },
      "about file systems in memory": { series: free("50x100", { ...LABELS, fstype: "tmpfs" }), at: "40m" },
      "about containers' own": {
        series: free("50x100", { ...LABELS, mountpoint: "/var/lib/containers/storage/overlay" }),
        at: "40m",
      },
    },
  },
  HostDiskFull: {
    fires: {
      "at 2.9 %": { series: free("29x100"), since: "0s", labels: LABELS, value: "2.9%", just: "below" },
    },
    silent: {
      "at 3.1 %": { series: free("31x100"), at: "10m", just: "below" },
      "where nothing can be written": { series: { ...free("10x100"), [READ_ONLY]: "1x100" }, at: "10m" },
    },
  },
  HostInodesLow: {
    fires: {
      "at 9.9 %": {
        series: inodes(99, 1000),
        since: "0s",
        labels: LABELS,
        value: "9.9%",
        just: "below",
      },
    },
    silent: {
      "at 10.1 %": { series: inodes(101, 1000), at: "20m", just: "below" },
      "where nothing can be written": { series: { ...inodes(1, 1000), [READ_ONLY]: "1x30" }, at: "20m" },
      "where their number is not fixed": { series: inodes(0, 0), at: "20m" },
    },
  },
  HostFilesystemReadOnly: {
    fires: {
      "while it was writable a week ago": {
        series: { [READ_ONLY]: "0 1x200" },
        step: "1h",
        since: "1h",
        until: "167h",
        labels: LABELS,
        just: "within",
      },
    },
    silent: {
      "when that was longer ago": {
        series: { [READ_ONLY]: "0 1x200" },
        step: "1h",
        at: "168h",
        just: "within",
      },
      "when it always was so": { series: { [READ_ONLY]: "1x50" }, step: "1h", at: "20h" },
      "while it is writable": { series: { [READ_ONLY]: "1 0x50" }, step: "1h", at: "20h" },
    },
  },
};
