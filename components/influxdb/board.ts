// InfluxDB: what it stores, how it answers, what goes wrong. Telegraf on its host reads its figures.

import type { Board } from "../../dashboards/board";
import { lines, stat } from "../../dashboards/panels";
import { HALF, QUARTER } from "../../dashboards/sizes";

const AT = 'instance=~"$instance"';

const perSecond = (series: string) => `rate(${series}{${AT}}[$__rate_interval])`;
const during = (series: string) => `sum(increase(${series}{${AT}}[$__range]))`;

export const influxdb: Board = {
  uid: "podwatch-influxdb",
  title: "InfluxDB",
  description: "What is stored in InfluxDB, how it answers queries, and what it refuses.",
  from: "now-1h",
  refresh: "30s",
  variables: {
    instance: { label: "Host", query: "label_values(influxdb_httpd_req, instance)" },
  },
  sections: [
    { title: "Overview", panels: overview() },
    { title: "Writing", panels: writing() },
    { title: "Asking", panels: queries() },
    { title: "Data", panels: data() },
  ],
};

function overview() {
  return [
    stat({
      title: "Answering",
      description: "Databases of which Telegraf gets figures; none, if InfluxDB does not answer.",
      unit: "short",
      ...QUARTER,
      queries: [{ expr: `count(influxdb_database_numSeries{${AT}}) or vector(0)`, legend: "databases" }],
    }),
    stat({
      title: "Series",
      description: "Series of all databases. InfluxDB refuses new ones of a database from 1 000 000 on.",
      unit: "short",
      ...QUARTER,
      thresholds: [[800_000, "orange"]],
      queries: [{ expr: `sum(influxdb_database_numSeries{${AT}})`, legend: "series" }],
    }),
    stat({
      title: "On disk",
      description: "What the shards of all databases take.",
      unit: "bytes",
      ...QUARTER,
      queries: [{ expr: `sum(influxdb_shard_diskBytes{${AT}})`, legend: "on disk" }],
    }),
    stat({
      title: "Points not stored",
      description: "Points that could not be stored, or were dropped, in the time shown.",
      unit: "short",
      decimals: 0,
      ...QUARTER,
      thresholds: [[1, "red"]],
      queries: [
        {
          expr: `${during("influxdb_httpd_pointsWrittenFail")} + ${during("influxdb_httpd_pointsWrittenDropped")}`,
          legend: "not stored",
        },
      ],
    }),
  ];
}

function writing() {
  return [
    lines({
      title: "Points",
      description: "Points per second that are stored, and that are not.",
      unit: "cps",
      min: 0,
      ...HALF,
      queries: [
        { expr: perSecond("influxdb_httpd_pointsWrittenOK"), legend: "{{instance}} stored" },
        { expr: perSecond("influxdb_httpd_pointsWrittenFail"), legend: "{{instance}} failed" },
        { expr: perSecond("influxdb_httpd_pointsWrittenDropped"), legend: "{{instance}} dropped" },
      ],
    }),
    lines({
      title: "Duration of a write",
      description: "How long a request that writes takes on average.",
      unit: "ns",
      min: 0,
      ...HALF,
      queries: [
        {
          expr: `${perSecond("influxdb_httpd_writeReqDurationNs")} / ${perSecond("influxdb_httpd_writeReq")}`,
          legend: "{{instance}}",
        },
      ],
    }),
  ];
}

function queries() {
  return [
    lines({
      title: "Queries",
      description: "Requests per second that ask, and those that run at the moment.",
      unit: "short",
      min: 0,
      ...HALF,
      queries: [
        { expr: perSecond("influxdb_httpd_queryReq"), legend: "{{instance}} per second" },
        { expr: `influxdb_queryExecutor_queriesActive{${AT}}`, legend: "{{instance}} running" },
      ],
    }),
    lines({
      title: "Duration of a query",
      description: "How long a request that asks takes on average.",
      unit: "ns",
      min: 0,
      ...HALF,
      queries: [
        {
          expr: `${perSecond("influxdb_httpd_queryReqDurationNs")} / ${perSecond("influxdb_httpd_queryReq")}`,
          legend: "{{instance}}",
        },
      ],
    }),
    lines({
      title: "Refused and failed requests",
      description:
        "Requests per second with a wrong log-in, with another error of whoever asks, and with an error of InfluxDB.",
      unit: "reqps",
      min: 0,
      ...HALF,
      queries: [
        { expr: perSecond("influxdb_httpd_authFail"), legend: "{{instance}} log-in" },
        { expr: perSecond("influxdb_httpd_clientError"), legend: "{{instance}} of the client" },
        { expr: perSecond("influxdb_httpd_serverError"), legend: "{{instance}} of InfluxDB" },
      ],
    }),
  ];
}

function data() {
  const by = (series: string) => `sum by (instance, database) (${series}{${AT}})`;
  return [
    lines({
      title: "Series by database",
      description: "Each combination of tags of a measurement is a series, which costs memory.",
      unit: "short",
      min: 0,
      ...HALF,
      queries: [{ expr: by("influxdb_database_numSeries"), legend: "{{instance}} {{database}}" }],
    }),
    lines({
      title: "On disk by database",
      description: "What its shards take; those beyond its retention go.",
      unit: "bytes",
      min: 0,
      ...HALF,
      queries: [{ expr: by("influxdb_shard_diskBytes"), legend: "{{instance}} {{database}}" }],
    }),
  ];
}
