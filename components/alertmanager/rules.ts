import { alert, type RuleGroup, ratio } from "../../lib/rules/model";
import { PROMETHEUS } from "../prometheus/endpoint";

export const alertmanagerRules: RuleGroup = {
  name: "alertmanager",
  about: "Alertmanager's metrics of itself, and what Prometheus knows of it.",
  alerts: [
    alert({
      name: "AlertmanagerNotFound",
      severity: "critical",
      for: "5m",
      thresholds: {},
      what: "Prometheus has no Alertmanager to send to",
      expr: () => `prometheus_notifications_alertmanagers_discovered{job="${PROMETHEUS}"} < 1`,
      summary: "Prometheus knows no Alertmanager",
      description: () => "Prometheus has no Alertmanager to send alerts to: nobody is told of any.",
    }),
    alert({
      name: "AlertmanagerReloadFailed",
      severity: "critical",
      for: "5m",
      thresholds: {},
      what: "Alertmanager refuses its configuration",
      expr: () => "alertmanager_config_last_reload_successful == 0",
      summary: "Alertmanager refuses its configuration",
      description: () =>
        "Alertmanager on {{ $labels.instance }} could not load its configuration and goes on with the one before. After a restart it would not come up.",
    }),
    alert({
      name: "AlertmanagerNotificationsFailing",
      severity: "critical",
      for: "5m",
      thresholds: { above: ratio(0.01, "Share of the notifications of one kind that fail.") },
      what: "Notifications do not reach their receiver",
      expr: ({ above }) =>
        `${rate("alertmanager_notifications_failed_total")}\n/ (${rate("alertmanager_notifications_total")} > 0) > ${above}`,
      summary: "Notifications by {{ $labels.integration }} fail",
      description: () =>
        "{{ $value | humanizePercentage }} of the notifications that Alertmanager sent by {{ $labels.integration }} in the last 15 minutes failed.",
    }),
    alert({
      name: "AlertmanagerAlertsRefused",
      severity: "warning",
      for: "5m",
      thresholds: {},
      what: "Alertmanager rejects alerts as invalid",
      expr: () => "sum by (job, instance) (increase(alertmanager_alerts_invalid_total[5m])) > 0",
      summary: "Alertmanager refuses alerts",
      description: () =>
        "In the last 5 minutes Alertmanager on {{ $labels.instance }} refused {{ $value | humanize }} alerts as invalid.",
    }),
  ],
};

/** Summed per kind of receiver, over reasons of failure. */
function rate(metric: string): string {
  return `sum by (job, instance, integration) (rate(${metric}[15m]))`;
}
