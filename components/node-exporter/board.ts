// Hosts with a node exporter: use of resources, and what is about to run out.

import type { Board } from "../../dashboards/board";
import { lines, stat } from "../../dashboards/panels";
import { HALF, SIXTH, THIRD } from "../../dashboards/sizes";
import { NODE_JOB } from "./endpoint";
import { CPU_BUSY, DISK_USED, HOSTS, MEMORY_USED, REAL_DISK } from "./queries.board";
import { network, system } from "./system.board";

/** Thresholds of fill levels: warning and critical. */
const FULL = [
  [0.8, "orange"],
  [0.9, "red"],
] as const;

export const hosts: Board = {
  uid: "podwatch-hosts",
  title: "Hosts",
  description: "Hosts: processors, memory, disks, network and the system itself, as node exporter sees them.",
  from: "now-3h",
  refresh: "30s",
  variables: {
    instance: { label: "Host", query: `label_values(node_uname_info{job="${NODE_JOB}"}, instance)` },
  },
  sections: [
    { title: "Overview", panels: overview() },
    { title: "Processors and memory", panels: processorsAndMemory() },
    { title: "Disks", panels: disks() },
    { title: "Network", panels: network() },
    { title: "System", panels: system() },
  ],
};

function overview() {
  return [
    stat({
      title: "Processors busy",
      description: "Share of all processors' time that is not idle, the busiest host.",
      unit: "percentunit",
      trend: true,
      ...SIXTH,
      thresholds: FULL,
      queries: [{ expr: `max(${CPU_BUSY})`, legend: "busy" }],
    }),
    stat({
      title: "Memory used",
      description: "Share of the memory that programs could not get any more, the fullest host.",
      unit: "percentunit",
      trend: true,
      ...SIXTH,
      thresholds: FULL,
      queries: [{ expr: `max(${MEMORY_USED})`, legend: "used" }],
    }),
    stat({
      title: "Fullest disk",
      description: "Share of the fullest file system that is used.",
      unit: "percentunit",
      trend: true,
      ...SIXTH,
      thresholds: FULL,
      queries: [{ expr: `max(${DISK_USED})`, legend: "used" }],
    }),
    stat({
      title: "Units failed",
      description: "Units of systemd that failed; `systemctl --failed` names them.",
      unit: "short",
      ...SIXTH,
      thresholds: [[1, "red"]],
      queries: [{ expr: `sum(node_systemd_unit_state{${HOSTS}, state="failed"})`, legend: "failed" }],
    }),
    stat({
      title: "Killed for lack of memory",
      description: "Processes that the kernel killed in the time shown because memory had run out.",
      unit: "short",
      decimals: 0,
      ...SIXTH,
      thresholds: [[1, "red"]],
      queries: [{ expr: `sum(increase(node_vmstat_oom_kill{${HOSTS}}[$__range]))`, legend: "killed" }],
    }),
    stat({
      title: "Since the last boot",
      description: "Time since a host was booted, the latest of them.",
      unit: "s",
      decimals: 1,
      ...SIXTH,
      queries: [{ expr: `min(time() - node_boot_time_seconds{${HOSTS}})`, legend: "since" }],
    }),
  ];
}

function processorsAndMemory() {
  return [
    lines({
      title: "Processors",
      description: "Share of all processors' time that is not idle.",
      unit: "percentunit",
      min: 0,
      max: 1,
      ...THIRD,
      thresholds: FULL,
      queries: [{ expr: CPU_BUSY, legend: "{{instance}}" }],
    }),
    lines({
      title: "Load per processor",
      description: "Processes that run or wait, per processor; above 1 they wait for each other.",
      unit: "short",
      min: 0,
      ...THIRD,
      thresholds: [[1, "orange"]],
      queries: [
        {
          expr: `max by (instance) (node_load5{${HOSTS}}) / count by (instance) (rate(node_cpu_seconds_total{${HOSTS}, mode="idle"}[$__rate_interval]))`,
          legend: "{{instance}}",
        },
      ],
    }),
    lines({
      title: "Time that processes wait",
      description: "Share of time in which some process waits for a processor, memory or a disk.",
      unit: "percentunit",
      min: 0,
      ...THIRD,
      queries: (["cpu", "memory", "io"] as const).map((what) => ({
        expr: `rate(node_pressure_${what}_waiting_seconds_total{${HOSTS}}[$__rate_interval])`,
        legend: `{{instance}} ${what}`,
      })),
    }),
    lines({
      title: "Memory",
      description: "Memory that programs could not get any more, and all there is.",
      unit: "bytes",
      min: 0,
      ...HALF,
      queries: [
        {
          expr: `node_memory_MemTotal_bytes{${HOSTS}} - node_memory_MemAvailable_bytes{${HOSTS}}`,
          legend: "{{instance}} used",
        },
        { expr: `node_memory_MemTotal_bytes{${HOSTS}}`, legend: "{{instance}} all" },
      ],
    }),
    lines({
      title: "Processor time by use",
      description: "What the processors spend their time on, of all chosen hosts together.",
      unit: "percentunit",
      min: 0,
      stacked: true,
      ...HALF,
      queries: [
        {
          expr: `sum by (mode) (rate(node_cpu_seconds_total{${HOSTS}, mode!="idle"}[$__rate_interval]))`,
          legend: "{{mode}}",
        },
      ],
    }),
  ];
}

function disks() {
  return [
    lines({
      title: "Disk space used",
      description: "Share of each file system that is used.",
      unit: "percentunit",
      min: 0,
      max: 1,
      ...THIRD,
      thresholds: FULL,
      queries: [{ expr: DISK_USED, legend: "{{instance}} {{mountpoint}}" }],
    }),
    lines({
      title: "Disk space left",
      description: "Bytes of each file system that ordinary users can still write.",
      unit: "bytes",
      min: 0,
      ...THIRD,
      queries: [{ expr: `node_filesystem_avail_bytes{${REAL_DISK}}`, legend: "{{instance}} {{mountpoint}}" }],
    }),
    lines({
      title: "Files left",
      description: "Share of each file system's inodes that is free: without one, no file can be made.",
      unit: "percentunit",
      min: 0,
      max: 1,
      ...THIRD,
      queries: [
        {
          expr: `node_filesystem_files_free{${REAL_DISK}} / (node_filesystem_files{${REAL_DISK}} > 0)`,
          legend: "{{instance}} {{mountpoint}}",
        },
      ],
    }),
    lines({
      title: "Bytes read and written",
      description: "What each disk reads and writes.",
      unit: "Bps",
      min: 0,
      ...HALF,
      queries: [
        {
          expr: `rate(node_disk_read_bytes_total{${HOSTS}}[$__rate_interval])`,
          legend: "{{instance}} {{device}} read",
        },
        {
          expr: `rate(node_disk_written_bytes_total{${HOSTS}}[$__rate_interval])`,
          legend: "{{instance}} {{device}} written",
        },
      ],
    }),
    lines({
      title: "Disks busy",
      description: "Share of time in which each disk had something to do; near 1 it is the bottleneck.",
      unit: "percentunit",
      min: 0,
      ...HALF,
      thresholds: [[0.9, "orange"]],
      queries: [
        {
          expr: `rate(node_disk_io_time_seconds_total{${HOSTS}}[$__rate_interval])`,
          legend: "{{instance}} {{device}}",
        },
      ],
    }),
  ];
}
