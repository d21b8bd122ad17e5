// The queries that Grafana would run for a dashboard, panel by panel, or why a panel has none.
import { EXPRESSIONS, resolveSource, type Source } from "./datasource";
import { type Values, type Variable, valuesOf } from "./variables";

export interface Dashboard {
  readonly title: string;
  readonly panels?: readonly Panel[];
  /** From before Grafana 5. */
  readonly rows?: ReadonlyArray<{ readonly title?: string; readonly panels?: readonly Panel[] }>;
  readonly templating?: { readonly list?: readonly Variable[] };
}

type Target = Readonly<Record<string, unknown>>;

export interface Panel {
  readonly id?: number;
  readonly type?: string;
  readonly title?: string;
  readonly datasource?: unknown;
  readonly targets?: readonly Target[] | null;
  /** Those of a folded row. */
  readonly panels?: readonly Panel[];
}

export interface PanelQueries {
  readonly panel: string;
  /** Its number on the dashboard. */
  readonly id: number | undefined;
  /** The body for `/api/ds/query`. */
  readonly body: { readonly from: string; readonly to: string; readonly queries: readonly unknown[] };
}

/** A panel with queries, without any and why, or with invalid ones. */
export type PanelRequest =
  | PanelQueries
  | { readonly panel: string; readonly skipped: string }
  | { readonly panel: string; readonly error: string };

/** Parameters of a dashboard. */
export interface Choice {
  /** How far back, e.g. `now-15m`. */
  readonly from: string;
  /** Values of variables, by name; others keep the dashboard's own. */
  readonly variables?: Readonly<Record<string, string>>;
  /** The existing data sources. */
  readonly sources?: readonly Source[];
}

const QUARTER_OF_AN_HOUR: Choice = { from: "now-15m" };

/** The queries of each panel that has any. */
export function panelQueries(dashboard: Dashboard, choice?: Choice): PanelQueries[] {
  return panelRequests(dashboard, choice).filter((look): look is PanelQueries => "body" in look);
}

/** One for each of {@link panelsOf}. */
export function panelRequests(dashboard: Dashboard, choice: Choice = QUARTER_OF_AN_HOUR): PanelRequest[] {
  const { from, variables = {}, sources = [] } = choice;
  const values = valuesOf(dashboard.templating?.list ?? [], variables, sources);
  return panelsOf(dashboard).map((panel) => {
    const name = values.fill(panel.title || `${panel.type ?? "panel"} ${panel.id ?? ""}`.trim());
    try {
      const asked = queriesOf(panel, sources, values);
      if ("skipped" in asked) return { panel: name, ...asked };
      return { panel: name, id: panel.id, body: { from, to: "now", queries: asked.queries } };
    } catch (error) {
      return { panel: name, error: (error as Error).message };
    }
  });
}

/** All panels but rows, which only hold others. */
export function panelsOf({ panels, rows }: Dashboard): Panel[] {
  const outer = [...(panels ?? []), ...(rows ?? []).flatMap((row) => row.panels ?? [])];
  return outer.flatMap((panel) => [
    ...(panel.type === "row" || (panel.type === undefined && panel.panels !== undefined) ? [] : [panel]),
    ...(panel.panels ?? []),
  ]);
}

/** Kinds of panels that show no data, whatever queries were left over in them. */
const WITHOUT_QUERIES =
  /^(text|dashlist|news|alertlist|annolist|welcome|gettingstarted|pluginlist|live|traces-?list)$/;

type Asked = { readonly queries: readonly unknown[] } | { readonly skipped: string };

function queriesOf(panel: Panel, sources: readonly Source[], values: Values): Asked {
  const targets = panel.targets ?? [];
  if (WITHOUT_QUERIES.test(panel.type ?? "")) return { skipped: `a panel of kind ${panel.type}` };
  if (targets.length === 0) return { skipped: "has no queries" };
  const whole = resolveSource(panel.datasource, sources, values);
  if (typeof whole === "object" && "skipped" in whole) return whole;
  const resolved = targets.map((target, index) => {
    const meant =
      target.datasource === undefined || target.datasource === null
        ? whole
        : resolveSource(target.datasource, sources, values);
    // For a query without a data source, Grafana uses the default one.
    const datasource = meant === "mixed" ? resolveSource(undefined, sources, values) : meant;
    return { target: { refId: letter(index), ...target } as Target, datasource };
  });
  const computes = resolved.some(({ datasource }) => uidOf(datasource) === EXPRESSIONS);
  const visible = resolved.filter(({ target }) => target.hide !== true || computes);
  if (visible.length === 0) return { skipped: "all its queries are hidden" };
  const asking = visible.filter(({ target, datasource }) => !isEmpty(target, datasource));
  if (asking.length === 0) return { skipped: "its queries are empty" };
  const [first] = asking;
  if (typeof first?.datasource === "object" && "skipped" in first.datasource && asking.length === 1)
    return first.datasource;
  const sent = asking.filter(({ datasource }) => uidOf(datasource) !== undefined);
  if (sent.length === 0) return { skipped: "shows what another panel asked, or Grafana itself knows" };
  return {
    queries: sent.map(({ target, datasource }) => ({
      intervalMs: 15_000,
      maxDataPoints: 300,
      ...(fillAll(target, values) as object),
      datasource,
    })),
  };
}

function uidOf(datasource: unknown): string | undefined {
  return typeof datasource === "object" && datasource !== null && "uid" in datasource
    ? String(datasource.uid)
    : undefined;
}

/** Grafana skips Prometheus queries without an expression. */
function isEmpty({ expr }: Target, datasource: object | string): boolean {
  const kind = typeof datasource === "object" && "type" in datasource ? datasource.type : undefined;
  if (typeof expr === "string") return expr.trim() === "";
  return kind === "prometheus" && expr === undefined;
}

/** Grafana's names for unnamed queries: A to Z, then numbers. */
const letter = (index: number) => (index < 26 ? String.fromCharCode(65 + index) : `Q${index}`);

function fillAll(value: unknown, values: Values): unknown {
  if (typeof value === "string") return values.fill(value);
  if (Array.isArray(value)) return value.map((inner) => fillAll(inner, values));
  return typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fillAll(inner, values)]))
    : value;
}
