// What Grafana would ask to show a dashboard. Variables are filled in as the front end does with "All" chosen.

export interface Dashboard {
  readonly title: string;
  readonly panels?: readonly Panel[];
  readonly templating?: { readonly list?: readonly Variable[] };
}

export interface Panel {
  readonly id?: number;
  readonly title?: string;
  readonly datasource?: { readonly uid?: string } | null;
  readonly targets?: ReadonlyArray<Readonly<Record<string, unknown>>>;
  /** Those of a folded row. */
  readonly panels?: readonly Panel[];
}

interface Variable {
  readonly name: string;
  readonly allValue?: string | null;
  readonly includeAll?: boolean;
  readonly current?: { readonly value?: unknown };
}

export interface PanelQueries {
  readonly panel: string;
  /** Its number on the dashboard. */
  readonly id: number | undefined;
  /** The body for `/api/ds/query`. */
  readonly body: { readonly from: string; readonly to: string; readonly queries: readonly unknown[] };
}

/** What a dashboard is asked for. */
export interface Choice {
  /** How far back, e.g. `now-15m`. */
  readonly from: string;
  /** Values of variables, by name; those that are not here have the dashboard's own. */
  readonly variables?: Readonly<Record<string, string>>;
}

const QUARTER_OF_AN_HOUR: Choice = { from: "now-15m" };

/** The queries of each panel that has any. */
export function panelQueries(
  { panels = [], templating }: Dashboard,
  { from, variables = {} } = QUARTER_OF_AN_HOUR,
): PanelQueries[] {
  const own = (templating?.list ?? []).map((variable) => [variable.name, shown(variable)] as const);
  const values = new Map([...own, ...Object.entries(variables)]);
  return panels
    .flatMap((panel) => [panel, ...(panel.panels ?? [])])
    .flatMap(({ id, title = "", targets = [], datasource }) => {
      const queries = targets
        .filter(({ hide }) => hide !== true)
        .map((target) => ({
          datasource,
          intervalMs: 15_000,
          maxDataPoints: 300,
          ...(fill(target, values) as object),
        }));
      return queries.length === 0 ? [] : [{ panel: title, id, body: { from, to: "now", queries } }];
    });
}

function shown({ includeAll, allValue, current }: Variable): string {
  if (includeAll) {
    return allValue || ".*";
  }
  return Array.isArray(current?.value) ? current.value.join("|") : String(current?.value ?? "");
}

/** Names that begin with `__` are Grafana's own: the data source fills them in. */
function fill(value: unknown, values: ReadonlyMap<string, string>): unknown {
  if (typeof value === "string") {
    return value.replaceAll(
      /\$\{(\w+)(?::\w+)?\}|\$(\w+)/g,
      (whole, braced, plain) => values.get(braced ?? plain) ?? whole,
    );
  }
  if (Array.isArray(value)) {
    return value.map((inner) => fill(inner, values));
  }
  return typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fill(inner, values)]))
    : value;
}
