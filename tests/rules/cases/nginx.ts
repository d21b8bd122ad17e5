import type { GroupCases } from "../model";

const LABELS = { job: "nginx", instance: "mon1" };

function of(metric: string): string {
  return `${metric}{job="nginx", instance="mon1"}`;
}

const UP = of("nginx_up");
const SCRAPED = of("up");
const DURATION = of("scrape_duration_seconds");
const ACCEPTED = of("nginx_connections_accepted");
const HANDLED = of("nginx_connections_handled");
const ACTIVE = of("nginx_connections_active");

export const nginxCases: GroupCases = {
  NginxDown: {
    fires: {
      "when it does not answer": { series: { [UP]: "1 0x10" }, since: "1m", labels: LABELS },
      "when it hangs, and its exporter with it": {
        series: { [UP]: "1 stale", [SCRAPED]: "1 0x10", [DURATION]: "0.01 10.001x10" },
        since: "1m",
        labels: LABELS,
      },
      "when it hangs first and is stopped then": {
        series: {
          [UP]: "1 stale 0x10",
          [SCRAPED]: "1 0 1x10",
          [DURATION]: "0.01 10.001 0.01x10",
        },
        since: "1m",
        labels: LABELS,
      },
    },
    silent: {
      "while it answers": { series: { [UP]: "0 1x10", [SCRAPED]: "0 1x10", [DURATION]: "1x10" }, at: "5m" },
      "when its exporter is gone": {
        series: { [UP]: "1 stale", [SCRAPED]: "1 0x10", [DURATION]: "0.01 0.003x10" },
        at: "5m",
      },
    },
  },
  NginxConnectionsDropped: {
    fires: {
      "at 1.05 connections": {
        series: { [ACCEPTED]: "100+10x20", [HANDLED]: "100+9.7x20" },
        since: "3m",
        labels: LABELS,
        value: "1.05",
        just: "above",
      },
    },
    silent: {
      "at 0.95": {
        series: { [ACCEPTED]: "100+10x20", [HANDLED]: "100+9.81x20" },
        at: "10m",
        just: "above",
      },
    },
  },
  NginxConnectionsMany: {
    fires: {
      "at 810": { series: { [ACTIVE]: "810x20" }, since: "0s", labels: LABELS, value: "810", just: "above" },
    },
    silent: { "at 790": { series: { [ACTIVE]: "790x20" }, at: "10m", just: "above" } },
  },
};
