// A dashboard's variables as Grafana's front end interpolates them, with "All" selected if possible.
import { chosenSource, type Source } from "./datasource";

export interface Variable {
  readonly name: string;
  readonly type?: string;
  readonly query?: unknown;
  readonly regex?: string;
  readonly allValue?: string | null;
  readonly includeAll?: boolean;
  readonly current?: { readonly value?: unknown } | null;
  readonly options?: ReadonlyArray<{ readonly value?: unknown }>;
}

export interface Values {
  fill(text: string): string;
}

/** Built-in variables of the front end; `$__interval` and similar are interpolated by the data source. */
const BUILT_IN: Readonly<Record<string, string>> = {
  __dashboard: "dashboard",
  __org: "1",
  __user: "admin",
  __timezone: "browser",
  timezone: "browser",
};

const QUARTER_OF_AN_HOUR = 900_000;

/**
 * @param chosen values of variables, by name; others keep the dashboard's own
 */
export function valuesOf(
  variables: readonly Variable[],
  chosen: Readonly<Record<string, string>>,
  sources: readonly Source[],
): Values {
  const now = Date.now();
  const times = { __from: String(now - QUARTER_OF_AN_HOUR), __to: String(now) };
  const own = variables.map((variable) => [variable.name, shown(variable, sources)] as const);
  const values = new Map([...Object.entries({ ...BUILT_IN, ...times }), ...own, ...Object.entries(chosen)]);
  const lookUp = (name: string) =>
    values.get(name) ?? (name.startsWith("__auto_interval") ? "1m" : undefined);
  return {
    // `$name`, `${name}`, `${name:format}`, `${name.field}`, `[[name]]`, `[[name:format]]`
    fill: (text) =>
      text.replaceAll(
        /\$\{(\w+)(?:\.[^}:]*)?(?::[^}]*)?\}|\$(\w+)|\[\[(\w+)(?:\.[^\]:]*)?(?::\w+)?\]\]/g,
        (whole, ...names) => lookUp(names.slice(0, 3).find((name) => name !== undefined)) ?? whole,
      ),
  };
}

/** Several values become a regular expression, as for Prometheus. */
function shown(variable: Variable, sources: readonly Source[]): string {
  const { type, query, regex = "", includeAll, allValue } = variable;
  const chosen = texts(variable.current?.value);
  const [first = ""] = chosen;
  if (type === "datasource") {
    const kind = typeof query === "string" ? query : "prometheus";
    return chosenSource(first, { kind, pattern: regex }, sources);
  }
  if (includeAll) return allValue || ".*";
  if (first.startsWith("$__auto")) return "1m";
  if (first !== "" && first !== "$__all") return alternatives(chosen);
  const [offered = ""] = (variable.options ?? []).flatMap(({ value }) => texts(value));
  if (offered !== "" && offered !== "$__all") return offered;
  if (type === "interval") return listed(query).find((word) => word !== "auto") ?? "1m";
  if (type === "custom") return listed(query)[0] ?? "";
  if (type === "textbox" || type === "constant") return typeof query === "string" ? query : "";
  // The front end would query the values; the expression for all serves as well.
  return type === "query" || type === undefined ? ".*" : "";
}

function texts(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}

function alternatives(values: readonly string[]): string {
  return values.length === 1 ? (values[0] ?? "") : `(${values.map(escaped).join("|")})`;
}

/** For a regular expression inside a PromQL string. */
function escaped(value: string): string {
  return value.replace(/[\\^$*+?.()|[\]{}]/g, "\\\\$&");
}

/** `a, b` and `name : a, other : b`. */
function listed(query: unknown): string[] {
  if (typeof query !== "string" || query.trim() === "") return [];
  return query
    .split(/(?<!\\),/)
    .map((word) => (word.split(/ : /).at(-1) ?? "").trim().replaceAll("\\,", ","));
}
