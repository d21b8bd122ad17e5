import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateAll } from "../../dashboards/all";
import { SHIPPED_DASHBOARDS, shippedDashboards } from "../../dashboards/shipped";
import { type Dashboard, lint, type Panel } from "./lint";
import { knownSeries } from "./promql";

const DIRECTORY = join(__dirname, "../../dashboards/json");

if (process.env.PODWATCH_DASHBOARDS === "write") {
  const generated = Object.entries(generateAll());
  for (const file of readdirSync(DIRECTORY)) rmSync(join(DIRECTORY, file));
  for (const [file, text] of generated) writeFileSync(join(DIRECTORY, file), text);
}

const UID = "my-prometheus";
const known = knownSeries();
const shipped = shippedDashboards(SHIPPED_DASHBOARDS, UID);

function dashboard(file: string): Dashboard {
  return JSON.parse(shipped[file] ?? "");
}

test("the committed JSON is what the sources generate; `npm run dashboards` writes it anew", () => {
  const committed = readdirSync(DIRECTORY).map((file) => [file, readFileSync(join(DIRECTORY, file), "utf8")]);
  expect(Object.fromEntries(committed)).toEqual(generateAll());
});

test("all that is generated is shipped, as far as it is asked for", () => {
  expect(Object.keys(shipped)).toEqual(Object.keys(generateAll()));
  expect(Object.keys(shippedDashboards(["prometheus.json"], UID))).toEqual(["prometheus.json"]);
});

test("identities are kept: links and bookmarks hold them", () => {
  const identities = Object.keys(shipped).map((file) => [file, dashboard(file).uid, dashboard(file).title]);
  const kept = [
    ["alertmanager.json", "podwatch-alertmanager", "Alertmanager"],
    ["front.json", "podwatch-front", "Front"],
    ["gateways.json", "Afi9GToZz", "Gateways"],
    ["hosts.json", "podwatch-hosts", "Hosts"],
    ["overview.json", "podwatch-overview", "Overview"],
    ["probes.json", "podwatch-probes", "Probes"],
    ["prometheus.json", "podwatch-prometheus", "Prometheus"],
  ];
  expect(identities).toEqual(expect.arrayContaining(kept));
});

test("only the uid of the data source depends on the stack", () => {
  const other = shippedDashboards(SHIPPED_DASHBOARDS, "PBFA97CFB590B2093");
  for (const [file, text] of Object.entries(shipped)) {
    expect(text).toContain(`"uid": "${UID}"`);
    expect(JSON.parse(text.replaceAll(UID, "PBFA97CFB590B2093"))).toEqual(JSON.parse(other[file] ?? ""));
    expect(text).not.toContain("__datasource__");
    expect(text.endsWith("}\n")).toBe(true);
  }
});

test.each(Object.keys(shipped))("%s has everything that a dashboard of ours must have", (file) => {
  expect(lint(dashboard(file), UID, known)).toEqual([]);
});

describe("the checks above find", () => {
  const broken: [problem: string, breakIt: (board: Dashboard, panel: Panel) => void][] = [
    ["has an id", (board) => Object.assign(board, { id: 7 })],
    ["has no uid that Grafana takes", (board) => Object.assign(board, { uid: "a b" })],
    ["is not tagged", (board) => board.tags.pop()],
    ["has no links to the other dashboards", (board) => board.links.pop()],
    ["variable instance is not defined", (board) => board.templating?.list.pop()],
    [
      "variable instance asks another data source",
      (board) => {
        Object.assign(board.templating?.list[0]?.datasource ?? {}, { uid: "P1" });
      },
    ],
    ["asks another data source", (_, panel) => Object.assign(panel.datasource ?? {}, { uid: "P1" })],
    ["has no unit", (_, panel) => delete panel.fieldConfig?.defaults.unit],
    ["has no description", (_, panel) => delete panel.description],
    ["has no query", (_, panel) => delete panel.targets],
    ["id 2 is there twice", (board) => Object.assign(board.panels[2] ?? {}, { id: 2 })],
    ["overlap", (board) => Object.assign(board.panels[2]?.gridPos ?? {}, { x: 1 })],
    ["does not fit into the grid", (_, panel) => Object.assign(panel.gridPos, { x: 23 })],
    ["has no threshold to colour", (_, panel) => delete panel.fieldConfig?.defaults.thresholds],
    ["query without a legend", (_, panel) => setQuery(panel, { legendFormat: "" })],
    ["legend with the label job", (_, panel) => setQuery(panel, { legendFormat: "{{job}}" })],
    ["neither range nor instant", (_, panel) => setQuery(panel, { instant: false })],
    ["does not parse", (_, panel) => setQuery(panel, { expr: "sum(up" })],
    ["does not parse", (_, panel) => setQuery(panel, { expr: "up by (job)" })],
    ['unknown metric "roq_uptime"', (_, panel) => setQuery(panel, { expr: "roq_uptime" })],
    ["rate() of up, which is a gauge", (_, panel) => setQuery(panel, { expr: "rate(up[$__rate_interval])" })],
    ["roq_counter is a counter", (_, panel) => setQuery(panel, { expr: "sum(roq_counter)" })],
    ["roq_latency_sum is a counter", (_, panel) => setQuery(panel, { expr: "roq_latency_sum" })],
    ['unknown metric "roq_latency"', (_, panel) => setQuery(panel, { expr: "rate(roq_latency[1m])" })],
  ];

  test.each(broken)("%s", (problem, breakIt) => {
    expectFound("gateways.json", "Gateways up", problem, breakIt);
  });

  const brokenInfluxql: typeof broken = [
    ["unknown measurement cpu", (_, panel) => setQuery(panel, { query: 'SELECT a FROM "cpu"' })],
    ['unknown field or tag "late"', (_, panel) => changeQuery(panel, '"attempted"', '"late"')],
    ["asks for all times", (_, panel) => changeQuery(panel, "$timeFilter", "true")],
    ["variable region is not defined", (_, panel) => changeQuery(panel, "$zone", "$region")],
    ["legend with the label zone", (_, panel) => setQuery(panel, { alias: "$tag_zone" })],
    ["query without a legend", (_, panel) => setQuery(panel, { alias: "" })],
    ["is not a raw query", (_, panel) => setQuery(panel, { rawQuery: false })],
    ["has a table that is none", (_, panel) => setQuery(panel, { resultFormat: "table" })],
    ["asks another data source", (_, panel) => Object.assign(panel.datasource ?? {}, { uid: "P1" })],
    ["variable zone asks another", (board) => board.templating?.list.forEach(toPrometheus)],
  ];

  test.each(brokenInfluxql)("in InfluxQL: %s", (problem, breakIt) => {
    expectFound("api-influxdb.json", "Calls", problem, breakIt);
  });

  function toPrometheus({ datasource }: { datasource: { type: string } }): void {
    datasource.type = "prometheus";
  }

  function expectFound(file: string, title: string, problem: string, breakIt: (typeof broken)[0][1]): void {
    const board = dashboard(file);
    const panel = board.panels[1];
    expect(panel?.title).toBe(title);
    breakIt(board, panel as Panel);
    expect(lint(board, UID, known).join("\n")).toContain(problem);
  }

  function changeQuery(panel: Panel, from: string, to: string): void {
    setQuery(panel, { query: panel.targets?.[0]?.query?.replace(from, () => to) });
  }

  function setQuery(panel: Panel, change: object): void {
    Object.assign(panel.targets?.[0] ?? {}, change);
  }
});
