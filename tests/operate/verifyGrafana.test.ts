import { Front, type FrontOptions } from "../../operate/front";
import { Grafana } from "../../operate/grafana";
import type { Answered } from "../../operate/reach";
import { verifyGrafana } from "../../operate/verifyGrafana";

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const DASHBOARD = {
  dashboard: { title: "Overview", panels: [{ title: "Up", targets: [{ expr: "up" }] }] },
};
const WELL = { results: { A: { frames: [{ data: { values: [[1], [1]] } }] } } };
const GOOD: Readonly<Record<string, unknown>> = {
  user: { login: "admin" },
  datasources: [{ name: "Prometheus", uid: "p" }],
  "datasources/uid/p/health": { status: "OK", message: "it answers" },
  "search?type=dash-db&limit=5000": [{ title: "Overview", uid: "o" }],
  "dashboards/uid/o": DASHBOARD,
  "ds/query": WELL,
};

interface Wrong {
  readonly status?: number;
  readonly body?: unknown;
  /** How often it is wrong; for ever unless given. */
  readonly times?: number;
}

/** A Grafana that is well but for some answers; counts what it is asked. */
function grafana(wrong: Readonly<Record<string, Wrong>> = {}) {
  const asked: Record<string, number> = {};
  const ask = async (whole: string, _options?: FrontOptions): Promise<Answered> => {
    const path = whole.replace("/grafana/api/", "");
    asked[path] = (asked[path] ?? 0) + 1;
    const other = wrong[path];
    if (other === undefined || asked[path] > (other.times ?? Number.POSITIVE_INFINITY)) {
      return { status: 200, body: JSON.stringify(GOOD[path]) };
    }
    const { status = 200, body = "<html>" } = other;
    return { status, body: typeof body === "string" ? body : JSON.stringify(body) };
  };
  const front: Front = Object.assign(Object.create(Front.prototype), { ask });
  return { asked, grafana: new Grafana(front, { user: "admin", password: "x" }) };
}

/** The checks of a Grafana, one a line, and for how many seconds they were waited for. */
async function verified(one: Grafana): Promise<{ told: string[]; waited: number }> {
  const begin = Date.now();
  const checks = verifyGrafana(one, 60);
  await jest.runAllTimersAsync();
  const told = (await checks).map(
    ({ check, passed, detail }) => `${passed ? "ok" : "FAILED"} ${check}: ${detail}`,
  );
  return { told, waited: (Date.now() - begin) / 1000 };
}

const ALL_WELL = [
  "ok grafana log-in: admin",
  "ok data source Prometheus: it answers",
  "ok dashboard Overview: 1 of 1 panels with data",
];

test("a successful check is not repeated", async () => {
  const { grafana: one, asked } = grafana();
  expect(await verified(one)).toEqual({ told: ALL_WELL, waited: 0 });
  const once = Object.fromEntries(Object.keys(GOOD).map((path) => [path, 1]));
  // The list to check, and the list to find those of panels in.
  expect(asked).toEqual({ ...once, datasources: 2 });
});

test.each<[string, Wrong]>([
  ["user", { status: 502 }],
  ["datasources", { status: 502 }],
  ["datasources/uid/p/health", { body: { status: "ERROR", message: "connection refused" } }],
  ["search?type=dash-db&limit=5000", { status: 503 }],
  ["dashboards/uid/o", { status: 500 }],
  ["ds/query", { body: { results: { A: { error: "context deadline exceeded" } } } }],
  ["ds/query", { status: 502 }],
])("what comes up late is waited for: %s", async (path, wrong) => {
  const { grafana: one } = grafana({ [path]: { ...wrong, times: 5 } });
  const { told, waited } = await verified(one);
  expect(told).toEqual(ALL_WELL);
  expect(waited).toBeLessThan(10);
});

test.each<[string, Wrong, string]>([
  ["user", { status: 502 }, "FAILED grafana log-in: /grafana/api/user is answered with status 502"],
  [
    "datasources",
    { status: 502 },
    "FAILED data sources: /grafana/api/datasources is answered with status 502",
  ],
  [
    "datasources/uid/p/health",
    { body: { status: "ERROR", message: "connection refused" } },
    "FAILED data source Prometheus: connection refused",
  ],
  [
    "ds/query",
    { body: { results: { A: { error: "parse error" } } } },
    'FAILED dashboard Overview: panel "Up": parse error',
  ],
])("what stays wrong is told at the end: %s", async (path, wrong, expected) => {
  const { told, waited } = await verified(grafana({ [path]: wrong }).grafana);
  expect(told).toContain(expected);
  expect(waited).toBeGreaterThanOrEqual(60);
  expect(waited).toBeLessThan(70);
});

test.each<[Wrong, string]>([
  [
    { status: 501, body: { messageId: "plugin.notImplemented" } },
    "ok: is there; its kind has no health check",
  ],
  [{ status: 404, body: { message: "Not found" } }, "ok: is there; its kind has no health check"],
  [{ status: 404, body: { message: "Plugin not found" } }, "FAILED: Plugin not found"],
  [{ status: 400, body: { status: "ERROR", message: "no such host" } }, "FAILED: no such host"],
  [{ status: 502 }, "FAILED: /grafana/api/datasources/uid/p/health is answered with status 502"],
])("a data source that answers %j", async (wrong, expected) => {
  const { told } = await verified(grafana({ "datasources/uid/p/health": wrong }).grafana);
  expect(told[1]?.replace(" data source Prometheus", "")).toBe(expected);
});

const shows = async (dashboard: object) => {
  const { told } = await verified(grafana({ "dashboards/uid/o": { body: { dashboard } } }).grafana);
  return told.at(-1);
};

test("reports for each panel whether it has data, none, or no queries and why", async () => {
  const up = { targets: [{ expr: "up" }] };
  const panels = [
    { title: "Up", ...up },
    { title: "Notes", type: "text" },
    { title: "Again", datasource: "-- Dashboard --", targets: [{ panelId: 1 }] },
  ];
  expect(await shows({ title: "Overview", panels })).toBe(
    'ok dashboard Overview: 1 of 1 panels with data; not asked: "Notes" (a panel of kind text), "Again" (shows what another panel asked)',
  );
  expect(await shows({ title: "Overview", panels: panels.slice(1, 2) })).toBe(
    'ok dashboard Overview: no panel asks for data; not asked: "Notes" (a panel of kind text)',
  );
  expect(await shows({ title: "Overview", panels: [] })).toBe("FAILED dashboard Overview: has no panels");
  const lost = { title: "Lost", datasource: { uid: "loki" }, targets: [{ expr: "x" }] };
  expect(await shows({ title: "Overview", panels: [...panels, lost] })).toBe(
    'FAILED dashboard Overview: panel "Lost": there is no data source "loki"; add it under grafana.datasources, or write grafana.missingDatasources: replace',
  );
  const { told } = await verified(
    grafana({ "ds/query": { body: { results: { A: { frames: [] } } } } }).grafana,
  );
  expect(told.at(-1)).toBe('ok dashboard Overview: 0 of 1 panels with data; without: "Up"');
});

test("tells programs of each panel what it was asked, or why not", async () => {
  const dashboard = {
    title: "Overview",
    panels: [
      { title: "Up", targets: [{ expr: "up" }, { expr: "down" }] },
      { title: "Notes", type: "text" },
      { title: "Lost", datasource: { uid: "loki" }, targets: [{ expr: "x" }] },
    ],
  };
  const checks = verifyGrafana(grafana({ "dashboards/uid/o": { body: { dashboard } } }).grafana, 60);
  await jest.runAllTimersAsync();
  expect((await checks).at(-1)).toMatchObject({
    passed: false,
    parts: [
      { panel: "Up", asked: ["up", "down"], data: true },
      { panel: "Notes", skipped: "a panel of kind text" },
      { panel: "Lost", error: 'there is no data source "loki"' },
    ],
  });
});

test("a log-in that is refused is not tried again, but by mail: Grafana would lock the administrator out", async () => {
  const { grafana: one, asked } = grafana({ user: { status: 401 } });
  expect(await verified(one)).toEqual({
    told: ["FAILED grafana log-in: /grafana/api/user is answered with status 401"],
    waited: 0,
  });
  expect(asked).toEqual({ user: 2 });
});

test("a locked-out administrator is reported as such, and the rest is still checked", async () => {
  const { grafana: one, asked } = grafana({ user: { status: 401, times: 1 } });
  const { told, waited } = await verified(one);
  expect(told[0]).toMatch(
    /^FAILED grafana log-in: Grafana has locked admin for 5 minutes, although the password is right/,
  );
  expect(told.slice(1)).toEqual(ALL_WELL.slice(1));
  expect(waited).toBe(0);
  expect(asked.user).toBe(2);
});

test("a password that is right for another user only is refused", async () => {
  const { grafana: one } = grafana({ user: { status: 401, times: 1 } });
  const front = (one as unknown as { front: Front }).front;
  const ask = front.ask.bind(front);
  Object.assign(front, {
    ask: async (path: string, options?: FrontOptions) => {
      const answered = await ask(path, options);
      return path.endsWith("/user") && answered.status === 200
        ? { ...answered, body: JSON.stringify({ login: "root" }) }
        : answered;
    },
  });
  expect((await verified(one)).told).toEqual([
    "FAILED grafana log-in: /grafana/api/user is answered with status 401",
  ]);
});

test("a dashboard that fails only because its data source does says so, in a few words", async () => {
  const away = { status: 400, body: { status: "ERROR", message: "no route to host" } };
  const error = { body: { results: { A: { error: "dial tcp 192.0.2.1:443: no route to host" } } } };
  const { grafana: one } = grafana({ "datasources/uid/p/health": away, "ds/query": error });
  const checks = verifyGrafana(one, 5);
  await jest.runAllTimersAsync();
  expect((await checks).at(-1)).toMatchObject({
    check: "dashboard Overview",
    passed: false,
    becauseOf: "data source Prometheus",
    detail: "needs data source Prometheus",
  });
  // Its own fault is told, whatever else is wrong.
  const panels = [
    { title: "Up", targets: [{ expr: "up" }] },
    { title: "Else", datasource: "gone", targets: [{ expr: "up" }] },
  ];
  const both = { "dashboards/uid/o": { body: { dashboard: { title: "Overview", panels } } } };
  const more = verifyGrafana(
    grafana({ "datasources/uid/p/health": away, "ds/query": error, ...both }).grafana,
    5,
  );
  await jest.runAllTimersAsync();
  const last = (await more).at(-1);
  expect(last).not.toHaveProperty("becauseOf");
  expect(last?.detail).toMatch(/panel "Else": there is no data source "gone"/);
});
