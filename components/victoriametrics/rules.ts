import { alert, type RuleGroup } from "../../lib/rules/model";

// That it is down is an instance's affair, that its disk fills up the host's.
export const victoriametricsRules: RuleGroup = {
  name: "victoriametrics",
  about: "VictoriaMetrics, which stores what every Prometheus scrapes.",
  alerts: [
    alert({
      name: "VictoriametricsReadOnly",
      severity: "critical",
      thresholds: {},
      what: "VictoriaMetrics stores nothing any more, since its disk is nearly full",
      expr: () => "vm_storage_is_read_only == 1",
      summary: "VictoriaMetrics on {{ $labels.instance }} stores nothing",
      description: () =>
        "Less is free on the disk of VictoriaMetrics on {{ $labels.instance }} than it leaves free. Each Prometheus keeps what it could not send, for about two hours.",
    }),
    alert({
      name: "VictoriametricsSamplesRefused",
      severity: "warning",
      for: "5m",
      thresholds: {},
      what: "VictoriaMetrics leaves out samples that were sent to it",
      expr: () => "sum by (instance, job, reason) (increase(vm_rows_ignored_total[5m])) > 0",
      summary: "VictoriaMetrics on {{ $labels.instance }} leaves out samples: {{ $labels.reason }}",
      description: () =>
        "In the last 5 minutes VictoriaMetrics on {{ $labels.instance }} has left out {{ $value | humanize }} samples. Reason: {{ $labels.reason }}.",
    }),
    alert({
      name: "VictoriametricsQueriesWaiting",
      severity: "warning",
      for: "10m",
      thresholds: {},
      what: "Queries wait for others to end",
      expr: () => "increase(vm_concurrent_select_limit_reached_total[5m]) > 0",
      summary: "Queries wait at VictoriaMetrics on {{ $labels.instance }}",
      description: () =>
        "As many queries run in VictoriaMetrics on {{ $labels.instance }} as its processors are for, and further ones wait; after 10 seconds they are refused.",
    }),
  ],
};
