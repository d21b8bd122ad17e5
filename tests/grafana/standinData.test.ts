import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { admin, dashboard, type Site, startSite } from "./site";

let site: Site;
let grafana: Site["grafana"];
let prometheus: Site["prometheus"];

beforeAll(async () => {
  site = await startSite();
  ({ grafana, prometheus } = site);
}, 180_000); // a first build compiles the standard library

afterAll(() => site?.close());

describe("data sources", () => {
  const source = "/grafana/api/datasources/uid/PBFA97CFB590B2093";
  const query = (body: object) => grafana.ask("/grafana/api/ds/query", { method: "POST", body, ...admin });
  const datasource = { uid: "PBFA97CFB590B2093", type: "prometheus" };

  test("provisioned with variables filled in, secrets kept back, and a uid from the name where none is given", async () => {
    const { json, text } = await grafana.ask(source, admin);
    expect(json).toMatchObject({
      name: "Prometheus",
      isDefault: true,
      readOnly: true,
      secureJsonFields: { httpHeaderValue1: true },
    });
    expect(text + grafana.data() + grafana.log).not.toContain("tenant-7");
    const uid = `P${createHash("sha256").update("Prometheus 2").digest("hex").slice(0, 16).toUpperCase()}`;
    const all = (await grafana.ask("/grafana/api/datasources", admin)).json as { uid: string }[];
    expect(all.map((one) => one.uid)).toEqual(["PBFA97CFB590B2093", uid]);
    const removal = await grafana.ask(source, { method: "DELETE", ...admin });
    expect([removal.status, removal.json.message]).toEqual([403, "Cannot delete read-only data source"]);
    expect((await grafana.ask("/grafana/api/datasources/uid/none", admin)).status).toBe(404);
  });

  test("health really asks Prometheus, with the data source's own header and without ours", async () => {
    const good = await grafana.ask(`${source}/health`, admin);
    expect([good.status, good.json]).toEqual([
      200,
      expect.objectContaining({ status: "OK", message: "Successfully queried the Prometheus API." }),
    ]);
    const seen = prometheus.seen.at(-1);
    expect([seen?.path, seen?.headers["x-scope"], seen?.headers.authorization]).toEqual([
      "/prometheus/api/v1/query",
      "tenant-7",
      undefined,
    ]);
    const other = (await grafana.ask("/grafana/api/datasources", admin)).json[1].uid;
    const bad = await grafana.ask(`/grafana/api/datasources/uid/${other}/health`, admin);
    expect([bad.status, bad.json.status]).toEqual([400, "ERROR"]);
    expect(bad.json.message).toMatch(
      /connection refused - There was an error returned querying the Prometheus API\.$/,
    );
  });

  test("a range query fills in the variables and comes back as frames", async () => {
    const queries = [
      {
        refId: "A",
        datasource,
        expr: "rate(up[$__rate_interval])",
        legendFormat: "{{job}}!",
        maxDataPoints: 120,
      },
    ];
    const { status, json } = await query({ from: "1700000000000", to: "1700003600000", queries });
    expect(status).toBe(200);
    const [frame] = json.results.A.frames;
    expect(frame.schema.fields).toEqual([
      { name: "Time", type: "time", config: { interval: 30000 } },
      {
        name: "Value",
        type: "number",
        labels: { __name__: "up", instance: "bridge:80", job: "gateways" },
        config: { displayNameFromDS: "gateways!" },
      },
    ]);
    expect(frame.data).toEqual({
      values: [
        [1000000, 1015500],
        [1, null],
      ],
    });
    const form = Object.fromEntries(prometheus.seen.at(-1)?.form ?? []);
    expect(form).toEqual({ query: "rate(up[35s])", step: "30", start: "1699999980", end: "1700003580" });
  });

  test("instant queries, no data, and a failing query beside a good one", async () => {
    const instant = await query({
      from: "now-1h",
      to: "now",
      queries: [{ refId: "I", datasource, expr: "up", instant: true }],
    });
    expect(instant.json.results.I.frames[0].data.values).toEqual([[1000000], [1]]);
    const none = await query({
      from: "now-1h",
      to: "now",
      queries: [{ refId: "N", datasource, expr: "absent_metric" }],
    });
    expect(none.json.results.N.frames[0].data).toEqual({ values: [] });
    const mixed = await query({
      from: "now-1h",
      to: "now",
      queries: [
        { refId: "A", datasource, expr: "up" },
        { refId: "B", datasource, expr: "broken(" },
      ],
    });
    expect(mixed.status).toBe(400);
    expect(mixed.json.results.A.status).toBe(200);
    expect(mixed.json.results.B).toMatchObject({
      status: 400,
      error: expect.stringContaining("bad_data: invalid parameter"),
    });
  });

  test("what cannot be asked is refused", async () => {
    expect((await query({ from: "now-1h", to: "now", queries: [] })).json.messageId).toBe("query.noQueries");
    expect((await query({ from: "soon", to: "now", queries: [{ datasource }] })).json.messageId).toBe(
      "query.invalidTimeRange",
    );
    const lost = await query({
      from: "now-1h",
      to: "now",
      queries: [{ datasource: { uid: "lost" }, expr: "up" }],
    });
    expect([lost.status, lost.json.message]).toEqual([404, "Data source not found"]);
  });

  test("the proxy of a data source reaches Prometheus", async () => {
    const proxy = "/grafana/api/datasources/proxy/uid/PBFA97CFB590B2093";
    const { json } = await grafana.ask(`${proxy}/api/v1/label/job/values`, admin);
    expect(json).toEqual({ status: "success", data: ["gateways"] });
    const headers = prometheus.seen.at(-1)?.headers;
    expect([headers?.["x-scope"], headers?.authorization]).toEqual(["tenant-7", undefined]);
  });
});

describe("dashboards", () => {
  const address = "/grafana/api/dashboards/uid/Afi9GToZz";

  test("provisioned into their folder; a broken file is logged and the rest loads", async () => {
    const { json } = await grafana.ask(address, admin);
    expect(json.meta).toMatchObject({
      provisioned: true,
      provisionedExternalId: "gateway.json",
      folderTitle: "Gateways",
    });
    expect(json.dashboard.panels[0].targets[0].expr).toBe("up");
    const found = (await grafana.ask("/grafana/api/search?type=dash-db&query=gate", admin)).json;
    expect(found).toEqual([expect.objectContaining({ uid: "Afi9GToZz", folderTitle: "Gateways" })]);
    expect(grafana.log).toMatch(/level=error msg="failed to load dashboard from " file=\S+broken\.json/);
  });

  test("a swapped symbolic link is noticed: changed files are loaded, missing ones disappear", async () => {
    const { id } = (await grafana.ask(address, admin)).json.dashboard;
    grafana.write("dashboards/v2/gateway.json", dashboard("Afi9GToZz", "Gateway, new"));
    grafana.write("dashboards/v2/more.json", dashboard("more", "More"));
    grafana.link("v2", "dashboards/current");
    const changed = await grafana.until(
      address,
      admin.auth,
      ({ json }) => json.dashboard?.title === "Gateway, new",
    );
    expect([changed.json.dashboard.id, changed.json.dashboard.version]).toEqual([id, 2]);
    rmSync(`${grafana.root}/dashboards/v2/more.json`);
    grafana.write("dashboards/v2/gateway.json", "{");
    await grafana.until("/grafana/api/dashboards/uid/more", admin.auth, ({ status }) => status === 404);
    // A file that broke takes nothing away.
    expect((await grafana.ask(address, admin)).status).toBe(200);
  });

  test("a reload applies the files at once, and a bad file leaves what is there", async () => {
    const reload = () =>
      grafana.ask("/grafana/api/admin/provisioning/dashboards/reload", { method: "POST", ...admin });
    expect((await reload()).json).toEqual({ message: "Dashboards config reloaded" });
    grafana.write(
      "provisioning/dashboards/bad.yaml",
      "apiVersion: 1\nproviders: [{ name: bad, options: {} }]",
    );
    expect((await reload()).status).toBe(500);
    await grafana.logged("path param is not a string");
    rmSync(`${grafana.root}/provisioning/dashboards/bad.yaml`);
    expect((await grafana.ask(address, admin)).status).toBe(200);
  });
});
