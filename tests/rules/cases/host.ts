import type { GroupCases } from "../model";
import { hostDiskCases } from "./hostDisk";

const LABELS = { job: "node", instance: "mon1" };

/** A series of a host's node exporter. */
function of(metric: string, more = ""): string {
  return `${metric}{job="node", instance="mon1"${more}}`;
}

const [CPU_0, CPU_1] = [0, 1].map((cpu) => of("node_cpu_seconds_total", `, cpu="${cpu}", mode="idle"`));
const AVAILABLE = of("node_memory_MemAvailable_bytes");
const TOTAL = of("node_memory_MemTotal_bytes");
const SYNCHRONISED = of("node_timex_sync_status");
const ERROR = of("node_timex_maxerror_seconds");
const unit = (state: string) =>
  of("node_systemd_unit_state", `, name="backup.service", state="${state}", type="service"`);

export const hostCases: GroupCases = {
  ...hostDiskCases,
  HostCpuBusy: {
    fires: {
      "at 91 %, mean of two processors": {
        series: { [`${CPU_0}`]: "0+4.8x30", [`${CPU_1}`]: "0+6x30" },
        since: "1m",
        labels: LABELS,
        value: "91%",
        just: "above",
        margin: 0.05,
      },
    },
    silent: {
      "at 89 %": {
        series: { [`${CPU_0}`]: "0+6x30", [`${CPU_1}`]: "0+7.2x30" },
        at: "20m",
        just: "above",
        margin: 0.05,
      },
    },
  },
  HostMemoryLow: {
    fires: {
      "at 9.9 %": {
        series: { [AVAILABLE]: "99x20", [TOTAL]: "1000x20" },
        since: "0s",
        labels: LABELS,
        value: "9.9%",
        just: "below",
      },
    },
    silent: {
      "at 10.1 %": { series: { [AVAILABLE]: "101x20", [TOTAL]: "1000x20" }, at: "15m", just: "below" },
    },
  },
  HostOutOfMemoryKill: {
    fires: {
      "when a process was ended": {
        series: { [of("node_vmstat_oom_kill")]: "3 3 4x30" },
        since: "2m",
        until: "10m",
        labels: LABELS,
      },
    },
    silent: { "while none was": { series: { [of("node_vmstat_oom_kill")]: "3x30" }, at: "15m" } },
  },
  HostClockSkew: {
    fires: {
      "when it is 1.05 s ahead": {
        series: { [of("node_time_seconds")]: "1.05+60x20" },
        since: "0s",
        labels: LABELS,
        value: "1.05s",
        just: "above",
      },
      "when it is 1.05 s behind": {
        series: { [of("node_time_seconds")]: "-1.05+60x20" },
        since: "0s",
        labels: LABELS,
        value: "1.05s",
        just: "above",
      },
    },
    silent: {
      "at 0.95 s": { series: { [of("node_time_seconds")]: "0.95+60x20" }, at: "15m", just: "above" },
    },
  },
  HostClockUnsynchronised: {
    fires: {
      "when the kernel has given up": {
        series: { [SYNCHRONISED]: "1 0x20", [ERROR]: "16x20" },
        since: "1m",
        labels: LABELS,
      },
    },
    silent: {
      "when it has not yet": { series: { [SYNCHRONISED]: "0x20", [ERROR]: "15.9x20" }, at: "18m" },
      "while a server sets it": { series: { [SYNCHRONISED]: "1x20", [ERROR]: "16x20" }, at: "18m" },
    },
  },
  HostUnitFailed: {
    fires: {
      "when a unit has failed": {
        series: { [unit("failed")]: "0 1x20", [unit("active")]: "1 0x20" },
        since: "1m",
        labels: { ...LABELS, name: "backup.service", state: "failed", type: "service" },
      },
    },
    silent: {
      "while it is active": { series: { [unit("failed")]: "0x20", [unit("active")]: "1x20" }, at: "15m" },
    },
  },
  HostRebooted: {
    fires: {
      "for ten minutes after a start": {
        series: { [of("node_boot_time_seconds")]: "_ _ _ _ _ 270x30" },
        since: "5m",
        until: "14m",
        labels: LABELS,
        value: "30s",
        just: "within",
      },
    },
    silent: {
      "later than that": {
        series: { [of("node_boot_time_seconds")]: "_ _ _ _ _ 270x30" },
        at: "15m",
        just: "within",
      },
    },
  },
  HostTextfileUnreadable: {
    fires: {
      "when a file is unreadable": {
        series: { [of("node_textfile_scrape_error")]: "0 1x30" },
        since: "1m",
        labels: LABELS,
      },
    },
    silent: {
      "while all are readable": { series: { [of("node_textfile_scrape_error")]: "0x30" }, at: "20m" },
    },
  },
};
