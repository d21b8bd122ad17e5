import { admin, password, type Site, startSite } from "./site";
import type { Ask } from "./standin";

let site: Site;
let grafana: Site["grafana"];

beforeAll(async () => {
  site = await startSite();
  ({ grafana } = site);
}, 180_000); // a first build compiles the standard library

afterAll(() => site?.close());

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

  test("pages ask for a login; every page says that it is a stand-in", async () => {
    const page = await grafana.ask("/grafana/d/Afi9GToZz");
    expect([page.status, page.headers.location]).toEqual([
      302,
      "/grafana/login?redirectTo=%2Fgrafana%2Fd%2FAfi9GToZz",
    ]);
    for (const path of ["/grafana/", "/grafana/login", "/grafana/d/Afi9GToZz/gateway"]) {
      const { text } = await grafana.ask(path, path.endsWith("login") ? {} : admin);
      expect(text).toContain("Stand-in for Grafana (lab only)");
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

  test("the right password gives a session", async () => {
    const { status, headers, json } = await login("admin", password);
    expect([status, json]).toEqual([200, { message: "Logged in", redirectUrl: "/grafana/" }]);
    const cookie = headers["set-cookie"]?.[0] ?? "";
    expect(cookie).toMatch(
      /^grafana_session=[0-9a-f]{32}; Path=\/grafana; Max-Age=\d+; HttpOnly; SameSite=Lax$/,
    );
    const session = { Cookie: cookie.split(";")[0] ?? "" };
    expect((await grafana.ask("/grafana/api/user", { headers: session })).json.login).toBe("admin");
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
