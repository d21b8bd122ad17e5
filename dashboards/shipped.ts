// The dashboards that come with Podwatch, as a stack ships them.
//
// They are generated from the sources beside this file into `json/` and committed: building them takes 50 ms
// and more, most of it to load Grafana's SDK, which every `pulumi up` would pay. A test fails when they are
// out of date; `npm run dashboards` writes them anew.
import { DATASOURCE_PLACEHOLDER } from "./datasource";
import { formatJson, type Json } from "./format";
import gateways from "./json/gateways.json";
import prometheus from "./json/prometheus.json";

export interface ShippedOptions {
  /** Uid of the data source that all panels ask. */
  readonly datasourceUid: string;
  /** Whether gateways are scraped: without them, their dashboard would be empty. */
  readonly gateways: boolean;
}

/** File name -> Grafana's JSON, with the same text for the same options. */
export function shippedDashboards(options: ShippedOptions): Record<string, string> {
  const dashboards: Record<string, object> = {
    ...(options.gateways ? { "gateways.json": gateways } : {}),
    "prometheus.json": prometheus,
  };
  return Object.fromEntries(
    Object.entries(dashboards).map(([file, dashboard]) => [
      file,
      formatJson(withDatasource(dashboard, options.datasourceUid)),
    ]),
  );
}

function withDatasource(dashboard: object, uid: string): Json {
  return JSON.parse(JSON.stringify(dashboard), (_, value) =>
    value === DATASOURCE_PLACEHOLDER ? uid : value,
  );
}
