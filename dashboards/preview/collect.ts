// Dashboards from Grafana, with the results of each panel's queries.
import { type Dashboard, type Panel, panelQueries } from "../../operate/dashboard";
import type { Field, Grafana, QueryResult } from "../../operate/grafana";

export interface ShownDashboard {
  readonly title: string;
  readonly description: string;
  readonly panels: readonly ShownPanel[];
}

/** A panel in Grafana's JSON, as far as a picture needs it, with its data. */
export interface ShownPanel extends Panel {
  readonly type: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig?: { readonly defaults: FieldDefaults };
  readonly options?: { readonly graphMode?: string; readonly textMode?: string };
  readonly series: readonly Series[];
}

export interface FieldDefaults {
  readonly unit?: string;
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
  readonly thresholds?: {
    readonly steps: ReadonlyArray<{ readonly value: number | null; readonly color: string }>;
  };
  readonly mappings?: ReadonlyArray<{
    readonly options: Readonly<Record<string, { readonly text: string; readonly color: string }>>;
  }>;
  readonly custom?: {
    readonly drawStyle?: string;
    readonly fillOpacity?: number;
    readonly stacking?: { readonly mode: string };
    readonly scaleDistribution?: { readonly type: string };
    readonly thresholdsStyle?: { readonly mode: string };
  };
}

export interface Series {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** In milliseconds since 1970. */
  readonly times: readonly number[];
  readonly values: ReadonlyArray<number | null>;
}

interface Found {
  readonly dashboard: Omit<Dashboard, "panels"> & {
    readonly description?: string;
    readonly panels?: ReadonlyArray<Omit<ShownPanel, "series">>;
  };
}

/** Every dashboard, in the order of titles. */
export async function collect(grafana: Grafana, from: string): Promise<ShownDashboard[]> {
  const found = await grafana.get<Array<{ uid: string; title: string }>>("search?type=dash-db&limit=5000");
  const dashboards: ShownDashboard[] = [];
  for (const { uid } of found.sort((a, b) => (a.title < b.title ? -1 : 1))) {
    dashboards.push(await showDashboard(grafana, uid, from));
  }
  return dashboards;
}

async function showDashboard(grafana: Grafana, uid: string, from: string): Promise<ShownDashboard> {
  const { dashboard } = await grafana.get<Found>(`dashboards/uid/${uid}`);
  const answers = new Map<number | undefined, Series[]>();
  for (const { id, panel, body } of panelQueries(dashboard, { from })) {
    const { results, message } = await grafana.query(body);
    const error = results === undefined ? message : Object.values(results).find((one) => one.error)?.error;
    if (error !== undefined) {
      throw new Error(`${dashboard.title}, panel ${JSON.stringify(panel)}: ${error}`);
    }
    const queries = body.queries as ReadonlyArray<{ refId: string; legendFormat?: string }>;
    answers.set(
      id,
      queries.flatMap(({ refId, legendFormat }) => seriesOf(results?.[refId], legendFormat ?? "")),
    );
  }
  return {
    title: dashboard.title,
    description: dashboard.description ?? "",
    panels: (dashboard.panels ?? []).map((panel) => ({ ...panel, series: answers.get(panel.id) ?? [] })),
  };
}

/** Each frame has a column of times and columns of values. */
export function seriesOf(result: QueryResult | undefined, legend: string): Series[] {
  return (result?.frames ?? []).flatMap(({ schema, data }) => {
    const [, ...fields] = schema?.fields ?? [];
    const [times = [], ...columns] = data?.values ?? [];
    return fields.map((field, index) => ({
      name: nameOf(field, legend),
      labels: field.labels ?? {},
      times: times as number[],
      values: (columns[index] ?? []) as Array<number | null>,
    }));
  });
}

function nameOf({ name, labels = {}, config }: Field, legend: string): string {
  const filled = legend.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => labels[label] ?? "");
  return filled.trim() || config?.displayNameFromDS || name;
}
