// The same calls in InfluxDB, which has each of them: percentiles are exact, and those that fail are listed.
import type { Board } from "../../dashboards/board";
import { bars, lines, stat, table } from "../../dashboards/panels";
import { HALF, QUARTER } from "../../dashboards/sizes";

const CALLS = 'FROM "openstack_api" WHERE $timeFilter AND "zone" =~ /^$zone$/';
const FAILED = `${CALLS} AND "status" =~ /^(none|5..)$/`;
const REFUSED = `${CALLS} AND "status" =~ /^4..$/`;

/** Which call it was. */
const CALL = [
  ["service", "Service"],
  ["method", "Method"],
  ["resource", "Resource"],
  ["status", "Status"],
  ["zone", "Zone"],
  ["job_name", "Scenario"],
]
  .map(([tag, column]) => `"${tag}" AS "${column}"`)
  .join(", ");

const WHOLE = { width: 24, height: 10 };

export const apiInfluxdb: Board = {
  uid: "podwatch-api-influxdb",
  title: "API, each call",
  description:
    "Calls of an API from scenarios, from InfluxDB: how long they take, which fail, and what the scenarios say of it.",
  source: "influxdb",
  from: "now-6h",
  refresh: "30s",
  variables: {
    zone: { label: "Zone", query: 'SHOW TAG VALUES FROM "openstack_api" WITH KEY = "zone"' },
  },
  sections: [
    { title: "Overview", panels: overview() },
    { title: "Times", panels: times() },
    { title: "Failures", panels: failures() },
  ],
};

function overview() {
  return [
    stat({
      title: "Calls",
      description: "Calls in the time shown.",
      unit: "short",
      ...QUARTER,
      queries: [{ expr: `SELECT SUM("attempted") ${CALLS}`, legend: "calls" }],
    }),
    stat({
      title: "Half of the calls take at most",
      description: "The 50th percentile of all calls in the time shown.",
      unit: "ms",
      ...QUARTER,
      queries: [{ expr: `SELECT ${percentile(50)} ${CALLS}`, legend: "p50" }],
    }),
    stat({
      title: "99 of 100 calls take at most",
      description: "The 99th percentile of all calls in the time shown.",
      unit: "ms",
      ...QUARTER,
      thresholds: [
        [5000, "orange"],
        [30_000, "red"],
      ],
      queries: [{ expr: `SELECT ${percentile(99)} ${CALLS}`, legend: "p99" }],
    }),
    stat({
      title: "Calls that fail",
      description: "Share of calls without an answer or with an error of the server, in the time shown.",
      unit: "percentunit",
      decimals: 1,
      ...QUARTER,
      thresholds: [
        [0.01, "orange"],
        [0.1, "red"],
      ],
      queries: [{ expr: `SELECT MEAN("error") ${CALLS}`, legend: "fail" }],
    }),
  ];
}

function times() {
  const kinds = [["service"], ["service", "method", "resource"], ["zone"]];
  return [
    ...kinds.flatMap((tags) =>
      [50, 90, 99].map((share) =>
        lines({
          title: `p${share} by ${tags.join(", ")}`,
          description: `Time that ${share} % of the calls keep to, by ${tags.join(", ")}, in each interval.`,
          unit: "ms",
          min: 0,
          width: 8,
          height: 8,
          queries: [inTime(percentile(share), CALLS, tags)],
        }),
      ),
    ),
    lines({
      title: "Calls by service",
      description: "Calls of each service in each interval.",
      unit: "short",
      min: 0,
      ...HALF,
      queries: [inTime('SUM("attempted")', CALLS, ["service"])],
    }),
    table({
      title: "Slowest calls",
      description: "The twenty calls in the time shown that took longest.",
      ...HALF,
      queries: [
        {
          expr: `SELECT TOP("duration", 20) AS "Duration (ms)", ${CALL} ${CALLS}`,
          legend: "",
        },
      ],
    }),
  ];
}

function failures() {
  return [
    bars({
      title: "Failures by call and status",
      description: "Calls without an answer (none) or with an error of the server.",
      unit: "short",
      min: 0,
      ...HALF,
      queries: [inTime('SUM("attempted")', FAILED, ["service", "method", "resource", "status"])],
    }),
    bars({
      title: "Refusals by call and status",
      description: "Calls that the API refused: not found, no right, a conflict, too many.",
      unit: "short",
      min: 0,
      ...HALF,
      queries: [inTime('SUM("attempted")', REFUSED, ["service", "method", "resource", "status"])],
    }),
    table({
      title: "Calls that failed",
      description: "The last hundred calls without an answer or with an error of the server.",
      ...WHOLE,
      queries: [
        {
          expr: `SELECT "duration" AS "Duration (ms)", "attempted" AS "Calls", ${CALL} ${FAILED} ORDER BY time DESC LIMIT 100`,
          legend: "",
        },
      ],
    }),
    table({
      title: "What scenarios say of it",
      description: "The last words of the last hundred runs that were not ok, with the error of the API.",
      ...WHOLE,
      queries: [
        {
          expr: `SELECT "text" AS "Text", "zone" AS "Zone", "job_name" AS "Scenario", "result" AS "Result" FROM "executor_run" WHERE $timeFilter AND "zone" =~ /^$zone$/ AND "result" != 'ok' ORDER BY time DESC LIMIT 100`,
          legend: "",
        },
      ],
    }),
  ];
}

function percentile(share: number): string {
  return `PERCENTILE("duration", ${share})`;
}

/** One series for each combination of tags. */
function inTime(value: string, from: string, tags: readonly string[]) {
  const by = tags.map((tag) => `"${tag}"`).join(", ");
  return {
    expr: `SELECT ${value} ${from} GROUP BY time($__interval), ${by} fill(none)`,
    legend: tags.map((tag) => `{{${tag}}}`).join(" "),
  };
}
