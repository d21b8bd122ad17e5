import { authFiles, owner, ownSecrets } from "../../lib/auth";
import { inSeconds } from "../../lib/duration";
import { type Endpoint, loginAt, urlOf } from "../../lib/endpoint";
import {
  CONFIG_DIRECTORY,
  type PublishedPort,
  SECRETS_DIRECTORY,
  type Service,
  type UnitKeys,
} from "../../lib/service";
import { metricsJob, type Telemetry } from "../../lib/telemetry";
import { readTemplate, renderTemplate } from "../../lib/template";
import { influxdbRules } from "../influxdb/rules";
import { callsRules } from "./calls.rules";
import { HEALTH_PORT, LINES_PORT, STATSD_PORT, TELEGRAF, TELEGRAF_ENDPOINT } from "./endpoint";
import { telegrafRules } from "./rules";

export interface TelegrafInput {
  /** Name of the host, a tag of everything. */
  readonly host: string;
  readonly image: string;
  readonly listen?: { readonly bind: string; readonly statsd: number; readonly lines: number } | undefined;
  readonly templates: readonly string[];
  readonly percentiles: readonly number[];
  readonly interval: string;
  readonly flushInterval: string;
  /** Where it writes; absent: Prometheus alone has what comes in. */
  readonly output?: { readonly endpoint: Endpoint; readonly database: string } | undefined;
  /** Where the InfluxDB of its own host tells of itself. */
  readonly figures?: Endpoint | undefined;
  /** The user's own secrets, by name. */
  readonly secrets?: Readonly<Record<string, unknown>> | undefined;
  readonly keepData: boolean;
  /** The user's additional keys for the unit. */
  readonly unitKeys?: UnitKeys;
}

/** The image's program needs no rights; the official image has no fixed user. */
const USER = { uid: 999, gid: 999 };

/** Telegraf refers to secrets by names of letters, digits and `_` only. */
export const PASSWORD_SECRET = `${TELEGRAF}_influxdb_password`;

const BUFFER = "/var/lib/telegraf";

/** Metrics that one request carries. */
const BATCH = 5000;

const OUTPUT = owner(TELEGRAF, "influxdb");

export function telegraf(input: TelegrafInput): Service {
  const { output } = input;
  const secrets = ownSecrets(TELEGRAF, input.secrets).map(({ name }) => name);
  return {
    kind: "container",
    name: TELEGRAF,
    description: "Podwatch Telegraf",
    image: input.image,
    // A `$` in a template is no variable.
    args: ["telegraf", "--strict-env-handling", "--config", CONFIG],
    user: USER,
    files: {
      "telegraf.conf": configuration(input),
      ...(output === undefined ? {} : authFiles(loginAt(output.endpoint), OUTPUT)),
    },
    secrets: [...secrets, ...(output === undefined ? [] : [PASSWORD_SECRET])],
    data: { path: BUFFER, keep: input.keepData },
    ports: ports(input),
    hooks: {
      check: renderTemplate("telegraf/check.sh", { config: CONFIG }),
      ready: `curl --silent --fail --max-time 2 --output /dev/null http://127.0.0.1:${HEALTH_PORT}/`,
    },
    ...(input.unitKeys ? { unitKeys: input.unitKeys } : {}),
    readyWithin: 60,
  };
}

const CONFIG = `${CONFIG_DIRECTORY}/telegraf.conf`;

function ports({ listen }: TelegrafInput): PublishedPort[] {
  if (listen === undefined) return [];
  const { bind: address, statsd, lines } = listen;
  return [
    { address, hostPort: statsd, containerPort: STATSD_PORT, protocol: "udp" },
    { address, hostPort: lines, containerPort: LINES_PORT },
  ];
}

type Value = string | number | boolean | readonly string[];
type Table = readonly [name: string, entries: Readonly<Record<string, Value>>, ...lines: string[]];

function configuration(input: TelegrafInput): string {
  const { output, host, templates } = input;
  return toToml([
    [
      "[agent]",
      {
        interval: seconds(input.interval),
        flush_interval: seconds(input.flushInterval),
        metric_batch_size: BATCH,
        // The disk is the limit: what waits there is not counted against this.
        metric_buffer_limit: 10 * BATCH,
        buffer_strategy: "disk",
        buffer_directory: BUFFER,
        hostname: host,
        skip_processors_after_aggregators: true,
      },
    ],
    // What it takes in, writes, and has not written yet.
    ["[[inputs.internal]]", { collect_memstats: false }],
    [
      "[[inputs.statsd]]",
      {
        protocol: "udp",
        service_address: `:${STATSD_PORT}`,
        allowed_pending_messages: 100_000,
        templates,
        metric_separator: "_",
      },
      // Of one type in TOML.
      `percentiles = [${input.percentiles.map((one) => one.toFixed(Number.isInteger(one) ? 1 : 3)).join(", ")}]`,
    ],
    // It answers once all is on disk.
    [
      "[[inputs.influxdb_listener]]",
      { service_address: `:${LINES_PORT}`, read_timeout: "60s", write_timeout: "60s" },
    ],
    ...(input.figures === undefined ? [] : figuresInput(input.figures)),
    ...calls(),
    ...(output === undefined ? [] : influxdbOutput(output)),
    [
      "[[outputs.prometheus_client]]",
      {
        listen: `:${TELEGRAF_ENDPOINT.port}`,
        expiration_interval: "60s",
        // Of the SDK, which has the same in a tag.
        fieldexclude: ["[0-9][0-9][0-9]", "*.[0-9][0-9][0-9]", "status_code_val"],
      },
    ],
    [
      "[[outputs.health]]",
      {
        service_address: `http://:${HEALTH_PORT}`,
        // Its own metrics come always.
        max_time_between_metrics: `${Math.max(60, 5 * inSeconds(input.interval))}s`,
        namepass: ["internal_write"],
      },
    ],
  ]);
}

/** Measurements of InfluxDB of itself, and their fields, as far as they are of use: a shard has a hundred more. */
const FIGURES = ["database", "httpd", "queryExecutor", "shard"].map((one) => `influxdb_${one}`);
const FIGURES_FIELDS = [
  "authFail",
  "clientError",
  "diskBytes",
  "numSeries",
  "pointsWritten*",
  "queriesActive",
  "queryReq",
  "queryReqDurationNs",
  "req",
  "serverError",
  "writeReq",
  "writeReqDurationNs",
];

function figuresInput(figures: Endpoint): Table[] {
  return [
    [
      "[[inputs.influxdb]]",
      {
        urls: [urlOf(figures)],
        interval: "10s",
        timeout: "5s",
        namepass: FIGURES,
        fieldinclude: FIGURES_FIELDS,
        taginclude: ["database", "host", "id"],
      },
    ],
  ];
}

/** What makes of each call that openstacksdk reports by a line the same series, and counts them for Prometheus. */
function calls(): Table[] {
  const period = "10s";
  return [
    [
      "[[processors.starlark]]",
      { namepass: ["openstack_api.*", "openstack_api/*"] },
      `source = '''\n${readTemplate("telegraf/calls.star")}'''`,
    ],
    [
      "[[aggregators.histogram]]",
      {
        namepass: ["openstack_api"],
        name_override: CALLS,
        period,
        grace: "60s",
        // A series without calls goes after a day.
        expiration_interval: "24h",
        reset: false,
        cumulative: true,
      },
    ],
    [
      "[[aggregators.histogram.config]]",
      { measurement_name: "openstack_api", fields: ["duration"] },
      `buckets = [${MILLISECONDS.map((one) => one.toFixed(1)).join(", ")}]`,
    ],
    [
      "[[aggregators.histogram.config]]",
      { measurement_name: "openstack_api", fields: ["attempted"] },
      "buckets = [1.0]",
    ],
  ];
}

/** Calls of an API as counters, for Prometheus. */
const CALLS = "openstack_calls";

/** Limits of the classes of their durations. */
const MILLISECONDS = [25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000];

function influxdbOutput({ endpoint, database }: NonNullable<TelegrafInput["output"]>): Table[] {
  const { auth, tls } = endpoint;
  const store = "secrets";
  return [
    [`[[secretstores.docker]]`, { id: store, path: SECRETS_DIRECTORY }],
    [
      "[[outputs.influxdb]]",
      {
        urls: [urlOf(endpoint)],
        database,
        skip_database_creation: true,
        ...(auth?.type === "basic"
          ? { username: auth.username, password: `@{${store}:${PASSWORD_SECRET}}` }
          : {}),
        ...(tls?.ca === undefined ? {} : { tls_ca: `${CONFIG_DIRECTORY}/${OUTPUT.file("ca.pem")}` }),
        ...(tls?.insecure ? { insecure_skip_verify: true } : {}),
        timeout: "20s",
        // Its own metrics, InfluxDB's, and the counters of calls are Prometheus'.
        namedrop: ["internal_*", CALLS, ...FIGURES],
      },
    ],
  ];
}

const seconds = (duration: string) => `${inSeconds(duration)}s`;

function toToml(tables: readonly Table[]): string {
  return [
    "# Managed by Podwatch. Changes made here are overwritten.",
    ...tables.flatMap(([name, entries, ...lines]) => [
      "",
      name,
      ...Object.entries(entries).map(([key, value]) => `${key} = ${JSON.stringify(value)}`),
      ...lines,
    ]),
    "",
  ].join("\n");
}

/**
 * How Telegraf is monitored.
 *
 * @param instance name of the host that it runs on
 * @param besideInfluxdb whether it reads the figures of an InfluxDB there
 */
export function telegrafTelemetry(instance: string, besideInfluxdb: boolean): Telemetry<never> {
  const { config, endpoint } = metricsJob(TELEGRAF, TELEGRAF_ENDPOINT, { instance });
  return {
    // Its series have the name of a host of their own.
    scrapeJobs: [{ config, ...(endpoint && { endpoint }) }],
    dashboards: ["telegraf.json", "api.json", ...(besideInfluxdb ? ["influxdb.json"] : [])],
    ruleGroups: [telegrafRules, callsRules, ...(besideInfluxdb ? [influxdbRules] : [])],
  };
}
