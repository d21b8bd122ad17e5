// The languages of the data sources that boards ask: how Grafana has a query, and a variable with the values of a label or tag.
import type { Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import type { SourceKind } from "./datasource";

/** One query, and the legend of its series; `{{name}}` is replaced by the value of the label or tag. */
export interface Query {
  readonly expr: string;
  readonly legend: string;
}

/** What a panel makes of the answer. */
export type Shape = "range" | "instant" | "heatmap" | "table";

interface Language {
  target(query: Query, refId: string, shape: Shape): Dataquery;
  /** What a variable asks for its values. */
  values(query: string, variable: string): string | Record<string, unknown>;
  /** What stands for all values, also for those that appear later. */
  readonly all: string;
}

/** By the kind of the data source. */
export const LANGUAGES: Readonly<Record<SourceKind, Language>> = {
  /** PromQL. */
  prometheus: {
    target: (query, refId, shape) => promql(query, refId, shape).build(),
    values: (query, refId) => ({ query, refId, qryType: LABEL_VALUES }),
    all: ".+",
  },
  /** InfluxQL, of which a series without the tag belongs to "all" as well. */
  influxdb: {
    target: ({ expr, legend }, refId, shape): InfluxqlQuery => ({
      _implementsDataqueryVariant: () => {},
      refId,
      rawQuery: true,
      query: expr,
      resultFormat: shape === "table" ? "table" : "time_series",
      ...(legend === "" ? {} : { alias: legend.replaceAll(/\{\{(\w+)\}\}/g, "$tag_$1") }),
    }),
    values: (query) => query,
    all: ".*",
  },
};

interface InfluxqlQuery extends Dataquery {
  readonly refId: string;
  readonly rawQuery: true;
  readonly query: string;
  readonly resultFormat: "table" | "time_series";
  readonly alias?: string;
}

/** Grafana's number for variables that are filled by `label_values(...)`. */
const LABEL_VALUES = 1;

function promql({ expr, legend }: Query, refId: string, shape: Shape): DataqueryBuilder {
  const built = new DataqueryBuilder().refId(refId).expr(expr).legendFormat(legend);
  switch (shape) {
    case "instant":
      return built.instant();
    case "heatmap":
      return built.range().format(PromQueryFormat.Heatmap);
    case "table":
      return built.instant().format(PromQueryFormat.Table);
    case "range":
      return built.range();
    default:
      return shape satisfies never;
  }
}
