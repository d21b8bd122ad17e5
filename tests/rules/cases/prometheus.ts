import type { GroupCases, Situation } from "../model";

const SELF = { job: "prometheus", instance: "mon1" };

/** A series of Prometheus' own. */
function of(metric: string, more = ""): string {
  return `${metric}{job="prometheus", instance="mon1"${more}}`;
}

/** Of a list of counters, all but one stand still. */
function growing(metric: string | undefined, metrics: readonly string[]): Situation["series"] {
  return Object.fromEntries(metrics.map((name) => [of(name), name === metric ? GROWS : "7x30"]));
}

/** A counter that grows by one a minute from the third sample on. */
const GROWS = "0 0+1x30";

const STORAGE = [
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

const LIMITS_MET = [
  "prometheus_target_scrapes_exceeded_body_size_limit_total",
  "prometheus_target_scrapes_exceeded_sample_limit_total",
  "prometheus_target_scrape_pool_exceeded_label_limits_total",
  "prometheus_target_scrape_pool_exceeded_target_limit_total",
];

const ONE_GROUP = ', rule_group="/rules/own.yml;own"';
const IN_GROUP = { ...SELF, rule_group: "/rules/own.yml;own" };

function late(duration: number): Situation["series"] {
  return {
    [of("prometheus_rule_group_last_duration_seconds", ONE_GROUP)]: `${duration}x20`,
    [of("prometheus_rule_group_interval_seconds", ONE_GROUP)]: "15x20",
  };
}

export const prometheusCases: GroupCases = {
  PrometheusReloadFailed: {
    fires: {
      "when a reload failed": {
        series: { [of("prometheus_config_last_reload_successful")]: "1 0x10" },
        since: "1m",
        labels: SELF,
      },
    },
    silent: {
      "after one that went well": {
        series: { [of("prometheus_config_last_reload_successful")]: "0 1x10" },
        at: "10m",
      },
    },
  },
  PrometheusRuleFailures: {
    fires: {
      "when evaluations fail": {
        series: { [of("prometheus_rule_evaluation_failures_total", ONE_GROUP)]: GROWS },
        since: "2m",
        labels: IN_GROUP,
        value: "5",
      },
    },
    silent: {
      "when some failed long ago": {
        series: { [of("prometheus_rule_evaluation_failures_total", ONE_GROUP)]: "0 3x30" },
        at: "10m",
      },
    },
  },
  PrometheusRulesLate: {
    fires: {
      "at 81 % of the interval": {
        series: late(12.2),
        since: "0s",
        labels: IN_GROUP,
        value: "81.33%",
        just: "above",
      },
    },
    silent: { "at 79 %": { series: late(11.8), at: "15m", just: "above" } },
  },
  PrometheusNotificationsDropped: {
    fires: {
      "when alerts are dropped": {
        series: { [of("prometheus_notifications_dropped_total")]: GROWS },
        since: "2m",
        labels: SELF,
        value: "5",
      },
    },
    silent: {
      "when the last was dropped before": {
        series: { [of("prometheus_notifications_dropped_total")]: "0 3x30" },
        at: "10m",
      },
    },
  },
  PrometheusStorageFailing: {
    fires: Object.fromEntries(
      STORAGE.map((metric) => [
        `at ${metric}`,
        { series: growing(metric, STORAGE), since: "2m", labels: SELF, value: "1" },
      ]),
    ),
    silent: { "while no counter grows": { series: growing(undefined, STORAGE), at: "20m" } },
  },
  PrometheusHistoryCut: {
    fires: {
      "when a block went for want of room": {
        series: { [of("prometheus_tsdb_size_retentions_total")]: "0 0 1x30" },
        since: "2m",
        labels: SELF,
        value: "1",
      },
    },
    silent: {
      "while none did": { series: { [of("prometheus_tsdb_size_retentions_total")]: "2x30" }, at: "20m" },
    },
  },
  PrometheusSamplesRejected: {
    fires: Object.fromEntries(
      REJECTED.map((metric) => [
        `at ${metric}`,
        { series: growing(metric, REJECTED), since: "2m", labels: SELF, value: "5" },
      ]),
    ),
    silent: { "while no counter grows": { series: growing(undefined, REJECTED), at: "20m" } },
  },
  PrometheusScrapeLimitMet: {
    fires: Object.fromEntries(
      LIMITS_MET.map((metric) => [
        `at ${metric}`,
        { series: growing(metric, LIMITS_MET), since: "2m", labels: SELF, value: "5" },
      ]),
    ),
    silent: { "while no counter grows": { series: growing(undefined, LIMITS_MET), at: "20m" } },
  },
  PrometheusDiscoveryFailing: {
    fires: {
      "when a configuration does not work": {
        series: { [of("prometheus_sd_failed_configs", ', name="scrape"')]: "0 1x20" },
        since: "1m",
        labels: { ...SELF, name: "scrape" },
      },
      ...Object.fromEntries(
        [
          "prometheus_sd_http_failures_total",
          "prometheus_sd_dns_lookup_failures_total",
          "prometheus_sd_file_read_errors_total",
          "prometheus_sd_consul_rpc_failures_total",
        ].map((metric) => [`at ${metric}`, { series: { [of(metric)]: GROWS }, since: "2m", labels: SELF }]),
      ),
      "when OpenStack fails after it has answered": {
        series: { [of("prometheus_sd_refresh_failures_total", ', mechanism="openstack"')]: GROWS },
        since: "2m",
        labels: { ...SELF, mechanism: "openstack" },
      },
    },
    silent: {
      "while all is found": {
        series: {
          [of("prometheus_sd_failed_configs", ', name="scrape"')]: "0x20",
          [of("prometheus_sd_http_failures_total")]: "4x20",
          [of("prometheus_sd_refresh_failures_total", ', mechanism="openstack"')]: "4x20",
        },
        at: "15m",
      },
    },
  },
};
