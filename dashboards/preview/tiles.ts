// Panels without axes: numbers, words, and bands of states.
import type { FieldDefaults, Series, ShownPanel } from "./collect";
import { color, escapeHtml, shadeOf } from "./looks";
import { format } from "./units";

/** The last value of each series, big, in the colour of its threshold or mapping. */
export function statPanel(panel: ShownPanel, width: number, height: number): string {
  const defaults = panel.fieldConfig?.defaults ?? {};
  const many = panel.series.length > 1;
  const size = Math.max(14, Math.min(height * 0.5, (width / panel.series.length) * 0.16, 44));
  const values = panel.series.map((series) => {
    const { text, shade } = shown(last(series), defaults);
    const word = panel.options?.textMode === "name" ? series.name : text;
    const small =
      many && panel.options?.textMode !== "name" ? `<small>${escapeHtml(series.name)}</small>` : "";
    const looks = `font-size:${Math.round(panel.options?.textMode === "name" ? Math.min(size, 16) : size)}px;color:${shade}`;
    return `<div style="${looks}">${small}${escapeHtml(word)}</div>`;
  });
  const trend =
    panel.options?.graphMode === "area" && panel.series[0] ? area(panel.series[0], width, defaults) : "";
  return `${trend}<div class="values" style="height:${height - 8}px">${values.join("")}</div>`;
}

/** A band of a state panel with the gap below it, in pixels. */
export const BAND = 19;

/** One band for each series for which there is room; a change of colour is a change of state. */
export function statePanel({ series, fieldConfig }: ShownPanel, height: number): string {
  const times = series.flatMap((one) => one.times);
  const start = Math.min(...times);
  const span = Math.max(Math.max(...times) - start, 1);
  const room = Math.floor((height - 8) / BAND);
  const drawn = series.length > room ? series.slice(0, room - 1) : series;
  const bands = drawn.map((one) => {
    const step = one.times.length > 1 ? (one.times[1] ?? 0) - (one.times[0] ?? 0) : span;
    const parts = one.values.map((value, index) => {
      if (value === null) return "";
      const from = (((one.times[index] ?? start) - start) / span) * 100;
      const { shade } = shown(value, fieldConfig?.defaults ?? {});
      return `<b style="left:${from.toFixed(2)}%;width:${(Math.min(step / span, 1) * 100 + 0.2).toFixed(2)}%;background:${shade}"></b>`;
    });
    return `<span>${escapeHtml(one.name)}</span><i style="overflow:hidden">${parts.join("")}</i>`;
  });
  const rest = series.length - drawn.length;
  return `<div class="bands">${bands.join("")}${rest > 0 ? `<span>and ${rest} more</span>` : ""}</div>`;
}

function last({ values }: Series): number | null {
  return values.findLast((value) => value !== null) ?? null;
}

function shown(value: number | null, defaults: FieldDefaults): { text: string; shade: string } {
  if (value === null) return { text: "No data", shade: color.faint };
  const { thresholds, mappings = [], unit = "", decimals } = defaults;
  const text = format(value, unit, decimals ?? undefined);
  const mapped = mappings.map(({ options }) => options?.[String(value)]).find(Boolean);
  if (mapped) return { text: mapped.text ?? text, shade: shadeOf(mapped.color) ?? color.text };
  const step = thresholds?.steps?.findLast(
    ({ value: from }) => (from ?? null) === null || value >= Number(from),
  );
  return { text, shade: shadeOf(step?.color) ?? color.text };
}

function area(series: Series, width: number, defaults: FieldDefaults): string {
  const known = series.values.flatMap((value, index) => (value === null ? [] : [[index, value] as const]));
  if (known.length < 2) return "";
  const height = 34;
  const low = Math.min(...known.map(([, value]) => value), 0);
  const high = Math.max(...known.map(([, value]) => value), low + 1e-9);
  const points = known.map(([index, value]) => {
    const x = (index / (series.values.length - 1)) * width;
    return `${x.toFixed(1)},${(height - ((value - low) / (high - low)) * height).toFixed(1)}`;
  });
  const { shade } = shown(last(series), defaults);
  const outline = `0,${height} ${points.join(" ")} ${width},${height}`;
  return `<svg class="trend" width="${width}" height="${height}"><polygon points="${outline}" fill="${shade}" fill-opacity="0.35"/></svg>`;
}
