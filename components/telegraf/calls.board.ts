// Calls of an API, as openstacksdk reports them in the executor's scenarios: how many, how long, and which fail.

import type { Board } from "../../dashboards/board";
import { bars, heatmap, lines, stat } from "../../dashboards/panels";
import { HALF, QUARTER } from "../../dashboards/sizes";

const ZONE = 'zone=~"$zone"';
const ALL = `openstack_calls_attempted_bucket{${ZONE}, le="+Inf"}`;
const FAILED = `openstack_calls_attempted_bucket{${ZONE}, le="+Inf", status=~"none|5.."}`;
const REFUSED = `openstack_calls_attempted_bucket{${ZONE}, le="+Inf", status=~"4.."}`;
const TIMES = `openstack_calls_duration_bucket{${ZONE}}`;

/** Scenarios run every few minutes. */
const WINDOW = "15m";

export const api: Board = {
  uid: "podwatch-api",
  title: "API",
  description: "Calls of an API from scenarios: how many there are, how long they take, and which fail.",
  from: "now-6h",
  refresh: "30s",
  variables: { zone: { label: "Zone", query: "label_values(openstack_calls_attempted_bucket, zone)" } },
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
      description: "Calls per second, the mean of 15 minutes.",
      unit: "reqps",
      trend: true,
      ...QUARTER,
      queries: [{ expr: `sum(rate(${ALL}[${WINDOW}]))`, legend: "calls" }],
    }),
    stat({
      title: "Half of the calls take at most",
      description: "The 50th percentile of all calls of 15 minutes.",
      unit: "ms",
      ...QUARTER,
      queries: [{ expr: quantile(0.5, "le"), legend: "p50" }],
    }),
    stat({
      title: "99 of 100 calls take at most",
      description: "The 99th percentile of all calls of 15 minutes; above a minute nothing is known.",
      unit: "ms",
      ...QUARTER,
      thresholds: [
        [5000, "orange"],
        [30_000, "red"],
      ],
      queries: [{ expr: quantile(0.99, "le"), legend: "p99" }],
    }),
    stat({
      title: "Calls that fail",
      description: "Share of calls without an answer or with an error of the server, within 15 minutes.",
      unit: "percentunit",
      decimals: 1,
      ...QUARTER,
      thresholds: [
        [0.01, "orange"],
        [0.1, "red"],
      ],
      queries: [
        {
          expr: `(sum(increase(${FAILED}[${WINDOW}])) or vector(0)) / sum(increase(${ALL}[${WINDOW}]))`,
          legend: "fail",
        },
      ],
    }),
  ];
}

function times() {
  const kinds = [
    ["service", "{{service}}"],
    ["service, method, resource", "{{service}} {{method}} {{resource}}"],
    ["zone", "{{zone}}"],
  ] as const;
  return [
    ...kinds.flatMap(([by, legend]) =>
      [0.5, 0.9, 0.99].map((share) =>
        lines({
          title: `p${share * 100} by ${by}`,
          description: `Time that ${share * 100} % of the calls keep to, by ${by}, over 15 minutes.`,
          unit: "ms",
          min: 0,
          width: 8,
          height: 8,
          queries: [{ expr: quantile(share, `${by}, le`), legend }],
        }),
      ),
    ),
    heatmap({
      title: "Times of all calls",
      description: "How many calls took how long.",
      unit: "ms",
      ...HALF,
      queries: [{ expr: `sum by (le) (rate(${TIMES}[${WINDOW}]))`, legend: "{{le}}" }],
    }),
    lines({
      title: "Calls by service",
      description: "Calls per second of each service, the mean of 15 minutes.",
      unit: "reqps",
      min: 0,
      ...HALF,
      queries: [{ expr: `sum by (service) (rate(${ALL}[${WINDOW}]))`, legend: "{{service}}" }],
    }),
  ];
}

function failures() {
  return [
    bars({
      title: "Failures by call and status",
      description:
        "Calls without an answer (none) or with an error of the server; the scenarios' logs have the texts.",
      unit: "short",
      min: 0,
      ...HALF,
      queries: [
        {
          expr: `sum by (service, method, resource, status) (increase(${FAILED}[${WINDOW}]))`,
          legend: "{{service}} {{method}} {{resource}} {{status}}",
        },
      ],
    }),
    bars({
      title: "Refusals by call and status",
      description: "Calls that the API refused: not found, no right, a conflict, too many.",
      unit: "short",
      min: 0,
      ...HALF,
      queries: [
        {
          expr: `sum by (service, method, resource, status) (increase(${REFUSED}[${WINDOW}]))`,
          legend: "{{service}} {{method}} {{resource}} {{status}}",
        },
      ],
    }),
  ];
}

function quantile(share: number, by: string): string {
  return `histogram_quantile(${share}, sum by (${by}) (rate(${TIMES}[${WINDOW}])))`;
}
