import { createHash } from "node:crypto";
import { ownSecrets } from "../../lib/auth";
import { inSeconds } from "../../lib/duration";
import { fromInside, urlOf } from "../../lib/endpoint";
import type { SavedData } from "../../lib/savedData";
import { CONFIG_DIRECTORY, RELOADED_SECRETS_DIRECTORY, type Service, type UnitKeys } from "../../lib/service";
import { readTemplate, renderTemplate } from "../../lib/template";
import type { Backend } from "../nginx/render";
import { INFLUXDB, INFLUXDB_ENDPOINT, INFLUXDB_PATH } from "./endpoint";

export interface InfluxdbInput {
  readonly image: string;
  readonly databases: Readonly<Record<string, Database>>;
  readonly adminUser: string;
  /** A query that takes longer is logged. */
  readonly logQueriesAfter: string;
  /** The user's own secrets, by name. */
  readonly secrets?: Readonly<Record<string, unknown>> | undefined;
  readonly keepData: boolean;
  /** The user's additional keys for the unit. */
  readonly unitKeys?: UnitKeys;
}

interface Database {
  readonly retention: string;
  readonly policy: string;
}

/** The user `influxdb` of the official image. */
const IMAGE_USER = { uid: 1500, gid: 1500 };

/** Users besides the administrator, each with one right on all databases. */
export const WRITER = "telegraf";
export const READER = "grafana";

export const ADMIN_SECRET = `${INFLUXDB}-admin-password`;
export const WRITER_SECRET = `${INFLUXDB}-${WRITER}-password`;
export const READER_SECRET = `${INFLUXDB}-${READER}-password`;

/** Address for the hooks. */
const OWN_URL = urlOf(fromInside(INFLUXDB_ENDPOINT));

/** Where nobody but the script that starts it can ask it, while it wants no log-in. */
const USERS_PORT = 8087;

const DAY = 86_400;

export const INFLUXDB_BACKEND: Backend = {
  name: INFLUXDB,
  endpoint: { ...INFLUXDB_ENDPOINT, path: INFLUXDB_PATH },
  atRoot: ["ping", "query", "write"],
  // InfluxDB's own limit.
  largestBody: "25m",
  logIns: true,
  title: "InfluxDB",
};

/** Its files, as far as they change in place or grow; all others it only makes anew, renames or deletes. */
export const INFLUXDB_DATA: SavedData = {
  service: INFLUXDB,
  rewritten: [
    "wal/*/*/*/*",
    "data/*/_series/*/*",
    "data/*/*/*/fields.idx*",
    "data/*/*/*/*.tombstone*",
    "data/*/*/*/index/*/*.tsl",
  ],
};

export function influxdb(input: InfluxdbInput): Service {
  const config = configuration(input, "8086");
  const { admin, adminSecret, users, databases, names } = usersView(input);
  const proof = renderTemplate("influxdb/proof.sh.mustache", { admin, adminSecret, users });
  const start = renderTemplate("influxdb/start.sh.mustache", {
    url: `http://127.0.0.1:${USERS_PORT}`,
    directory: CONFIG_DIRECTORY,
    secrets: RELOADED_SECRETS_DIRECTORY,
  });
  const secrets = ownSecrets(INFLUXDB, input.secrets);
  const asAdmin = logIn(input);
  return {
    kind: "container",
    name: INFLUXDB,
    description: "Podwatch InfluxDB",
    image: input.image,
    args: ["sh", `${CONFIG_DIRECTORY}/start.sh`],
    user: IMAGE_USER,
    // It reads its file at its start only: another digest in the unit makes the runner restart it.
    environment: { PODWATCH_SETTINGS: digest([config, start]) },
    files: {
      "influxdb.conf": config,
      "users.conf": usersConfiguration(),
      "query.sh": readTemplate("influxdb/query.sh"),
      "users.sh": renderTemplate("influxdb/users.sh.mustache", {
        admin,
        adminSecret,
        users,
        databases,
        names,
      }),
      "start.sh": start,
    },
    ...(secrets.length > 0 ? { secrets: secrets.map(({ name }) => name) } : {}),
    reloadedSecrets: [ADMIN_SECRET, WRITER_SECRET, READER_SECRET],
    data: { path: "/var/lib/influxdb", keep: input.keepData },
    hooks: {
      check: readTemplate("influxdb/check.sh"),
      ready: `curl --silent --fail --max-time 2 --output /dev/null ${OWN_URL}/ping`,
      reload: `${asAdmin}${readTemplate("influxdb/reload.sh")}${proof}`,
      started: `${asAdmin}${proof}`,
      drift: `${asAdmin}${renderTemplate("influxdb/drift.sh.mustache", { admin, users, databases, names })}`,
    },
    ...(input.unitKeys ? { unitKeys: input.unitKeys } : {}),
    readyWithin: 600,
  };
}

/** What the scripts call InfluxDB by. */
function logIn({ adminUser }: InfluxdbInput): string {
  return [
    `. ${CONFIG_DIRECTORY}/query.sh`,
    `url=${OWN_URL} secrets=${RELOADED_SECRETS_DIRECTORY} as=${adminUser}`,
    `as_password=$(password_of ${ADMIN_SECRET})`,
    "",
  ].join("\n");
}

function usersView({ adminUser, databases }: InfluxdbInput) {
  return {
    admin: adminUser,
    adminSecret: ADMIN_SECRET,
    users: [
      { user: WRITER, secret: WRITER_SECRET, right: "WRITE" },
      { user: READER, secret: READER_SECRET, right: "READ" },
    ],
    databases: Object.entries(databases).map(([database, { retention, policy }]) => {
      const seconds = inSeconds(retention);
      const shard = shardSeconds(seconds);
      return {
        database,
        policy,
        duration: seconds === 0 ? "INF" : `${seconds}s`,
        shard: `${shard}s`,
        shown: `${shownDuration(seconds)},${shownDuration(shard)}`,
      };
    }),
    names: Object.keys(databases).join(" "),
  };
}

/** What InfluxDB itself takes for a retention. */
function shardSeconds(retention: number): number {
  if (retention === 0 || retention > 180 * DAY) return 7 * DAY;
  return retention < 2 * DAY ? 3600 : DAY;
}

/** As Go prints it. */
function shownDuration(seconds: number): string {
  if (seconds === 0) return "0s";
  return `${Math.floor(seconds / 3600)}h${Math.floor((seconds % 3600) / 60)}m${seconds % 60}s`;
}

type Toml = Readonly<Record<string, Readonly<Record<string, string | boolean>>>>;

function configuration({ logQueriesAfter }: InfluxdbInput, port: string): string {
  return toToml(
    { "reporting-disabled": true, "bind-address": "127.0.0.1:8088" },
    {
      meta: { dir: "/var/lib/influxdb/meta" },
      data: {
        dir: "/var/lib/influxdb/data",
        "wal-dir": "/var/lib/influxdb/wal",
        "query-log-enabled": false,
      },
      coordinator: { "log-queries-after": `${inSeconds(logQueriesAfter)}s` },
      // It would write its own series into itself, every 10 s.
      monitor: { "store-enabled": false },
      http: {
        "bind-address": `:${port}`,
        "auth-enabled": true,
        // One line for each request.
        "log-enabled": false,
        "pprof-enabled": false,
      },
    },
  );
}

/** For the moment in which users are made: the same users, no data, no log-in, nobody else can ask. */
function usersConfiguration(): string {
  return toToml(
    { "reporting-disabled": true, "bind-address": "127.0.0.1:8089" },
    {
      meta: { dir: "/var/lib/influxdb/meta" },
      data: { dir: "/tmp/influxdb/data", "wal-dir": "/tmp/influxdb/wal", "query-log-enabled": false },
      monitor: { "store-enabled": false },
      retention: { enabled: false },
      "shard-precreation": { enabled: false },
      continuous_queries: { enabled: false },
      http: { "bind-address": `127.0.0.1:${USERS_PORT}`, "auth-enabled": false, "log-enabled": false },
    },
  );
}

function toToml(top: Toml[string], tables: Toml): string {
  const lines = (entries: Toml[string]) =>
    Object.entries(entries).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
  return [
    "# Managed by Podwatch. Changes made here are overwritten.",
    ...lines(top),
    ...Object.entries(tables).flatMap(([name, entries]) => ["", `[${name}]`, ...lines(entries)]),
    "",
  ].join("\n");
}

function digest(texts: readonly string[]): string {
  return createHash("sha256").update(texts.join("\0")).digest("hex").slice(0, 16);
}
