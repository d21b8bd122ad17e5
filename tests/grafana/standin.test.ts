import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { type Ask, build, FakePrometheus, StandIn } from "./standin";

const password = "a-first-password";
const admin = { auth: `admin:${password}` };

let binaryDir: string;
const prometheus = new FakePrometheus();
let grafana: StandIn;

const dataSources = (url: string) => `
apiVersion: 1
datasources:
  - name: Prometheus
    uid: PBFA97CFB590B2093
    type: prometheus
    access: proxy
    url: ${url}
    isDefault: $IS_DEFAULT
    jsonData: { timeInterval: 5s, httpHeaderName1: X-Scope }
    secureJsonData: { httpHeaderValue1: "$__file{@ROOT@/scope}" }
  - { name: Prometheus 2, type: prometheus, url: "http://127.0.0.1:1" }
`;
const provider = `
apiVersion: 1
providers:
  - { name: gateways, folder: Gateways, updateIntervalSeconds: 1, options: { path: "@ROOT@/dashboards/current" } }
`;
const dashboard = (uid: string, title: string) =>
  JSON.stringify({ uid, title, panels: [{ title: "Up", targets: [{ refId: "A", expr: "up" }] }] });

beforeAll(async () => {
  binaryDir = build();
  const url = await prometheus.listen();
  grafana = new StandIn(
    binaryDir,
    {
      "provisioning/datasources/prometheus.yaml": dataSources(url),
      "provisioning/dashboards/gateways.yaml": provider,
      "dashboards/v1/gateway.json": dashboard("Afi9GToZz", "Gateway"),
      "dashboards/v1/broken.json": '{ "title": "cut off',
      password,
      scope: "tenant-7\n",
    },
    {
      GF_SERVER_ROOT_URL: "http://localhost/grafana/",
      GF_SERVER_SERVE_FROM_SUB_PATH: "true",
      GF_LIVE_ALLOWED_ORIGINS: "https://*.example.org",
      IS_DEFAULT: "true",
    },
  );
  grafana.env.GF_SECURITY_ADMIN_PASSWORD__FILE = `${grafana.root}/password`;
  grafana.link("v1", "dashboards/current");
  await grafana.start();
}, 180_000); // a first build compiles the standard library

afterAll(async () => {
  await grafana?.remove();
  prometheus.close();
  rmSync(binaryDir, { recursive: true, force: true });
});

describe("sub-path", () => {
  test("health is served below and, like every API, beside the sub-path", async () => {
    for (const path of ["/grafana/api/health", "/api/health"]) {
      const { status, json } = await grafana.ask(path);
      expect([status, json]).toEqual([
        200,
        { database: "ok", version: expect.stringMatching(/^\d+\.\d+\.\d+/), commit: "stand-in" },
      ]);
    }
  });

  test("anything else beside it is sent to root_url", async () => {
    const { status, headers } = await grafana.ask("/metrics");
    expect([status, headers.location]).toEqual([301, "http://localhost/grafana/metrics"]);
    expect((await grafana.ask("/grafana/metrics")).text).toContain("grafana_stat_totals_dashboard 1\n");
  });

  test("pages ask for a login and keep to the sub-path; every page says that it is a stand-in", async () => {
    const page = await grafana.ask("/grafana/d/Afi9GToZz");
    expect([page.status, page.headers.location]).toEqual([
      302,
      "/grafana/login?redirectTo=%2Fgrafana%2Fd%2FAfi9GToZz",
    ]);
    for (const path of ["/grafana/", "/grafana/login", "/grafana/d/Afi9GToZz/gateway"]) {
      const { text } = await grafana.ask(path, path.endsWith("login") ? {} : admin);
      expect(text).toContain("Stand-in for Grafana (lab only)");
      for (const [, address] of text.matchAll(/(?:href|src)="([^"]*)"/g))
        expect(address).toMatch(/^(\/grafana\/|data:)/);
    }
    expect(grafana.log).toContain("Stand-in for Grafana (lab only)");
  });
});

describe("signing in", () => {
  const login = (user: string, pass: string, more: Ask = {}) =>
    grafana.ask("/grafana/login", { method: "POST", body: { user, password: pass }, ...more });
  const refusal = {
    message: "Invalid username or password",
    messageId: "password-auth.failed",
    statusCode: 401,
    traceID: "",
  };

  test("the right password gives a session, which a logout ends", async () => {
    const { status, headers, json } = await login("admin", password);
    expect([status, json]).toEqual([200, { message: "Logged in", redirectUrl: "/grafana/" }]);
    const cookie = headers["set-cookie"]?.[0] ?? "";
    expect(cookie).toMatch(
      /^grafana_session=[0-9a-f]{32}; Path=\/grafana; Max-Age=\d+; HttpOnly; SameSite=Lax$/,
    );
    const session = { Cookie: cookie.split(";")[0] ?? "" };
    expect((await grafana.ask("/grafana/api/user", { headers: session })).json.login).toBe("admin");
    await grafana.ask("/grafana/logout", { headers: session });
    expect((await grafana.ask("/grafana/api/user", { headers: session })).status).toBe(401);
  });

  test("nobody, the default password and unknown users get in nowhere", async () => {
    expect((await grafana.ask("/grafana/api/search")).json).toMatchObject({
      messageId: "auth.unauthorized",
      statusCode: 401,
    });
    expect((await grafana.ask("/grafana/api/user", { auth: "admin:admin" })).json).toEqual(refusal);
    expect((await login("nobody", "admin")).json).toEqual(refusal);
    expect((await login("admin", "")).json.messageId).toBe("password-auth.empty");
  });

  test("another site's page cannot use the cookie", async () => {
    const headers = { Cookie: "grafana_session=x", Origin: "http://evil.example", Host: "localhost" };
    const { status, text } = await grafana.ask("/grafana/api/ds/query", {
      method: "POST",
      body: {},
      headers,
    });
    expect([status, text]).toEqual([403, "origin not allowed\n"]);
  });
});

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
    expect((await grafana.ask("/grafana/api/datasources/name/Prometheus%202", admin)).json.uid).toBe(uid);
    expect((await grafana.ask("/grafana/api/datasources", admin)).json).toHaveLength(2);
    expect((await grafana.ask(source, { method: "DELETE", ...admin })).json.message).toBe(
      "Cannot delete read-only data source",
    );
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
    const other = (await grafana.ask("/grafana/api/datasources/name/Prometheus%202", admin)).json.uid;
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
        maxDataPoints: 100,
      },
    ];
    const { status, json } = await query({ from: "1700000000000", to: "1700003600000", queries });
    expect(status).toBe(200);
    const [frame] = json.results.A.frames;
    expect(frame.schema.fields).toEqual([
      { name: "Time", type: "time", typeInfo: { frame: "time.Time" }, config: { interval: 30000 } },
      {
        name: "Value",
        type: "number",
        typeInfo: { frame: "float64" },
        labels: { __name__: "up", instance: "bridge:80", job: "gateways" },
        config: { displayNameFromDS: "gateways!" },
      },
    ]);
    expect(frame.data).toEqual({
      values: [
        [1000000, 1015500],
        [1, null],
      ],
      entities: [null, { NaN: [1] }],
    });
    expect(frame.schema.meta.custom.resultType).toBe("matrix");
    const form = Object.fromEntries(prometheus.seen.at(-1)?.form ?? []);
    expect(form).toEqual({ query: "rate(up[35s])", step: "30", start: "1699999980", end: "1700003580" });
  });

  test("instant queries, no data, and a failing query beside a good one", async () => {
    const instant = await query({
      from: "now-1h",
      to: "now",
      queries: [{ refId: "I", datasource, expr: "up", instant: true }],
    });
    expect(instant.json.results.I.frames[0].schema.meta).toMatchObject({
      type: "numeric-multi",
      custom: { resultType: "vector" },
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

  test("the proxy and the resources of a data source reach Prometheus", async () => {
    for (const path of [`${source}/resources`, "/grafana/api/datasources/proxy/uid/PBFA97CFB590B2093"]) {
      const { json } = await grafana.ask(`${path}/api/v1/label/job/values`, admin);
      expect(json).toEqual({ status: "success", data: ["gateways"] });
      const headers = prometheus.seen.at(-1)?.headers;
      expect([headers?.["x-scope"], headers?.authorization]).toEqual(["tenant-7", undefined]);
    }
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
    expect(found).toEqual([
      expect.objectContaining({
        uid: "Afi9GToZz",
        folderTitle: "Gateways",
        url: "/grafana/d/Afi9GToZz/gateway",
      }),
    ]);
    expect(grafana.log).toMatch(/level=error msg="failed to load dashboard from " file=\S+broken\.json/);
  });

  test("a provisioned one can be neither saved nor deleted; others can", async () => {
    const save = (body: object) =>
      grafana.ask("/grafana/api/dashboards/db", { method: "POST", body, ...admin });
    const locked = await save({ dashboard: { uid: "Afi9GToZz", title: "Mine" }, overwrite: true });
    expect([locked.status, locked.json]).toEqual([400, { message: "Cannot save provisioned dashboard" }]);
    const kept = await grafana.ask(address, { method: "DELETE", ...admin });
    expect([kept.status, kept.json]).toEqual([400, { message: "provisioned dashboard cannot be deleted" }]);
    expect((await save({ dashboard: { uid: "own", title: "Own" } })).json).toMatchObject({
      status: "success",
      version: 1,
    });
    expect((await save({ dashboard: { uid: "own", title: "Own", version: 7 } })).status).toBe(412);
    expect((await save({ dashboard: { title: " " } })).json.message).toBe("Dashboard title cannot be empty");
    expect(
      (await grafana.ask("/grafana/api/dashboards/uid/own", { method: "DELETE", ...admin })).status,
    ).toBe(200);
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
    await grafana.until("/grafana/api/dashboards/uid/more", admin.auth, ({ status }) => status === 404);
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

describe("live", () => {
  const upgrade = {
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", // the example of RFC 6455
  };
  const live = (headers: Record<string, string>, more: Ask = admin) =>
    grafana.ask("/grafana/api/live/ws", { headers: { ...upgrade, ...headers }, ...more });

  test("upgrades from the origin of root_url or an allowed one, and from no other", async () => {
    for (const origin of ["http://localhost", "https://a.example.org"]) {
      const { status, headers } = await live({ Origin: origin });
      expect([status, headers["sec-websocket-accept"]]).toEqual([101, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="]);
    }
    for (const origin of [
      "https://localhost",
      "http://localhost:8080",
      "http://evil.example",
      "https://example.org",
    ]) {
      expect((await live({ Origin: origin })).status).toBe(403);
    }
  });

  test("asks for a login and for a real handshake", async () => {
    expect((await live({ Origin: "http://localhost" }, {})).status).toBe(401);
    expect((await live({ Upgrade: "h2c" })).status).toBe(400);
    expect((await live({ "Sec-WebSocket-Version": "12" })).status).toBe(400);
  });
});
