import type { GroupCases } from "../model";

const LABELS = { job: "victoriametrics", instance: "db1" };
const AT = 'job="victoriametrics", instance="db1"';
const PATH = { path: "/victoria-metrics-data" };
const READ_ONLY = `vm_storage_is_read_only{${AT}, path="${PATH.path}"}`;
const IGNORED = `vm_rows_ignored_total{${AT}, reason="too_many_labels"}`;
const WAITING = `vm_concurrent_select_limit_reached_total{${AT}}`;

export const victoriametricsCases: GroupCases = {
  VictoriametricsReadOnly: {
    fires: {
      "when the disk is nearly full": {
        series: { [READ_ONLY]: "0 0 1x20" },
        since: "2m",
        labels: { ...LABELS, ...PATH },
      },
    },
    silent: { "while it writes": { series: { [READ_ONLY]: "0x20" }, at: "10m" } },
  },
  VictoriametricsSamplesRefused: {
    fires: {
      "when series have too many labels": {
        series: { [IGNORED]: "0 0+10x30" },
        since: "2m",
        labels: { ...LABELS, reason: "too_many_labels" },
        value: "50",
      },
    },
    silent: {
      "when that was once": { series: { [IGNORED]: "0 10x30" }, at: "20m" },
      "while all are stored": { series: { [IGNORED]: "7x30" }, at: "20m" },
    },
  },
  VictoriametricsQueriesWaiting: {
    fires: {
      "when queries wait all the time": {
        series: { [WAITING]: "0 0+3x40" },
        since: "2m",
        labels: LABELS,
      },
    },
    silent: {
      "when some waited for a moment": { series: { [WAITING]: "0 3x30" }, at: "20m" },
      "while none waits": { series: { [WAITING]: "7x30" }, at: "20m" },
    },
  },
};
