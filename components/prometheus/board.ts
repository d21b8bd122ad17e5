// Prometheus itself, version 3.5: scrapes, storage and queries, and their cost.
import type { Board } from "../../dashboards/board";
import { label, lines, stat, valueNames } from "../../dashboards/panels";
import { process } from "../../dashboards/process";
import { EIGHTH, THIRD } from "../../dashboards/sizes";
import { ITSELF, queries, storage } from "./inside.board";

export const prometheus: Board = {
  uid: "podwatch-prometheus",
  title: "Prometheus",
  description: "Prometheus itself: its targets, storage, queries and use of the host.",
  from: "now-1h",
  refresh: "30s",
  sections: [
    { title: "Overview", panels: overview() },
    { title: "Targets", panels: targets() },
    { title: "Storage", panels: storage() },
    { title: "Queries and rules", panels: queries() },
    { title: "Process", panels: process(ITSELF, "Prometheus") },
  ],
};

function overview() {
  return [
    stat({
      title: "Targets up",
      description: "Targets that answered the last scrape.",
      unit: "short",
      ...EIGHTH,
      queries: [{ expr: "sum(up)", legend: "up" }],
    }),
    stat({
      title: "Targets down",
      description: "Targets that did not answer the last scrape.",
      unit: "short",
      ...EIGHTH,
      thresholds: [[1, "red"]],
      queries: [{ expr: "count(up == 0) or vector(0)", legend: "down" }],
    }),
    stat({
      title: "Configuration",
      description: "Whether the last reload took the configuration; if not, an older one is in force.",
      unit: "none",
      ...EIGHTH,
      mappings: valueNames({ 0: ["refused", "red"], 1: ["in force", "green"] }),
      queries: [{ expr: `prometheus_config_last_reload_successful{${ITSELF}}`, legend: "configuration" }],
    }),
    stat({
      title: "Configured",
      description: "Time since the configuration in force was loaded.",
      unit: "s",
      decimals: 1,
      ...EIGHTH,
      queries: [
        {
          expr: `time() - prometheus_config_last_reload_success_timestamp_seconds{${ITSELF}}`,
          legend: "since",
        },
      ],
    }),
    stat({
      title: "Running",
      description: "Time since Prometheus started.",
      unit: "s",
      decimals: 1,
      ...EIGHTH,
      queries: [{ expr: `time() - process_start_time_seconds{${ITSELF}}`, legend: "since" }],
    }),
    stat({
      title: "Series",
      description: "Time series in memory: those that had a sample in the last hours.",
      unit: "short",
      trend: true,
      ...EIGHTH,
      thresholds: [
        [2e6, "orange"],
        [1e7, "red"],
      ],
      queries: [{ expr: `prometheus_tsdb_head_series{${ITSELF}}`, legend: "series" }],
    }),
    stat({
      title: "On disk",
      description: "Blocks, recent chunks and the log together.",
      unit: "bytes",
      trend: true,
      ...EIGHTH,
      queries: [{ expr: onDisk(), legend: "on disk" }],
    }),
    label({
      title: "Version",
      description: "Version of Prometheus that is running.",
      unit: "none",
      ...EIGHTH,
      queries: [{ expr: `prometheus_build_info{${ITSELF}}`, legend: "{{version}}" }],
    }),
  ];
}

function targets() {
  return [
    lines({
      title: "Targets up by job",
      description: "Targets of each job that answered, and how many there are.",
      unit: "short",
      min: 0,
      ...THIRD,
      queries: [
        { expr: "sum by (job) (up)", legend: "{{job}} up" },
        { expr: "count by (job) (up)", legend: "{{job}} known" },
      ],
    }),
    lines({
      title: "Scrape duration by job",
      description: "The slowest target of each job; close to its interval, samples are lost.",
      unit: "s",
      min: 0,
      ...THIRD,
      thresholds: [
        [5, "orange"],
        [10, "red"],
      ],
      queries: [{ expr: "max by (job) (scrape_duration_seconds)", legend: "{{job}}" }],
    }),
    lines({
      title: "Samples per scrape by job",
      description: "Samples that one round over each job's targets brings.",
      unit: "short",
      min: 0,
      ...THIRD,
      queries: [{ expr: "sum by (job) (scrape_samples_scraped)", legend: "{{job}}" }],
    }),
    lines({
      title: "Time between scrapes, 99th percentile",
      description: "How long the time between two scrapes really is, by the interval that was configured.",
      unit: "s",
      min: 0,
      ...THIRD,
      queries: [
        {
          expr: `prometheus_target_interval_length_seconds{${ITSELF}, quantile="0.99"}`,
          legend: "configured {{interval}}",
        },
      ],
    }),
    lines({
      title: "Samples refused",
      description:
        "Samples that targets offered and Prometheus did not take: duplicates, too old, out of order.",
      unit: "cps",
      min: 0,
      ...THIRD,
      thresholds: [[1, "red"]],
      queries: [
        ["duplicate", "prometheus_target_scrapes_sample_duplicate_timestamp_total"],
        ["out of order", "prometheus_target_scrapes_sample_out_of_order_total"],
        ["out of bounds", "prometheus_target_scrapes_sample_out_of_bounds_total"],
        ["over the limit", "prometheus_target_scrapes_exceeded_sample_limit_total"],
      ].map(([legend = "", metric]) => ({ expr: `rate(${metric}{${ITSELF}}[$__rate_interval])`, legend })),
    }),
    lines({
      title: "Targets found",
      description: "Targets that service discovery knows, by job.",
      unit: "short",
      min: 0,
      ...THIRD,
      queries: [{ expr: `prometheus_sd_discovered_targets{${ITSELF}, name="scrape"}`, legend: "{{config}}" }],
    }),
  ];
}

function onDisk(): string {
  return ["storage_blocks_bytes", "head_chunks_storage_size_bytes", "wal_storage_size_bytes"]
    .map((part) => `prometheus_tsdb_${part}{${ITSELF}}`)
    .join(" + ");
}
