// Data sources that a dashboard of somebody else's refers to, and that Grafana here does not have.
import type { Json } from "./format";

type JsonObject = { readonly [key: string]: Json | undefined };

/** The data sources that a dashboard may refer to. */
export interface DashboardSources {
  /** The one to ask, by kind: its uid. */
  readonly byKind: Readonly<Record<string, string>>;
  /** Uids and names of all; a reference to another is replaced. Absent: none is. */
  readonly known?: ReadonlySet<string>;
}

const PROMETHEUS = "prometheus";

/** The dashboard with references to what is not there replaced by the data source of the same kind. */
export function withKnownSources(dashboard: Json, { byKind, known }: DashboardSources): Json {
  if (known === undefined) return dashboard;
  const isMissing = (name: Json | undefined): name is string =>
    typeof name === "string" && !known.has(name) && !isSpecial(name);
  const asPrometheus = new Set(expressionSources(dashboard).filter(isMissing));
  const replaced = (reference: Json): Json => {
    const { uid, type } =
      typeof reference === "string" ? { uid: reference, type: undefined } : fieldsOf(reference);
    if (!isMissing(uid)) return reference;
    const kind = typeof type === "string" ? type : asPrometheus.has(uid) ? PROMETHEUS : undefined;
    const other = kind === undefined ? undefined : byKind[kind];
    return kind === undefined || other === undefined ? reference : { type: kind, uid: other };
  };
  return everywhere(dashboard, replaced);
}

/** Grafana's own, and what a variable stands for. */
function isSpecial(name: string): boolean {
  return /^(|default|grafana|__expr__|-- .* --)$/i.test(name) || /[$[]/.test(name);
}

/** Data sources of queries in PromQL; old dashboards name them without a kind. */
function expressionSources(value: Json | undefined, around?: Json): Array<Json | undefined> {
  if (Array.isArray(value)) return value.flatMap((inner) => expressionSources(inner, around));
  if (!isObject(value)) return [];
  const own = value.datasource ?? around;
  const asked = typeof value.expr === "string" && own !== undefined ? [nameOf(own)] : [];
  return [...asked, ...Object.values(value).flatMap((inner) => expressionSources(inner, own))];
}

const nameOf = (reference: Json) => (typeof reference === "string" ? reference : fieldsOf(reference).uid);

const fieldsOf = (reference: Json): JsonObject => (isObject(reference) ? reference : {});

function everywhere(value: Json, replaced: (reference: Json) => Json): Json {
  if (Array.isArray(value)) return value.map((inner) => everywhere(inner, replaced));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === "datasource" && inner !== null ? replaced(inner) : everywhere(inner, replaced),
    ]),
  );
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
