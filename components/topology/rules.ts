import { inSeconds } from "../../lib/duration";
import { alert, duration, type RuleGroup } from "../../lib/rules/model";

/** Fires for each service in a declared outage; inhibits its alerts, and notifies nobody. */
export const DOWNTIME_ALERT = "ServiceInDowntime";

export const topologyRules: RuleGroup = {
  name: "topology",
  about: "The topology of the region, from the topology database.",
  alerts: [
    alert({
      name: "TopologyStale",
      severity: "warning",
      // A new one has had none yet.
      for: "10m",
      thresholds: { above: duration("1h", "Age of the database's last good answer.") },
      what: "The topology database gives no good answer any more",
      // The value is when it last gave one.
      expr: ({ above }) => `podwatch_topology_last_success_timestamp_seconds < time() - ${inSeconds(above)}`,
      summary: "The topology database gives no good answer to {{ $labels.method }}",
      description: () =>
        "The last good answer of the topology database to {{ $labels.method }} is of {{ $value | humanizeTimestamp }}. What it said then is still watched; changes since are not known.",
    }),
    alert({
      name: DOWNTIME_ALERT,
      severity: "info",
      thresholds: {},
      what: "An outage of a service is declared for now, which keeps its other alerts back",
      expr: () =>
        'max by (site, service_type, hostname, classification, url) (podwatch_topology_downtime{severity="OUTAGE"})',
      summary: "{{ $labels.service_type }} at {{ $labels.hostname }} is in a declared downtime",
      description: () =>
        "An outage of {{ $labels.service_type }} at {{ $labels.hostname }} ({{ $labels.site }}) is declared for now, so its other alerts are kept back. It is described at {{ $labels.url }} and nobody is notified.",
    }),
  ],
};
