import { inSeconds } from "../../lib/duration";
import { alert, duration, percent, type RuleGroup, ratio, seconds } from "../../lib/rules/model";
import { hostDiskAlerts } from "./disk.rules";

export const hostRules: RuleGroup = {
  name: "host",
  about: "The node exporter of each host.",
  alerts: [
    alert({
      name: "HostCpuBusy",
      severity: "warning",
      for: "15m",
      thresholds: { above: ratio(0.9, "Share of all processors' time that is not idle.") },
      what: "The processors are busy",
      expr: ({ above }) =>
        `1 - avg by (job, instance) (rate(node_cpu_seconds_total{mode="idle"}[5m])) > ${above}`,
      summary: "The processors of {{ $labels.instance }} are busy",
      description: ({ above }) =>
        `{{ $labels.instance }} uses {{ $value | humanizePercentage }} of its processors' time, more than ${percent(above)}.`,
    }),
    alert({
      name: "HostMemoryLow",
      severity: "warning",
      for: "10m",
      thresholds: { below: ratio(0.1, "Share of the memory that programs can still get.") },
      what: "Little memory is left",
      expr: ({ below }) => `node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes < ${below}`,
      summary: "{{ $labels.instance }} runs out of memory",
      description: ({ below }) =>
        `Only {{ $value | humanizePercentage }} of the memory of {{ $labels.instance }} is available, less than ${percent(below)}. Soon the kernel will end processes.`,
    }),
    alert({
      name: "HostOutOfMemoryKill",
      severity: "warning",
      thresholds: {},
      what: "The kernel killed a process because memory ran out",
      expr: () => "increase(node_vmstat_oom_kill[10m]) > 0",
      summary: "{{ $labels.instance }} ran out of memory",
      description: () =>
        "The kernel of {{ $labels.instance }} ended a process within the last 10 minutes because no memory was left.",
    }),
    ...hostDiskAlerts,
    alert({
      name: "HostClockSkew",
      severity: "warning",
      for: "10m",
      thresholds: { above: seconds(1, "Difference from the clock of Prometheus' host, in seconds.") },
      what: "The clock differs from that of Prometheus' host",
      expr: ({ above }) => `abs(node_time_seconds - timestamp(node_time_seconds)) > ${above}`,
      summary: "The clock of {{ $labels.instance }} is wrong",
      description: () =>
        "The clock of {{ $labels.instance }} differs by {{ $value | humanizeDuration }} from that of Prometheus' host: one of the two is wrong.",
    }),
    alert({
      name: "HostClockUnsynchronised",
      severity: "warning",
      for: "15m",
      thresholds: {},
      what: "No time server sets the clock",
      // The kernel considers a clock unsynchronised once its maximum error reaches 16 s.
      expr: () => "node_timex_sync_status == 0 and node_timex_maxerror_seconds >= 16",
      summary: "The clock of {{ $labels.instance }} is not synchronised",
      description: () =>
        "No time server has set the clock of {{ $labels.instance }} for hours. It drifts away, and with it the times of logs and orders.",
    }),
    alert({
      name: "HostUnitFailed",
      severity: "warning",
      for: "5m",
      thresholds: {},
      what: "A systemd unit has failed",
      expr: () => 'node_systemd_unit_state{state="failed"} == 1',
      summary: "{{ $labels.name }} has failed on {{ $labels.instance }}",
      description: () =>
        "The systemd unit {{ $labels.name }} on {{ $labels.instance }} has failed and systemd no longer starts it.",
    }),
    alert({
      name: "HostRebooted",
      severity: "info",
      thresholds: { within: duration("10m", "How long after a start it fires.") },
      what: "The host was started",
      expr: ({ within }) => `time() - node_boot_time_seconds < ${inSeconds(within)}`,
      summary: "{{ $labels.instance }} was started anew",
      description: () => "{{ $labels.instance }} was started {{ $value | humanizeDuration }} ago.",
    }),
    alert({
      name: "HostTextfileUnreadable",
      severity: "warning",
      for: "15m",
      thresholds: {},
      what: "The node exporter cannot read a text file with metrics",
      expr: () => "node_textfile_scrape_error == 1",
      summary: "Metrics in a text file on {{ $labels.instance }} are unreadable",
      description: () =>
        "A file in the node exporter's text file directory on {{ $labels.instance }} is no valid metrics file, so what it reports is missing.",
    }),
  ],
};
