// What is wrong with a PromQL expression, judged by Prometheus' own grammar and by the metrics there are.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parser } from "@prometheus-io/lezer-promql";

/** Name of a series -> `counter` (only grows: needs rate() or the like) or `gauge`. */
export type KnownSeries = ReadonlyMap<string, "counter" | "gauge">;

export function knownSeries(): KnownSeries {
  const known = new Map<string, "counter" | "gauge">();
  for (const file of readdirSync(__dirname).filter((name) => name.endsWith(".metrics"))) {
    for (const line of readFileSync(join(__dirname, file), "utf8").split("\n")) {
      const [name, type] = line.split(" ");
      if (name === undefined || type === undefined || name === "#") {
        continue;
      }
      for (const [suffix, kind] of seriesOf(type)) {
        known.set(name + suffix, kind);
      }
    }
  }
  return known;
}

function seriesOf(type: string): readonly (readonly [suffix: string, kind: "counter" | "gauge"])[] {
  switch (type) {
    case "counter":
      return [["", "counter"]];
    case "gauge":
      return [["", "gauge"]];
    case "histogram":
      return (["_bucket", "_sum", "_count"] as const).map((suffix) => [suffix, "counter"]);
    case "summary":
      return [
        ["", "gauge"],
        ["_sum", "counter"],
        ["_count", "counter"],
      ];
    default:
      throw new Error(`unknown type of metric: ${type}`);
  }
}

/** Functions that take the growth of counters, and their like for any value. */
const GROWTH = ["rate", "irate", "increase"];

export function promqlProblems(expr: string, known: KnownSeries): string[] {
  const text = withoutVariables(expr);
  const problems: string[] = [];
  const calls: string[] = [];
  const grouping: string[] = [];
  parser.parse(text).iterate({
    enter: (node) => {
      const words = text.slice(node.from, node.to);
      if (node.type.isError) {
        problems.push(`does not parse at ${node.from}: ${expr}`);
      }
      if (node.name === "FunctionCall") {
        calls.push(words.slice(0, words.indexOf("(")).trim());
      }
      if (node.name === "GroupingLabels") {
        grouping.push(words);
      }
      if (node.name === "VectorSelector") {
        problems.push(...selectorProblems(words, calls.at(-1), known));
      }
    },
    leave: (node) => {
      if (node.name === "FunctionCall") {
        calls.pop();
      }
    },
  });
  return problems;
}

function selectorProblems(selector: string, caller: string | undefined, known: KnownSeries): string[] {
  const name = selector.match(/^[a-zA-Z_:][\w:]*/)?.[0] ?? "";
  const kind = known.get(name);
  if (kind === undefined) {
    return [`unknown metric ${JSON.stringify(name)}`];
  }
  const grows = caller !== undefined && GROWTH.includes(caller);
  if (kind === "gauge" && grows) {
    return [`${caller}() of ${name}, which is a gauge`];
  }
  return kind === "counter" && !grows && caller !== "changes"
    ? [`${name} is a counter and needs rate() or increase()`]
    : [];
}

/** The labels that are left after aggregation, or undefined when nothing is aggregated. */
export function labelsLeft(expr: string): string[] | undefined {
  const text = withoutVariables(expr);
  const groups: string[][] = [];
  let aggregates = false;
  parser.parse(text).iterate({
    enter: (node) => {
      aggregates ||= node.name === "AggregateExpr";
      if (node.name === "GroupingLabels") {
        groups.push(text.slice(node.from + 1, node.to - 1).split(/\s*,\s*/));
      }
    },
  });
  return aggregates ? (groups[0] ?? []) : undefined;
}

/** Grafana fills its variables in before Prometheus reads the expression. */
function withoutVariables(expr: string): string {
  return expr.replaceAll("$__rate_interval", "1m").replaceAll("$__range", "1h");
}
