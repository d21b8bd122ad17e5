// biome-ignore-all lint/suspicious/noTemplateCurlyInString: so exported dashboards name what an import fills in
import type { DashboardSources } from "../../dashboards/sources";
import { checkUserDashboard, dashboardProblems, prepareUserDashboard } from "../../dashboards/user";

const plain = { title: "Mine", uid: "mine", panels: [{ id: 1, title: "Up", targets: [{ expr: "up" }] }] };
const prometheusInput = { name: "DS_PROM", label: "Prometheus", type: "datasource", pluginId: "prometheus" };
const exported = {
  __inputs: [prometheusInput],
  __elements: {},
  __requires: [{ type: "panel", id: "timeseries" }],
  ...plain,
  panels: [{ id: 1, datasource: { type: "prometheus", uid: "${DS_PROM}" }, targets: [{ expr: "up" }] }],
};

const prepared = (json: string, uid: string) => prepareUserDashboard(json, { byKind: { prometheus: uid } });

function check(dashboard: unknown): string[] {
  return checkUserDashboard(
    "mine.json",
    typeof dashboard === "string" ? dashboard : JSON.stringify(dashboard),
  );
}

test.each([
  ["a plain dashboard", plain],
  ["an exported one that asks for a Prometheus", exported],
  ["what Grafana's API answers", { dashboard: plain, meta: {} }],
  ["one from before Grafana 5", { title: "Old", rows: [{ panels: [] }] }],
  [
    "one with expressions",
    { ...plain, __inputs: [{ name: "DS_X", type: "datasource", pluginId: "__expr__" }] },
  ],
  [
    "one whose own variable is called DS_...",
    { ...plain, links: ["${DS_MINE}"], templating: { list: [{ name: "DS_MINE", type: "datasource" }] } },
  ],
  ["one that uses variables", { ...plain, panels: [{ title: "Up on ${host}", targets: [{ expr: "up" }] }] }],
])("takes %s", (_, dashboard) => {
  expect(check(dashboard)).toEqual([]);
});

test.each<[string, unknown, string[]]>([
  ["a list", [], ["mine.json: is not a dashboard but a list; save the dashboard's JSON from Grafana"]],
  ["null", null, ["mine.json: is not a dashboard but null; save the dashboard's JSON from Grafana"]],
  [
    "any other object",
    {},
    [
      `mine.json: has no title; is it a dashboard? Write "title": "..." at its top level`,
      "mine.json: has no panels; is it a dashboard? Save it from Grafana in the classic format",
    ],
  ],
  [
    "inputs of other kinds",
    {
      ...exported,
      __inputs: [
        prometheusInput,
        { name: "DS_LOKI", type: "datasource", pluginId: "loki" },
        { name: "VAR_HOST", type: "constant" },
      ],
    },
    [
      'mine.json: asks for "DS_LOKI" (datasource loki), and only Prometheus data sources and constants with a value can be filled in; add one of that kind under grafana.datasources, or replace ${DS_LOKI} by a value and remove it from "__inputs"',
      'mine.json: asks for "VAR_HOST" (constant), and only Prometheus data sources and constants with a value can be filled in; replace ${VAR_HOST} by a value and remove it from "__inputs"',
    ],
  ],
  [
    "what nothing defines, once",
    { ...plain, panels: [{ datasource: "${DS_GONE}" }, { datasource: "${DS_GONE}" }] },
    ["mine.json: refers to ${DS_GONE}, which nothing defines; write the data source's uid in its place"],
  ],
])("refuses %s", (_, dashboard, problems) => {
  expect(check(dashboard)).toEqual(problems);
});

test("what is not JSON is refused in one line", () => {
  const problems = check('{\n"title": oops\n}');
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(
    /^mine\.json: is not JSON \(.*\); save the dashboard's JSON from Grafana again$/,
  );
});

test("an exported dashboard asks the data source of the stack", () => {
  const made = JSON.parse(prepared(JSON.stringify(exported), "my-uid"));
  expect(made).toEqual({
    ...plain,
    panels: [{ id: 1, datasource: { type: "prometheus", uid: "my-uid" }, targets: [{ expr: "up" }] }],
  });
});

test("inputs are answered wherever they stand, other variables are left alone", () => {
  const dashboard = {
    ...exported,
    __inputs: [prometheusInput, { name: "DS_EXPR", type: "datasource", pluginId: "__expr__" }],
    panels: ["${DS_PROM}", "${DS_EXPR}", "$host ${host} ${DS_PROM}", "$__rate_interval", "$&"],
  };
  const made = JSON.parse(prepared(JSON.stringify(dashboard), "u$&"));
  expect(made.panels).toEqual(["u$&", "__expr__", "$host ${host} u$&", "$__rate_interval", "$&"]);
});

test("a dashboard that is fine comes out with the same meaning, and the second time with the same text", () => {
  const once = prepared(JSON.stringify(plain), "my-uid");
  expect(JSON.parse(once)).toEqual(plain);
  expect(prepared(once, "my-uid")).toBe(once);
});

test("what was not checked is not shipped", () => {
  expect(() => prepared("{}", "my-uid")).toThrow("has no title");
});

describe("library panels", () => {
  const model = {
    type: "stat",
    title: "Shared",
    targets: [{ expr: "up" }],
    gridPos: { w: 1 },
    libraryPanel: {},
  };
  const link = { libraryPanel: { uid: "lib1", name: "Shared" }, gridPos: { w: 12 }, id: 7 };
  const elements = { lib1: { name: "Shared", uid: "lib1", kind: 1, model } };
  const made = (dashboard: object) => JSON.parse(prepared(JSON.stringify(dashboard), "uid"));

  test("that came along are put into their places, in rows of either kind, too", () => {
    const expected = { type: "stat", title: "Shared", targets: [{ expr: "up" }], gridPos: { w: 12 }, id: 7 };
    for (const __elements of [elements, Object.values(elements)]) {
      const folded = { type: "row", panels: [link] };
      expect(made({ title: "T", panels: [link, folded], __elements })).toEqual({
        title: "T",
        panels: [expected, { type: "row", panels: [expected] }],
      });
      expect(made({ title: "T", rows: [{ panels: [link] }], __elements }).rows).toEqual([
        { panels: [expected] },
      ]);
    }
    const whole = { ...link, type: "stat", title: "Old", targets: [] };
    const { libraryPanel: _, ...kept } = whole;
    expect(made({ title: "T", panels: [whole] }).panels).toEqual([kept]);
  });

  test("that did not are refused by name", () => {
    for (const __elements of [undefined, {}, []]) {
      const json = JSON.stringify({ title: "T", panels: [{ type: "row", panels: [link] }], __elements });
      expect(checkUserDashboard("mine.json", json)).toEqual([
        'mine.json: has the library panel "Shared", whose content is not in the file; unlink it in Grafana, or export the dashboard for sharing externally, and save its JSON again',
      ]);
    }
  });
});

test("a constant has the value that came along", () => {
  const __inputs = [{ name: "VAR_ROOM", type: "constant", value: "attic" }];
  const json = JSON.stringify({ title: "${VAR_ROOM}", panels: [], __inputs });
  expect(JSON.parse(prepared(json, "uid"))).toEqual({ title: "attic", panels: [] });
});

test("an input asks the data source of its kind, and what the API answered is unwrapped", () => {
  const loki = { name: "DS_LOKI", type: "datasource", pluginId: "loki" };
  const dashboard = { ...exported, __inputs: [prometheusInput, loki], links: ["${DS_PROM} ${DS_LOKI}"] };
  const json = JSON.stringify({ dashboard, meta: {} });
  expect(dashboardProblems(json)).toHaveLength(1);
  expect(dashboardProblems(json, ["prometheus", "loki"])).toEqual([]);
  const { title, links } = JSON.parse(prepareUserDashboard(json, { byKind: { prometheus: "p", loki: "l" } }));
  expect({ title, links }).toEqual({ title: "Mine", links: ["p l"] });
});

describe("data sources that are not there", () => {
  const sources: DashboardSources = {
    byKind: { prometheus: "p", loki: "l" },
    known: new Set(["Prometheus", "p", "Logs", "l"]),
  };
  const source = (datasource: unknown, more: object = { targets: [{ expr: "up" }] }) => {
    const json = JSON.stringify({ title: "T", panels: [{ datasource, ...more }] });
    return JSON.parse(prepareUserDashboard(json, sources)).panels[0].datasource;
  };

  test.each<[unknown, unknown]>([
    [
      { type: "prometheus", uid: "000000001" },
      { type: "prometheus", uid: "p" },
    ],
    [
      { type: "loki", uid: "P8E80F9AEF21F6940" },
      { type: "loki", uid: "l" },
    ],
    ["prometheus-main", { type: "prometheus", uid: "p" }],
    [{ uid: "000000001" }, { type: "prometheus", uid: "p" }],
    // Those that are, that variables stand for, and that mean something of their own.
    ["Prometheus", "Prometheus"],
    [
      { type: "prometheus", uid: "p" },
      { type: "prometheus", uid: "p" },
    ],
    ["Logs", "Logs"],
    ["$datasource", "$datasource"],
    [
      { type: "prometheus", uid: "${ds}" },
      { type: "prometheus", uid: "${ds}" },
    ],
    ["[[ds]]", "[[ds]]"],
    ["-- Mixed --", "-- Mixed --"],
    [
      { type: "datasource", uid: "grafana" },
      { type: "datasource", uid: "grafana" },
    ],
    [
      { type: "__expr__", uid: "__expr__" },
      { type: "__expr__", uid: "__expr__" },
    ],
    ["default", "default"],
    [null, null],
    // No such kind here.
    [
      { type: "influxdb", uid: "x" },
      { type: "influxdb", uid: "x" },
    ],
  ])("%j becomes %j", (given, expected) => expect(source(given)).toEqual(expected));

  test("a name without a kind is Prometheus' where it is asked in PromQL, there and wherever else it stands", () => {
    expect(source("graphite", { targets: [{ target: "a.b" }] })).toBe("graphite");
    const dashboard = {
      title: "T",
      rows: [{ panels: [{ datasource: "old", targets: [{ expr: "up" }] }] }],
      templating: {
        list: [{ name: "host", type: "query", query: "label_values(up, host)", datasource: "old" }],
      },
      annotations: { list: [{ datasource: "-- Grafana --" }, { datasource: "other" }] },
    };
    const made = JSON.parse(prepareUserDashboard(JSON.stringify(dashboard), sources));
    const prometheus = { type: "prometheus", uid: "p" };
    expect(made.rows[0].panels[0].datasource).toEqual(prometheus);
    expect(made.templating.list[0].datasource).toEqual(prometheus);
    expect(made.annotations.list.map(({ datasource }: { datasource: unknown }) => datasource)).toEqual([
      "-- Grafana --",
      "other",
    ]);
  });

  test("are kept unless asked for", () => {
    const panels = [{ datasource: { type: "prometheus", uid: "mine" }, targets: [{ expr: "up" }] }];
    const json = JSON.stringify({ title: "T", panels });
    expect(JSON.parse(prepareUserDashboard(json, { byKind: sources.byKind })).panels).toEqual(panels);
  });
});
