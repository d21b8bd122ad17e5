// The user's own dashboards: JSON files as saved or exported by Grafana.
import { formatJson, type Json } from "./format";
import { libraryProblems, withLibraryPanels } from "./library";
import { type DashboardSources, withKnownSources } from "./sources";

type JsonObject = { readonly [key: string]: Json | undefined };

/** Inputs of an exported dashboard (`__inputs`), to be filled in at its import. */
interface Input {
  readonly name: string;
  readonly type: string;
  /** For a data source: its kind. */
  readonly pluginId: string;
  /** For a constant: its value at the export. */
  readonly value: string;
}

/** Keys only for an interactive import; provisioned dashboards do not need them. */
const IMPORT_ONLY = ["__inputs", "__elements", "__requires"];

const PROMETHEUS = "prometheus";

/** Server-side expressions: a data source that every Grafana has, under this uid. */
const EXPRESSIONS = "__expr__";

/**
 * Problems that prevent a file from being deployed as a dashboard, each in one line with the fix.
 * @param name the file's name for the user
 */
export function checkUserDashboard(name: string, json: string): string[] {
  return dashboardProblems(json).map((problem) => `${name}: ${problem}`);
}

/**
 * The same without the file's name.
 * @param kinds kinds of the data sources that there are
 */
export function dashboardProblems(json: string, kinds: readonly string[] = [PROMETHEUS]): string[] {
  const parsed = parse(json);
  if ("error" in parsed) {
    return [`is not JSON (${parsed.error}); save the dashboard's JSON from Grafana again`];
  }
  const dashboard = parsed.value;
  if (!isObject(dashboard)) {
    return [`is not a dashboard but ${kindOf(dashboard)}; save the dashboard's JSON from Grafana`];
  }
  return [...shapeProblems(dashboard), ...inputProblems(dashboard, kinds), ...libraryProblems(dashboard)];
}

/**
 * The text to deploy: inputs for data sources are replaced by those that there are.
 * @throws when {@link checkUserDashboard} finds a problem
 */
export function prepareUserDashboard(json: string, sources: DashboardSources): string {
  const problems = dashboardProblems(json, Object.keys(sources.byKind));
  if (problems.length > 0) {
    throw new Error(problems.join("\n"));
  }
  const dashboard = unwrapped(JSON.parse(json)) as JsonObject;
  const answers = new Map(
    inputsOf(dashboard).map(({ name, type, pluginId, value }) => [
      name,
      type === "constant" ? value : (sources.byKind[pluginId] ?? EXPRESSIONS),
    ]),
  );
  const kept = Object.entries(withLibraryPanels(dashboard)).filter(([key]) => !IMPORT_ONLY.includes(key));
  const answered = JSON.parse(JSON.stringify(Object.fromEntries(kept)), (_, value) =>
    typeof value === "string" ? value.replace(reference, (whole, name) => answers.get(name) ?? whole) : value,
  );
  return formatJson(withKnownSources(answered, sources));
}

/** What Grafana's API answers and takes has the dashboard in it. */
function unwrapped(value: Json): Json {
  return isObject(value) && isObject(value.dashboard) ? value.dashboard : value;
}

/** Identity of a dashboard in Grafana; undefined if it is not a dashboard. */
export function dashboardIdentity(
  json: string,
): { readonly uid?: string; readonly title: string } | undefined {
  const parsed = parse(json);
  if ("error" in parsed || !isObject(parsed.value)) return undefined;
  const [uid, title] = [text(parsed.value.uid), text(parsed.value.title).trim()];
  return title === "" ? undefined : { title, ...(uid === "" ? {} : { uid }) };
}

/** `${NAME}`, as exported dashboards refer to inputs, and any dashboard to its variables. */
const reference = /\$\{(\w+)\}/g;

function shapeProblems(dashboard: JsonObject): string[] {
  const problems: string[] = [];
  if (typeof dashboard.title !== "string" || dashboard.title.trim() === "") {
    problems.push(`has no title; is it a dashboard? Write "title": "..." at its top level`);
  }
  // Dashboards from before Grafana 5 have rows; Grafana converts them.
  if (!Array.isArray(dashboard.panels) && !Array.isArray(dashboard.rows)) {
    problems.push("has no panels; is it a dashboard? Save it from Grafana in the classic format");
  }
  return problems;
}

function inputProblems(dashboard: JsonObject, kinds: readonly string[]): string[] {
  const inputs = inputsOf(dashboard);
  const unanswerable = inputs
    .filter(({ type, pluginId, value }) =>
      type === "constant"
        ? value === ""
        : type !== "datasource" || ![...kinds, EXPRESSIONS].includes(pluginId),
    )
    .map(
      ({ name, type, pluginId }) =>
        `asks for ${JSON.stringify(name)} (${type}${pluginId === "" ? "" : ` ${pluginId}`}), and only Prometheus data sources and constants with a value can be filled in; ${
          type === "datasource" ? "add one of that kind under grafana.datasources, or " : ""
        }replace \${${name}} by a value and remove it from "__inputs"`,
    );
  const known = new Set([...inputs.map(({ name }) => name), ...variableNames(dashboard)]);
  const { __inputs: _, ...rest } = dashboard;
  const named = [...JSON.stringify(rest).matchAll(reference)].map((match) => match[1] ?? "");
  const leftOver = [...new Set(named)]
    .filter((name) => name.startsWith("DS_") && !known.has(name))
    .map((name) => `refers to \${${name}}, which nothing defines; write the data source's uid in its place`);
  return [...unanswerable, ...leftOver];
}

function inputsOf(dashboard: JsonObject): Input[] {
  const inputs = Array.isArray(dashboard.__inputs) ? (dashboard.__inputs as Json[]) : [];
  return inputs.filter(isObject).map((input) => ({
    name: text(input.name),
    type: text(input.type),
    pluginId: text(input.pluginId),
    value: text(input.value),
  }));
}

function variableNames(dashboard: JsonObject): string[] {
  const list = isObject(dashboard.templating) ? dashboard.templating.list : undefined;
  return Array.isArray(list) ? list.filter(isObject).map((variable) => text(variable.name)) : [];
}

function parse(json: string): { readonly value: Json } | { readonly error: string } {
  try {
    return { value: unwrapped(JSON.parse(json)) };
  } catch (error) {
    return { error: (error as Error).message.replace(/\s+/g, " ") };
  }
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function kindOf(value: Json): string {
  return Array.isArray(value) ? "a list" : value === null ? "null" : `a ${typeof value}`;
}
