// Library panels: a dashboard refers to them, and an exported one includes them under `__elements`.
// Provisioned dashboards have no library, so the panels are inlined.
import type { Json } from "./format";

type JsonObject = { readonly [key: string]: Json | undefined };

/** Missing library panels, each in one line with the fix. */
export function libraryProblems(dashboard: JsonObject): string[] {
  return panelsOf(dashboard)
    .filter(
      (panel) => isObject(panel.libraryPanel) && !isWhole(panel) && modelOf(panel, dashboard) === undefined,
    )
    .map(({ title, libraryPanel }) => {
      const name = [title, isObject(libraryPanel) ? libraryPanel.name : undefined].find(
        (text) => typeof text === "string" && text !== "",
      );
      return `has the library panel ${JSON.stringify(name ?? "")}, whose content is not in the file; unlink it in Grafana, or export the dashboard for sharing externally, and save its JSON again`;
    });
}

/** The dashboard with library panels inlined. */
export function withLibraryPanels(dashboard: JsonObject): JsonObject {
  const inPlace = (panels: Json | undefined): Json | undefined =>
    Array.isArray(panels)
      ? panels.map((panel) => {
          if (!isObject(panel)) return panel;
          const inner = panel.panels === undefined ? panel : { ...panel, panels: inPlace(panel.panels) };
          return isObject(panel.libraryPanel)
            ? (unlinked(inner as JsonObject, dashboard) as Json)
            : (inner as Json);
        })
      : panels;
  const { panels, rows } = dashboard;
  return {
    ...dashboard,
    ...(panels === undefined ? {} : { panels: inPlace(panels) }),
    ...(Array.isArray(rows)
      ? { rows: rows.map((row) => (isObject(row) ? { ...row, panels: inPlace(row.panels) ?? [] } : row)) }
      : {}),
  };
}

/** The position is the dashboard's, the content the library's. */
function unlinked({ libraryPanel: _, ...panel }: JsonObject, dashboard: JsonObject): JsonObject {
  const { libraryPanel: __, ...model } = modelOf({ ...panel, libraryPanel: _ }, dashboard) ?? {};
  const { gridPos, id } = panel;
  const place = { ...(gridPos === undefined ? {} : { gridPos }), ...(id === undefined ? {} : { id }) };
  return { ...model, ...panel, ...(isWhole(panel) ? {} : model), ...place };
}

/** Older exports have the content in the panel itself, too. */
const isWhole = (panel: JsonObject) => Array.isArray(panel.targets) || typeof panel.type === "string";

function modelOf(panel: JsonObject, { __elements: elements }: JsonObject): JsonObject | undefined {
  const uid = isObject(panel.libraryPanel) ? panel.libraryPanel.uid : undefined;
  const all = Array.isArray(elements) ? elements : isObject(elements) ? Object.values(elements) : [];
  const found = all.find((element) => isObject(element) && element.uid === uid);
  return isObject(found) && isObject(found.model) ? found.model : undefined;
}

function panelsOf({ panels, rows }: JsonObject): JsonObject[] {
  const outer = [
    panels,
    ...(Array.isArray(rows) ? rows.map((row) => (isObject(row) ? row.panels : [])) : []),
  ];
  return outer
    .flatMap((list) => (Array.isArray(list) ? list.filter(isObject) : []))
    .flatMap((panel) => [panel, ...panelsOf({ panels: panel.panels })]);
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
