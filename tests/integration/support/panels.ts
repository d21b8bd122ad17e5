import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Dashboard, panelQueries } from "../../../operate/dashboard";
import type { QueryResult } from "../../../operate/grafana";
import { CHECKOUT, type LabHost, must } from "./lab";
import type { Stack } from "./stack";

/** What Grafana answered to one query of a panel. */
export interface Answer {
  readonly dashboard: string;
  /** The variable's value; empty on a dashboard without any. */
  readonly value: string;
  readonly panel: string;
  /** The query's legend, where the panel has several queries. */
  readonly query: string;
  /** How many series came with at least one value. */
  readonly series: number;
}

interface Variable {
  readonly name: string;
  readonly query: string | { readonly query: string };
  readonly datasource?: { readonly type: string; readonly uid: string };
}

type Shown = Dashboard & { readonly templating?: { readonly list?: readonly Variable[] } };

/**
 * Asks Grafana for every query of every panel of every dashboard that it has, with each value of each variable.
 *
 * @param wanted only of these dashboards
 */
export async function askEveryPanel(
  host: LabHost,
  user: string,
  from: string,
  wanted = (_uid: string) => true,
): Promise<Answer[]> {
  const found = await get<Array<{ uid: string }>>(host, user, "search?type=dash-db&limit=5000");
  const answers: Answer[] = [];
  for (const { uid } of found.filter(({ uid }) => wanted(uid))) {
    const { dashboard } = await get<{ dashboard: Shown }>(host, user, `dashboards/uid/${uid}`);
    answers.push(...(await askPanels(host, user, dashboard, from)));
  }
  return answers;
}

async function askPanels(host: LabHost, user: string, dashboard: Shown, from: string): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const [value, variables] of await choices(host, user, dashboard)) {
    const panels = panelQueries(dashboard, { from, variables });
    // One request for all panels: the queries of each get names that no other has.
    const queries = panels.flatMap(({ panel, body }, index) =>
      (body.queries as Array<{ refId: string; legendFormat?: string; alias?: string }>).map((query) => ({
        panel,
        query: body.queries.length > 1 ? (query.legendFormat ?? query.alias ?? query.refId) : "",
        body: { ...query, refId: `${index}-${query.refId}` },
      })),
    );
    const body = { from, to: "now", queries: queries.map((query) => query.body) };
    const results = await ask(host, user, body);
    for (const query of queries) {
      const result = results[query.body.refId];
      if (result === undefined || result.error !== undefined) {
        throw new Error(
          `${dashboard.title}, ${query.panel}: ${result?.error ?? "not answered"}\n${JSON.stringify(query.body)}`,
        );
      }
      const { panel, query: legend } = query;
      answers.push({ dashboard: dashboard.title, value, panel, query: legend, series: seriesIn(result) });
    }
  }
  return answers;
}

/** "All" first, then each value by itself; one dashboard has one variable at most. */
async function choices(
  host: LabHost,
  user: string,
  { templating, title }: Shown,
): Promise<Array<[string, Record<string, string>]>> {
  const [variable, ...others] = templating?.list ?? [];
  if (variable === undefined) return [["", {}]];
  if (others.length > 0) throw new Error(`${title} has several variables: try each with each`);
  const text = typeof variable.query === "string" ? variable.query : variable.query.query;
  const isInfluxql = variable.datasource?.type === "influxdb";
  const data = isInfluxql ? await tagValues(host, user, variable, text) : await labelValues(host, text);
  if (data.length === 0) throw new Error(`${title}: the variable ${variable.name} has no values`);
  return [
    ["All", {}],
    ...data.map((value): [string, Record<string, string>] => [value, { [variable.name]: value }]),
  ];
}

async function labelValues(host: LabHost, query: string): Promise<string[]> {
  const [, selector = "", label = ""] = /^label_values\((.*), (\w+)\)$/.exec(query) ?? [];
  const path = `/prometheus/api/v1/label/${label}/values?match[]=${encodeURIComponent(selector)}`;
  const { body } = await host.fetch(path.replace("[]", "%5B%5D"));
  return (JSON.parse(body) as { data: string[] }).data;
}

async function tagValues(
  host: LabHost,
  user: string,
  { datasource }: Variable,
  query: string,
): Promise<string[]> {
  const body = {
    from: "now-1h",
    to: "now",
    queries: [{ refId: "A", datasource, rawQuery: true, query }],
  };
  const { A } = await ask(host, user, body);
  if (A?.error !== undefined) throw new Error(`${query}: ${A.error}`);
  return (A?.frames?.[0]?.data?.values?.[0] ?? []) as string[];
}

async function get<T>(host: LabHost, user: string, path: string): Promise<T> {
  const { status, body } = await host.fetch(`/grafana/api/${path}`, { user });
  if (status !== 200) throw new Error(`${path}: ${status} ${body}`);
  return JSON.parse(body) as T;
}

async function ask(host: LabHost, user: string, body: object): Promise<Record<string, QueryResult>> {
  const { status, body: text } = await host.fetch("/grafana/api/ds/query", {
    user,
    data: JSON.stringify(body),
    headers: { "content-type": "application/json" },
    within: 60,
  });
  const { results } = JSON.parse(text) as { results?: Record<string, QueryResult> };
  if (results === undefined) throw new Error(`the queries are answered with ${status} ${text}`);
  return results;
}

function seriesIn({ frames = [] }: QueryResult): number {
  const columns = frames.flatMap(({ data }) => (data?.values ?? []).slice(1));
  return columns.filter((values) => values.some((value) => value !== null)).length;
}

/** The queries without data, as `dashboard / panel / query [value of the variable]`. */
export function emptyQueries(answers: readonly Answer[]): string[] {
  return answers
    .filter(({ series }) => series === 0)
    .map(({ dashboard, panel, query, value }) => {
      const name = [dashboard, panel, ...(query === "" ? [] : [query])].join(" / ");
      return value === "" ? name : `${name} [${value}]`;
    });
}

/** Pictures of dashboards, of all or of those with these titles. */
export async function draw(
  stack: Stack,
  directory: string,
  from: string,
  titles: readonly string[] = [],
): Promise<void> {
  const which = titles.flatMap((title) => ["--dashboard", title]);
  const args = ["--stack", stack.name, "--from", from, "--to", directory, ...which];
  await must("npm", ["run", "dashboards:preview", "--", ...args], {
    env: { ...stack.environment(), PODWATCH_PULUMI: join(CHECKOUT, "lab/toolchain/pulumi") },
  });
}

/** Puts a table of the answers between the two marks of a page; there, rows of dashboards that were not asked stay. */
export function report(file: string, answers: readonly Answer[]): void {
  const marks = /(<!-- panels -->\n)([\s\S]*)(<!-- end of panels -->)/;
  const page = readFileSync(file, "utf8");
  const [, , before] = marks.exec(page) ?? [];
  if (before === undefined)
    throw new Error(`${file} has no place for the table: write <!-- panels --> and <!-- end of panels -->`);
  const asked = new Set(answers.map(({ dashboard }) => dashboard));
  const rows = [...before.matchAll(/^\| (.+?) \|.*\|$/gm)]
    .slice(HEAD.length)
    .map(([row, dashboard = ""]) => ({ dashboard, row }))
    .filter(({ dashboard }) => !asked.has(dashboard))
    .concat(answers.map((answer) => ({ dashboard: answer.dashboard, row: rowOf(answer) })))
    .sort((a, b) => (a.dashboard < b.dashboard ? -1 : a.dashboard > b.dashboard ? 1 : 0));
  const table = [...HEAD, ...rows.map(({ row }) => row)].join("\n");
  writeFileSync(
    file,
    page.replace(marks, (_, begin, __, end) => `${begin}\n${table}\n\n${end}`),
  );
}

const HEAD = ["| Dashboard | Panel | Query | Variable | Series |", "| --- | --- | --- | --- | ---: |"];

function rowOf({ dashboard, value, panel, query, series }: Answer): string {
  const cells = [dashboard, panel, query, value, String(series)].map((cell) => cell.replaceAll("|", "\\|"));
  return `| ${cells.join(" | ")} |`.replaceAll("  ", " ");
}
