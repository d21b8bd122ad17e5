// PromQL for the metrics of gateways, whose histograms are in nanoseconds.
import { GATEWAYS_JOB } from "./endpoint";

/** The gateways chosen at the top of the dashboard. */
export const SELECTED = `job="${GATEWAYS_JOB}", instance=~"$instance"`;

/** Estimated from the histogram's buckets, for each set of the labels in `by`. */
export function quantile(which: number, metric: string, by: readonly string[]): string {
  const labels = ["le", ...by].join(", ");
  return `histogram_quantile(${which}, sum by (${labels}) (rate(${metric}_bucket{${SELECTED}}[$__rate_interval])))`;
}

/** Exact, unlike a quantile; without a value while nothing happens. */
export function mean(metric: string, by: readonly string[], only?: string): string {
  const selector = only === undefined ? SELECTED : `${SELECTED}, ${only}`;
  const total = (part: "sum" | "count") =>
    `sum by (${by.join(", ")}) (rate(${metric}_${part}{${selector}}[$__rate_interval]))`;
  return `${total("sum")} / (${total("count")} > 0)`;
}
