import { alert, type RuleGroup, seconds } from "../../lib/rules/model";

/** VictoriaMetrics has the host's name in the place of the address. */
const HOST = "{{ or $labels.host $labels.instance }}";

export const agentsRules: RuleGroup = {
  name: "agents",
  about:
    "What agents and other servers of Prometheus send of themselves, where `prometheus.remoteWriteReceiver` is set, or the stack has VictoriaMetrics.",
  alerts: [
    alert({
      name: "AgentSilent",
      severity: "critical",
      for: "5m",
      thresholds: {},
      what: "An agent that sent samples within the last day no longer does",
      expr: () => "last_over_time(prometheus_agent_active_series[1d])\nunless prometheus_agent_active_series",
      summary: `The agent on ${HOST} sends nothing`,
      description: () =>
        `Nothing has come from the agent on ${HOST} for some minutes: it is down, or does not reach this Prometheus. No alert about what it scrapes can fire.`,
    }),
    alert({
      name: "RemoteWriteFailing",
      severity: "critical",
      for: "5m",
      thresholds: {},
      what: "An endpoint of remote write refuses samples for good",
      expr: () =>
        "increase(prometheus_remote_storage_samples_failed_total[5m]) > 0\nor increase(prometheus_remote_storage_histograms_failed_total[5m]) > 0",
      summary: "{{ $labels.remote_name }} refuses samples",
      description: () =>
        "In the last 5 minutes {{ $value | humanize }} samples to {{ $labels.remote_name }} were refused and will not be sent again: they are lost there.",
    }),
    alert({
      name: "RemoteWriteBehind",
      severity: "warning",
      for: "15m",
      thresholds: { above: seconds(120, "How far the endpoint is behind, in seconds.") },
      what: "An endpoint of remote write takes samples more slowly than they come",
      expr: ({ above }) =>
        `max_over_time(prometheus_remote_storage_highest_timestamp_in_seconds[5m])\n- ignoring (remote_name, url) group_right\nmax_over_time(prometheus_remote_storage_queue_highest_sent_timestamp_seconds[5m])\n> ${above}`,
      summary: "Remote write to {{ $labels.remote_name }} is behind",
      description: () =>
        "What {{ $labels.remote_name }} has is {{ $value | humanizeDuration }} older than what was scraped: it is slow, or has been away. Samples older than agent.maxTime, or two hours on a server, are lost.",
    }),
  ],
};
