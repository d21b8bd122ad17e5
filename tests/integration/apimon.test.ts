// examples/apimon on its four machines, as it stands: only the bastion is reached from outside, scenarios run, and what they report is shown. Its
// InfluxDB, to which Telegraf and Grafana of other hosts go through the front, each with a user whose password and rights are brought
// about whatever was there before.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ADMIN, DATABASE, Influxd } from "../grafana/influxd";
import { Apimon } from "./support/apimon";
import { eventually, type FetchOptions, HERE, type LabHost, type RunOptions } from "./support/lab";
import { isNight, nightly } from "./support/nightly";
import { operate } from "./support/operate";
import { fromHere, scan } from "./support/ports";
import { query as metric } from "./support/queries";
import { snapshot } from "./support/snapshot";

jest.setTimeout(900_000);

const WRITER = "a-writers-password-0123";

const files = mkdtempSync(join(tmpdir(), "podwatch-apimon-"));

let apimon: Apimon;
let before: string[][];
/** How Grafana is asked, as its administrator. */
let grafana: FetchOptions;

/** What is on each host, and in its firewall. */
const everything = () =>
  Promise.all(
    apimon.all().map(async (host) => {
      const tables = await host.exec("nft list tables");
      return [...(await snapshot(host)), ...tables.split("\n").filter((line) => line.includes("podwatch"))];
    }),
  );

const configure = (passwords: Readonly<Record<string, string>> = {}, more: object = {}) =>
  apimon.configure(more, { "influxdb.writePassword": WRITER, ...passwords });

beforeAll(async () => {
  apimon = await Apimon.boot();
  // openstacksdk reports whole milliseconds, and this cloud is near.
  apimon.cloud.trouble = { slow: 20 };
  await configure();
  before = await everything();
}, 1_800_000);

afterAll(async () => {
  rmSync(files, { recursive: true, force: true });
  await apimon?.dispose();
});

/** Runs something, and prints how long it took. */
async function timed<T>(what: string, run: () => Promise<T>): Promise<T> {
  const begun = Date.now();
  const result = await run();
  console.info(`${what}: ${Math.round((Date.now() - begun) / 1000)} s`);
  return result;
}

test("four machines are deployed from nothing, and every check of verify passes", async () => {
  const { created = 0 } = await timed("from nothing", () => apimon.stack.up());
  expect(created).toBeGreaterThan(30);
  const verified = await timed("verify", () => operate(apimon.stack, "verify", "--timeout", "60"));
  expect(verified).toHaveExited(0);
  await apimon.trust();
  grafana = await apimon.grafana();
});

test("a second deployment changes nothing, and nothing has drifted", async () => {
  expect(await timed("no change", () => apimon.stack.up())).toEqual({ unchanged: expect.any(Number) });
  expect(await operate(apimon.stack, "drift")).toHaveExited(0);
});

test("from outside, only the bastion's SSH is open", async () => {
  const open = async (host: LabHost) => {
    const ports = [22, 80, 443, 3000, 8086, 8125, 8186, 9090, 9100, 9273];
    const seen = await scan(fromHere, [host.address], ports);
    return ports.filter((port) => seen[`${host.address} ${port}`] === "open");
  };
  expect(await Promise.all(apimon.all().map(open))).toEqual([[22], [], [], []]);
});

interface Answered {
  readonly results?: Record<string, { readonly frames: Array<{ data: { values: unknown[][] } }> }>;
}

/** The values that Grafana shows for a query, by one of its data sources. */
async function shows(type: "prometheus" | "influxdb", query: object, name?: string): Promise<unknown[]> {
  const source = await sourceOf(type, name);
  const body = { from: "now-15m", to: "now", queries: [{ refId: "A", datasource: source, ...query }] };
  const { body: text } = await apimon.hosts.dashboards.fetch("/grafana/api/ds/query", {
    ...grafana,
    data: JSON.stringify(body),
    headers: { "content-type": "application/json" },
  });
  const { results } = JSON.parse(text) as Answered;
  return (results?.A?.frames ?? []).flatMap(({ data }) => data.values.at(-1) ?? []);
}

interface Source {
  readonly uid: string;
  readonly type: string;
  readonly name: string;
}

/** The first one of that type, or the one of that name. */
async function sourceOf(type: string, named?: string): Promise<Pick<Source, "uid" | "type">> {
  const { body } = await apimon.hosts.dashboards.fetch("/grafana/api/datasources", grafana);
  const found = (JSON.parse(body) as Source[]).find(
    (one) => one.type === type && one.name === (named ?? one.name),
  );
  if (found === undefined) throw new Error(`Grafana has no data source of the type ${type}: ${body}`);
  return { uid: found.uid, type: found.type };
}

test("what the scenarios report is shown by Grafana, from InfluxDB and from Prometheus", async () => {
  const inflow = (query: string) => shows("influxdb", { query, rawQuery: true, resultFormat: "time_series" });
  const of = "zone = 'eu-de-1' AND time > now() - 15m";
  for (const query of [
    `SELECT last("duration") FROM executor_run WHERE job_name = 'servers' AND result = 'ok' AND ${of}`,
    `SELECT last("duration") FROM openstack_api WHERE service = 'compute' AND method = 'GET' AND resource = 'servers_detail' AND ${of}`,
  ]) {
    const [duration] = await eventually(
      60,
      () => inflow(query),
      (values) => values.length === 1,
    );
    expect(duration).toBeGreaterThan(0);
  }
  for (const job of ["servers", "keystone"]) {
    const expr = `podwatch_executor_result{job_name="${job}", zone="eu-de-1"}`;
    await eventually(
      30,
      () => shows("prometheus", { expr, instant: true }),
      ([result]) => result === 0,
    );
  }
  expect(apimon.cloud.done).toContain("GET /compute/v2.1/servers/detail 200");
});

interface Asked {
  readonly query?: string;
  readonly lines?: string;
}

/** What InfluxDB answers another host at its front. */
async function ask(user: string, path: string, { query, lines }: Asked = {}) {
  const data = query === undefined ? lines : `q=${encodeURIComponent(query)}`;
  const { status, body } = await apimon.hosts.dashboards.fetch(`/influxdb/${path}`, {
    ...apimon.influxdb(user),
    ...(data === undefined ? {} : { data }),
  });
  return { status, body };
}

/** What Grafana of the other host gets for a query. */
async function shown(query: string) {
  const { uid } = await sourceOf("influxdb");
  const asked = new URLSearchParams({ q: query, db: "apimon" });
  const path = `/grafana/api/datasources/proxy/uid/${uid}/query?${asked}`;
  const { status, body } = await apimon.hosts.dashboards.fetch(path, grafana);
  return { status, body };
}

/** When each container was started. */
async function started(): Promise<Record<string, string>> {
  const all = await Promise.all(
    apimon
      .all()
      .map((host) =>
        host.exec(`podman ps --filter name=^podwatch- --format '${host.name}/{{.Names}} {{.StartedAt}}'`),
      ),
  );
  return Object.fromEntries(
    all
      .join("")
      .trim()
      .split("\n")
      .map((line) => line.split(" ") as [string, string]),
  );
}

/** Those that were started in between, without their prefixes. */
async function restartedSince(before: Record<string, string>): Promise<string[]> {
  const now = Object.entries(await started()).filter(([name, time]) => before[name] !== time);
  return now.map(([name]) => name.replace(/.*podwatch-/, "")).sort();
}

/** Runs a script in Telegraf's container. */
const inTelegraf = (script: string, options: RunOptions = {}) =>
  apimon.hosts.executor.exec(`podman exec -i podwatch-telegraf bash <<'SCRIPT'\n${script}\nSCRIPT`, options);

const counted = async (measurement: string) => {
  const { body } = await shown(`SELECT COUNT(value) FROM ${measurement}`);
  return Number(/,(\d+)\]\]/.exec(body)?.[1] ?? 0);
};

test("whoever writes may only write, and Grafana of another host may only read", async () => {
  const lines = "written,service=compute value=12";
  const query = "SELECT value FROM written";
  expect(await ask("", "write?db=apimon", { lines })).toMatchObject({ status: 401 });
  expect(await ask(`telegraf:${WRITER}`, "write?db=apimon", { lines })).toMatchObject({ status: 204 });
  expect(await ask(`telegraf:${WRITER}`, "query?db=apimon", { query })).toMatchObject({ status: 403 });
  expect(await ask("", "metrics")).toMatchObject({ status: 404 });
  expect(await ask("", "debug/vars")).toMatchObject({ status: 404 });
  expect(await shown(query)).toMatchObject({ status: 200, body: expect.stringContaining(",12]") });
  expect(await shown("DROP MEASUREMENT written")).toMatchObject({ status: 403 });
});

/** The series that rules and the board may ask for. */
const FIGURES = readFileSync(join(__dirname, "../dashboards/influxdb.metrics"), "utf8")
  .split("\n")
  .flatMap((line) => /^(influxdb_\w+) /.exec(line)?.[1] ?? []);

test("Prometheus has InfluxDB's figures of itself, by the Telegraf beside it, and InfluxDB has them not", async () => {
  const front = await apimon.front("dashboards");
  const asked = (expression: string) => metric(apimon.hosts.dashboards, expression, front);
  const of = 'instance="database"';
  const figures = await eventually(
    40,
    () => asked(`count by (__name__) ({__name__=~"influxdb_.*", ${of}})`),
    (found) => found.length >= FIGURES.length,
  );
  expect(figures.map((one) => one.metric.__name__)).toEqual(expect.arrayContaining(FIGURES));
  expect(await asked(`influxdb_httpd_pointsWrittenOK{${of}} > 0`)).toHaveLength(1);
  expect((await shown("SHOW MEASUREMENTS")).body).not.toMatch(/influxdb_|internal_/);
});

test("what is sent to Telegraf by statsd and as lines gets to InfluxDB and Prometheus", async () => {
  await inTelegraf(
    [
      "for i in 1 2 3 4 5 6 7 8 9 10; do",
      "  printf 'openstack.api.compute.GET.servers:%d|ms' $((i * 10)) >/dev/udp/127.0.0.1/8125",
      "done",
      "curl --silent --fail --data-binary 'jobs,name=lines value=7' 'http://127.0.0.1:8186/write?db=any'",
    ].join("\n"),
  );
  await eventually(
    40,
    async () => {
      const where = "method='GET' AND resource='servers'";
      return (await shown(`SELECT SUM("count"), MAX("90_percentile") FROM openstack_api WHERE ${where}`))
        .body;
    },
    (body) => body.includes(",10,100]"),
  );
  expect(await counted("jobs")).toBe(1);
  const front = await apimon.front("dashboards");
  await eventually(
    40,
    () =>
      // A minute after the last one Telegraf shows them no more.
      metric(
        apimon.hosts.dashboards,
        'max_over_time({__name__=~"openstack_api_90_percentile|jobs"}[10m])',
        front,
      ),
    (found) => found.length === 2,
  );
});

/** A thousand lines a second, by night for ten minutes. Telegraf writes each through to its disk: whoever sends more than that lets in is slowed down. */
const SECONDS = isNight ? 600 : 1;
const LINES = 1000;

test(`nothing is lost of ${SECONDS * LINES} lines that come in while InfluxDB is away`, async () => {
  await apimon.hosts.database.exec("systemctl stop podwatch-influxdb");
  const begun = Date.now();
  let sent = begun;
  try {
    await inTelegraf(
      [
        `begun=$(date +%s)`,
        `for second in $(seq ${SECONDS}); do`,
        "  until [ $(date +%s) -ge $((begun + second - 1)) ]; do sleep 0.1; done",
        `  awk -v second=$second -v now=$(date +%s) 'BEGIN { for (i = 0; i < ${LINES}; i++) printf "cut,second=%d value=%d %d%06d000\\n", second, i, now, i }' |`,
        "    curl --silent --fail --data-binary @- 'http://127.0.0.1:8186/write?db=any' || exit 1",
        "done",
      ].join("\n"),
      { timeout: 1200 },
    );
    sent = Date.now();
    // What waits outlives Telegraf itself.
    await apimon.hosts.executor.exec("systemctl restart podwatch-telegraf");
  } finally {
    await apimon.hosts.database.exec("systemctl start podwatch-influxdb");
  }
  const back = Date.now();
  await eventually(
    isNight ? 400 : 120,
    () => counted("cut"),
    (count) => count === SECONDS * LINES,
  );
  console.info(
    `${SECONDS} s of lines were sent within ${Math.round((sent - begun) / 1000)} s, away ${Math.round((back - begun) / 1000)} s, all there after ${Math.round((Date.now() - back) / 1000)} s`,
  );
}, 1_800_000);

nightly("a second executor runs the same from another zone", async () => {
  const second = { groups: ["monitors", "dashboards", "executors"], executor: { zone: "eu-de-2" } };
  await configure({}, { hosts: { dashboards: second } });
  await apimon.stack.up();
  const front = await apimon.front("dashboards");
  const runs = 'count by (zone) (increase(podwatch_executor_runs_total{job_name="keystone"}[2m]) > 0)';
  const zones = async () =>
    (await metric(apimon.hosts.dashboards, runs, front)).map(({ metric: of }) => of.zone).sort();
  await eventually(120, zones, (found) => found.join(" ") === "eu-de-1 eu-de-2");
  await eventually(
    60,
    async () =>
      (await shown('SELECT COUNT("duration") FROM executor_run WHERE time > now() - 2m GROUP BY zone')).body,
    (body) => body.includes('"eu-de-1"') && body.includes('"eu-de-2"'),
  );
  await configure();
  await apimon.stack.up();
  await eventually(150, zones, (found) => found.join(" ") === "eu-de-1");
});

test("an InfluxDB outside is read by a user of its own, whom only a run with an administrator's log-in makes or removes", async () => {
  const outside = await Influxd.start(HERE);
  const variable = "PODWATCH_INFLUXDB_ADMIN_CENTRAL";
  const users = async () => (await outside.query("SHOW USERS", ADMIN)).match(/apimon-[\w-]+/g);
  try {
    await outside.write(["elsewhere value=5"]);
    const central = { url: outside.url, databases: [DATABASE] };
    await configure({}, { grafana: { influxdb: { central } } });
    expect(await apimon.stack.failingUp()).toContain(variable);
    expect(await users()).toBeNull();
    process.env[variable] = `${ADMIN.user}:${ADMIN.password}`;
    await apimon.stack.up();
    delete process.env[variable];
    expect(await users()).toHaveLength(1);
    const query = { query: "SELECT last(value) FROM elsewhere", rawQuery: true, resultFormat: "time_series" };
    expect(await shows("influxdb", query, `InfluxDB central ${DATABASE}`)).toEqual([5]);
    expect(await apimon.stack.state()).not.toContain(ADMIN.password);

    await configure();
    expect(await apimon.stack.failingUp()).toContain(variable);
    expect(await users()).toHaveLength(1);
    process.env[variable] = `${ADMIN.user}:${ADMIN.password}`;
    await apimon.stack.up();
    expect(await users()).toBeNull();
  } finally {
    delete process.env[variable];
    await outside.stop();
  }
});

test("a backup is made while lines come in", async () => {
  const saved = await operate(apimon.stack, "backup", "--host", "database", "--to", join(files, "backup"));
  expect(saved).toHaveExited(0);
  expect(saved.stdout).toMatch(/^host database: influxdb: \d+ bytes in /m);
});

test("another password is taken in by those who have it, the old one is refused, and nobody else restarts", async () => {
  const before = await started();
  const newWriter = "another-writers-password";
  await configure({ "influxdb.writePassword": newWriter });
  await apimon.stack.up();
  expect(await restartedSince(before)).toEqual(["telegraf", "telegraf"]);
  const query = "SHOW DATABASES";
  expect(await ask(`telegraf:${WRITER}`, "query", { query })).toMatchObject({ status: 401 });
  expect(await ask(`telegraf:${newWriter}`, "query", { query })).toMatchObject({ status: 200 });

  const { user, password } = (await apimon.installation("database")).influxdb;
  expect(await ask(`${user}:${password}`, "query", { query })).toMatchObject({ status: 200 });
  const then = await started();
  const resources = JSON.parse(await apimon.stack.state()).deployment.resources as Array<{ urn: string }>;
  const replaced = resources.filter(({ urn }) =>
    /RandomPassword::.*influxdb-(admin|grafana)-password$/.test(urn),
  );
  expect(replaced).toHaveLength(2);
  await apimon.stack.up(...replaced.flatMap(({ urn }) => ["--replace", urn]));
  expect(await restartedSince(then)).toEqual(["grafana", "influxdb"]);
  expect(await ask(`${user}:${password}`, "query", { query })).toMatchObject({ status: 401 });
  const now = (await apimon.installation("database")).influxdb;
  expect(await ask(`${user}:${now.password}`, "query", { query })).toMatchObject({ status: 200 });
  expect(await shown("SELECT value FROM jobs")).toMatchObject({
    status: 200,
    body: expect.stringContaining(",7]"),
  });
  expect(await apimon.stack.state()).not.toContain(now.password);
});

test("what is changed inside InfluxDB is drift, and is repaired, whatever the administrator's password is", async () => {
  const { user, password } = (await apimon.installation("database")).influxdb;
  const change = (query: string) => ask(`${user}:${password}`, "query", { query });
  for (const query of [
    "GRANT ALL ON apimon TO grafana",
    "DROP USER telegraf",
    "ALTER RETENTION POLICY autogen ON apimon DURATION 2d",
  ]) {
    expect(await change(query)).toMatchObject({ status: 200 });
  }
  const found = await operate(apimon.stack, "drift");
  expect(found).toHaveExited(2);
  expect(found.stdout).toMatch(/influxdb +rights +changed +grafana/);
  expect(found.stdout).toMatch(/influxdb +retention +changed +apimon/);
  expect(found.stdout).toMatch(/influxdb +log-in +changed +telegraf/);
  expect(await change(`SET PASSWORD FOR ${user} = 'somebody-elses'`)).toMatchObject({ status: 200 });
  expect((await operate(apimon.stack, "drift")).stdout).toMatch(
    new RegExp(`influxdb +log-in +changed +${user}`),
  );
  expect(await operate(apimon.stack, "repair")).toHaveExited(0);
  expect(await operate(apimon.stack, "drift")).toHaveExited(0);
  expect(await change("SHOW DATABASES")).toMatchObject({ status: 200 });
  expect(await counted("jobs")).toBe(1);
});

test("a backup of before brings back the lines of then; who may log in is as it is now", async () => {
  const { user, password } = (await apimon.installation("database")).influxdb;
  expect(
    await ask(`${user}:${password}`, "query?db=apimon", { query: "DROP MEASUREMENT jobs" }),
  ).toMatchObject({
    status: 200,
  });
  expect(await counted("jobs")).toBe(0);
  const from = ["--host", "database", "--service", "influxdb", "--from", join(files, "backup")];
  expect(await operate(apimon.stack, "restore", ...from, "--force")).toHaveExited(0);
  expect(await counted("jobs")).toBe(1);
  const query = "SHOW DATABASES";
  expect(await ask(`telegraf:${WRITER}`, "query", { query })).toMatchObject({ status: 401 });
  expect(await ask(`${user}:${password}`, "query", { query })).toMatchObject({ status: 200 });
  expect(await operate(apimon.stack, "drift")).toHaveExited(0);
});

test("destroy leaves nothing on any of them", async () => {
  await apimon.stack.destroy();
  await apimon.distrust();
  expect(await everything()).toEqual(before);
});
