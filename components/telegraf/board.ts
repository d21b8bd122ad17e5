// Telegraf: what comes in, what goes to InfluxDB, and what waits.

import type { Board } from "../../dashboards/board";
import { lines, stat } from "../../dashboards/panels";
import { HALF, QUARTER } from "../../dashboards/sizes";
import { TELEGRAF } from "./endpoint";

const AT = `job="${TELEGRAF}", instance=~"$instance"`;
const INFLUXDB = `${AT}, output="influxdb"`;

export const telegraf: Board = {
  uid: "podwatch-telegraf",
  title: "Telegraf",
  description: "What is sent to Telegraf, what it writes to InfluxDB, and what waits on its disk.",
  from: "now-1h",
  refresh: "30s",
  variables: { instance: { label: "Host", query: `label_values(up{job="${TELEGRAF}"}, instance)` } },
  sections: [
    { title: "Overview", panels: overview() },
    { title: "Flow", panels: flow() },
  ],
};

function overview() {
  return [
    stat({
      title: "Telegrafs that run",
      description: "Those that Prometheus reaches.",
      unit: "short",
      ...QUARTER,
      queries: [{ expr: `sum(up{${AT}})`, legend: "up" }],
    }),
    stat({
      title: "Waiting for InfluxDB",
      description: "Series on Telegraf's disk that InfluxDB has not got yet.",
      unit: "short",
      ...QUARTER,
      thresholds: [[20_000, "orange"]],
      queries: [{ expr: `sum(internal_write_buffer_size{${INFLUXDB}})`, legend: "waiting" }],
    }),
    stat({
      title: "Writes that failed",
      description: "Writes to InfluxDB that failed in the time shown; they are tried again.",
      unit: "short",
      decimals: 0,
      ...QUARTER,
      thresholds: [[1, "orange"]],
      queries: [{ expr: `sum(increase(internal_write_errors{${INFLUXDB}}[$__range]))`, legend: "failed" }],
    }),
    stat({
      title: "Lost",
      description:
        "Packets of statsd for which there was no room, and series that InfluxDB refused, in the time shown.",
      unit: "short",
      decimals: 0,
      ...QUARTER,
      thresholds: [[1, "red"]],
      queries: [
        {
          expr: `sum(increase(internal_statsd_udp_packets_dropped{${AT}}[$__range])) + sum(increase(internal_write_metrics_rejected{${INFLUXDB}}[$__range]))`,
          legend: "lost",
        },
      ],
    }),
  ];
}

function flow() {
  const rate = (series: string) => `rate(${series}[$__rate_interval])`;
  return [
    lines({
      title: "Series in, by input",
      description: "Series per second that each input has taken in.",
      unit: "cps",
      min: 0,
      ...HALF,
      queries: [{ expr: rate(`internal_gather_metrics_gathered{${AT}}`), legend: "{{instance}} {{input}}" }],
    }),
    lines({
      title: "Series to InfluxDB",
      description: "Series per second that have to be written, and that are written.",
      unit: "cps",
      min: 0,
      ...HALF,
      queries: [
        { expr: rate(`internal_write_metrics_added{${INFLUXDB}}`), legend: "{{instance}} in" },
        { expr: rate(`internal_write_metrics_written{${INFLUXDB}}`), legend: "{{instance}} written" },
      ],
    }),
    lines({
      title: "Waiting",
      description: "Series on Telegraf's disk, by output.",
      unit: "short",
      min: 0,
      ...HALF,
      queries: [{ expr: `internal_write_buffer_size{${AT}}`, legend: "{{instance}} {{output}}" }],
    }),
    lines({
      title: "Errors by input and output",
      description: "Errors per second when series are taken in, or written.",
      unit: "cps",
      min: 0,
      ...HALF,
      queries: [
        { expr: rate(`internal_gather_errors{${AT}}`), legend: "{{instance}} {{input}}" },
        { expr: rate(`internal_write_errors{${AT}}`), legend: "{{instance}} {{output}}" },
      ],
    }),
  ];
}
