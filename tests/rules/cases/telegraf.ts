import type { GroupCases } from "../model";

const AT = 'job="telegraf", instance="exec1", host="exec1"';
const LABELS = { job: "telegraf", instance: "exec1", host: "exec1" };
const INFLUXDB = { ...LABELS, output: "influxdb" };
const of = (name: string) => `internal_write_${name}{${AT}, output="influxdb"}`;
const PACKETS = `internal_statsd_udp_packets_dropped{${AT}}`;

export const telegrafCases: GroupCases = {
  TelegrafWriteFailing: {
    fires: {
      "when each write fails": {
        series: { [of("errors")]: "0+6x30", [of("metrics_written")]: "500x30" },
        since: "1m",
        labels: INFLUXDB,
      },
    },
    silent: {
      "when some succeed": {
        series: { [of("errors")]: "0+6x30", [of("metrics_written")]: "0+10x30" },
        at: "20m",
      },
      "when there is nothing to write": {
        series: { [of("errors")]: "3x30", [of("metrics_written")]: "500x30" },
        at: "20m",
      },
    },
  },
  TelegrafBufferFilling: {
    fires: {
      "when more and more wait": {
        series: { [of("buffer_size")]: "0x10 20000+1x60" },
        since: "12m",
        labels: INFLUXDB,
        value: "20011",
        just: "above",
        margin: 0.05,
      },
    },
    silent: {
      "just before": {
        series: { [of("buffer_size")]: "0x10 19000+1x60" },
        at: "20m",
        just: "above",
        margin: 0.1,
      },
      "while it gets less": { series: { [of("buffer_size")]: "90000-1000x60" }, at: "20m" },
      "when it grew some time ago": { series: { [of("buffer_size")]: "0+6000x5 30000x60" }, at: "25m" },
    },
  },
  TelegrafMetricsLost: {
    fires: {
      "when InfluxDB refuses a series": {
        series: { [of("metrics_rejected")]: "0 0 1x60" },
        since: "2m",
        until: "15m",
        value: "1",
        labels: INFLUXDB,
      },
      "when some are dropped": {
        series: { [of("metrics_dropped")]: "0 0 1x60" },
        since: "2m",
        until: "15m",
        value: "1",
        labels: INFLUXDB,
      },
      "when the queue for statsd is full": {
        series: { [PACKETS]: "0 0 1x60" },
        since: "2m",
        until: "15m",
        value: "1",
        labels: LABELS,
      },
    },
    silent: {
      "when nothing is lost": { series: { [of("metrics_rejected")]: "7x60", [PACKETS]: "7x60" }, at: "30m" },
    },
  },
};
