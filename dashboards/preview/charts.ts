// Panels with axes, drawn by ECharts as SVG.
import * as echarts from "echarts";
import type { FieldDefaults, Series, ShownPanel } from "./collect";
import { color, escapeHtml, palette, shadeOf } from "./looks";
import { format } from "./units";

/** A line of the table below a chart, in pixels. */
const LEGEND_LINE = 17;

export function chart(panel: ShownPanel, width: number, height: number): string {
  const defaults = panel.fieldConfig?.defaults ?? {};
  if (panel.type === "heatmap") return svg(heatmap(panel.series, defaults.unit ?? ""), width, height);
  const lines = panel.series.slice(0, Math.max(2, Math.floor(height / 4 / LEGEND_LINE)));
  const plot = height - lines.length * LEGEND_LINE - 6;
  return svg(curves(panel.series, defaults), width, plot) + legend(panel.series, lines.length, defaults);
}

function svg(option: echarts.EChartsCoreOption, width: number, height: number): string {
  const drawn = echarts.init(null, null, { renderer: "svg", ssr: true, width, height });
  drawn.setOption({ animation: false, ...option });
  const text = drawn.renderToSVGString();
  drawn.dispose();
  return text;
}

const AXIS = {
  axisLine: { show: false },
  axisTick: { show: false },
  splitLine: { lineStyle: { color: color.line } },
  axisLabel: { color: color.faint, fontSize: 10 },
};
const GRID = { left: 8, right: 20, top: 8, bottom: 4, containLabel: true };

function curves(series: readonly Series[], defaults: FieldDefaults): echarts.EChartsCoreOption {
  const { unit = "", custom = {} } = defaults;
  const { min, max } = { min: defaults.min ?? undefined, max: defaults.max ?? undefined };
  const stacked = custom.stacking?.mode === "normal";
  const bars = custom.drawStyle === "bars";
  const logarithmic = custom.scaleDistribution?.type === "log";
  return {
    grid: GRID,
    color: palette,
    xAxis: { type: "time", ...AXIS, splitLine: { show: false } },
    yAxis: {
      type: logarithmic ? "log" : "value",
      ...(min === undefined || logarithmic ? {} : { min }),
      ...(max === undefined ? {} : { max }),
      scale: true,
      splitNumber: 4,
      ...AXIS,
      axisLabel: { ...AXIS.axisLabel, formatter: (value: number) => format(value, unit) },
    },
    series: series.map(({ times, values }, index) => ({
      type: bars ? "bar" : "line",
      data: times.map((time, at) => [time, positive(values[at] ?? null, logarithmic)]),
      showSymbol: times.length < 3,
      lineStyle: { width: 1.2 },
      ...(bars ? {} : { areaStyle: { opacity: (custom.fillOpacity ?? 0) / 100 } }),
      ...(stacked ? { stack: "all" } : {}),
      ...(index === 0 && custom.thresholdsStyle?.mode === "dashed" ? { markLine: limits(defaults) } : {}),
    })),
  };
}

/** A logarithm has no place for what is not above zero. */
function positive(value: number | null, logarithmic: boolean): number | null {
  return logarithmic && value !== null && value <= 0 ? null : value;
}

function limits({ thresholds }: FieldDefaults) {
  const steps = (thresholds?.steps ?? []).flatMap(({ value, color: name }) =>
    (value ?? null) === null
      ? []
      : [{ yAxis: value, lineStyle: { color: shadeOf(name) ?? color.text, type: "dashed", width: 1 } }],
  );
  return { silent: true, symbol: "none", label: { show: false }, data: steps };
}

/** Buckets upwards, time to the right; the darker the more observations. */
function heatmap(series: readonly Series[], unit: string): echarts.EChartsCoreOption {
  const bound = ({ name, labels }: Series) => Number((labels.le ?? name).replace("+Inf", "Infinity"));
  const rows = [...series].sort((a, b) => bound(a) - bound(b));
  const times = rows[0]?.times ?? [];
  const cells = rows.flatMap(({ values }, y) =>
    values.map((value, x) => [x, y, value === null ? 0 : value] as const),
  );
  return {
    grid: GRID,
    xAxis: {
      type: "category",
      data: times.map(clock),
      ...AXIS,
      splitLine: { show: false },
      axisLabel: { ...AXIS.axisLabel, interval: marked(times) },
    },
    yAxis: {
      type: "category",
      data: rows.map((row) => (Number.isFinite(bound(row)) ? format(bound(row), unit) : "+Inf")),
      ...AXIS,
      splitLine: { show: false },
    },
    visualMap: {
      show: false,
      min: 0,
      max: Math.max(...cells.map(([, , value]) => value), 1e-9),
      inRange: { color: [color.panel, "#fdae6b", "#d94801"] },
    },
    series: [{ type: "heatmap", data: cells }],
  };
}

/** Which columns have their time written below them: those that begin a minute, and at most six of these. */
export function marked(times: readonly number[]): (index: number) => boolean {
  const begin = times.flatMap((time, at) => {
    const before = times[at - 1];
    return before !== undefined && clock(time) !== clock(before) ? [at] : [];
  });
  const every = Math.max(Math.ceil(begin.length / 6), 1);
  const chosen = new Set(begin.filter((_, at) => at % every === 0));
  return (index) => chosen.has(index);
}

const clock = (time: number) => new Date(time).toISOString().slice(11, 16);

function legend(series: readonly Series[], lines: number, { unit = "", decimals }: FieldDefaults): string {
  const rows = series.slice(0, lines).map(({ name, values }, index) => {
    const known = values.filter((value) => value !== null);
    const [end, top] = known.length === 0 ? [] : [known.at(-1) ?? 0, Math.max(...known)];
    const numbers = [end, top].map((value) =>
      value === undefined ? "-" : format(value, unit, decimals ?? undefined),
    );
    const mark = `<tspan fill="${palette[index % palette.length]}">▬</tspan>`;
    return `<text x="8" y="${index * LEGEND_LINE + 12}">${mark} ${escapeHtml(name.slice(0, 60))}</text><text x="100%" dx="-90" text-anchor="end" y="${index * LEGEND_LINE + 12}">${numbers[0]}</text><text x="100%" dx="-10" text-anchor="end" y="${index * LEGEND_LINE + 12}">${numbers[1]}</text>`;
  });
  return `<svg width="100%" height="${lines * LEGEND_LINE}" font-size="11" fill="${color.text}">${rows.join("")}</svg>`;
}
