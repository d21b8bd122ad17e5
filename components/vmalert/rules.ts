import { alert, type RuleGroup } from "../../lib/rules/model";

export const vmalertRules: RuleGroup = {
  name: "vmalert",
  about: "vmalert, which evaluates rules where every Prometheus is an agent.",
  alerts: [
    alert({
      name: "VmalertRulesFailing",
      severity: "critical",
      for: "5m",
      thresholds: {},
      what: "Rules fail at vmalert",
      expr: () =>
        "sum by (instance, group) (increase(vmalert_alerting_rules_errors_total[5m])) > 0\nor sum by (instance, group) (increase(vmalert_recording_rules_errors_total[5m])) > 0",
      summary: "vmalert on {{ $labels.instance }} fails to evaluate rules of {{ $labels.group }}",
      description: () =>
        "In the last 5 minutes {{ $value | humanize }} evaluations of rules of the group {{ $labels.group }} have failed: their alerts cannot fire.",
    }),
    alert({
      name: "VmalertNotificationsFailing",
      severity: "critical",
      for: "5m",
      thresholds: {},
      what: "An Alertmanager takes no alerts from vmalert",
      expr: () => "sum by (instance, addr) (increase(vmalert_alerts_send_errors_total[5m])) > 0",
      summary: "vmalert on {{ $labels.instance }} does not reach {{ $labels.addr }}",
      description: () =>
        "In the last 5 minutes {{ $value | humanize }} alerts could not be sent to {{ $labels.addr }}.",
    }),
  ],
};
