// Dashboards from Grafana, with the results of each panel's queries.
import { type Dashboard, type PanelRequest, panelRequests, panelsOf } from "../../operate/dashboard";
import type { Source } from "../../operate/datasource";
import type { Field, Grafana, QueryResult } from "../../operate/grafana";
import { layOut, type Place } from "./layout";

export interface ShownDashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly panels: readonly ShownPanel[];
}

/** A panel in Grafana's JSON, as far as a picture needs it, with its data. */
export interface ShownPanel {
  readonly type: string;
  readonly title?: string;
  readonly gridPos: Place;
  readonly fieldConfig?: { readonly defaults?: FieldDefaults };
  readonly options?: { readonly graphMode?: string; readonly textMode?: string };
  readonly series: readonly Series[];
  /** Of a table. */
  readonly table?: Table;
  /** Why it has no data to draw. */
  readonly note?: string;
}

/** An answer as rows with columns. */
export interface Table {
  readonly columns: ReadonlyArray<{ readonly name: string; readonly isTime: boolean }>;
  readonly rows: ReadonlyArray<readonly unknown[]>;
}

export interface FieldDefaults {
  readonly unit?: string;
  readonly decimals?: number | null;
  readonly min?: number | null;
  readonly max?: number | null;
  readonly thresholds?: {
    readonly steps?: ReadonlyArray<{ readonly value?: number | null; readonly color: string }>;
  };
  readonly mappings?: ReadonlyArray<{
    /** Absent in dashboards from before Grafana 8. */
    readonly options?: Readonly<
      Record<string, { readonly text?: string; readonly color?: string } | undefined>
    >;
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
  readonly dashboard: Dashboard & { readonly description?: string };
}

/**
 * Dashboards in the order of titles.
 *
 * @param titles of those that are wanted; none: all
 * @throws Error if Grafana has none of such a title
 */
export async function collect(
  grafana: Grafana,
  from: string,
  titles: readonly string[] = [],
): Promise<ShownDashboard[]> {
  const all = await grafana.get<Array<{ uid: string; title: string }>>("search?type=dash-db&limit=5000");
  for (const title of titles)
    if (!all.some((one) => one.title === title))
      throw new Error(
        `there is no dashboard "${title}"; there are ${all.map((one) => `"${one.title}"`).join(", ")}`,
      );
  const found = all.filter(({ title }) => titles.length === 0 || titles.includes(title));
  const sources = await grafana.get<Source[]>("datasources");
  const dashboards: ShownDashboard[] = [];
  for (const { uid } of found.sort((a, b) => (a.title < b.title ? -1 : 1))) {
    dashboards.push(await showDashboard(grafana, uid, { from, sources }));
  }
  return dashboards;
}

async function showDashboard(
  grafana: Grafana,
  uid: string,
  { from, sources }: { readonly from: string; readonly sources: readonly Source[] },
): Promise<ShownDashboard> {
  const { dashboard } = await grafana.get<Found>(`dashboards/uid/${uid}`);
  const requests = panelRequests(dashboard, { from, sources });
  const requested = new Map(panelsOf(dashboard).map((panel, index) => [panel, requests[index]]));
  const panels: ShownPanel[] = [];
  for (const { panel, place } of layOut(dashboard)) {
    const request = requested.get(panel);
    const shown = { type: "panel", ...panel, title: request?.panel ?? panel.title ?? "", gridPos: place };
    panels.push({ ...shown, ...(await answerTo(request, grafana)) });
  }
  return { uid, title: dashboard.title, description: dashboard.description ?? "", panels };
}

async function answerTo(
  request: PanelRequest | undefined,
  grafana: Grafana,
): Promise<Pick<ShownPanel, "series" | "table" | "note">> {
  if (request === undefined) return { series: [] };
  if ("skipped" in request) return { series: [], note: request.skipped };
  if ("error" in request) return { series: [], note: request.error };
  const { results, message } = await grafana.query(request.body);
  const error = results === undefined ? message : Object.values(results).find((one) => one.error)?.error;
  const queries = request.body.queries as ReadonlyArray<{ refId: string; legendFormat?: string }>;
  return {
    series: queries.flatMap(({ refId, legendFormat }) => seriesOf(results?.[refId], legendFormat ?? "")),
    table: tableOf(queries.flatMap(({ refId }) => results?.[refId]?.frames ?? [])),
    ...(error === undefined ? {} : { note: error }),
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
      values: (columns[index] ?? []).map((value) => (typeof value === "number" ? value : null)),
    }));
  });
}

/** Of several frames Grafana shows the first one, and the others once they are chosen. */
export function tableOf([frame]: NonNullable<QueryResult["frames"]>): Table {
  const fields = frame?.schema?.fields ?? [];
  const columns = frame?.data?.values ?? [];
  const rows = columns[0] ?? [];
  return {
    columns: fields.map(({ name, type, config }) => ({
      name: config?.displayNameFromDS ?? name,
      isTime: type === "time",
    })),
    rows: rows.map((_, row) => columns.map((column) => column[row])),
  };
}

function nameOf({ name, labels = {}, config }: Field, legend: string): string {
  const filled = legend.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (_, label: string) => labels[label] ?? "");
  return filled.trim() || config?.displayNameFromDS || name;
}
