// The inside of Prometheus: storage, queries and rules.

import { lines } from "../../dashboards/panels";
import { HALF, THIRD } from "../../dashboards/sizes";
import { PROMETHEUS } from "./endpoint";

export const ITSELF = `job="${PROMETHEUS}"`;

export function storage() {
  return [
    lines({
      title: "Samples stored",
      description: "Samples that are written, by kind.",
      unit: "cps",
      min: 0,
      ...THIRD,
      queries: [
        {
          expr: `sum by (type) (rate(prometheus_tsdb_head_samples_appended_total{${ITSELF}}[$__rate_interval]))`,
          legend: "{{type}}",
        },
      ],
    }),
    lines({
      title: "Series and chunks in memory",
      description:
        "Both grow with the number of series, chunks also with time until the next block is written.",
      unit: "short",
      min: 0,
      ...THIRD,
      queries: [
        { expr: `prometheus_tsdb_head_series{${ITSELF}}`, legend: "series" },
        { expr: `prometheus_tsdb_head_chunks{${ITSELF}}`, legend: "chunks" },
      ],
    }),
    lines({
      title: "Series coming and going",
      description: "New series without end mean a label with too many values.",
      unit: "cps",
      min: 0,
      ...THIRD,
      queries: [
        {
          expr: `rate(prometheus_tsdb_head_series_created_total{${ITSELF}}[$__rate_interval])`,
          legend: "created",
        },
        {
          expr: `rate(prometheus_tsdb_head_series_removed_total{${ITSELF}}[$__rate_interval])`,
          legend: "removed",
        },
      ],
    }),
    lines({
      title: "Size on disk",
      description:
        "Blocks, recent chunks and the log, and the size at which the oldest blocks go (0: no limit).",
      unit: "bytes",
      min: 0,
      ...THIRD,
      queries: [
        { expr: `prometheus_tsdb_storage_blocks_bytes{${ITSELF}}`, legend: "blocks" },
        { expr: `prometheus_tsdb_head_chunks_storage_size_bytes{${ITSELF}}`, legend: "recent chunks" },
        { expr: `prometheus_tsdb_wal_storage_size_bytes{${ITSELF}}`, legend: "write-ahead log" },
        { expr: `prometheus_tsdb_retention_limit_bytes{${ITSELF}}`, legend: "limit" },
      ],
    }),
    lines({
      title: "Retention",
      description: "Age of the oldest sample, and the age at which samples go.",
      unit: "s",
      min: 0,
      ...THIRD,
      queries: [
        { expr: `time() - prometheus_tsdb_lowest_timestamp_seconds{${ITSELF}}`, legend: "oldest sample" },
        { expr: `prometheus_tsdb_retention_limit_seconds{${ITSELF}}`, legend: "limit" },
      ],
    }),
    lines({
      title: "Storage failures",
      description: "Anything above zero: the disk is full, slow or broken.",
      unit: "cps",
      min: 0,
      ...THIRD,
      thresholds: [[0.001, "red"]],
      queries: [
        ["compactions", "prometheus_tsdb_compactions_failed_total"],
        ["write-ahead log", "prometheus_tsdb_wal_writes_failed_total"],
        ["reloads of blocks", "prometheus_tsdb_reloads_failures_total"],
        ["checkpoints", "prometheus_tsdb_checkpoint_creations_failed_total"],
      ].map(([legend = "", metric]) => ({ expr: `rate(${metric}{${ITSELF}}[$__rate_interval])`, legend })),
    }),
  ];
}

export function queries() {
  return [
    lines({
      title: "Time for a query, 90th percentile",
      description: "By part of the work; waiting in the queue means that too many run at once.",
      unit: "s",
      min: 0,
      ...HALF,
      thresholds: [
        [1, "orange"],
        [10, "red"],
      ],
      queries: [
        { expr: `prometheus_engine_query_duration_seconds{${ITSELF}, quantile="0.9"}`, legend: "{{slice}}" },
      ],
    }),
    lines({
      title: "Queries at once",
      description: "Queries that run or wait, and how many may run.",
      unit: "short",
      min: 0,
      ...HALF,
      queries: [
        { expr: `prometheus_engine_queries{${ITSELF}}`, legend: "running or waiting" },
        { expr: `prometheus_engine_queries_concurrent_max{${ITSELF}}`, legend: "limit" },
      ],
    }),
    lines({
      title: "Rule evaluations",
      description: "Evaluations of alerting and recording rules; a failed one is a broken expression.",
      unit: "ops",
      min: 0,
      ...THIRD,
      queries: [
        { expr: total("prometheus_rule_evaluations_total"), legend: "evaluated" },
        { expr: total("prometheus_rule_evaluation_failures_total"), legend: "failed" },
      ],
    }),
    lines({
      title: "HTTP requests",
      description: "Requests that Prometheus answered, by what was asked.",
      unit: "reqps",
      min: 0,
      ...THIRD,
      queries: [
        {
          expr: `sum by (handler, code) (rate(prometheus_http_requests_total{${ITSELF}}[$__rate_interval])) > 0`,
          legend: "{{handler}} {{code}}",
        },
      ],
    }),
    lines({
      title: "Time for an HTTP request, 99th percentile",
      description: "By what was asked; estimated from buckets.",
      unit: "s",
      min: 0,
      ...THIRD,
      thresholds: [
        [1, "orange"],
        [10, "red"],
      ],
      queries: [
        {
          expr: `histogram_quantile(0.99, sum by (le, handler) (rate(prometheus_http_request_duration_seconds_bucket{${ITSELF}}[$__rate_interval])) > 0)`,
          legend: "{{handler}}",
        },
      ],
    }),
  ];
}

/** Over all rule groups; zero when there are no rules. */
function total(counter: string): string {
  return `sum(rate(${counter}{${ITSELF}}[$__rate_interval])) or vector(0)`;
}
