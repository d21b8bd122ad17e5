// The shipped dashboards, as a stack deploys them.
//
// They are generated from the sources beside this file into `json/` and committed: building them takes 50 ms
// and more, most of it to load Grafana's SDK, which every `pulumi up` would pay. A test fails when they are
// out of date; `npm run dashboards` regenerates them.
import { assetsIn, readAsset } from "../lib/assets";
import { DATASOURCE_PLACEHOLDER, SOURCE_TITLES, type SourceKind } from "./datasource";
import { formatJson } from "./format";

/** All shipped dashboards, whether a stack deploys them or not. */
export const SHIPPED_DASHBOARDS: readonly string[] = assetsIn("dashboards/json");

/** A data source that panels may ask, of their kind. */
export interface Source {
  readonly uid: string;
  readonly name: string;
}

/**
 * File name -> Grafana's JSON, with the same text for the same arguments.
 *
 * @param files those to ship
 * @param datasourceUid uid of the data source that all panels ask
 * @param choice if there are several, people choose one; the first is chosen at first
 */
export function shippedDashboards(
  files: readonly string[],
  datasourceUid: string,
  choice: readonly Source[] = [],
): Record<string, string> {
  return Object.fromEntries([...files].sort().map((file) => [file, dashboard(file, datasourceUid, choice)]));
}

function dashboard(file: string, datasourceUid: string, choice: readonly Source[]): string {
  const text = readAsset(`dashboards/json/${file}`);
  const [first, second] = choice;
  const ask = (uid: string) => (whole: string) =>
    whole.replaceAll(JSON.stringify(DATASOURCE_PLACEHOLDER), () => JSON.stringify(uid));
  if (first === undefined || second === undefined) return ask(datasourceUid)(text);
  const board = JSON.parse(ask("${datasource}")(text));
  const kind = kindOf(board);
  const variable = {
    type: "datasource",
    name: "datasource",
    label: SOURCE_TITLES[kind],
    query: kind,
    refresh: 1,
    current: { text: first.name, value: first.uid },
  };
  return formatJson({ ...board, templating: { list: [variable, ...(board.templating?.list ?? [])] } });
}

/** What its panels ask. */
function kindOf(board: {
  readonly panels: ReadonlyArray<{ readonly datasource?: { readonly type: SourceKind } }>;
}): SourceKind {
  return board.panels.find(({ datasource }) => datasource !== undefined)?.datasource?.type ?? "prometheus";
}
