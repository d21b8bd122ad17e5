// InfluxDB on a host of its own: Telegraf and Grafana of another host write and read there through the front, each with a user whose
// password and rights are brought about whatever was there before.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { eventually, LabHost, provideImages } from "./support/lab";
import { isNight } from "./support/nightly";
import { operate } from "./support/operate";
import { query as metric } from "./support/queries";
import { connection, Stack } from "./support/stack";

jest.setTimeout(600_000);

const WRITER = "a-writers-password-0123";
const ALICE = "of-alice-at-the-front-0123";

let database: LabHost;
let monitor: LabHost;
let stack: Stack;

const entry = (host: LabHost, groups: readonly string[]) => {
  const { name: _, ...login } = connection("operator", host);
  return [host.name, { ...login, groups }];
};

const settings = (influxdb: object = {}) => ({
  hosts: Object.fromEntries([
    entry(database, ["databases"]),
    entry(monitor, ["monitors", "dashboards", "executors"]),
  ]),
  front: { bind: "0.0.0.0", auth: { users: { alice: {} } } },
  gateways: { enabled: false },
  prometheus: { data: "delete", scrapeInterval: "2s", evaluationInterval: "2s" },
  grafana: { data: "delete" },
  telegraf: { enabled: true, data: "delete" },
  influxdb: { data: "delete", databases: { apimon: { retention: "30d" } }, ...influxdb },
});

const configure = (given: object, passwords: Readonly<Record<string, string>> = {}) =>
  stack.configure(
    { ...given },
    {
      "influxdb.writePassword": WRITER,
      "front.auth.users.alice.password": ALICE,
      ...passwords,
    },
  );

const CA = "/root/authority.pem";

interface Asked {
  readonly query?: string;
  readonly lines?: string;
}

/** What InfluxDB answers another host at its front. */
async function ask(user: string, path: string, { query, lines }: Asked = {}) {
  const data = query === undefined ? lines : `q=${encodeURIComponent(query)}`;
  const { status, body } = await monitor.fetch(`/influxdb/${path}`, {
    of: database,
    port: 443,
    ca: CA,
    user,
    ...(data === undefined ? {} : { data }),
  });
  return { status, body };
}

interface Installation {
  readonly grafana: { readonly user: string; readonly password: string };
  readonly influxdb: { readonly url: string; readonly user: string; readonly password: string };
}

async function installation(host: LabHost): Promise<Installation> {
  const all = await stack.output<Record<string, Installation>>("installations");
  return all[host.name] as Installation;
}

/** What Grafana of the other host gets for a query. */
async function shown(query: string) {
  const { user, password } = (await installation(monitor)).grafana;
  const at = { port: 443, ca: CA, user: `${user}:${password}`, of: monitor };
  const sources = JSON.parse((await monitor.fetch("/grafana/api/datasources", at)).body) as Array<{
    uid: string;
    type: string;
  }>;
  const source = sources.find(({ type }) => type === "influxdb");
  const asked = new URLSearchParams({ q: query, db: "apimon" });
  const path = `/grafana/api/datasources/proxy/uid/${source?.uid}/query?${asked}`;
  const { status, body } = await monitor.fetch(path, at);
  return { status, body };
}

/** When each container was started. */
async function started(): Promise<Record<string, string>> {
  const all = await Promise.all(
    [database, monitor].map((host) =>
      host.exec(`podman ps --format '${host.name}/{{.Names}} {{.StartedAt}}'`),
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

/** Runs a script in a container beside Telegraf. */
const beside = (script: string) =>
  monitor.exec(`podman exec -i podwatch-grafana bash <<'SCRIPT'\n${script}\nSCRIPT`);

/** The series that rules and the board may ask for. */
const FIGURES = readFileSync(join(__dirname, "../dashboards/influxdb.metrics"), "utf8")
  .split("\n")
  .flatMap((line) => /^(influxdb_\w+) /.exec(line)?.[1] ?? []);

/** How the monitor's front is asked. */
const asAlice = () => ({ port: 443, ca: CA, of: monitor, user: `alice:${ALICE}` });

const counted = async (measurement: string) => {
  const { body } = await shown(`SELECT COUNT(value) FROM ${measurement}`);
  return Number(/,(\d+)\]\]/.exec(body)?.[1] ?? 0);
};

beforeAll(async () => {
  [database, monitor] = (await LabHost.bootAll(["test-influxdb", "test-influxmon"])) as [LabHost, LabHost];
  await provideImages("influxdb", "telegraf");
  stack = await Stack.create("influxdb", settings());
  await configure(settings());
}, 1_800_000);

afterAll(async () => {
  await stack?.destroy();
  await stack?.dispose();
  await database?.down();
  await monitor?.down();
});

test("whoever writes may only write, and Grafana of another host may only read", async () => {
  await stack.up();
  const certificate = await stack.output<string>("authority");
  await monitor.exec(`cat >${CA} <<'PEM'\n${certificate}PEM`);
  const lines = "openstack_api,service=compute,method=GET value=12";
  const query = "SELECT value FROM openstack_api";
  expect(await ask("", "write?db=apimon", { lines })).toMatchObject({ status: 401 });
  expect(await ask(`telegraf:${WRITER}`, "write?db=apimon", { lines })).toMatchObject({ status: 204 });
  expect(await ask(`telegraf:${WRITER}`, "query?db=apimon", { query })).toMatchObject({ status: 403 });
  expect(await ask("", "metrics")).toMatchObject({ status: 404 });
  expect(await ask("", "debug/vars")).toMatchObject({ status: 404 });
  expect(await shown(query)).toMatchObject({ status: 200, body: expect.stringContaining(",12]") });
  expect(await shown("DROP MEASUREMENT openstack_api")).toMatchObject({ status: 403 });
  expect((await stack.up()).updated).toBeUndefined();
  expect(await operate(stack, "drift")).toMatchObject({ code: 0 });
});

test("Prometheus of another host has InfluxDB's figures of itself, by the Telegraf beside it", async () => {
  const figures = await eventually(
    40,
    () =>
      metric(
        monitor,
        `count by (__name__) ({__name__=~"influxdb_.*", instance="${database.name}"})`,
        asAlice(),
      ),
    (found) => found.length >= FIGURES.length,
  );
  expect(figures.map((one) => one.metric.__name__).sort()).toEqual(expect.arrayContaining(FIGURES));
  const stored = `influxdb_httpd_pointsWrittenOK{instance="${database.name}"} > 0`;
  expect(await metric(monitor, stored, asAlice())).toHaveLength(1);
  const { body } = await shown("SHOW MEASUREMENTS");
  expect(body).not.toMatch(/influxdb_|internal_/);
});

test("what is sent to Telegraf by statsd and as lines gets to InfluxDB and Prometheus", async () => {
  await beside(
    [
      "for i in 1 2 3 4 5 6 7 8 9 10; do",
      "  printf 'openstack.api.compute.GET.servers:%d|ms' $((i * 10)) >/dev/udp/podwatch-telegraf/8125",
      "done",
      "curl --silent --fail --data-binary 'jobs,name=lines value=7' 'http://podwatch-telegraf:8186/write?db=any'",
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
  await eventually(
    40,
    () =>
      metric(
        monitor, // A minute after the last one Telegraf shows them no more.
        'max_over_time({__name__=~"openstack_api_90_percentile|jobs"}[10m])',
        asAlice(),
      ),
    (found) => found.length === 2,
  );
});

/** Telegraf writes each through to its disk, which takes a millisecond or two: whoever sends more is slowed down. */
const BATCHES = isNight ? 2000 : 10;
const BATCH = 100;

test(`nothing is lost of ${BATCHES * BATCH} lines that come in while InfluxDB is away`, async () => {
  await database.exec("systemctl stop podwatch-influxdb");
  const begun = Date.now();
  try {
    await beside(
      [
        `for batch in $(seq ${BATCHES}); do`,
        `  awk -v batch=$batch -v now=$(date +%s) 'BEGIN { for (i = 0; i < ${BATCH}; i++) printf "cut,batch=%d value=%d %d%06d000\\n", batch, i, now, i }' |`,
        "    curl --silent --fail --data-binary @- 'http://podwatch-telegraf:8186/write?db=any' || exit 1",
        "done",
      ].join("\n"),
    );
    // What waits outlives Telegraf itself.
    await monitor.exec("systemctl restart podwatch-telegraf");
  } finally {
    await database.exec("systemctl start podwatch-influxdb");
  }
  const back = Date.now();
  await eventually(
    120,
    () => counted("cut"),
    (count) => count === BATCHES * BATCH,
  );
  console.info(
    `away ${Math.round((back - begun) / 1000)} s, all there after ${Math.round((Date.now() - back) / 1000)} s`,
  );
});

test("another password is taken in by those who have it, the old one is refused, and nobody else restarts", async () => {
  const before = await started();
  const newWriter = "another-writers-password";
  await configure(settings(), { "influxdb.writePassword": newWriter });
  await stack.up();
  expect(await restartedSince(before)).toEqual(["telegraf"]);
  const query = "SHOW DATABASES";
  expect(await ask(`telegraf:${WRITER}`, "query", { query })).toMatchObject({ status: 401 });
  expect(await ask(`telegraf:${newWriter}`, "query", { query })).toMatchObject({ status: 200 });

  const { user, password } = (await installation(database)).influxdb;
  expect(await ask(`${user}:${password}`, "query", { query })).toMatchObject({ status: 200 });
  const then = await started();
  const resources = JSON.parse(await stack.state()).deployment.resources as Array<{ urn: string }>;
  const replaced = resources.filter(({ urn }) =>
    /RandomPassword::.*influxdb-(admin|grafana)-password$/.test(urn),
  );
  expect(replaced).toHaveLength(2);
  await stack.up(...replaced.flatMap(({ urn }) => ["--replace", urn]));
  expect(await restartedSince(then)).toEqual(["grafana", "influxdb"]);
  expect(await ask(`${user}:${password}`, "query", { query })).toMatchObject({ status: 401 });
  const now = (await installation(database)).influxdb;
  expect(await ask(`${user}:${now.password}`, "query", { query })).toMatchObject({ status: 200 });
  expect(await shown("SELECT value FROM jobs")).toMatchObject({
    status: 200,
    body: expect.stringContaining(",7]"),
  });
  expect(await stack.state()).not.toContain(now.password);
});

test("what is changed inside InfluxDB is drift, and is repaired, whatever the administrator's password is", async () => {
  const { user, password } = (await installation(database)).influxdb;
  const change = (query: string) => ask(`${user}:${password}`, "query", { query });
  for (const query of [
    "GRANT ALL ON apimon TO grafana",
    "DROP USER telegraf",
    "ALTER RETENTION POLICY autogen ON apimon DURATION 2d",
  ]) {
    expect(await change(query)).toMatchObject({ status: 200 });
  }
  const found = await operate(stack, "drift");
  expect(found).toHaveExited(2);
  expect(found.stdout).toMatch(/influxdb +rights +changed +grafana/);
  expect(found.stdout).toMatch(/influxdb +retention +changed +apimon/);
  expect(found.stdout).toMatch(/influxdb +log-in +changed +telegraf/);
  expect(await change(`SET PASSWORD FOR ${user} = 'somebody-elses'`)).toMatchObject({ status: 200 });
  expect((await operate(stack, "drift")).stdout).toMatch(new RegExp(`influxdb +log-in +changed +${user}`));
  expect(await operate(stack, "repair")).toHaveExited(0);
  expect(await operate(stack, "drift")).toHaveExited(0);
  expect(await change("SHOW DATABASES")).toMatchObject({ status: 200 });
  expect(await counted("jobs")).toBe(1);
});
