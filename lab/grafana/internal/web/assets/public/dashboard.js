// Shows each panel with its queries' data, asked through /api/ds/query, and refreshes them.
import { draw, element } from "./chart.js";
import { base, defaultSource, fill, sourceUid, variableValues } from "./variables.js";

const model = JSON.parse(document.getElementById("dashboard").textContent);
const range = { from: model.time?.from ?? "now-1h", to: model.time?.to ?? "now" };

// Panels of a collapsed row stand inside it.
function flatten(panels) {
  return panels.flatMap((panel) =>
    panel.type === "row" ? [panel, ...flatten(panel.panels ?? [])] : [panel],
  );
}

async function load(panel, into, values) {
  const targets = (panel.targets ?? []).filter((target) => target.expr && !target.hide);
  const fallback = sourceUid(panel.datasource, values) ?? (await defaultSource());
  const queries = targets.map((target, i) => ({
    refId: target.refId ?? String.fromCharCode(65 + i),
    datasource: { uid: sourceUid(target.datasource, values) ?? fallback },
    expr: fill(target.expr, values),
    instant: target.instant === true,
    range: target.instant !== true,
    legendFormat: target.legendFormat,
    interval: target.interval,
    maxDataPoints: 300,
  }));
  if (queries.length === 0)
    return into.replaceChildren(
      element("p", "none", panel.type === "text" ? (panel.options?.content ?? "") : ""),
    );
  const response = await fetch(`${base}/api/ds/query`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ...range, queries }),
  });
  const answer = await response.json();
  into.replaceChildren();
  const failed = Object.values(answer.results ?? {}).find(({ error }) => error);
  if (failed || !answer.results) into.append(element("p", "none", failed?.error ?? answer.message));
  else draw(into, answer.results);
}

async function show() {
  const values = await variableValues(model.templating?.list ?? []);
  const shown = Object.entries(values).map(([name, value]) => `${name} = ${value}`);
  document.getElementById("variables").textContent = shown.join(", ");
  const refreshers = [];
  for (const panel of flatten(model.panels ?? [])) {
    const title = fill(panel.title ?? "", values);
    if (panel.type === "row") {
      document.getElementById("panels").append(element("h2", "row", title));
      continue;
    }
    const box = element("section", "panel", "");
    box.style.gridColumn = `span ${Math.min(24, Math.max(4, panel.gridPos?.w ?? 12))}`;
    const body = element("div", "", "");
    box.append(element("h3", "", title), body);
    document.getElementById("panels").append(box);
    refreshers.push(() => load(panel, body, values));
  }
  const refresh = () => {
    for (const again of refreshers) again();
  };
  refresh();
  setInterval(refresh, 10000);
}

show();
