// biome-ignore-all lint/suspicious/noTemplateCurlyInString: so dashboards refer to variables
// Dashboards as people have them: saved long ago, exported for others, made by hand. What each panel would ask, and why not.
import { type Dashboard, type Panel, panelRequests } from "../../operate/dashboard";

const sources = [
  { name: "Logs", uid: "l1", type: "loki" },
  { name: "Prometheus", uid: "p1", type: "prometheus", isDefault: true },
  { name: "Central", uid: "p2", type: "prometheus" },
];

const looks = (dashboard: Omit<Dashboard, "title">) =>
  panelRequests({ title: "T", ...dashboard }, { from: "now-15m", sources });

/** What a panel asks: its queries, or why there are none. */
function asks(panel: Panel, list: readonly object[] = []): unknown {
  const [look, ...more] = looks({ panels: [panel], templating: { list: list as never } });
  expect(more).toEqual([]);
  if (look === undefined) return undefined;
  return "body" in look ? look.body.queries : "skipped" in look ? look.skipped : `FAILED ${look.error}`;
}

const up = { expr: "up", refId: "A" };
/** The uid of the data source that a panel's only query goes to. */
function goesTo(datasource: unknown, list: readonly object[] = []): unknown {
  const found = asks({ title: "p", datasource, targets: [up] }, list);
  return Array.isArray(found) ? (found[0] as { datasource: { uid: string } }).datasource.uid : found;
}

const variable = (more: object) => ({ name: "datasource", type: "datasource", query: "prometheus", ...more });

test.each<[unknown, unknown]>([
  [undefined, "p1"],
  [null, "p1"],
  ["default", "p1"],
  [{ uid: "default" }, "p1"],
  ["Prometheus", "p1"],
  ["Central", "p2"],
  ["p2", "p2"],
  [{ uid: "p2", type: "prometheus" }, "p2"],
  [{ uid: "Central" }, "p2"],
  [{ type: "loki" }, "l1"],
  [{ type: "prometheus", uid: "" }, "p1"],
  [{ type: "prometheus", uid: "gone" }, 'FAILED there is no data source "gone"'],
  ["Gone", 'FAILED there is no data source "Gone"'],
  ["-- Mixed --", "p1"],
  ["-- Dashboard --", "shows what another panel asked"],
  [{ type: "datasource", uid: "-- Dashboard --" }, "shows what another panel asked"],
  ["-- Grafana --", "shows what Grafana itself knows"],
  [{ type: "datasource", uid: "grafana" }, "shows what Grafana itself knows"],
])("the data source %j is %j", (datasource, expected) => {
  expect(goesTo(datasource)).toEqual(expected);
});

test.each(["$datasource", "${datasource}", "[[datasource]]", "${datasource:text}"])(
  "a variable's data source is the one chosen, else the usual one of its kind: %s",
  (reference) => {
    for (const datasource of [reference, { type: "prometheus", uid: reference }]) {
      expect(goesTo(datasource, [variable({ current: {} })])).toBe("p1");
      expect(goesTo(datasource, [variable({})])).toBe("p1");
      expect(goesTo(datasource, [variable({ current: { value: "default" } })])).toBe("p1");
      expect(goesTo(datasource, [variable({ current: { value: ["p2"] } })])).toBe("p2");
      expect(goesTo(datasource, [variable({ current: { value: "Central" } })])).toBe("p2");
      expect(goesTo(datasource, [variable({ current: { value: "gone" } })])).toBe("p1");
      expect(goesTo(datasource, [variable({ regex: "/^Cent/" })])).toBe("p2");
      expect(goesTo(datasource, [variable({ query: "loki" })])).toBe("l1");
      expect(goesTo(datasource, [variable({ query: "tempo" })])).toMatch(/FAILED|p1/);
    }
  },
);

test("each query of a mixed panel goes to its own, expressions to Grafana itself, with the queries they need", () => {
  const targets = [
    { refId: "A", expr: "up", datasource: { uid: "p2" }, hide: true },
    { refId: "B", expr: '{a="b"}', datasource: "Logs" },
    { refId: "C", type: "math", expression: "$A * 2", datasource: { type: "__expr__", uid: "__expr__" } },
    { refId: "D", datasource: "-- Dashboard --", panelId: 3 },
  ];
  expect(asks({ datasource: { uid: "-- Mixed --" }, targets })).toEqual([
    expect.objectContaining({ refId: "A", datasource: { uid: "p2", type: "prometheus" } }),
    expect.objectContaining({ refId: "B", datasource: { uid: "l1", type: "loki" } }),
    expect.objectContaining({ refId: "C", datasource: { uid: "__expr__", type: "__expr__" } }),
  ]);
});

test("rows are no panels, old or new, folded or not, whatever queries were left over in them", () => {
  const panel = (id: number) => ({ id, title: `p${id}`, type: "graph", targets: [up] });
  const names = (dashboard: Omit<Dashboard, "title">) =>
    looks(dashboard).map((look) => `${look.panel} ${"body" in look}`);
  const left = [{ refId: "A", datasource: { uid: "000000001" } }];
  expect(
    names({
      panels: [
        { type: "row", title: "open", targets: left, panels: [] },
        panel(1),
        { type: "row", title: "folded", targets: left, panels: [panel(2), { type: "text", title: "notes" }] },
        { ...panel(3), repeat: "instance" } as Panel,
      ],
    }),
  ).toEqual(["p1 true", "p2 true", "notes false", "p3 true"]);
  expect(names({ rows: [{ panels: [panel(1), panel(2)] }, {}, { panels: [panel(3)] }] })).toEqual([
    "p1 true",
    "p2 true",
    "p3 true",
  ]);
  expect(names({})).toEqual([]);
});

test.each<[string, Panel, string]>([
  ["text", { type: "text", targets: [up] }, "a panel of kind text"],
  ["dashboards", { type: "dashlist" }, "a panel of kind dashlist"],
  ["news", { type: "news" }, "a panel of kind news"],
  ["no queries", { type: "stat", targets: [] }, "has no queries"],
  ["none written", { type: "stat", targets: null }, "has no queries"],
  ["hidden ones", { type: "stat", targets: [{ ...up, hide: true }] }, "all its queries are hidden"],
  [
    "empty ones",
    { type: "stat", targets: [{ refId: "A" }, { refId: "B", expr: " " }] },
    "its queries are empty",
  ],
])("a panel with %s is not asked, and it is said why", (_, panel, why) => {
  expect(asks(panel)).toBe(why);
});

test("variables are filled in, several values and all as regular expressions, Grafana's own left to it", () => {
  const list = [
    { name: "all", type: "query", includeAll: true, multi: true, current: { value: ["$__all"] } },
    { name: "own", type: "query", includeAll: true, allValue: ".+", current: { value: "a" } },
    { name: "many", type: "query", multi: true, current: { value: ["a.b", "c"] } },
    { name: "one", type: "query", current: { value: "a.b:9100" } },
    { name: "open", type: "query", current: {} },
    { name: "custom", type: "custom", query: "Five : 5, ten : 10", current: {} },
    { name: "step", type: "interval", query: "auto,1m,5m", current: null },
    { name: "auto", type: "interval", query: "1m", current: { value: "$__auto_interval_auto" } },
    { name: "fixed", type: "constant", query: "node_.*" },
    { name: "box", type: "textbox", query: "x", current: { value: "y" } },
  ];
  const expr =
    "$all ${all:regex} [[own]] $many ${many:pipe} $one $open ${custom} $step [[auto]] $fixed ${box:raw} " +
    "$__interval $__rate_interval ${__range} $__range_s $__interval_ms $1 ${unknown} $unknown";
  const [query] = asks({ targets: [{ expr }] }, list) as [{ expr: string; refId: string }];
  expect(query.refId).toBe("A");
  expect(query.expr).toBe(
    ".* .* .+ (a\\\\.b|c) (a\\\\.b|c) a.b:9100 .* 5 1m 1m node_.* y " +
      "$__interval $__rate_interval ${__range} $__range_s $__interval_ms $1 ${unknown} $unknown",
  );
  const [times] = asks({ targets: [{ expr: "$__from ${__to:date} ${__user.login} $__org" }] }) as [
    { expr: string },
  ];
  expect(times.expr).toMatch(/^\d{13} \d{13} admin 1$/);
});

test("transformations and annotations of a dashboard do not change its queries", () => {
  const panel = { targets: [up], transformations: [{ id: "organize" }], fieldConfig: {}, links: [] };
  const annotations = { list: [{ datasource: "-- Grafana --", enable: true }] };
  const dashboard = { panels: [panel], annotations } as Omit<Dashboard, "title">;
  expect(looks(dashboard)).toEqual([
    expect.objectContaining({
      panel: "panel",
      body: expect.objectContaining({ queries: [expect.any(Object)] }),
    }),
  ]);
});
