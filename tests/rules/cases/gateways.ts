import type { GroupCases, Situation } from "../model";

const LABELS = { job: "roq-gateways", instance: "deribit" };
const ON_CONNECTION = { ...LABELS, connection: "2:md" };
const MILLISECOND = 1e6;

/** A series of a gateway. */
function of(metric: string, more = ""): string {
  return `${metric}{job="roq-gateways", instance="deribit"${more}}`;
}

function state(name: "disconnected" | "ready"): string {
  return of("roq_updated", `, connection="2:md", state="${name}"`);
}

/** One observation a second, each of so many milliseconds. */
function histogram(metric: string, labels: string, milliseconds: number): Situation["series"] {
  return {
    [of(`${metric}_sum`, labels)]: `0+${60 * milliseconds * MILLISECOND}x20`,
    [of(`${metric}_count`, labels)]: "0+60x20",
  };
}

const PING = ', connection="2:md", function="ping"';
const EXCHANGE = ', function="exchange"';
const UP = of("up");
const STARTED = of("roq_process", ', name="start_time"');
const LOST = of("roq_counter", ', connection="2:md", function="disconnect"');

export const gatewaysCases: GroupCases = {
  GatewayDown: {
    fires: { "when it does not answer": { series: { [UP]: "1 0x10" }, since: "1m", labels: LABELS } },
    silent: {
      "while it answers": { series: { [UP]: "0 1x10" }, at: "5m" },
      "about other jobs": { series: { 'up{job="node", instance="mon1"}': "0x10" }, at: "5m" },
    },
  },
  GatewayVanished: {
    fires: {
      "while it was there half an hour ago": {
        series: { [UP]: "1 1 1 stale" },
        since: "3m",
        until: "31m",
        labels: LABELS,
        just: "within",
      },
    },
    silent: {
      "when it was there longer ago": { series: { [UP]: "1 1 1 stale" }, at: "32m", just: "within" },
      "about one that is down": { series: { [UP]: "1 0x30" }, at: "10m" },
    },
  },
  GatewayRestarted: {
    fires: {
      "when the time of its start changes": {
        series: { [STARTED]: "1000 1000 2000x20" },
        since: "2m",
        until: "10m",
        labels: { ...LABELS, name: "start_time" },
        value: "1",
      },
    },
    silent: { "while it stays": { series: { [STARTED]: "1000x20" }, at: "15m" } },
  },
  GatewayDisconnected: {
    fires: {
      "while it was ready within the hour": {
        series: { [state("disconnected")]: "4 4 4 5x100", [state("ready")]: "4x100" },
        since: "3m",
        until: "61m",
        labels: ON_CONNECTION,
        just: "within",
      },
      "when it tries again in vain": {
        series: { [state("disconnected")]: "4 4+1x200", [state("ready")]: "4x200" },
        since: "2m",
        labels: ON_CONNECTION,
      },
      "when its first state was not counted": {
        series: { [state("disconnected")]: "0 0 1x20", [state("ready")]: "1x20" },
        since: "2m",
        labels: ON_CONNECTION,
      },
    },
    silent: {
      "when that was longer ago": {
        series: { [state("disconnected")]: "4 4 4 5x100", [state("ready")]: "4x100" },
        at: "62m",
        just: "within",
      },
      "when it came back": {
        series: { [state("disconnected")]: "4 4 5x20", [state("ready")]: "4 4 4 5x20" },
        at: "5m",
      },
      "when the gateway was started anew": {
        series: { [state("disconnected")]: "9 9 1x20", [state("ready")]: "9 9 0 1x20" },
        at: "5m",
      },
    },
  },
  GatewayConnectionUnstable: {
    fires: {
      "at four losses": {
        series: { [LOST]: "0 0+1x4 4x20" },
        since: "5m",
        labels: { ...ON_CONNECTION, function: "disconnect" },
        value: "4",
        just: "above",
        margin: 0.4,
      },
    },
    silent: { "at three": { series: { [LOST]: "0 0+1x3 3x20" }, at: "10m", just: "above", margin: 0.4 } },
  },
  GatewayLatencyHigh: {
    fires: {
      "at 260 ms": {
        series: histogram("roq_latency", PING, 260),
        since: "1m",
        labels: ON_CONNECTION,
        value: "260ms",
        just: "above",
      },
    },
    silent: {
      "at 240 ms": { series: histogram("roq_latency", PING, 240), at: "10m", just: "above" },
      "while nothing is pinged": {
        series: {
          [of("roq_latency_sum", PING)]: "60000000000x20",
          [of("roq_latency_count", PING)]: "60x20",
        },
        at: "10m",
      },
      "about other latencies": {
        series: histogram("roq_latency", ', connection="2:md", function="other"', 900),
        at: "10m",
      },
    },
  },
  GatewayRequestsSlow: {
    fires: {
      "at 520 ms": {
        series: histogram("roq_request_latency", EXCHANGE, 520),
        since: "1m",
        labels: LABELS,
        value: "520ms",
        just: "above",
      },
    },
    silent: {
      "at 480 ms": { series: histogram("roq_request_latency", EXCHANGE, 480), at: "10m", just: "above" },
    },
  },
  GatewayRequestsRejected: {
    fires: {
      "at eleven requests": {
        series: { [of("roq_exceptions")]: "0 0+1x11 11x5" },
        since: "12m",
        labels: LABELS,
        value: "11",
        just: "above",
        margin: 0.2,
      },
    },
    silent: {
      "at ten": { series: { [of("roq_exceptions")]: "0 0+1x10" }, at: "11m", just: "above", margin: 0.2 },
    },
  },
};
