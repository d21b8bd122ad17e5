// The stand-in's InfluxQL against a real InfluxDB, and every query of the shipped dashboards that are in InfluxQL.
import { rmSync } from "node:fs";
import { SHIPPED_DASHBOARDS, shippedDashboards } from "../../dashboards/shipped";
import { type Dashboard, panelQueries } from "../../operate/dashboard";
import { DATABASE, Influxd, READER } from "./influxd";
import { build, StandIn } from "./standin";

const PASSWORD = "a-first-password";
const AUTH = `admin:${PASSWORD}`;

const sources = (url: string) => `
apiVersion: 1
datasources:
  - name: InfluxDB
    uid: in
    type: influxdb
    url: ${url}
    basicAuth: true
    basicAuthUser: ${READER.user}
    jsonData: { version: InfluxQL, httpMode: POST, dbName: ${DATABASE} }
    secureJsonData: { basicAuthPassword: ${READER.password} }
  - name: Flux
    uid: flux
    type: influxdb
    url: ${url}
    jsonData: { version: Flux }
`;

let influxd: Influxd;
let grafana: StandIn;
let programs: string;

/** As Telegraf and the executor write them; two zones, one call that fails, one that is refused, one run that fails. */
function lines(now: number): string[] {
  const at = (seconds: number) => (now - seconds * 1000) * 1_000_000;
  const call = (zone: string, status: string, fields: string, seconds: number) =>
    `openstack_api,host=h,zone=${zone},job_name=list,service=compute,method=GET,resource=servers,status=${status} attempted=1i,${fields} ${at(seconds)}`;
  const run = (zone: string, result: string, fields: string, seconds: number) =>
    `executor_run,host=h,zone=${zone},job_name=list,result=${result} late=0.1,${fields} ${at(seconds)}`;
  return ["north", "south"].flatMap((zone) => [
    ...[10, 20, 30, 40].map((duration, index) =>
      call(zone, "200", `duration=${duration}i,error=0i`, 10 + index),
    ),
    call(zone, "503", "duration=900i,error=1i", 20),
    call(zone, "none", "failed=1i,error=1i", 21),
    call(zone, "404", "duration=5i,error=0i", 22),
    run(zone, "ok", "duration=1.5,result_code=0i,failed=0i,status=0i", 30),
    run(zone, "failed", 'duration=2.5,result_code=2i,failed=1i,status=1i,text="said \\"503\\", gave up"', 20),
  ]);
}

beforeAll(async () => {
  influxd = await Influxd.start();
  await influxd.write(lines(Date.now()));
  programs = build();
  grafana = new StandIn(
    programs,
    { "provisioning/datasources/influxdb.yaml": sources(influxd.url) },
    { GF_SECURITY_ADMIN_PASSWORD: PASSWORD },
  );
  await grafana.start();
}, 300_000);

afterAll(async () => {
  await grafana?.remove();
  await influxd?.stop();
  if (programs) rmSync(programs, { recursive: true, force: true });
});

const DATASOURCE = { type: "influxdb", uid: "in" };

async function ask(query: string, more: object = {}) {
  const queries = [
    { refId: "A", datasource: DATASOURCE, rawQuery: true, query, intervalMs: 60_000, ...more },
  ];
  const body = { from: "now-15m", to: "now", queries };
  const { json } = await grafana.ask("/api/ds/query", { method: "POST", body, auth: AUTH });
  return json.results?.A ?? json;
}

const CALLS = 'FROM "openstack_api" WHERE $timeFilter';

test("one frame for each series, named by the alias, with its tags", async () => {
  const alias = "$tag_zone of $m, $col, $tag_lost";
  const { frames } = await ask(`SELECT PERCENTILE("duration", 50) ${CALLS} GROUP BY "zone"`, { alias });
  expect(frames).toHaveLength(2);
  const [time, value] = frames[0].schema.fields;
  expect(time).toEqual({ name: "Time", type: "time", config: null });
  expect(value).toEqual({
    name: "Value",
    type: "number",
    labels: { zone: "north" },
    config: { displayNameFromDS: "north of openstack_api, percentile, $tag_lost" },
  });
  expect(frames[0].data.values[1]).toEqual([20]);
  const [first] = (await ask(`SELECT MAX("duration") ${CALLS} GROUP BY "zone"`)).frames;
  expect(first.schema.name).toBe("openstack_api.max { zone: north }");
});

test("the interval of the panel groups in time", async () => {
  const grouped = (intervalMs: number) =>
    ask(`SELECT SUM("attempted") ${CALLS} GROUP BY time($__interval) fill(0)`, { intervalMs });
  const [minutes] = (await grouped(60_000)).frames;
  expect(minutes.data.values[0][1] - minutes.data.values[0][0]).toBe(60_000);
  expect(minutes.data.values[1].reduce((sum: number, one: number) => sum + one)).toBe(14);
  // Written in one unit, rounded down.
  const [other] = (await grouped(90_000)).frames;
  expect(other.data.values[0][1] - other.data.values[0][0]).toBe(60_000);
});

test("a table has the columns of the query, and texts", async () => {
  const { frames } = await ask(
    `SELECT "text" AS "Text", "zone" AS "Zone", "duration" FROM "executor_run" WHERE $timeFilter ORDER BY time DESC LIMIT 2`,
    { resultFormat: "table" },
  );
  expect(frames).toHaveLength(1);
  expect(
    frames[0].schema.fields.map(({ name, type }: { name: string; type: string }) => [name, type]),
  ).toEqual([
    ["Time", "time"],
    ["Text", "string"],
    ["Zone", "string"],
    ["duration", "number"],
  ]);
  expect(frames[0].data.values[1]).toEqual(['said "503", gave up', 'said "503", gave up']);
  const one = await ask(`SELECT MAX("duration") ${CALLS} GROUP BY "zone"`, { resultFormat: "table" });
  expect(one.frames[0].data.values.slice(1)).toEqual([
    ["north", "south"],
    [900, 900],
  ]);
});

test("values of a tag, and no data", async () => {
  const { frames } = await ask('SHOW TAG VALUES FROM "openstack_api" WITH KEY = "zone"');
  expect(frames[0].data.values).toEqual([["north", "south"]]);
  expect((await ask('SELECT "duration" FROM "nothing" WHERE $timeFilter')).frames).toEqual([]);
});

test.each([
  [`SELECT MAX("duration") ${CALLS} AND "zone" =~ /^$zone$/`, {}, "does not know $zone"],
  ["SELECT MAX(duration) FROM openstack_api WHERE $__timeFilter", {}, "does not know $__timeFilter"],
  ['DROP MEASUREMENT "openstack_api"', {}, "one SELECT or SHOW TAG VALUES only"],
  [`SELECT * INTO "other" ${CALLS}`, {}, "one SELECT or SHOW TAG VALUES only"],
  [`SELECT * ${CALLS}; SHOW DATABASES`, {}, "one SELECT or SHOW TAG VALUES only"],
  [`SELECT * ${CALLS}`, { resultFormat: "logs" }, 'no answers in the format "logs"'],
  [`SELECT * ${CALLS}`, { rawQuery: false }, "raw queries only"],
  [`SELECT * ${CALLS}`, { policy: "other" }, "default retention policy only"],
  [`SELECT MAX("duration") ${CALLS} GROUP BY zone, service`, { resultFormat: "table" }, "one tag at most"],
  [`SELECT * ${CALLS}`, { datasource: { uid: "flux" } }, "in InfluxQL only, not in Flux"],
  ["SELECT duration FRM openstack_api", {}, "InfluxDB returned error: error parsing query"],
  ['SELECT MEDIAN("text") FROM "executor_run" WHERE $timeFilter', {}, "unsupported median"],
])("refused: %s %j", async (query, more, reason) => {
  expect((await ask(query, more)).error).toContain(reason);
});

test("health counts measurements, and tells a wrong log-in", async () => {
  const health = (uid: string) => grafana.ask(`/api/datasources/uid/${uid}/health`, { auth: AUTH });
  expect((await health("in")).json).toEqual({
    status: "OK",
    message: "datasource is working. 2 measurements found",
  });
  expect((await health("flux")).json.message).toContain("InfluxQL only");
  await influxd.query(`SET PASSWORD FOR ${READER.user} = 'another'`, {
    user: "admin",
    password: "of-the-administrator",
  });
  expect((await health("in")).json).toMatchObject({
    status: "ERROR",
    message: expect.stringContaining("InfluxDB returned error: authorization failed"),
  });
  await influxd.query(`SET PASSWORD FOR ${READER.user} = '${READER.password}'`, {
    user: "admin",
    password: "of-the-administrator",
  });
});

const boards = Object.entries(shippedDashboards(SHIPPED_DASHBOARDS, DATASOURCE.uid))
  .map(([file, text]): [string, Dashboard] => [file, JSON.parse(text)])
  .filter(([, { panels }]) => JSON.stringify(panels).includes('"influxdb"'));

test("there are such dashboards", () => {
  expect(boards.map(([file]) => file)).toEqual(["api-influxdb.json", "scenarios-influxdb.json"]);
});

describe.each(boards)("%s", (_, board) => {
  test.each(["", "south"])("every query of every panel has data in the zone %j", async (zone) => {
    const variables: Record<string, string> = zone === "" ? {} : { zone };
    const panels = panelQueries(board, { from: "now-15m", variables });
    const answers = await Promise.all(
      panels.map(async ({ panel, body }) => {
        const { json } = await grafana.ask("/api/ds/query", { method: "POST", body, auth: AUTH });
        const { A } = json.results;
        const series = (A.frames ?? []).filter(({ data }: { data: { values: unknown[][] } }) =>
          data.values.slice(1).some((column) => column.some((value) => value !== null)),
        );
        return [panel, A.error ?? series.length > 0];
      }),
    );
    expect(Object.fromEntries(answers)).toEqual(Object.fromEntries(panels.map(({ panel }) => [panel, true])));
  });

  test("the variable has values", async () => {
    const [variable] = board.templating?.list ?? [];
    const { frames } = await ask(String(variable?.query));
    expect(frames[0].data.values).toEqual([["north", "south"]]);
  });
});
