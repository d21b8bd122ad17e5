// A dashboard as one page of HTML that needs nothing else: no script, no Grafana.
import { chart } from "./charts";
import type { ShownDashboard, ShownPanel } from "./collect";
import { color, escapeHtml } from "./looks";
import { LINE, tablePanel } from "./table";
import { BAND, statePanel, statPanel } from "./tiles";

export interface Page {
  readonly html: string;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}

const WIDTH = 1440;
const GAP = 8;
const COLUMN = (WIDTH - GAP) / 24;
const ROW = 38;
const HEAD = 52;

export function page({ title, description, panels }: Omit<ShownDashboard, "uid">): Page {
  const rows = Math.max(1, ...panels.map(({ gridPos }) => gridPos.y + gridPos.h));
  const height = HEAD + rows * ROW + GAP;
  const html = `<!doctype html>
<meta charset="utf-8">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
<header><b>${escapeHtml(title)}</b> ${escapeHtml(description)}</header>
${panels.map(placed).join("\n")}
`;
  return { html, width: WIDTH, height };
}

function placed(panel: ShownPanel): string {
  const { x, y, w, h } = panel.gridPos;
  const width = Math.round(w * COLUMN - GAP);
  const height = h * ROW - GAP;
  const place = `left:${Math.round(GAP + x * COLUMN)}px;top:${HEAD + y * ROW}px;width:${width}px;height:${height}px`;
  const title = escapeHtml(panel.title ?? "");
  if (panel.type === "row") return `<div class="row" style="${place}">${title}</div>`;
  return `<section style="${place}"><h2>${title}</h2>${body(panel, width, height - 26)}</section>`;
}

function body(panel: ShownPanel, width: number, height: number): string {
  const { type, note, series } = panel;
  const draw = DRAWN[type];
  if (draw === undefined) return empty(note === undefined || note.endsWith(type) ? type : `${type}: ${note}`);
  if (note !== undefined && series.length === 0) return empty(note);
  if (series.every(({ values }) => values.length === 0)) return empty("No data");
  return draw(panel, width, height);
}

/** What is drawn, by kind of panel; of the others there is a frame with the kind's name. */
const DRAWN: Readonly<Record<string, (panel: ShownPanel, width: number, height: number) => string>> = {
  stat: statPanel,
  singlestat: statPanel,
  gauge: statPanel,
  bargauge: statPanel,
  "state-timeline": (panel, _, height) => statePanel(panel, height),
  table: (panel, _, height) => tablePanel(panel, height),
  timeseries: chart,
  graph: chart,
  heatmap: chart,
};

const empty = (text: string) => `<p class="empty">${escapeHtml(text)}</p>`;

const STYLE = `
body { margin: 0; background: ${color.page}; color: ${color.text}; font: 12px Inter, "DejaVu Sans", sans-serif; }
header { position: absolute; left: ${GAP}px; top: 14px; color: ${color.faint}; }
header b { color: ${color.text}; font-size: 18px; margin-right: 12px; }
section { position: absolute; background: ${color.panel}; border: 1px solid ${color.line}; box-sizing: border-box; overflow: hidden; }
section h2 { margin: 0; padding: 5px 8px; font-size: 12px; font-weight: 600; height: 16px; white-space: nowrap; overflow: hidden; }
.row { position: absolute; font-size: 14px; font-weight: 600; line-height: 30px; }
.empty { color: ${color.faint}; text-align: center; }
.values { display: flex; flex-wrap: wrap; justify-content: space-evenly; align-content: center; }
.values div { text-align: center; margin: 0 6px; }
.values small { display: block; color: ${color.faint}; font-size: 11px; }
.trend { position: absolute; left: 0; bottom: 0; opacity: 0.5; }
.bands { display: grid; grid-template-columns: max-content 1fr; gap: ${BAND - 16}px 8px; padding: 4px 8px; align-items: center; font-size: 11px; }
.bands i { position: relative; display: block; height: 16px; background: ${color.line}; }
table { width: 100%; border-collapse: collapse; font-size: 11px; table-layout: auto; }
th, td { padding: 0 8px; height: ${LINE - 1}px; border-bottom: 1px solid ${color.line}; text-align: left; white-space: nowrap; overflow: hidden; max-width: 380px; text-overflow: ellipsis; }
th { color: ${color.faint}; }
.bands i b { position: absolute; top: 0; bottom: 0; }
`;
