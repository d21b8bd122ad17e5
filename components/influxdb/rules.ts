import { alert, number, type RuleGroup } from "../../lib/rules/model";

// Telegraf on its host reads its figures. That a disk fills up is the host's affair.
export const influxdbRules: RuleGroup = {
  name: "influxdb",
  about: "InfluxDB's figures of itself, which Telegraf on its host reads.",
  alerts: [
    alert({
      name: "InfluxdbDown",
      severity: "critical",
      for: "2m",
      thresholds: {},
      what: "InfluxDB does not answer the Telegraf beside it",
      expr: () =>
        'increase(internal_gather_errors{input="influxdb"}[2m]) > 0\nand increase(internal_gather_metrics_gathered{input="influxdb"}[2m]) == 0',
      summary: "InfluxDB on {{ $labels.instance }} does not answer",
      description: () => "Telegraf on {{ $labels.instance }} has had no figures of InfluxDB for 4 minutes.",
    }),
    alert({
      name: "InfluxdbWritesFailing",
      severity: "critical",
      thresholds: {},
      what: "InfluxDB fails to store points, or drops some",
      expr: () =>
        "increase(influxdb_httpd_pointsWrittenFail[15m]) > 0\nor increase(influxdb_httpd_pointsWrittenDropped[15m]) > 0",
      summary: "InfluxDB on {{ $labels.instance }} does not store all points",
      description: () =>
        "InfluxDB on {{ $labels.instance }} did not store {{ $value }} points within 15 minutes: its disk is full or broken, a field came with another type than before, or a database has too many series.",
    }),
    alert({
      name: "InfluxdbSeriesMany",
      severity: "warning",
      for: "15m",
      thresholds: {
        above: number(800_000, "Series of one database; InfluxDB refuses new ones from 1 000 000 on."),
      },
      what: "A database has so many series that InfluxDB will soon refuse new ones",
      expr: ({ above }) => `influxdb_database_numSeries > ${above}`,
      summary: "{{ $labels.database }} on {{ $labels.instance }} has {{ $value }} series",
      description: () =>
        "The database {{ $labels.database }} has {{ $value }} series. Each costs memory, and from 1 000 000 on InfluxDB refuses points of new ones.",
    }),
    alert({
      name: "InfluxdbQueriesSlow",
      severity: "warning",
      for: "10m",
      thresholds: { above: number(10, "Seconds that a query takes on average.") },
      what: "Queries of InfluxDB take long",
      expr: ({ above }) =>
        `rate(influxdb_httpd_queryReqDurationNs[10m])\n  / rate(influxdb_httpd_queryReq[10m]) / 1e9 > ${above}`,
      summary: "Queries of InfluxDB on {{ $labels.instance }} take {{ $value | humanizeDuration }}",
      description: () =>
        "A query of InfluxDB on {{ $labels.instance }} took {{ $value | humanizeDuration }} on average, for 20 minutes.",
    }),
    alert({
      name: "InfluxdbQueriesPilingUp",
      severity: "warning",
      for: "10m",
      thresholds: { above: number(10, "Queries that run at once.") },
      what: "More queries run in InfluxDB than end",
      expr: ({ above }) => `influxdb_queryExecutor_queriesActive > ${above}`,
      summary: "{{ $value }} queries run in InfluxDB on {{ $labels.instance }}",
      description: () =>
        "{{ $value }} queries have run at once in InfluxDB on {{ $labels.instance }} for 10 minutes; each holds memory.",
    }),
  ],
};
