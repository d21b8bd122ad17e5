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
import { DATASOURCE_PLACEHOLDER } from "./datasource";
import type { Json } from "./format";
import type { PanelSource } from "./panels";

/** Tag of all our dashboards, by which they link to each other. */
const TAG = "podwatch";

export interface Board {
  /** Never changes, because of links and bookmarks. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
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
    dashboard.withVariable(choice(name, variable));
  }
  for (const section of board.sections) {
    dashboard.withRow(new RowBuilder(section.title));
    for (const panel of section.panels) {
      dashboard.withPanel({ build: () => sourced(panel.build()) });
    }
  }
  return cleaned(dashboard.build());
}

function sourced(panel: Panel): Panel {
  // Queries without a data source of their own use their panel's.
  return { ...panel, datasource: { type: "prometheus", uid: DATASOURCE_PLACEHOLDER } };
}

function otherDashboards() {
  return new DashboardLinkBuilder("Dashboards")
    .type(DashboardLinkType.Dashboards)
    .tags([TAG])
    .asDropdown(false)
    .keepTime(true);
}

function choice(name: string, variable: { readonly label: string; readonly query: string }) {
  return (
    new QueryVariableBuilder(name)
      .label(variable.label)
      .datasource({ type: "prometheus", uid: DATASOURCE_PLACEHOLDER })
      .query({ query: variable.query, refId: name, qryType: LABEL_VALUES })
      .refresh(VariableRefresh.OnTimeRangeChanged)
      .sort(VariableSort.NaturalAsc)
      .multi(true)
      .includeAll(true)
      // Not the list of known values: what appears later belongs to "all" as well.
      .allValue(".+")
      .current({ text: ["All"], value: ["$__all"] })
  );
}

/** Grafana's number for variables that are filled by `label_values(...)`. */
const LABEL_VALUES = 1;
