import { marked } from "../../dashboards/preview/charts";
import { type FieldDefaults, type Series, type ShownPanel, seriesOf } from "../../dashboards/preview/collect";
import { page } from "../../dashboards/preview/page";
import { format } from "../../dashboards/preview/units";

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

test("a panel without data says so", () => {
  expect(html(panel("timeseries", FULL, []))).toContain("No data");
});

test("the page is as high as its lowest panel", () => {
  const { width, height } = page({ title: "Hosts", description: "", panels: [panel("stat", FULL)] });
  expect([width, height]).toEqual([1440, 52 + 9 * 38 + 8]);
});
