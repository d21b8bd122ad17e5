// biome-ignore-all lint/suspicious/noTemplateCurlyInString: so dashboards refer to variables
import { marked } from "../../dashboards/preview/charts";
import {
  collect,
  type FieldDefaults,
  type Series,
  type ShownPanel,
  seriesOf,
  tableOf,
} from "../../dashboards/preview/collect";
import { layOut } from "../../dashboards/preview/layout";
import { page } from "../../dashboards/preview/page";
import { format } from "../../dashboards/preview/units";
import type { Dashboard } from "../../operate/dashboard";
import type { Grafana } from "../../operate/grafana";

test.each([
  [0, "s", "0"],
  [0.0421, "s", "42.1 ms"],
  [7200, "s", "2 hours"],
  [1500, "ns", "1.5 µs"],
  [1536, "bytes", "1.5 KiB"],
  [3 * 2 ** 30, "Bps", "3 GiB/s"],
  [0.876, "percentunit", "87.6%"],
  [12_345, "short", "12.3 K"],
  [2, "reqps", "2 req/s"],
  [-1500, "none", "-1.5 K"],
])("%d of the unit %s is written %s", (value, unit, text) => {
  expect(format(value, unit)).toBe(text);
});

test("decimals are kept where a panel asks for them", () => {
  expect(format(3, "short", 1)).toBe("3.0");
});

test("a frame's columns become series, named by the legend", () => {
  const frame = {
    schema: { fields: [{ name: "Time" }, { name: "Value", labels: { instance: "db1", mode: "user" } }] },
    data: {
      values: [
        [1000, 2000],
        [1, null],
      ],
    },
  };
  expect(seriesOf({ frames: [frame] }, "{{instance}} {{mode}}")).toEqual([
    { name: "db1 user", labels: { instance: "db1", mode: "user" }, times: [1000, 2000], values: [1, null] },
  ]);
  expect(seriesOf({ frames: [frame] }, "")[0]?.name).toBe("Value");
  expect(seriesOf(undefined, "")).toEqual([]);
});

const SERIES: Series = { name: "db1", labels: {}, times: [1000, 2000, 3000], values: [0.2, null, 0.95] };

function panel(type: string, defaults: FieldDefaults, series: readonly Series[] = [SERIES]): ShownPanel {
  return {
    type,
    title: "Disk & <more>",
    gridPos: { x: 0, y: 1, w: 12, h: 8 },
    fieldConfig: { defaults },
    options: {},
    series,
  };
}

function html(shown: ShownPanel): string {
  return page({ title: "Hosts", description: "All of them.", panels: [shown] }).html;
}

const FULL: FieldDefaults = {
  unit: "percentunit",
  thresholds: {
    steps: [
      { value: null, color: "green" },
      { value: 0.9, color: "red" },
    ],
  },
};

test("a number is shown with its last value, in the colour of its threshold", () => {
  const text = html(panel("stat", FULL));
  expect(text).toContain("95%");
  expect(text).toContain("color:#f2495c");
  expect(text).toContain("Disk &amp; &lt;more>");
});

test("a timeline has the colours of its states", () => {
  const states = { 0: { text: "down", color: "red" }, 1: { text: "up", color: "green" } };
  const up = { ...SERIES, values: [1, 0, 1] };
  const text = html(panel("state-timeline", { mappings: [{ options: states }] }, [up]));
  expect(text.match(/background:#73bf69/g)).toHaveLength(2);
  expect(text.match(/background:#f2495c/g)).toHaveLength(1);
});

test("a timeline shows as many as there is room for, and tells how many there are besides", () => {
  const bands = (count: number) => {
    const series = Array.from({ length: count }, (_, at) => ({ ...SERIES, name: `db${at}` }));
    const text = html(panel("state-timeline", {}, series));
    return [text.match(/<span>db/g)?.length, /and \d+ more/.exec(text)?.[0]];
  };
  expect(bands(13)).toEqual([13, undefined]);
  expect(bands(15)).toEqual([12, "and 3 more"]);
});

test("a distribution has each minute written once, and few of them where there are many", () => {
  const everySecond = (seconds: number) => Array.from({ length: seconds }, (_, at) => at * 1000);
  const written = (times: number[]) => {
    const isMarked = marked(times);
    return times.filter((_, at) => isMarked(at));
  };
  expect(written(everySecond(181))).toEqual([60_000, 120_000, 180_000]);
  expect(written(everySecond(3600))).toHaveLength(6);
});

test("a chart has a curve, a legend with the last and the highest value, and its threshold", () => {
  const dashed = { ...FULL, custom: { thresholdsStyle: { mode: "dashed" } } };
  const text = html(panel("timeseries", dashed));
  expect(text).toContain("<path");
  expect(text).toContain("db1");
  expect(text).toContain('stroke="#f2495c"');
  expect(html(panel("timeseries", FULL))).not.toContain('stroke="#f2495c"');
});

describe("a table", () => {
  const fields = [
    { name: "Time", type: "time" },
    { name: "Duration (ms)", type: "number" },
    { name: "Text", type: "string", config: { displayNameFromDS: "Last words" } },
  ];
  const frame = (count: number) => ({
    schema: { fields },
    data: {
      values: [
        Array.from({ length: count }, (_, at) => at * 1000),
        Array.from({ length: count }, () => 12_345.6789),
        Array.from({ length: count }, (_, at) => (at === 0 ? "refused: <none>" : null)),
      ],
    },
  });
  const shown = (count: number) =>
    html({ ...panel("table", {}, seriesOf({ frames: [frame(count)] }, "")), table: tableOf([frame(count)]) });

  test("has the columns and the rows of the answer: times, numbers as they are, words", () => {
    const text = shown(2);
    expect([...text.matchAll(/<th>(.*?)<\/th>/g)].map(([, name]) => name)).toEqual([
      "Time",
      "Duration (ms)",
      "Last words",
    ]);
    expect([...text.matchAll(/<td>(.*?)<\/td>/g)].map(([, cell]) => cell)).toEqual([
      ...["1970-01-01 00:00:00", "12345.679", "refused: &lt;none>"],
      ...["1970-01-01 00:00:01", "12345.679", ""],
    ]);
  });

  test("shows as many rows as there is room for, and tells how many there are besides", () => {
    const rows = (count: number) => {
      const text = shown(count);
      return [text.match(/<tr><td>1970/g)?.length, /and \d+ more/.exec(text)?.[0]];
    };
    expect(rows(11)).toEqual([11, undefined]);
    expect(rows(12)).toEqual([10, "and 2 more"]);
  });

  test("of a dashboard as people have it: a time that is none, a cell that is no word, a unit, no frame at all", () => {
    const odd = {
      schema: { fields: [{ name: "Time", type: "time" }, { name: "v" }, { name: "o" }] },
      data: { values: [["soon"], [0.5], [{ a: 1 }]] },
    };
    const text = html({
      ...panel("table", { unit: "percentunit" }, seriesOf({ frames: [odd] }, "")),
      table: tableOf([odd]),
    });
    expect(text).toContain("<td>soon</td><td>50%</td><td>{&quot;a&quot;:1}</td>");
    expect(tableOf([])).toEqual({ columns: [], rows: [] });
    expect(html({ ...panel("table", {}, []), table: tableOf([]) })).toContain("No data");
  });
});

test("a panel without data says so", () => {
  expect(html(panel("timeseries", FULL, []))).toContain("No data");
});

test("the page is as high as its lowest panel", () => {
  const { width, height } = page({ title: "Hosts", description: "", panels: [panel("stat", FULL)] });
  expect([width, height]).toEqual([1440, 52 + 9 * 38 + 8]);
});

describe("dashboards as people have them", () => {
  const at = (x: number, y: number, w = 12, h = 8) => ({ gridPos: { x, y, w, h } });
  const places = (dashboard: Omit<Dashboard, "title">) =>
    layOut({ title: "T", ...dashboard }).map(({ panel, place: { x, y, w, h } }) => [panel.title, x, y, w, h]);

  test("a folded row is unfolded, and what is below it moves down", () => {
    const row = (title: string, y: number, panels: object[]) => ({
      type: "row",
      title,
      ...at(0, y, 24, 1),
      panels,
    });
    const inner = [
      { title: "a", ...at(0, 3) },
      { title: "b", ...at(12, 3, 12, 10) },
    ];
    const panels = [
      row("folded", 2, inner),
      row("next", 3, [{ title: "c", ...at(0, 4) }]),
      { title: "top", ...at(0, 0, 24, 2) },
    ];
    expect(places({ panels })).toEqual([
      ["top", 0, 0, 24, 2],
      ["folded", 0, 2, 24, 1],
      ["a", 0, 3, 12, 8],
      ["b", 12, 3, 12, 10],
      ["next", 0, 13, 24, 1],
      ["c", 0, 14, 12, 8],
    ]);
  });

  test("rows from before Grafana 5 flow by their panels' widths, as do panels without a place", () => {
    const panels = [
      { title: "a", span: 4 },
      { title: "b", span: 8 },
      { title: "c", span: 12 },
    ];
    expect(places({ rows: [{ title: "R", panels }, { panels: [{ title: "d" }] }] })).toEqual([
      ["R", 0, 0, 24, 1],
      ["a", 0, 1, 8, 8],
      ["b", 8, 1, 16, 8],
      ["c", 0, 9, 24, 8],
      ["", 0, 17, 24, 1],
      ["d", 0, 18, 12, 8],
    ]);
    expect(places({ panels: [{ title: "a" }, { title: "b" }, { title: "c" }] })).toEqual([
      ["a", 0, 0, 12, 8],
      ["b", 12, 0, 12, 8],
      ["c", 0, 8, 12, 8],
    ]);
  });

  test("a panel of another kind is an empty frame with the kind's name, one that was not asked says why", () => {
    expect(html(panel("piechart", {}))).toContain('<p class="empty">piechart</p>');
    expect(html({ ...panel("text", {}, []), note: "a panel of kind text" })).toContain(
      '<p class="empty">text</p>',
    );
    expect(html({ ...panel("logs", {}, []), note: "bad_data: <x>" })).toContain("logs: bad_data: &lt;x>");
    expect(html({ ...panel("graph", {}, []), note: "its queries are empty" })).toContain(
      "its queries are empty",
    );
    for (const type of ["graph", "gauge", "bargauge", "singlestat"])
      expect(html(panel(type, {}))).toMatch(/<path|class="values"/);
    expect(page({ title: "T", description: "", panels: [] }).height).toBeGreaterThan(0);
  });

  test("colours of any form, old mappings and thresholds, and what is not a number", () => {
    const steps = [{ color: "dark-green" }, { value: 0.9, color: "#d44a3a" }];
    const mappings = [{ id: 0, op: "=", text: "N/A", type: 1, value: "null" }];
    const defaults = {
      thresholds: { steps },
      mappings,
      decimals: null,
      min: null,
      max: null,
    } as FieldDefaults;
    expect(html(panel("stat", defaults))).toContain("color:#d44a3a");
    expect(
      html(panel("timeseries", { ...defaults, custom: { thresholdsStyle: { mode: "dashed" } } })),
    ).toContain("<path");
    expect(html(panel("stat", { thresholds: { steps: [{ color: '"><script>' }] } }))).not.toContain(
      "<script>",
    );
    const frame = {
      schema: { fields: [{ name: "Time" }, { name: "v" }] },
      data: { values: [[1], ["text"]] },
    };
    expect(seriesOf({ frames: [frame] }, "")[0]?.values).toEqual([null]);
  });

  test("every panel is asked of its data source, and a failed query does not keep the others from being drawn", async () => {
    const targets = [{ refId: "A", expr: "up" }];
    const dashboard = {
      title: "T",
      panels: [
        { id: 1, type: "stat", title: "on $ds", datasource: "${ds}", targets },
        { id: 1, type: "stat", title: "bad", targets: [{ refId: "A", expr: "(" }] },
        { type: "text", title: "notes" },
        { type: "stat", title: "lost", datasource: { uid: "gone" }, targets },
      ],
      templating: { list: [{ name: "ds", type: "datasource", query: "prometheus", current: {} }] },
    };
    const frame = { schema: { fields: [{ name: "Time" }, { name: "v" }] }, data: { values: [[1], [7]] } };
    const grafana = {
      get: async (path: string) =>
        path === "datasources"
          ? [{ name: "Prometheus", uid: "p", type: "prometheus", isDefault: true }]
          : path.startsWith("search")
            ? [{ uid: "u", title: "T" }]
            : { dashboard },
      query: async ({ queries }: { queries: Array<{ expr: string; datasource: { uid: string } }> }) =>
        queries[0]?.expr === "(" ? { message: "parse error" } : { results: { A: { frames: [frame] } } },
    } as unknown as Grafana;
    const [shown] = await collect(grafana, "now-15m");
    expect(shown?.panels.map(({ title, series, note }) => [title, series[0]?.values, note])).toEqual([
      ["on p", [7], undefined],
      ["bad", undefined, "parse error"],
      ["notes", undefined, "a panel of kind text"],
      ["lost", undefined, 'there is no data source "gone"'],
    ]);
    expect(await collect(grafana, "now-15m", ["T"])).toHaveLength(1);
    await expect(collect(grafana, "now-15m", ["t"])).rejects.toThrow(
      'there is no dashboard "t"; there are "T"',
    );
  });
});
