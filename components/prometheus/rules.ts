import { alert, type RuleGroup, ratio } from "../../lib/rules/model";
import { PROMETHEUS } from "./endpoint";

const SELF = `job="${PROMETHEUS}"`;

function growth(metric: string, window: string): string {
  return `increase(${metric}{${SELF}}[${window}])`;
}

/** All of them exist as long as Prometheus runs, so the sum does too. */
const TSDB_FAILURES = [
  "prometheus_tsdb_compactions_failed_total",
  "prometheus_tsdb_reloads_failures_total",
  "prometheus_tsdb_head_truncations_failed_total",
  "prometheus_tsdb_checkpoint_creations_failed_total",
  "prometheus_tsdb_wal_truncations_failed_total",
  "prometheus_tsdb_wal_writes_failed_total",
  "prometheus_tsdb_wal_corruptions_total",
];

const REJECTED = [
  "prometheus_target_scrapes_sample_duplicate_timestamp_total",
  "prometheus_target_scrapes_sample_out_of_order_total",
  "prometheus_target_scrapes_sample_out_of_bounds_total",
];

/** What the limits of `prometheus.limits` count. */
const LIMITS_MET = [
  "prometheus_target_scrapes_exceeded_body_size_limit_total",
  "prometheus_target_scrapes_exceeded_sample_limit_total",
  "prometheus_target_scrape_pool_exceeded_label_limits_total",
  "prometheus_target_scrape_pool_exceeded_target_limit_total",
];

/** Each kind of discovery that counts for itself; most are asked anew at intervals, and counted together since Prometheus 2.53. */
const DISCOVERY_FAILURES = [
  growth("prometheus_sd_http_failures_total", "5m"),
  growth("prometheus_sd_dns_lookup_failures_total", "5m"),
  growth("prometheus_sd_file_read_errors_total", "5m"),
  growth("prometheus_sd_consul_rpc_failures_total", "5m"),
  `increase(prometheus_sd_refresh_failures_total{${SELF}, mechanism!~"dns|http"}[5m])`,
];

function sum(metrics: readonly string[], window: string): string {
  return metrics.map((metric) => growth(metric, window)).join("\n+ ");
}

export const prometheusRules: RuleGroup = {
  name: "prometheus",
  about: "Prometheus' metrics of itself.",
  alerts: [
    alert({
      name: "PrometheusReloadFailed",
      severity: "critical",
      for: "5m",
      thresholds: {},
      what: "Prometheus refuses its configuration",
      expr: () => `prometheus_config_last_reload_successful{${SELF}} == 0`,
      summary: "Prometheus refuses its configuration",
      description: () =>
        "Prometheus could not load its configuration and goes on with the one before. After a restart it would not come up.",
    }),
    alert({
      name: "PrometheusRuleFailures",
      severity: "critical",
      for: "5m",
      thresholds: {},
      what: "Rules cannot be evaluated",
      expr: () => `${growth("prometheus_rule_evaluation_failures_total", "5m")} > 0`,
      summary: "Rules of {{ $labels.rule_group }} fail",
      description: () =>
        "In the last 5 minutes {{ $value | humanize }} evaluations of rules of {{ $labels.rule_group }} failed: their alerts cannot fire.",
    }),
    alert({
      name: "PrometheusRulesLate",
      severity: "warning",
      for: "10m",
      thresholds: { above: ratio(0.8, "Share of the interval that the evaluation takes.") },
      what: "Evaluating rules takes nearly the whole interval",
      expr: ({ above }) =>
        `prometheus_rule_group_last_duration_seconds{${SELF}} / prometheus_rule_group_interval_seconds{${SELF}} > ${above}`,
      summary: "Rules of {{ $labels.rule_group }} take too long",
      description: () =>
        "Evaluating {{ $labels.rule_group }} takes {{ $value | humanizePercentage }} of the interval. Above 100 %, evaluations are left out and alerts come late.",
    }),
    alert({
      name: "PrometheusNotificationsDropped",
      severity: "critical",
      for: "5m",
      thresholds: {},
      what: "Alerts do not reach Alertmanager",
      expr: () => `${growth("prometheus_notifications_dropped_total", "5m")} > 0`,
      summary: "Prometheus drops alerts",
      description: () =>
        "In the last 5 minutes Prometheus dropped {{ $value | humanize }} alerts because no Alertmanager took them.",
    }),
    alert({
      name: "PrometheusStorageFailing",
      severity: "critical",
      thresholds: {},
      what: "Prometheus fails to store samples properly",
      expr: () => `${sum(TSDB_FAILURES, "3h")} > 0`,
      summary: "The storage of Prometheus fails",
      description: () =>
        "In the last 3 hours {{ $value | humanize }} operations on the storage of Prometheus failed. Samples may be lost, memory and disk use grow.",
    }),
    alert({
      name: "PrometheusHistoryCut",
      severity: "info",
      thresholds: {},
      what: "Samples were deleted early because of the size limit",
      expr: () => `${growth("prometheus_tsdb_size_retentions_total", "1d")} > 0`,
      summary: "Prometheus keeps less than it should",
      description: () =>
        "Within a day, {{ $value | humanize }} blocks were deleted because the samples reached prometheus.retention.size, not because they reached the age of prometheus.retention.time.",
    }),
    alert({
      name: "PrometheusSamplesRejected",
      severity: "warning",
      for: "10m",
      thresholds: {},
      what: "Prometheus refuses samples of a target",
      expr: () => `${sum(REJECTED, "5m")} > 0`,
      summary: "Prometheus refuses samples",
      description: () =>
        "In the last 5 minutes Prometheus refused {{ $value | humanize }} samples: twice the same series, or times out of order.",
    }),
    alert({
      name: "PrometheusScrapeLimitMet",
      severity: "warning",
      for: "5m",
      thresholds: {},
      what: "A target exceeds a scrape limit, and counts as down",
      expr: () => `${sum(LIMITS_MET, "5m")} > 0`,
      summary: "A target gives more than its job's limits allow",
      description: () =>
        "In the last 5 minutes {{ $value | humanize }} scrapes or lists of targets were thrown away because they met a limit of prometheus.limits. The page of Prometheus' targets names them.",
    }),
    alert({
      name: "PrometheusDiscoveryFailing",
      severity: "warning",
      for: "10m",
      thresholds: {},
      what: "Prometheus' service discovery fails",
      expr: () =>
        [`prometheus_sd_failed_configs{${SELF}}`, ...DISCOVERY_FAILURES]
          .map((failures) => `${failures} > 0`)
          .join("\nor "),
      summary: "Prometheus cannot find its targets",
      description: () =>
        "Service discovery fails. Targets known so far are still scraped; new ones are not found, and old ones stay.",
    }),
  ],
};
