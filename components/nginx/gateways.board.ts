// Roq gateways: names and labels of their metrics as documented in
// https://roq-trading.com/docs/reference/design/metrics/

import type { Board } from "../../dashboards/board";
import { bars, lines, stat, timeline, valueNames } from "../../dashboards/panels";
import { HALF, SIXTH, THIRD } from "../../dashboards/sizes";
import { GATEWAYS_JOB } from "./endpoint";
import { hostLatency, latency, MILLISECOND } from "./gatewayLatency.board";
import { mean, SELECTED } from "./gatewayQueries.board";

export const gateways: Board = {
  uid: "Afi9GToZz",
  title: "Gateways",
  description: "Roq gateways: whether they are up, their connections, latencies and load.",
  from: "now-15m",
  refresh: "5s",
  variables: {
    instance: { label: "Gateway", query: `label_values(up{job="${GATEWAYS_JOB}"}, instance)` },
  },
  sections: [
    { title: "Overview", panels: overview() },
    { title: "Availability and connections", panels: availability() },
    { title: "Latency to the exchange", panels: latency() },
    { title: "Latency on the host", panels: hostLatency() },
    { title: "Load", panels: load() },
  ],
};

function overview() {
  return [
    stat({
      title: "Gateways up",
      description: "Gateways whose metrics Prometheus could read at its last try.",
      unit: "short",
      ...SIXTH,
      queries: [{ expr: `sum(up{${SELECTED}}) or vector(0)`, legend: "up" }],
    }),
    stat({
      title: "Gateways down",
      description: "Gateways that are known but do not answer: the process, or its socket, is gone.",
      unit: "short",
      ...SIXTH,
      thresholds: [[1, "red"]],
      queries: [{ expr: `count(up{${SELECTED}} == 0) or vector(0)`, legend: "down" }],
    }),
    stat({
      title: "Restarts",
      description: "How often gateways were started anew in the time shown.",
      unit: "short",
      ...SIXTH,
      thresholds: [[1, "orange"]],
      queries: [
        { expr: `sum(changes(roq_process{${SELECTED}, name="start_time"}[$__range]))`, legend: "restarts" },
      ],
    }),
    stat({
      title: "Connections lost",
      description: "Connections to exchanges that broke off in the time shown.",
      unit: "short",
      decimals: 0,
      ...SIXTH,
      thresholds: [
        [1, "orange"],
        [10, "red"],
      ],
      queries: [
        { expr: `sum(increase(roq_counter{${SELECTED}, function="disconnect"}[$__range]))`, legend: "lost" },
      ],
    }),
    stat({
      title: "Requests rejected",
      description: "Requests of clients that gateways refused in the time shown.",
      unit: "short",
      decimals: 0,
      ...SIXTH,
      thresholds: [
        [1, "orange"],
        [100, "red"],
      ],
      queries: [{ expr: `sum(increase(roq_exceptions{${SELECTED}}[$__range]))`, legend: "rejected" }],
    }),
    stat({
      title: "Ping, mean",
      description: "Mean round trip to the exchanges at transport level.",
      unit: "ns",
      trend: true,
      ...SIXTH,
      thresholds: [
        [50 * MILLISECOND, "orange"],
        [250 * MILLISECOND, "red"],
      ],
      queries: [{ expr: mean("roq_latency", [], 'function="ping"'), legend: "ping" }],
    }),
  ];
}

function availability() {
  return [
    timeline({
      title: "Availability",
      description: "When Prometheus could read each gateway's metrics.",
      unit: "none",
      ...HALF,
      mappings: valueNames({ 0: ["down", "red"], 1: ["up", "green"] }),
      queries: [{ expr: `up{${SELECTED}}`, legend: "{{instance}}" }],
    }),
    lines({
      title: "Scrape duration",
      description:
        "How long it takes to read each gateway's metrics; close to the interval, samples are lost.",
      unit: "s",
      min: 0,
      ...HALF,
      thresholds: [
        [1, "orange"],
        [4, "red"],
      ],
      queries: [{ expr: `scrape_duration_seconds{${SELECTED}}`, legend: "{{instance}}" }],
    }),
    bars({
      title: "Connection state changes",
      description:
        "How often connections to exchanges entered each state; a steady flow means that one flaps.",
      unit: "short",
      ...THIRD,
      queries: [
        {
          expr: `sum by (instance, connection, state) (increase(roq_updated{${SELECTED}}[$__rate_interval]))`,
          legend: "{{instance}} {{connection}} {{state}}",
        },
      ],
    }),
    bars({
      title: "Connections lost by connection",
      description: "When connections to exchanges broke off.",
      unit: "short",
      ...THIRD,
      queries: [
        {
          expr: `sum by (instance, connection) (increase(roq_counter{${SELECTED}, function="disconnect"}[$__rate_interval]))`,
          legend: "{{instance}} {{connection}}",
        },
      ],
    }),
    bars({
      title: "Clients",
      description: "Trading clients that came and went.",
      unit: "short",
      ...THIRD,
      queries: [
        {
          expr: `sum by (instance, event) (increase(roq_clients{${SELECTED}}[$__rate_interval]))`,
          legend: "{{instance}} {{event}}",
        },
      ],
    }),
  ];
}

function load() {
  return [
    lines({
      title: "Events",
      description: "Events that each gateway handled.",
      unit: "ops",
      min: 0,
      ...HALF,
      queries: [
        {
          expr: `sum by (instance) (rate(roq_events_count{${SELECTED}}[$__rate_interval]))`,
          legend: "{{instance}}",
        },
      ],
    }),
    lines({
      title: "Event log",
      description:
        "Bytes that gateways write to their logs of events, and bytes that readers of these have taken.",
      unit: "Bps",
      min: 0,
      ...HALF,
      queries: [
        {
          expr: `sum by (instance, category, name) (rate(roq_event_log{${SELECTED}, name=~".*_bytes"}[$__rate_interval]))`,
          legend: "{{instance}} {{category}} {{name}}",
        },
      ],
    }),
    lines({
      title: "Time by function",
      description: "Share of one core that each profiled function takes.",
      unit: "percentunit",
      min: 0,
      ...THIRD,
      stacked: true,
      queries: [
        {
          expr: `sum by (instance, function) (rate(roq_profile_sum{${SELECTED}}[$__rate_interval])) / 1e9`,
          legend: "{{instance}} {{function}}",
        },
      ],
    }),
    lines({
      title: "Calls by function",
      description: "How often each profiled function is called.",
      unit: "ops",
      min: 0,
      ...THIRD,
      queries: [
        {
          expr: `sum by (instance, function) (rate(roq_profile_count{${SELECTED}}[$__rate_interval]))`,
          legend: "{{instance}} {{function}}",
        },
      ],
    }),
    lines({
      title: "Samples",
      description: "Samples that each gateway exposes; a sudden change means that it was reconfigured.",
      unit: "short",
      min: 0,
      ...THIRD,
      queries: [{ expr: `scrape_samples_scraped{${SELECTED}}`, legend: "{{instance}}" }],
    }),
  ];
}
