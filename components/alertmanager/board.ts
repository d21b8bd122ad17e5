// Alertmanager 0.33: active alerts, notifications, and why they fail.

import type { Board } from "../../dashboards/board";
import { lines, stat, valueNames } from "../../dashboards/panels";
import { process } from "../../dashboards/process";
import { HALF, SIXTH, THIRD } from "../../dashboards/sizes";
import { ALERTMANAGER } from "./endpoint";

const ITSELF = `job="${ALERTMANAGER}"`;

export const alertmanager: Board = {
  uid: "podwatch-alertmanager",
  title: "Alertmanager",
  description: "Alertmanager: the alerts it holds, the messages it sends, and those that failed.",
  from: "now-6h",
  refresh: "30s",
  sections: [
    { title: "Overview", panels: overview() },
    { title: "Alerts and messages", panels: messages() },
    { title: "Inside", panels: inside() },
    { title: "Process", panels: process(ITSELF, "Alertmanager") },
  ],
};

function overview() {
  return [
    stat({
      title: "Alerts active",
      description: "Alerts that are sent on. Watchdog is always one of them.",
      unit: "short",
      trend: true,
      ...SIXTH,
      queries: [{ expr: `sum(alertmanager_alerts{${ITSELF}, state="active"})`, legend: "active" }],
    }),
    stat({
      title: "Alerts kept back",
      description: "Alerts that a silence or another alert keeps back.",
      unit: "short",
      trend: true,
      ...SIXTH,
      thresholds: [[1, "blue"]],
      queries: [{ expr: `sum(alertmanager_alerts{${ITSELF}, state="suppressed"})`, legend: "kept back" }],
    }),
    stat({
      title: "Silences",
      description: "Silences that are in force.",
      unit: "short",
      ...SIXTH,
      thresholds: [[1, "blue"]],
      queries: [{ expr: `sum(alertmanager_silences{${ITSELF}, state="active"})`, legend: "active" }],
    }),
    stat({
      title: "Messages sent",
      description: "Messages that receivers took in the time shown.",
      unit: "short",
      decimals: 0,
      ...SIXTH,
      queries: [
        { expr: `sum(increase(alertmanager_notifications_total{${ITSELF}}[$__range]))`, legend: "sent" },
      ],
    }),
    stat({
      title: "Messages failed",
      description: "Messages that did not arrive in the time shown, after all tries.",
      unit: "short",
      decimals: 0,
      ...SIXTH,
      thresholds: [[1, "red"]],
      queries: [
        {
          expr: `sum(increase(alertmanager_notifications_failed_total{${ITSELF}}[$__range]))`,
          legend: "failed",
        },
      ],
    }),
    stat({
      title: "Alertmanager's configuration",
      description: "Whether the last reload took the configuration; if not, an older one is in force.",
      unit: "none",
      ...SIXTH,
      mappings: valueNames({ 0: ["refused", "red"], 1: ["in force", "green"] }),
      queries: [{ expr: `alertmanager_config_last_reload_successful{${ITSELF}}`, legend: "configuration" }],
    }),
  ];
}

function messages() {
  return [
    lines({
      title: "Alerts by state",
      description: "Alerts that Alertmanager holds.",
      unit: "short",
      min: 0,
      ...THIRD,
      queries: [{ expr: `sum by (state) (alertmanager_alerts{${ITSELF}})`, legend: "{{state}}" }],
    }),
    lines({
      title: "Alerts received",
      description: "What Prometheus sends; an alert that fires is sent again and again.",
      unit: "cps",
      min: 0,
      ...THIRD,
      queries: [
        {
          expr: `sum by (status) (rate(alertmanager_alerts_received_total{${ITSELF}}[$__rate_interval]))`,
          legend: "{{status}}",
        },
      ],
    }),
    lines({
      title: "Groups",
      description: "Groups of alerts; each makes messages of its own.",
      unit: "short",
      min: 0,
      ...THIRD,
      queries: [{ expr: `alertmanager_dispatcher_aggregation_groups{${ITSELF}}`, legend: "groups" }],
    }),
    lines({
      title: "Messages by kind of receiver",
      description: "Messages that are sent.",
      unit: "cps",
      min: 0,
      ...THIRD,
      queries: [
        {
          expr: `sum by (integration) (rate(alertmanager_notifications_total{${ITSELF}}[$__rate_interval]))`,
          legend: "{{integration}}",
        },
      ],
    }),
    lines({
      title: "Messages failed by kind of receiver",
      description: "Messages that did not arrive after all tries: the log of Alertmanager says why.",
      unit: "cps",
      min: 0,
      ...THIRD,
      thresholds: [[0.0001, "red"]],
      queries: [
        {
          expr: `sum by (integration) (rate(alertmanager_notifications_failed_total{${ITSELF}}[$__rate_interval]))`,
          legend: "{{integration}}",
        },
      ],
    }),
    lines({
      title: "Time for a message, 90th percentile",
      description: "How long receivers take to accept a message; estimated from buckets.",
      unit: "s",
      min: 0,
      ...THIRD,
      thresholds: [[10, "orange"]],
      queries: [
        {
          expr: `histogram_quantile(0.9, sum by (le) (rate(alertmanager_notification_latency_seconds_bucket{${ITSELF}}[$__range])))`,
          legend: "all receivers",
        },
      ],
    }),
  ];
}

function inside() {
  return [
    lines({
      title: "Log of messages and silences on disk",
      description: "What Alertmanager keeps over a restart.",
      unit: "bytes",
      min: 0,
      ...HALF,
      queries: [
        { expr: `alertmanager_nflog_snapshot_size_bytes{${ITSELF}}`, legend: "log of messages" },
        { expr: `alertmanager_silences_snapshot_size_bytes{${ITSELF}}`, legend: "silences" },
      ],
    }),
    lines({
      title: "Alertmanager's HTTP requests, mean time",
      description: "By what was asked.",
      unit: "s",
      min: 0,
      ...HALF,
      queries: [
        {
          expr: `sum by (handler) (rate(alertmanager_http_request_duration_seconds_sum{${ITSELF}}[$__rate_interval])) / (sum by (handler) (rate(alertmanager_http_request_duration_seconds_count{${ITSELF}}[$__rate_interval])) > 0)`,
          legend: "{{handler}}",
        },
      ],
    }),
  ];
}
