// VictoriaMetrics 1.145: what it stores, how it answers, what it leaves out.

import type { Board } from "../../dashboards/board";
import { lines, stat } from "../../dashboards/panels";
import { process } from "../../dashboards/process";
import { HALF, QUARTER } from "../../dashboards/sizes";
import { VICTORIAMETRICS } from "./endpoint";

const ITSELF = `job="${VICTORIAMETRICS}", instance=~"$instance"`;

const perSecond = (series: string) => `rate(${series}{${ITSELF}}[$__rate_interval])`;

export const victoriametrics: Board = {
  uid: "podwatch-victoriametrics",
  title: "VictoriaMetrics",
  description:
    "What VictoriaMetrics stores of all Prometheus of the stack, how it answers, and what it leaves out.",
  from: "now-1h",
  refresh: "30s",
  variables: {
    instance: { label: "Host", query: `label_values(up{job="${VICTORIAMETRICS}"}, instance)` },
  },
  sections: [
    { title: "Overview", panels: overview() },
    { title: "Writing", panels: writing() },
    { title: "Asking", panels: asking() },
    { title: "Data", panels: data() },
    { title: "Process", panels: process(ITSELF, "VictoriaMetrics") },
  ],
};

function overview() {
  return [
    stat({
      title: "Answering",
      description:
        "VictoriaMetrics that Prometheus reaches. With one of several, queries are still answered.",
      unit: "short",
      ...QUARTER,
      queries: [{ expr: `sum(up{${ITSELF}})`, legend: "up" }],
    }),
    stat({
      title: "Samples stored",
      description: "Samples per second that are stored, in each copy.",
      unit: "cps",
      ...QUARTER,
      queries: [{ expr: `max(${perSecond("vm_rows_added_to_storage_total")})`, legend: "samples" }],
    }),
    stat({
      title: "On disk",
      description: "What samples and their index take, on all hosts together.",
      unit: "bytes",
      ...QUARTER,
      queries: [{ expr: `sum(vm_data_size_bytes{${ITSELF}})`, legend: "on disk" }],
    }),
    stat({
      title: "Left out",
      description: "Samples that were sent and not stored, in the time shown.",
      unit: "short",
      decimals: 0,
      ...QUARTER,
      thresholds: [[1, "red"]],
      queries: [{ expr: `sum(increase(vm_rows_ignored_total{${ITSELF}}[$__range]))`, legend: "left out" }],
    }),
  ];
}

function writing() {
  return [
    lines({
      title: "Samples",
      description: "Samples per second that come in. Two Prometheus with the same targets send each twice.",
      unit: "cps",
      min: 0,
      ...HALF,
      queries: [{ expr: perSecond("vm_rows_received_by_storage_total"), legend: "{{instance}}" }],
    }),
    lines({
      title: "New series",
      description:
        "Series per second that were not known before: each costs memory and a place in the index.",
      unit: "cps",
      min: 0,
      ...HALF,
      queries: [{ expr: perSecond("vm_new_timeseries_created_total"), legend: "{{instance}}" }],
    }),
  ];
}

function asking() {
  return [
    lines({
      title: "Queries",
      description: "Queries per second, of an instant and of a range.",
      unit: "reqps",
      min: 0,
      ...HALF,
      queries: [
        {
          expr: `sum by (instance, path) (rate(vm_http_requests_total{${ITSELF}, path=~"/api/v1/query(_range)?"}[$__rate_interval]))`,
          legend: "{{instance}} {{path}}",
        },
      ],
    }),
    lines({
      title: "Duration of a query",
      description: "How long a query takes on average.",
      unit: "s",
      min: 0,
      ...HALF,
      queries: [
        {
          expr: `sum by (instance) (${perSecond("vm_request_duration_seconds_sum")}) / sum by (instance) (${perSecond("vm_request_duration_seconds_count")})`,
          legend: "{{instance}}",
        },
      ],
    }),
    lines({
      title: "Failed and waiting queries",
      description:
        "Queries per second that were answered with an error, and that had to wait for others to end.",
      unit: "reqps",
      min: 0,
      ...HALF,
      queries: [
        {
          expr: `sum by (instance) (rate(vm_http_request_errors_total{${ITSELF}, path=~"/api/v1/query(_range)?"}[$__rate_interval]))`,
          legend: "{{instance}} failed",
        },
        { expr: perSecond("vm_concurrent_select_limit_reached_total"), legend: "{{instance}} waiting" },
      ],
    }),
  ];
}

function data() {
  return [
    lines({
      title: "Series of the last hour",
      description: "Series that got a sample within the last hour.",
      unit: "short",
      min: 0,
      ...HALF,
      queries: [
        {
          expr: `vm_cache_entries{${ITSELF}, type="storage/hour_metric_ids"}`,
          legend: "{{instance}}",
        },
      ],
    }),
    lines({
      title: "Disk",
      description: "What samples and their index take, and what is free beside them.",
      unit: "bytes",
      min: 0,
      ...HALF,
      queries: [
        { expr: `sum by (instance) (vm_data_size_bytes{${ITSELF}})`, legend: "{{instance}} taken" },
        { expr: `vm_free_disk_space_bytes{${ITSELF}}`, legend: "{{instance}} free" },
      ],
    }),
  ];
}
