import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ENGINE, SECRETS, unitFile } from "./support/engine";
import { eventually, LabHost } from "./support/lab";
import { operate } from "./support/operate";
import { connection, Stack } from "./support/stack";

jest.setTimeout(300_000);

interface Installation {
  readonly grafana: { readonly url: string; readonly user: string; readonly password: string };
}

describe("Grafana on a deployed host", () => {
  let host: LabHost;
  let stack: Stack;
  let login: string;
  const settings = () => ({
    host: connection("operator", host),
    gateways: { gid: 990 },
    // Often scraped and evaluated, so that every panel soon has data.
    prometheus: { scrapeInterval: "2s", evaluationInterval: "2s" },
  });

  beforeAll(async () => {
    host = await LabHost.boot("test-grafana");
    await host.gateway("start", "deribit");
    stack = await Stack.create("grafana", settings());
    await stack.up();
    login = await currentLogin();
  });

  afterAll(async () => {
    await stack?.dispose();
    await host?.down();
  });

  async function currentLogin(): Promise<string> {
    const installations = await stack.output<Record<string, Installation>>("installations");
    const { user, password } = installations["test-grafana"]?.grafana ?? { user: "", password: "" };
    return `${user}:${password}`;
  }

  const api = (path: string, user = login) => host.fetch(`/grafana/api/${path}`, { user });

  test("accepts the administrator's generated password, and no default password", async () => {
    expect(login).toMatch(/^admin:[A-Za-z0-9]{32}$/);
    expect((await api("user")).status).toBe(200);
    for (const wrong of ["admin:admin", "admin:foobar"]) {
      expect((await api("user", wrong)).status).toBe(401);
    }
  });

  test("requires a password", async () => {
    expect((await host.fetch("/grafana/api/search")).status).toBe(401);
    expect((await host.fetch("/grafana/api/datasources")).status).toBe(401);
    expect((await host.fetch("/grafana/")).status).toBe(302);
  });

  test("has the data source, and its health check passes", async () => {
    const [datasource, ...others] = JSON.parse((await api("datasources")).body);
    expect(others).toEqual([]);
    expect(datasource).toMatchObject({
      name: "Prometheus",
      uid: "PBFA97CFB590B2093",
      type: "prometheus",
      isDefault: true,
      readOnly: true,
    });
    const health = await api("datasources/uid/PBFA97CFB590B2093/health");
    expect(JSON.parse(health.body)).toMatchObject({ status: "OK" });
  });

  test("shows the provisioned dashboards", async () => {
    const found: Array<{ uid: string; folderTitle: string }> = JSON.parse(
      (await api("search?type=dash-db")).body,
    );
    expect(found.map(({ uid }) => uid).sort()).toEqual([
      "Afi9GToZz",
      "podwatch-overview",
      "podwatch-prometheus",
    ]);
    expect(new Set(found.map(({ folderTitle }) => folderTitle))).toEqual(new Set(["Podwatch"]));
    const { meta } = JSON.parse((await api("dashboards/uid/Afi9GToZz")).body);
    expect(meta).toMatchObject({ provisioned: true });
  });

  test("the panels of every dashboard have data", async () => {
    for (const uid of ["Afi9GToZz", "podwatch-prometheus"]) {
      const { dashboard } = JSON.parse((await api(`dashboards/uid/${uid}`)).body) as {
        dashboard: { panels: Array<{ title: string; type: string; targets?: Array<{ expr: string }> }> };
      };
      const panels = dashboard.panels.filter(({ type }) => type !== "row");
      expect(panels.length).toBeGreaterThan(5);
      for (const { title, targets = [] } of panels) {
        for (const { expr } of targets) {
          await eventually(
            60,
            () => series(expr),
            (count) => count > 0,
          ).catch((error) => {
            throw new Error(`${uid}, panel ${title}, ${expr}: ${error}`);
          });
        }
      }
    }
  });

  /** The number of series that a panel's query returns through Grafana. */
  async function series(expression: string): Promise<number> {
    const expr = expression
      .replaceAll(/\$__rate_interval|\$__interval/g, "1m")
      .replaceAll(/\$__range/g, "5m")
      .replaceAll(/\$\{?\w+(:\w+)?\}?/g, ".*");
    const data = JSON.stringify({
      from: "now-5m",
      to: "now",
      queries: [
        {
          refId: "A",
          datasource: { type: "prometheus", uid: "PBFA97CFB590B2093" },
          expr,
          instant: true,
          range: false,
        },
      ],
    });
    const headers = { "Content-Type": "application/json" };
    const { status, body } = await host.fetch("/grafana/api/ds/query", { user: login, data, headers });
    if (status !== 200) {
      throw new Error(body);
    }
    return JSON.parse(body).results.A.frames.filter(
      (frame: { data: { values: unknown[][] } }) => (frame.data.values[0]?.length ?? 0) > 0,
    ).length;
  }

  test("opens its Live WebSocket through the front", async () => {
    const upgrade = {
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    };
    const path = "/grafana/api/live/ws";
    const open = (origin: string) =>
      host.fetch(path, {
        user: login,
        headers: { ...upgrade, Origin: origin, Host: "localhost" },
        // One that is open stays so: it is waited for as long.
        within: 6,
      });
    expect((await open("http://localhost")).status).toBe(101);
    expect((await open("http://elsewhere.test")).status).toBe(403);
  });

  test("verify queries the dashboards as Grafana has them, panel by panel", async () => {
    const directory = mkdtempSync(join(tmpdir(), "podwatch-dashboards-"));
    const targets = [{ expr: "up", refId: "A" }];
    const dashboards: Record<string, object> = {
      variable: {
        panels: [
          "${datasource}",
          "$datasource",
          { uid: "${datasource}", type: "prometheus" },
          "Prometheus",
        ].map((datasource, id) => ({ id, type: "timeseries", title: `p${id}`, datasource, targets })),
        templating: { list: [{ name: "datasource", type: "datasource", query: "prometheus", current: {} }] },
      },
      rows: { schemaVersion: 12, rows: [{ panels: [{ id: 1, type: "graph", title: "g", targets }] }] },
      "left over": {
        panels: [
          {
            type: "row",
            title: "r",
            targets: [{ datasource: { uid: "000000001" }, refId: "A" }],
            panels: [],
          },
          { type: "text", title: "notes" },
          { type: "stat", title: "again", datasource: { uid: "-- Dashboard --" }, targets: [{ panelId: 1 }] },
          { type: "stat", title: "own", targets },
        ],
      },
      library: {
        panels: [{ id: 1, libraryPanel: { uid: "lib", name: "shared" } }],
        __elements: { lib: { uid: "lib", model: { type: "stat", title: "shared", targets } } },
      },
    };
    for (const [title, dashboard] of Object.entries(dashboards)) {
      mkdirSync(join(directory, title));
      writeFileSync(
        join(directory, title, "board.json"),
        JSON.stringify({ title, uid: title.slice(0, 4), ...dashboard }),
      );
    }
    const central = {
      name: "Central $1",
      type: "prometheus",
      url: "http://podwatch-prometheus:9090/prometheus",
      basicAuthUser: "podwatch",
      jsonData: { httpMethod: "GET" },
      secureJsonData: { basicAuthPassword: "central" },
    };
    const grafana = { dashboards: [join(directory, "**/*.json")], datasources: [central] };
    await stack.configure({ ...settings(), grafana }, { "grafana.secrets.central": "secret-of-the-centre" });
    await stack.up();
    rmSync(directory, { recursive: true });
    const expected = [
      "dashboard variable: 4 of 4 panels with data",
      "dashboard rows: 1 of 1 panels with data",
      'dashboard left over: 1 of 1 panels with data; not asked: "notes" (a panel of kind text), "again" (shows what another panel asked)',
      "dashboard library: 1 of 1 panels with data",
    ];
    const { stdout } = await operate(stack, "verify");
    expect(stdout).toMatch(/^ok {6}test-grafana {2}data source Central \$1: /m);
    const sources = JSON.parse((await api("datasources")).body) as Array<Record<string, unknown>>;
    expect(sources.find(({ name }) => name === central.name)).toMatchObject({
      uid: expect.stringMatching(/^P[0-9A-F]{16}$/),
      isDefault: false,
      basicAuth: true,
    });
    expect(await operate(stack, "drift")).toHaveExited(0);
    for (const line of expected) expect(stdout).toContain(`ok      test-grafana  ${line}\n`);
  });

  test("settings by section, visitors, frames and LDAP are in force, secrets only in files", async () => {
    const secrets = {
      "grafana.secrets.metrics": "metrics-s3cret",
      "grafana.smtp.password": "mail-s3cret # of it",
      "grafana.ldap.bindPassword": 'directory\'s "s3cret"',
      "grafana.oauth.generic.clientSecret": "client-s3cret",
    };
    const grafana = {
      settings: {
        metrics: { basic_auth_username: "m", basic_auth_password: "$__file{/run/secrets/grafana.metrics}" },
        users: { login_hint: " # 'hint' ; \"of\" it" },
      },
      smtp: { host: "smtp.test:25", user: "g", from: "g@my-company.net" },
      anonymous: {},
      embedding: { origins: ["https://intranet.test"], cookieSameSite: "strict" },
      ldap: { hosts: ["ldap.test"], bindDn: "cn=g", searchBaseDns: ["dc=test"] },
      oauth: { generic: { clientId: "p", authUrl: "https://sso.test/a", tokenUrl: "https://sso.test/t" } },
    };
    await stack.configure({ ...settings(), grafana }, secrets);
    await stack.up();
    const inside = (script: string) => host.exec(`${ENGINE} exec podwatch-grafana sh -c '${script}'`);
    const ini = await inside("cat $GF_PATHS_CONFIG");
    expect(ini).toContain(`login_hint = """ # 'hint' ; "of" it"""`);
    expect(await inside("cat /run/secrets/grafana-ldap-password.directory")).toBe('directory\'s "s3cret"');
    const readable = await host.exec(
      `cat ${unitFile("grafana")}; ${ENGINE} exec podwatch-grafana env; find /var/lib/podwatch/services/grafana/current/ -type f -exec cat {} +`,
    );
    expect(readable).not.toMatch(/s3cret/);
    expect((await host.fetch("/grafana/metrics")).status).toBe(401);
    expect((await host.fetch("/grafana/metrics", { user: "m:metrics-s3cret" })).status).toBe(200);

    expect((await host.fetch("/grafana/api/search")).status).toBe(200);
    expect((await host.fetch("/grafana/api/datasources")).status).toBe(401);
    const headers = await host.exec(
      "curl --silent --include http://127.0.0.1/grafana/ http://127.0.0.1/prometheus/",
    );
    expect(headers).toContain("frame-ancestors 'self' https://intranet.test\r");
    expect(headers.match(/^x-frame-options: .*$/gim)).toEqual(["X-Frame-Options: SAMEORIGIN"]);
    const signedIn = await host.exec(
      `curl --silent --include -H 'Content-Type: application/json' -d '{"user":"admin","password":"${login.slice(6)}"}' http://127.0.0.1/grafana/login`,
    );
    expect(signedIn).toContain("SameSite=Strict");

    // A change of the file alone restarts Grafana, which reads it at its start; without any of it all is as before.
    const started = () => host.exec(`${ENGINE} inspect -f '{{.State.StartedAt}}' podwatch-grafana`);
    const before = await started();
    await stack.configure({ ...settings(), grafana: { ...grafana, anonymous: undefined } }, secrets);
    await stack.up();
    expect(await started()).not.toBe(before);
    expect((await host.fetch("/grafana/api/search")).status).toBe(401);
    expect(await operate(stack, "drift")).toHaveExited(0);

    const broken = { ...grafana, plugins: ["a-panel@1.0.0"] };
    await stack.configure({ ...settings(), grafana: broken }, secrets);
    expect(await stack.failingUp()).toMatch(/failed to install plugins/);
    expect((await api("user")).status).toBe(200);
  });

  test("applies a given password, restarts nothing else, and rejects the old one", async () => {
    const started = () =>
      host.exec(`${ENGINE} inspect -f '{{.Name}} {{.State.StartedAt}}' podwatch-prometheus podwatch-nginx`);
    const before = await started();
    await stack.configure(settings(), { "grafana.adminPassword": 'chosen "by\\hand" 100%' });
    await stack.up();
    expect((await api("user", login)).status).toBe(401);
    login = await currentLogin();
    expect(login).toBe('admin:chosen "by\\hand" 100%');
    expect((await api("user")).status).toBe(200);
    expect(await started()).toBe(before);
    // What the settings of before were in is gone.
    expect(await host.exec(`${ENGINE} exec podwatch-grafana sh -c 'echo $GF_PATHS_CONFIG'`)).toBe(
      "/etc/grafana/grafana.ini\n",
    );
    expect(await host.exec(SECRETS)).not.toMatch(/smtp|ldap|oauth|grafana\.metrics/);
  });

  test("sets a new password on data that an earlier deployment left", async () => {
    await stack.destroy();
    await stack.configure(settings());
    await stack.up();
    const old = login;
    login = await currentLogin();
    expect(login).not.toBe(old);
    expect((await api("user")).status).toBe(200);
    expect((await api("user", old)).status).toBe(401);
  });

  describe("while somebody guesses passwords", () => {
    const settingsWith = (scrapeInterval: string) => ({
      ...settings(),
      prometheus: { ...settings().prometheus, scrapeInterval },
    });

    /** Guesses as often as locks a name out. */
    async function guess(name: string): Promise<void> {
      const statuses = await Promise.all(
        [1, 2, 3, 4, 5, 6].map(async (count) => (await api("user", `${name}:wrong-${count}`)).status),
      );
      expect(new Set(statuses)).toEqual(new Set([401]));
    }

    /** What is deployed, and how, as Grafana's log shows and Pulumi tells. */
    async function up(): Promise<string> {
      const { code, stdout, stderr } = await stack.run("up", "--yes", "--skip-preview");
      expect({ code, stderr }).toEqual({ code: 0, stderr });
      return stdout;
    }

    test("the log-in form is rate-limited, then refused", async () => {
      const statuses = await host.exec(`for count in $(seq 20); do
        curl --silent --max-time 3 --output /dev/null --write-out '%{http_code}\n' -H 'Content-Type: application/json' \
          -d '{"user":"x","password":"y"}' http://127.0.0.1/grafana/login &
      done; wait`);
      const count = (status: string) => statuses.split("\n").filter((line) => line === status).length;
      // Some at once; some wait, longer than is waited for here; the others are refused.
      expect(count("401")).toBeLessThanOrEqual(6);
      expect(count("000")).toBeLessThanOrEqual(10);
      expect(count("429")).toBeGreaterThanOrEqual(4);
    });

    test("a deployment that reloads Grafana succeeds, by the administrator's other name", async () => {
      await guess("admin");
      expect((await api("user")).status).toBe(401);
      await stack.configure(settingsWith("3s"));
      expect(await up()).not.toContain("warning");
      const { code, stdout } = await operate(stack, "verify", "--timeout", "10");
      expect(stdout).toMatch(
        /grafana log-in.*Grafana has locked admin for 5 minutes, although the password is right/,
      );
      expect(code).toBe(3);
    });

    test("a changed password is set, proven and reported", async () => {
      await stack.configure(settingsWith("3s"), { "grafana.adminPassword": "given while locked out" });
      const told = await up();
      expect(told).toMatch(
        /warning: host test-grafana: the administrator's password is set in grafana and right/,
      );
      login = await currentLogin();
      expect((await api("user", login.replace("admin:", "admin@localhost:"))).status).toBe(200);
      expect((await api("user")).status).toBe(401);
    });

    test("if the administrator is locked out under every name, it succeeds with a warning that the password is not proven", async () => {
      await guess("admin@localhost");
      await stack.configure(settingsWith("4s"), { "grafana.adminPassword": "given while locked out" });
      const told = await up();
      expect(told).toMatch(/warning: host test-grafana: .* is set in grafana but not proven/);
      const provisioned = `${ENGINE} exec podwatch-grafana cat /etc/podwatch/current/files/provisioning/datasources/podwatch.yml`;
      expect(await host.exec(provisioned)).toContain("timeInterval: 4s");
      expect(await host.exec("cat /var/lib/podwatch/services/grafana/pending 2>/dev/null || :")).toBe("");
    });
  });
});
