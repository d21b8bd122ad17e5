// The dashboards that come with Podwatch, as a stack ships them.
//
// They are generated from the sources beside this file into `json/` and committed: building them takes 50 ms
// and more, most of it to load Grafana's SDK, which every `pulumi up` would pay. A test fails when they are
// out of date; `npm run dashboards` writes them anew.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DATASOURCE_PLACEHOLDER } from "./datasource";

export interface ShippedOptions {
  /** Uid of the data source that all panels ask. */
  readonly datasourceUid: string;
  /** Whether gateways are scraped: without them, their dashboard would be empty. */
  readonly gateways: boolean;
}

/** File name -> Grafana's JSON, with the same text for the same options. */
export function shippedDashboards(options: ShippedOptions): Record<string, string> {
  const files = [...(options.gateways ? ["gateways.json"] : []), "prometheus.json"];
  return Object.fromEntries(files.map((file) => [file, dashboard(file, options.datasourceUid)]));
}

function dashboard(file: string, datasourceUid: string): string {
  const text = readFileSync(join(__dirname, "json", file), "utf8");
  return text.replaceAll(JSON.stringify(DATASOURCE_PLACEHOLDER), () => JSON.stringify(datasourceUid));
}
