// The shipped dashboards, as a stack deploys them.
//
// They are generated from the sources beside this file into `json/` and committed: building them takes 50 ms
// and more, most of it to load Grafana's SDK, which every `pulumi up` would pay. A test fails when they are
// out of date; `npm run dashboards` regenerates them.
import { assetsIn, readAsset } from "../lib/assets";
import { DATASOURCE_PLACEHOLDER } from "./datasource";

/** All shipped dashboards, whether a stack deploys them or not. */
export const SHIPPED_DASHBOARDS: readonly string[] = assetsIn("dashboards/json");

/**
 * File name -> Grafana's JSON, with the same text for the same arguments.
 *
 * @param files those to ship
 * @param datasourceUid uid of the data source that all panels ask
 */
export function shippedDashboards(files: readonly string[], datasourceUid: string): Record<string, string> {
  return Object.fromEntries([...files].sort().map((file) => [file, dashboard(file, datasourceUid)]));
}

function dashboard(file: string, datasourceUid: string): string {
  const text = readAsset(`dashboards/json/${file}`);
  return text.replaceAll(JSON.stringify(DATASOURCE_PLACEHOLDER), () => JSON.stringify(datasourceUid));
}
