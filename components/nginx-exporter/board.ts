// NGINX, the front of each host: the connections and requests it serves.

import type { Board } from "../../dashboards/board";
import { lines, stat } from "../../dashboards/panels";
import { HALF, QUARTER, THIRD } from "../../dashboards/sizes";
import { NGINX_JOB } from "./endpoint";

const FRONTS = `job="${NGINX_JOB}", instance=~"$instance"`;

export const front: Board = {
  uid: "podwatch-front",
  title: "Front",
  description: "NGINX, the front door of each host: its connections and requests.",
  from: "now-1h",
  refresh: "30s",
  variables: { instance: { label: "Host", query: `label_values(nginx_up{job="${NGINX_JOB}"}, instance)` } },
  sections: [
    { title: "Overview", panels: overview() },
    { title: "Requests and connections", panels: traffic() },
  ],
};

function overview() {
  return [
    stat({
      title: "Fronts that answer",
      description: "Hosts whose NGINX answers the exporter.",
      unit: "short",
      ...QUARTER,
      queries: [{ expr: `sum(nginx_up{${FRONTS}})`, legend: "up" }],
    }),
    stat({
      title: "Requests",
      description: "Requests that are answered, scrapes of gateways among them.",
      unit: "reqps",
      trend: true,
      ...QUARTER,
      queries: [
        { expr: `sum(rate(nginx_http_requests_total{${FRONTS}}[$__rate_interval]))`, legend: "requests" },
      ],
    }),
    stat({
      title: "Connections open",
      description: "Connections to clients, idle ones among them.",
      unit: "short",
      trend: true,
      ...QUARTER,
      queries: [{ expr: `sum(nginx_connections_active{${FRONTS}})`, legend: "open" }],
    }),
    stat({
      title: "Connections dropped",
      description:
        "Connections that NGINX took and could not serve in the time shown: it is out of workers' connections.",
      unit: "short",
      decimals: 0,
      ...QUARTER,
      thresholds: [[1, "red"]],
      queries: [
        {
          expr: `sum(increase(nginx_connections_accepted{${FRONTS}}[$__range]) - increase(nginx_connections_handled{${FRONTS}}[$__range]))`,
          legend: "dropped",
        },
      ],
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
      ...HALF,
      queries: [
        { expr: `rate(nginx_http_requests_total{${FRONTS}}[$__rate_interval])`, legend: "{{instance}}" },
      ],
    }),
    lines({
      title: "New connections",
      description: "Connections that clients open.",
      unit: "cps",
      min: 0,
      ...HALF,
      queries: [
        { expr: `rate(nginx_connections_accepted{${FRONTS}}[$__rate_interval])`, legend: "{{instance}}" },
      ],
    }),
    lines({
      title: "Connections by state",
      description: "What open connections are at: waiting ones are kept for the client's next request.",
      unit: "short",
      min: 0,
      stacked: true,
      ...THIRD,
      queries: (["reading", "writing", "waiting"] as const).map((state) => ({
        expr: `sum(nginx_connections_${state}{${FRONTS}})`,
        legend: state,
      })),
    }),
    lines({
      title: "Requests per connection",
      description: "How many requests come over one connection; 1 means that none is kept open.",
      unit: "short",
      min: 0,
      ...THIRD,
      queries: [
        {
          expr: `rate(nginx_http_requests_total{${FRONTS}}[$__rate_interval]) / (rate(nginx_connections_accepted{${FRONTS}}[$__rate_interval]) > 0)`,
          legend: "{{instance}}",
        },
      ],
    }),
    lines({
      title: "Time to ask NGINX",
      description: "How long the exporter takes to learn its numbers.",
      unit: "s",
      min: 0,
      ...THIRD,
      queries: [{ expr: `scrape_duration_seconds{${FRONTS}}`, legend: "{{instance}}" }],
    }),
  ];
}
