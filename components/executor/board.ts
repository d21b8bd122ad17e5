// The executor's scenarios: their results, their times, and how well the executor keeps up.

import type { Board } from "../../dashboards/board";
import { bars, lines, stat, timeline, valueNames } from "../../dashboards/panels";
import { HALF, QUARTER } from "../../dashboards/sizes";

const ZONE = 'zone=~"$zone"';

export const RESULTS = valueNames({
  0: ["ok", "green"],
  1: ["warning", "orange"],
  2: ["failed", "red"],
  3: ["unknown", "orange"],
  4: ["timeout", "red"],
  5: ["stopped", "blue"],
});

export const scenarios: Board = {
  uid: "podwatch-scenarios",
  title: "Scenarios",
  description:
    "The executor's scenarios: results and times of their runs, and whether they run when they are due.",
  from: "now-6h",
  refresh: "30s",
  variables: { zone: { label: "Zone", query: "label_values(podwatch_executor_jobs, zone)" } },
  sections: [
    { title: "Overview", panels: overview() },
    { title: "Runs", panels: runs() },
    { title: "Executor", panels: health() },
  ],
};

function overview() {
  return [
    stat({
      title: "Scenarios",
      description: "Jobs in force.",
      unit: "short",
      ...QUARTER,
      queries: [{ expr: `sum(podwatch_executor_jobs{${ZONE}})`, legend: "scenarios" }],
    }),
    stat({
      title: "Scenarios that fail",
      description: "Those whose last run failed, or took too long.",
      unit: "short",
      ...QUARTER,
      thresholds: [[1, "red"]],
      queries: [
        {
          expr: `count(podwatch_executor_result{${ZONE}} == 2 or podwatch_executor_result{${ZONE}} == 4) or vector(0)`,
          legend: "fail",
        },
      ],
    }),
    stat({
      title: "Runs that were ok",
      description: "Share of the runs in the time shown.",
      unit: "percentunit",
      decimals: 1,
      ...QUARTER,
      queries: [
        {
          expr: `sum(increase(podwatch_executor_runs_total{${ZONE}, result="ok"}[$__range])) / sum(increase(podwatch_executor_runs_total{${ZONE}}[$__range]))`,
          legend: "ok",
        },
      ],
    }),
    stat({
      title: "Runs left out",
      description: "Runs that fell due while the one before was not over, or too late, in the time shown.",
      unit: "short",
      decimals: 0,
      ...QUARTER,
      thresholds: [[1, "orange"]],
      queries: [
        { expr: `sum(increase(podwatch_executor_missed_total{${ZONE}}[$__range]))`, legend: "left out" },
      ],
    }),
  ];
}

function runs() {
  return [
    timeline({
      title: "Results",
      description: "The result of the last run of each scenario.",
      unit: "none",
      ...HALF,
      mappings: RESULTS,
      queries: [{ expr: `podwatch_executor_result{${ZONE}}`, legend: "{{zone}} {{job_name}}" }],
    }),
    lines({
      title: "Duration",
      description: "How long the last run of each scenario took.",
      unit: "s",
      min: 0,
      ...HALF,
      queries: [{ expr: `podwatch_executor_duration_seconds{${ZONE}}`, legend: "{{zone}} {{job_name}}" }],
    }),
    bars({
      title: "Runs by result",
      description: "How many runs had which result.",
      unit: "short",
      min: 0,
      ...HALF,
      queries: [
        {
          expr: `sum by (result) (increase(podwatch_executor_runs_total{${ZONE}}[$__rate_interval]))`,
          legend: "{{result}}",
        },
      ],
    }),
    lines({
      title: "Time since the last run began",
      description: "Of each scenario, in periods of its own; above 1 it is overdue.",
      unit: "none",
      min: 0,
      ...HALF,
      queries: [
        {
          expr: `(time() - podwatch_executor_last_start_timestamp_seconds{${ZONE}}) / podwatch_executor_period_seconds{${ZONE}}`,
          legend: "{{zone}} {{job_name}}",
        },
      ],
    }),
  ];
}

function health() {
  return [
    lines({
      title: "Runs at work and waiting",
      description: "Runs at work, those that are due and wait, and the most that may be at work.",
      unit: "short",
      min: 0,
      ...HALF,
      queries: [
        { expr: `podwatch_executor_running{${ZONE}}`, legend: "{{zone}} at work" },
        { expr: `podwatch_executor_waiting{${ZONE}}`, legend: "{{zone}} waiting" },
        { expr: `podwatch_executor_threads{${ZONE}}`, legend: "{{zone}} threads" },
      ],
    }),
    lines({
      title: "How late runs begin",
      description: "The 50th and 99th percentile, over 15 minutes.",
      unit: "s",
      min: 0,
      ...HALF,
      queries: [0.5, 0.99].map((share) => ({
        expr: `histogram_quantile(${share}, sum by (zone, le) (rate(podwatch_executor_start_delay_seconds_bucket{${ZONE}}[15m])))`,
        legend: `{{zone}} p${share * 100}`,
      })),
    }),
    lines({
      title: "Age of the scenarios",
      description: "Time since their source was refreshed last.",
      unit: "s",
      min: 0,
      ...HALF,
      queries: [{ expr: `time() - podwatch_executor_source_timestamp_seconds{${ZONE}}`, legend: "{{zone}}" }],
    }),
    lines({
      title: "Lines for Telegraf",
      description: "Lines of runs per second that Telegraf took, and that were dropped.",
      unit: "cps",
      min: 0,
      ...HALF,
      queries: [
        {
          expr: `sum by (zone, outcome) (rate(podwatch_executor_lines_total{${ZONE}}[$__rate_interval]))`,
          legend: "{{zone}} {{outcome}}",
        },
      ],
    }),
  ];
}
