// The frame of all dashboards: identity, links to each other, refresh, and layout of panels.
import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  type Panel,
  QueryVariableBuilder,
  RowBuilder,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { cleaned } from "./clean";
import { DATASOURCE_PLACEHOLDER, type SourceKind } from "./datasource";
import type { Json } from "./format";
import { LANGUAGES } from "./languages";
import type { PanelSource } from "./panels";

/** Tag of all our dashboards, by which they link to each other. */
const TAG = "podwatch";

export interface Board {
  /** Never changes, because of links and bookmarks. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** What it asks, in that one's language; default: Prometheus. */
  readonly source?: SourceKind;
  /** Default time range, e.g. `now-1h`. */
  readonly from: string;
  /** Refresh interval, e.g. `30s`. */
  readonly refresh: string;
  /** Variables: name -> query of values. */
  readonly variables?: Readonly<Record<string, { readonly label: string; readonly query: string }>>;
  readonly sections: readonly Section[];
}

export interface Section {
  readonly title: string;
  readonly panels: readonly PanelSource[];
}

/** The dashboard in Grafana's JSON, with {@link DATASOURCE_PLACEHOLDER} as its data source. */
export function build(board: Board): Json {
  const { source = "prometheus" } = board;
  const dashboard = new DashboardBuilder(board.title)
    .uid(board.uid)
    .description(board.description)
    .tags([TAG])
    .readonly()
    .timezone("browser")
    .time({ from: board.from, to: "now" })
    .refresh(board.refresh)
    .tooltip(DashboardCursorSync.Crosshair)
    .link(otherDashboards());
  for (const [name, variable] of Object.entries(board.variables ?? {})) {
    dashboard.withVariable(choice(name, variable, source));
  }
  for (const section of board.sections) {
    dashboard.withRow(new RowBuilder(section.title));
    for (const panel of section.panels) {
      dashboard.withPanel({ build: () => asking(source, panel) });
    }
  }
  return cleaned(dashboard.build());
}

function asking(type: SourceKind, { queries, shape, ...panel }: PanelSource): Panel {
  const targets = queries.map((query, index) =>
    LANGUAGES[type].target(query, String.fromCharCode("A".charCodeAt(0) + index), shape),
  );
  // Queries without a data source of their own use their panel's.
  return { ...panel.build(), targets, datasource: { type, uid: DATASOURCE_PLACEHOLDER } };
}

function otherDashboards() {
  return new DashboardLinkBuilder("Dashboards")
    .type(DashboardLinkType.Dashboards)
    .tags([TAG])
    .asDropdown(false)
    .keepTime(true);
}

function choice(
  name: string,
  variable: { readonly label: string; readonly query: string },
  type: SourceKind,
) {
  const language = LANGUAGES[type];
  return (
    new QueryVariableBuilder(name)
      .label(variable.label)
      .datasource({ type, uid: DATASOURCE_PLACEHOLDER })
      .query(language.values(variable.query, name))
      .refresh(VariableRefresh.OnTimeRangeChanged)
      .sort(VariableSort.NaturalAsc)
      .multi(true)
      .includeAll(true)
      // Not the list of known values: what appears later belongs to "all" as well.
      .allValue(language.all)
      .current({ text: ["All"], value: ["$__all"] })
  );
}
