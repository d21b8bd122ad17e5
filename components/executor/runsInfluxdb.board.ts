// The executor's runs in InfluxDB, which has each of them, with the last words of those that fail.
import type { Board } from "../../dashboards/board";
import { bars, lines, stat, table, timeline } from "../../dashboards/panels";
import { HALF, QUARTER } from "../../dashboards/sizes";
import { RESULTS } from "./board";

const RUNS = 'FROM "executor_run" WHERE $timeFilter AND "zone" =~ /^$zone$/';

/** One series for each scenario. */
const EACH = '"zone", "job_name"';
const SCENARIO = "{{zone}} {{job_name}}";

export const scenariosInfluxdb: Board = {
  uid: "podwatch-scenarios-influxdb",
  title: "Scenarios, each run",
  description:
    "The executor's scenarios, from InfluxDB: each run, how long it took, and what it said if it failed.",
  source: "influxdb",
  from: "now-6h",
  refresh: "30s",
  variables: {
    zone: { label: "Zone", query: 'SHOW TAG VALUES FROM "executor_run" WITH KEY = "zone"' },
  },
  sections: [
    { title: "Overview", panels: overview() },
    { title: "Scenarios", panels: scenarios() },
    { title: "History", panels: history() },
  ],
};

function overview() {
  return [
    stat({
      title: "Runs",
      description: "Runs in the time shown.",
      unit: "short",
      ...QUARTER,
      queries: [{ expr: `SELECT COUNT("duration") ${RUNS}`, legend: "runs" }],
    }),
    stat({
      title: "Scenarios that fail",
      description: "Those whose last run failed, or took too long.",
      unit: "short",
      ...QUARTER,
      thresholds: [[1, "red"]],
      queries: [
        {
          expr: `SELECT SUM("last") FROM (SELECT LAST("failed") ${RUNS} GROUP BY ${EACH})`,
          legend: "fail",
        },
      ],
    }),
    stat({
      title: "Runs that failed",
      description: "Share of the runs in the time shown that failed, or took too long.",
      unit: "percentunit",
      decimals: 1,
      ...QUARTER,
      thresholds: [
        [0.01, "orange"],
        [0.1, "red"],
      ],
      queries: [{ expr: `SELECT MEAN("failed") ${RUNS}`, legend: "failed" }],
    }),
    stat({
      title: "Latest start",
      description: "How late a run began at most, in the time shown.",
      unit: "s",
      ...QUARTER,
      queries: [{ expr: `SELECT MAX("late") ${RUNS}`, legend: "late" }],
    }),
  ];
}

function scenarios() {
  return [
    stat({
      title: "Last result",
      description: "The result of the last run of each scenario.",
      unit: "none",
      ...HALF,
      mappings: RESULTS,
      queries: [{ expr: `SELECT LAST("result_code") ${RUNS} GROUP BY ${EACH}`, legend: SCENARIO }],
    }),
    stat({
      title: "Last duration",
      description: "How long the last run of each scenario took.",
      unit: "s",
      ...HALF,
      queries: [{ expr: `SELECT LAST("duration") ${RUNS} GROUP BY ${EACH}`, legend: SCENARIO }],
    }),
    timeline({
      title: "Results",
      description: "The result of the last run of each scenario in each interval.",
      unit: "none",
      ...HALF,
      mappings: RESULTS,
      queries: [inTime('LAST("result_code")', EACH, SCENARIO)],
    }),
    lines({
      title: "Duration",
      description: "How long the longest run of each scenario took in each interval.",
      unit: "s",
      min: 0,
      ...HALF,
      queries: [inTime('MAX("duration")', EACH, SCENARIO)],
    }),
    bars({
      title: "Runs by result",
      description: "How many runs had which result, in each interval.",
      unit: "short",
      min: 0,
      ...HALF,
      queries: [inTime('COUNT("duration")', '"result"', "{{result}}")],
    }),
    lines({
      title: "How late runs begin",
      description: "The latest start of each zone in each interval.",
      unit: "s",
      min: 0,
      ...HALF,
      queries: [inTime('MAX("late")', '"zone"', "{{zone}}")],
    }),
  ];
}

function history() {
  const rows = { width: 24, height: 10 };
  const run =
    '"duration" AS "Duration (s)", "zone" AS "Zone", "job_name" AS "Scenario", "result" AS "Result", "status" AS "Exit status"';
  return [
    table({
      title: "Runs that were not ok",
      description: "The last hundred, with their last words.",
      ...rows,
      queries: [
        {
          expr: `SELECT ${run}, "text" AS "Text" ${RUNS} AND "result" != 'ok' ORDER BY time DESC LIMIT 100`,
          legend: "",
        },
      ],
    }),
    table({
      title: "Last runs",
      description: "The last hundred runs.",
      ...rows,
      queries: [{ expr: `SELECT ${run} ${RUNS} ORDER BY time DESC LIMIT 100`, legend: "" }],
    }),
  ];
}

function inTime(value: string, by: string, legend: string) {
  return { expr: `SELECT ${value} ${RUNS} GROUP BY time($__interval), ${by} fill(none)`, legend };
}
