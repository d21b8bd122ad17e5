// Roq gateways: names and labels of their metrics as documented in
// https://roq-trading.com/docs/reference/design/metrics/

import { alert, duration, number, type RuleGroup, seconds } from "../../lib/rules/model";
import { GATEWAYS_JOB } from "./endpoint";

const JOB = `job="${GATEWAYS_JOB}"`;
const NANOSECONDS = "1e9";

/** Mean of a histogram of nanoseconds, in seconds; without a value while nothing happens. */
function mean(metric: string, only: string, by: string): string {
  const total = (part: "sum" | "count") => `sum by (${by}) (rate(${metric}_${part}{${JOB}, ${only}}[5m]))`;
  return `${total("sum")}\n/ (${total("count")} > 0)\n/ ${NANOSECONDS}`;
}

/** How often connections entered a state. */
function entered(state: string, within: string): string {
  return `sum without (state) (increase(roq_updated{${JOB}, state="${state}"}[${within}]))`;
}

export const gatewayRules: RuleGroup = {
  name: "gateways",
  about: "The gateways' own metrics, through the bridge.",
  alerts: [
    alert({
      name: "GatewayDown",
      severity: "critical",
      for: "1m",
      thresholds: {},
      what: "A gateway does not answer",
      expr: () => `up{${JOB}} == 0`,
      summary: "Gateway {{ $labels.instance }} is down",
      description: () =>
        "The gateway {{ $labels.instance }} is known but does not answer: its process is gone or hangs.",
    }),
    alert({
      name: "GatewayVanished",
      severity: "critical",
      for: "1m",
      thresholds: { within: duration("30m", "How long after its last sign of life it fires.") },
      what: "A gateway and its socket have disappeared",
      // Gateways discovered by their sockets are no longer targets once the socket is gone.
      expr: ({ within }) => `count_over_time(up{${JOB}}[${within}])\nunless up{${JOB}}`,
      summary: "Gateway {{ $labels.instance }} is gone",
      description: ({ within }) =>
        `The gateway {{ $labels.instance }} was there within the last ${within} and has no socket now: it was stopped, or it crashed and was cleaned up after.`,
    }),
    alert({
      name: "GatewayRestarted",
      severity: "info",
      thresholds: {},
      what: "A gateway was restarted",
      expr: () => `changes(roq_process{${JOB}, name="start_time"}[10m]) > 0`,
      summary: "Gateway {{ $labels.instance }} was started anew",
      description: () =>
        "The gateway {{ $labels.instance }} was started anew {{ $value }} times within 10 minutes.",
    }),
    alert({
      name: "GatewayDisconnected",
      severity: "critical",
      for: "1m",
      thresholds: {
        within: duration("1h", "How long ago it was last ready; after that, it is assumed to be intended."),
      },
      what: "A connection to an exchange is lost and does not recover",
      // Gateways count how often a connection enters each state, and do not export the state. A lost connection has been
      // disconnected more often than it became ready; over a time, that holds whatever the counters began with.
      expr: ({ within }) => `${entered("disconnected", within)}\n> ${entered("ready", within)}`,
      summary: "Gateway {{ $labels.instance }} has lost {{ $labels.connection }}",
      description: ({ within }) =>
        `The connection {{ $labels.connection }} of the gateway {{ $labels.instance }} broke off within the last ${within} and has not become ready since.`,
    }),
    alert({
      name: "GatewayConnectionUnstable",
      severity: "warning",
      thresholds: { above: number(3, "Connections lost within 15 minutes.") },
      what: "A connection to an exchange is lost repeatedly",
      expr: ({ above }) => `increase(roq_counter{${JOB}, function="disconnect"}[15m]) > ${above}`,
      summary: "Gateway {{ $labels.instance }} keeps losing {{ $labels.connection }}",
      description: () =>
        "The connection {{ $labels.connection }} of the gateway {{ $labels.instance }} broke off {{ $value | humanize }} times within 15 minutes.",
    }),
    alert({
      name: "GatewayLatencyHigh",
      severity: "warning",
      for: "5m",
      thresholds: { above: seconds(0.25, "Mean round trip of a ping to the exchange, in seconds.") },
      what: "The latency to an exchange is high",
      expr: ({ above }) =>
        `${mean("roq_latency", 'function="ping"', "job, instance, connection")} > ${above}`,
      summary: "Gateway {{ $labels.instance }} is far from {{ $labels.connection }}",
      description: () =>
        "A ping on the connection {{ $labels.connection }} of the gateway {{ $labels.instance }} takes {{ $value | humanizeDuration }}, mean of the last 5 minutes.",
    }),
    alert({
      name: "GatewayRequestsSlow",
      severity: "warning",
      for: "5m",
      thresholds: { above: seconds(0.5, "Mean time from a request to the exchange's answer, in seconds.") },
      what: "The exchange answers requests slowly",
      expr: ({ above }) =>
        `${mean("roq_request_latency", 'function="exchange"', "job, instance")} > ${above}`,
      summary: "Requests through gateway {{ $labels.instance }} are slow",
      description: () =>
        "Requests through the gateway {{ $labels.instance }} take {{ $value | humanizeDuration }} until the exchange answers, mean of the last 5 minutes.",
    }),
    alert({
      name: "GatewayRequestsRejected",
      severity: "warning",
      thresholds: { above: number(10, "Requests refused within 15 minutes.") },
      what: "A gateway refuses requests of its clients",
      expr: ({ above }) => `increase(roq_exceptions{${JOB}}[15m]) > ${above}`,
      summary: "Gateway {{ $labels.instance }} refuses requests",
      description: () =>
        "The gateway {{ $labels.instance }} refused {{ $value | humanize }} requests of its clients within 15 minutes.",
    }),
  ],
};
