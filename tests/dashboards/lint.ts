// What every dashboard of ours must have. Returns problems, so that tests can show that each is found.
import { influxqlProblems, tagsLeft } from "./influxql";
import { type KnownSeries, labelsLeft, promqlProblems } from "./promql";

export interface Panel {
  id: number;
  type: string;
  title: string;
  description?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  datasource?: { type: string; uid: string };
  targets?: Target[];
  fieldConfig?: {
    defaults: { unit?: string; thresholds?: { steps: { value: number | null; color: string }[] } };
  };
  options?: Record<string, unknown>;
}

interface Target {
  refId: string;
  /** In PromQL. */
  expr: string;
  legendFormat: string;
  range?: boolean;
  instant?: boolean;
  /** In InfluxQL. */
  query?: string;
  rawQuery?: boolean;
  resultFormat?: string;
  alias?: string;
}

/** What is demanded of a query, by the kind of its panel's data source. */
const QUERY_PROBLEMS: Readonly<
  Record<string, (target: Target, panel: Panel, known: KnownSeries) => readonly string[]>
> = {
  prometheus: (target, _, known) => [
    ...promqlProblems(target.expr, known),
    ...legendProblems(target.legendFormat, /\{\{(\w+)\}\}/g, labelsLeft(target.expr)),
    ...demand({ "says neither range nor instant": target.range === true || target.instant === true }),
  ],
  influxdb: ({ query = "", rawQuery, resultFormat, alias = "" }, { type }) => [
    ...influxqlProblems(query),
    ...(type === "table" ? [] : legendProblems(alias, /\$tag_(\w+)/g, tagsLeft(query))),
    ...demand({
      "is not a raw query": rawQuery === true,
      "has a table that is none": (type === "table") === (resultFormat === "table"),
    }),
  ],
};

export interface Dashboard {
  id?: number;
  version?: number;
  uid: string;
  title: string;
  description?: string;
  tags: string[];
  editable: boolean;
  schemaVersion: number;
  timezone: string;
  refresh: string;
  time: { from: string; to: string };
  links: { type: string; tags: string[]; keepTime?: boolean }[];
  templating?: { list: { name: string; datasource: { type: string; uid: string } }[] };
  panels: Panel[];
}

const COLUMNS = 24;

export function lint(dashboard: Dashboard, datasourceUid: string, known: KnownSeries): string[] {
  const kind = dashboard.panels.find(({ datasource }) => datasource !== undefined)?.datasource?.type ?? "";
  const panels = dashboard.panels.flatMap((panel) =>
    panelProblems(panel, { kind, uid: datasourceUid }, known).map(
      (problem) => `panel ${panel.title}: ${problem}`,
    ),
  );
  return [
    ...frameProblems(dashboard),
    ...variableProblems(dashboard, { kind, uid: datasourceUid }),
    ...panels,
    ...repeated(dashboard.panels.map(({ id }) => `id ${id}`)),
    ...repeated(dashboard.panels.map(({ title }) => `title ${title}`)),
    ...overlaps(dashboard.panels),
  ];
}

function frameProblems(dashboard: Dashboard): string[] {
  return demand({
    "has an id": dashboard.id === undefined,
    "has a version": dashboard.version === undefined,
    "has no uid that Grafana takes": /^[\w-]{1,40}$/.test(dashboard.uid),
    "has no description": (dashboard.description ?? "").endsWith("."),
    "can be edited": dashboard.editable === false,
    "is not in Grafana 12's schema": dashboard.schemaVersion >= 41 && dashboard.schemaVersion <= 42,
    "is not shown in the browser's time": dashboard.timezone === "browser",
    "does not refresh": /^\d+s$/.test(dashboard.refresh),
    "does not end now": dashboard.time.to === "now",
    "is not tagged": dashboard.tags.includes("podwatch"),
    "has no links to the other dashboards": dashboard.links.some(
      ({ type, tags }) => type === "dashboards" && tags.includes("podwatch"),
    ),
  });
}

interface Source {
  readonly kind: string;
  readonly uid: string;
}

/** What a data source fills in by itself. */
const BUILT_IN: Readonly<Record<string, readonly string[]>> = {
  prometheus: ["__rate_interval", "__range"],
  influxdb: ["__interval", "timeFilter"],
};

function variableProblems(dashboard: Dashboard, { kind, uid }: Source): string[] {
  const variables = dashboard.templating?.list ?? [];
  const defined = new Set([...(BUILT_IN[kind] ?? []), ...variables.map(({ name }) => name)]);
  const used = JSON.stringify(dashboard.panels)
    .replaceAll(/\$tag_\w+/g, "")
    .matchAll(/\$\{?(\w+)/g);
  return [
    ...variables
      .filter(({ datasource }) => datasource.type !== kind || datasource.uid !== uid)
      .map(({ name }) => `variable ${name} asks another data source`),
    ...[...used].flatMap(([, name = ""]) => (defined.has(name) ? [] : [`variable ${name} is not defined`])),
  ];
}

function panelProblems(panel: Panel, { kind, uid }: Source, known: KnownSeries): string[] {
  if (panel.type === "row") {
    return demand({ "is not one line": panel.gridPos.h === 1 && panel.gridPos.w === COLUMNS });
  }
  const targets = panel.targets ?? [];
  const steps = panel.fieldConfig?.defaults.thresholds?.steps ?? [];
  const levels = steps.slice(1).map(({ value }) => value ?? Number.NaN);
  return [
    ...demand({
      "has no unit": (panel.fieldConfig?.defaults.unit ?? "") !== "",
      "has no description": (panel.description ?? "").endsWith("."),
      "asks another data source": panel.datasource?.type === kind && panel.datasource.uid === uid,
      "has no query": targets.length > 0,
      "has thresholds that do not ascend": levels.every(
        (level, i) => i === 0 || level > (levels[i - 1] ?? level),
      ),
      "has no threshold to colour a number by": panel.type !== "stat" || steps[0]?.value === null,
      "does not fit into the grid": panel.gridPos.x >= 0 && panel.gridPos.x + panel.gridPos.w <= COLUMNS,
    }),
    ...repeated(targets.map(({ refId }) => `query ${refId}`)),
    ...targets.flatMap(
      (target) => QUERY_PROBLEMS[kind]?.(target, panel, known) ?? ["asks in no language of ours"],
    ),
  ];
}

function legendProblems(legend: string, reference: RegExp, left: readonly string[] | undefined): string[] {
  const named = [...legend.matchAll(reference)].map(([, label = ""]) => label);
  return [
    ...demand({ "has a query without a legend": legend !== "" }),
    ...named
      .filter((label) => left !== undefined && !left.includes(label))
      .map((label) => `has a legend with the label ${label}, which the query does not keep`),
  ];
}

function overlaps(panels: readonly Panel[]): string[] {
  return panels.flatMap((a, index) =>
    panels
      .slice(index + 1)
      .filter(
        ({ gridPos: b }) =>
          a.gridPos.x < b.x + b.w &&
          b.x < a.gridPos.x + a.gridPos.w &&
          a.gridPos.y < b.y + b.h &&
          b.y < a.gridPos.y + a.gridPos.h,
      )
      .map((b) => `panels ${a.title} and ${b.title} overlap`),
  );
}

function repeated(names: readonly string[]): string[] {
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...twice].map((name) => `${name} is there twice`);
}

function demand(demands: Readonly<Record<string, boolean>>): string[] {
  return Object.entries(demands).flatMap(([problem, holds]) => (holds ? [] : [problem]));
}
