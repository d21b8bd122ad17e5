import { alert, number, type RuleGroup } from "../../lib/rules/model";

// That Telegraf itself is down is InstanceDown's affair.
export const telegrafRules: RuleGroup = {
  name: "telegraf",
  about: "Telegraf's metrics of itself.",
  alerts: [
    alert({
      name: "TelegrafWriteFailing",
      severity: "critical",
      for: "5m",
      thresholds: {},
      what: "Telegraf cannot write to InfluxDB",
      expr: () =>
        'increase(internal_write_errors{output="influxdb"}[5m]) > 0\nand increase(internal_write_metrics_written{output="influxdb"}[5m]) == 0',
      summary: "Telegraf on {{ $labels.instance }} cannot write to InfluxDB",
      description: () =>
        "All that Telegraf on {{ $labels.instance }} wrote to InfluxDB failed for 5 minutes: it waits on Telegraf's disk.",
    }),
    alert({
      name: "TelegrafBufferFilling",
      severity: "warning",
      for: "10m",
      thresholds: { above: number(20_000, "Series that wait.") },
      what: "What InfluxDB has not got yet piles up on Telegraf's disk",
      expr: ({ above }) =>
        `internal_write_buffer_size{output="influxdb"} > ${above}\nand delta(internal_write_buffer_size{output="influxdb"}[15m]) > 0`,
      summary: "What Telegraf on {{ $labels.instance }} has to write piles up",
      description: () =>
        "{{ $value }} series wait on the disk of {{ $labels.instance }}, and become more: InfluxDB does not take them, or too slowly.",
    }),
    alert({
      name: "TelegrafMetricsLost",
      severity: "warning",
      thresholds: {},
      what: "Telegraf loses what is sent to it",
      expr: () =>
        'increase(internal_write_metrics_dropped{output="influxdb"}[15m]) > 0\nor increase(internal_write_metrics_rejected{output="influxdb"}[15m]) > 0\nor increase(internal_statsd_udp_packets_dropped[15m]) > 0',
      summary: "Telegraf on {{ $labels.instance }} loses what is sent to it",
      description: () =>
        "Telegraf on {{ $labels.instance }} lost {{ $value }} series or packets within 15 minutes: its queue for statsd was full, or InfluxDB refused them for good.",
    }),
  ],
};
