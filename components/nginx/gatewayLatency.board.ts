// The latencies of gateways: to the exchange, and between and inside the processes of the host.

import { heatmap, lines, logarithmic, type PanelSource } from "../../dashboards/panels";
import { HALF, THIRD } from "../../dashboards/sizes";
import { mean, quantile, SELECTED } from "./gatewayQueries.board";

export const MILLISECOND = 1e6;
const MICROSECOND = 1e3;

/** Bounds of the buckets of everything that involves another machine. */
const OUTSIDE =
  "Estimated from buckets of 10 µs, 100 µs, 1 ms, 10 ms, 100 ms and 1 s: slower ones show as 1 s.";
/** Bounds of the buckets of everything that happens on the host. */
const INSIDE = "Estimated from buckets of 0.5, 1, 2, 5, 10 and 20 µs: slower ones show as 20 µs.";

export function latency(): PanelSource[] {
  return [
    outside({
      title: "Connections",
      description: "Round trip of pings (transport) and heartbeats (protocol) on each connection.",
      metric: "roq_latency",
      by: ["instance", "connection", "function"],
    }),
    heatmap({
      title: "Connections, distribution",
      description: "How many pings and heartbeats took how long, over all gateways chosen.",
      unit: "ns",
      ...HALF,
      queries: [
        { expr: `sum by (le) (rate(roq_latency_bucket{${SELECTED}}[$__rate_interval]))`, legend: "{{le}}" },
      ],
    }),
    outside({
      title: "Market data",
      description: "Time from the exchange's time stamp to arrival; also shows clocks that differ.",
      metric: "roq_market_data_latency",
      by: ["instance", "function"],
    }),
    outside({
      title: "Requests",
      description: "Time from sending a request to its acknowledgement, by who answered.",
      metric: "roq_request_latency",
      by: ["instance", "function"],
    }),
  ];
}

export function hostLatency(): PanelSource[] {
  return [
    inside({
      title: "Tick to trade",
      description: "From the arrival of market data until the order request it caused is sent.",
      metric: "roq_round_trip_latency",
      by: ["sender", "receiver"],
    }),
    inside({
      title: "Between processes",
      description: "One way between gateway and client, through shared memory.",
      metric: "roq_inter_process_latency",
      by: ["sender", "receiver"],
    }),
    inside({
      title: "Heartbeats",
      description: "Half of a heartbeat's round trip between gateway and client.",
      metric: "roq_heartbeat_latency",
      by: ["sender", "receiver"],
    }),
    inside({
      title: "Functions",
      description: "How long one call of each profiled function takes.",
      metric: "roq_profile",
      by: ["instance", "function"],
    }),
    lines({
      title: "Events, mean",
      description: "How long a gateway works on one event; rises before a gateway falls behind.",
      unit: "ns",
      min: 0,
      ...THIRD,
      thresholds: [[20 * MICROSECOND, "red"]],
      queries: [{ expr: mean("roq_events", ["instance"]), legend: "{{instance}}" }],
    }),
    heatmap({
      title: "Functions, distribution",
      description: "How many calls of profiled functions took how long, over all gateways chosen.",
      unit: "ns",
      ...THIRD,
      queries: [
        { expr: `sum by (le) (rate(roq_profile_bucket{${SELECTED}}[$__rate_interval]))`, legend: "{{le}}" },
      ],
    }),
  ];
}

interface Latency {
  readonly title: string;
  readonly description: string;
  /** A histogram in nanoseconds. */
  readonly metric: string;
  /** Labels that distinguish its series. */
  readonly by: readonly string[];
}

function outside({ title, description, metric, by }: Latency): PanelSource {
  return logarithmic({
    title: `${title}, 99th percentile`,
    description: `${description} ${OUTSIDE}`,
    unit: "ns",
    ...HALF,
    thresholds: [
      [50 * MILLISECOND, "orange"],
      [250 * MILLISECOND, "red"],
    ],
    queries: [{ expr: quantile(0.99, metric, by), legend: legend(by) }],
  });
}

function inside({ title, description, metric, by }: Latency): PanelSource {
  return lines({
    title: `${title}, 99th percentile`,
    description: `${description} ${INSIDE}`,
    unit: "ns",
    min: 0,
    ...THIRD,
    thresholds: [[20 * MICROSECOND, "red"]],
    queries: [{ expr: quantile(0.99, metric, by), legend: legend(by) }],
  });
}

function legend(by: readonly string[]): string {
  return by.map((label) => `{{${label}}}`).join(" ");
}
