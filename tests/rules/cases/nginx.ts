import type { GroupCases } from "../model";

const LABELS = { job: "nginx", instance: "mon1" };

function of(metric: string): string {
  return `${metric}{job="nginx", instance="mon1"}`;
}

const UP = of("nginx_up");
const ACCEPTED = of("nginx_connections_accepted");
const HANDLED = of("nginx_connections_handled");
const ACTIVE = of("nginx_connections_active");

export const nginxCases: GroupCases = {
  NginxDown: {
    fires: { "when it does not answer": { series: { [UP]: "1 0x10" }, since: "1m", labels: LABELS } },
    silent: { "while it answers": { series: { [UP]: "0 1x10" }, at: "5m" } },
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
