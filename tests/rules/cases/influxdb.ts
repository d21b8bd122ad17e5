import type { GroupCases } from "../model";

const AT = 'job="telegraf", instance="db1", host="db1"';
const LABELS = { job: "telegraf", instance: "db1", host: "db1" };
const GATHER = `{${AT}, input="influxdb"}`;
const httpd = (name: string) => `influxdb_httpd_${name}{${AT}}`;
const SERIES = `influxdb_database_numSeries{${AT}, database="apimon"}`;
const ACTIVE = `influxdb_queryExecutor_queriesActive{${AT}}`;

const gathering = (errors: string, gathered: string) => ({
  [`internal_gather_errors${GATHER}`]: errors,
  [`internal_gather_metrics_gathered${GATHER}`]: gathered,
});

const durations = (nanoseconds: string) => ({
  [httpd("queryReqDurationNs")]: nanoseconds,
  [httpd("queryReq")]: "0+10x60",
});

export const influxdbCases: GroupCases = {
  InfluxdbDown: {
    fires: {
      "when each attempt fails": {
        series: gathering("0+6x30", "500x30"),
        since: "1m",
        labels: { ...LABELS, input: "influxdb" },
      },
    },
    silent: {
      "when one fails among many": { series: gathering("0+1x30", "0+60x30"), at: "20m" },
      "when it answers": { series: gathering("3x30", "0+60x30"), at: "20m" },
    },
  },
  InfluxdbWritesFailing: {
    fires: {
      "when a write fails": {
        series: { [httpd("pointsWrittenFail")]: "0 0 1x60" },
        since: "2m",
        until: "15m",
        value: "1",
        labels: LABELS,
      },
      "when points are dropped": {
        series: { [httpd("pointsWrittenDropped")]: "0 0 1x60" },
        since: "2m",
        until: "15m",
        value: "1",
        labels: LABELS,
      },
    },
    silent: {
      "when all are stored": {
        series: { [httpd("pointsWrittenFail")]: "7x60", [httpd("pointsWrittenDropped")]: "7x60" },
        at: "30m",
      },
    },
  },
  InfluxdbSeriesMany: {
    fires: {
      "when there are more": {
        series: { [SERIES]: "0x5 800001x60" },
        since: "6m",
        labels: { ...LABELS, database: "apimon" },
        value: "800001",
        just: "above",
        margin: 0.05,
      },
    },
    silent: { "just before": { series: { [SERIES]: "800000x60" }, at: "40m", just: "above", margin: 0.05 } },
  },
  InfluxdbQueriesSlow: {
    fires: {
      "when they take longer": {
        series: durations("0+101000000000x60"),
        since: "1m",
        labels: LABELS,
        value: "10.1s",
        just: "above",
        margin: 0.05,
      },
    },
    silent: {
      "just before": { series: durations("0+99000000000x60"), at: "40m", just: "above", margin: 0.05 },
      "when nobody asks": { series: { ...durations("0x60"), [httpd("queryReq")]: "0x60" }, at: "40m" },
    },
  },
  InfluxdbQueriesPilingUp: {
    fires: {
      "when more run": {
        series: { [ACTIVE]: "0x5 11x60" },
        since: "6m",
        labels: LABELS,
        value: "11",
        just: "above",
        margin: 0.2,
      },
    },
    silent: { "just before": { series: { [ACTIVE]: "10x60" }, at: "40m", just: "above", margin: 0.2 } },
  },
};
