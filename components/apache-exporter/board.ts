// The host's own Apache: what its workers are at, and what it serves.

import type { Board } from "../../dashboards/board";
import { label, lines, stat, timeline, valueNames } from "../../dashboards/panels";
import { HALF, QUARTER, THIRD } from "../../dashboards/sizes";
import { APACHE_JOB } from "./endpoint";

const APACHES = `job="${APACHE_JOB}", instance=~"$instance"`;
const FULL = { width: 24, height: 9 };

/** All states of the scoreboard, by the exporter's names; working ones first. */
const STATES = [
  "reply",
  "read",
  "keepalive",
  "closing",
  "logging",
  "dns",
  "startup",
  "graceful_stop",
  "idle_cleanup",
  "idle",
  "open_slot",
] as const;

export const apache: Board = {
  uid: "podwatch-apache",
  title: "Apache",
  description: "The host's own Apache: the scoreboard of its workers, its requests and connections.",
  from: "now-1h",
  refresh: "30s",
  variables: { instance: { label: "Host", query: `label_values(apache_up{job="${APACHE_JOB}"}, instance)` } },
  sections: [
    { title: "Overview", panels: overview() },
    { title: "Scoreboard", panels: scoreboard() },
    { title: "Requests and connections", panels: traffic() },
  ],
};

function overview() {
  return [
    stat({
      title: "Apaches that answer",
      description: "Hosts whose Apache answers its exporter.",
      unit: "short",
      ...QUARTER,
      queries: [{ expr: `sum(apache_up{${APACHES}})`, legend: "up" }],
    }),
    stat({
      title: "Requests",
      description: "Requests that are answered.",
      unit: "reqps",
      trend: true,
      ...QUARTER,
      queries: [
        { expr: `sum(rate(apache_accesses_total{${APACHES}}[$__rate_interval]))`, legend: "requests" },
      ],
    }),
    stat({
      title: "Workers busy",
      description: "Share of the workers that serve a request or wait for the next on an open connection.",
      unit: "percentunit",
      decimals: 0,
      trend: true,
      ...QUARTER,
      thresholds: [
        [0.9, "orange"],
        [1, "red"],
      ],
      queries: [
        {
          expr: `sum(apache_workers{${APACHES}, state="busy"}) / sum(apache_workers{${APACHES}})`,
          legend: "busy",
        },
      ],
    }),
    label({
      title: "Version",
      description: "Version of Apache, and its module for workers.",
      unit: "none",
      ...QUARTER,
      queries: [{ expr: `apache_info{${APACHES}}`, legend: "{{version}}, {{mpm}}" }],
    }),
  ];
}

function scoreboard() {
  return [
    lines({
      title: "Workers by state",
      description:
        "What each slot for a worker is at, all hosts together. Open slots hold no worker; no idle worker and none that can be started means that visitors wait.",
      unit: "short",
      min: 0,
      stacked: true,
      ...FULL,
      queries: STATES.map((state) => ({
        expr: `sum(apache_scoreboard{${APACHES}, state="${state}"})`,
        legend: state.replace("_", " "),
      })),
    }),
    lines({
      title: "Workers by host",
      description: "Workers that are busy and idle.",
      unit: "short",
      min: 0,
      ...HALF,
      queries: [{ expr: `apache_workers{${APACHES}}`, legend: "{{instance}} {{state}}" }],
    }),
    timeline({
      title: "Answers",
      description: "When Apache answered its exporter.",
      unit: "none",
      ...HALF,
      mappings: valueNames({ 0: ["down", "red"], 1: ["up", "green"] }),
      queries: [{ expr: `apache_up{${APACHES}}`, legend: "{{instance}}" }],
    }),
  ];
}

function traffic() {
  return [
    lines({
      title: "Requests by host",
      description: "Requests that are answered.",
      unit: "reqps",
      min: 0,
      ...THIRD,
      queries: [
        { expr: `rate(apache_accesses_total{${APACHES}}[$__rate_interval])`, legend: "{{instance}}" },
      ],
    }),
    lines({
      title: "Sent by host",
      description: "Bytes of answers.",
      unit: "Bps",
      min: 0,
      ...THIRD,
      queries: [
        {
          expr: `rate(apache_sent_kilobytes_total{${APACHES}}[$__rate_interval]) * 1024`,
          legend: "{{instance}}",
        },
      ],
    }),
    lines({
      title: "Time by request",
      description: "Mean time that a request took.",
      unit: "ms",
      min: 0,
      ...THIRD,
      queries: [
        {
          expr: `rate(apache_duration_ms_total{${APACHES}}[$__rate_interval]) / (rate(apache_accesses_total{${APACHES}}[$__rate_interval]) > 0)`,
          legend: "{{instance}}",
        },
      ],
    }),
    lines({
      title: "Connections by state",
      description: "Connections that are open, all hosts together; only of an Apache with the module event.",
      unit: "short",
      min: 0,
      ...HALF,
      queries: [{ expr: `sum by (state) (apache_connections{${APACHES}})`, legend: "{{state}}" }],
    }),
    lines({
      title: "Processor time",
      description: "Processors that Apache uses.",
      unit: "short",
      min: 0,
      stacked: true,
      ...HALF,
      queries: [
        {
          expr: `sum by (type) (rate(apache_cpu_time_ms_total{${APACHES}}[$__rate_interval])) / 1000`,
          legend: "{{type}}",
        },
      ],
    }),
  ];
}
