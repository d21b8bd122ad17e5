import { type Source, shippedDashboards } from "../../dashboards/shipped";
import {
  containerPlace,
  datasourcesFor,
  frontsOf,
  type PlacedService,
  type Placement,
  type View,
  type WiredHost,
} from "../placement";
import { dashboardsIn } from "../reported";
import { Grafana, type GrafanaArgs } from "./component";
import { type Datasource, isMain, namedDatasources } from "./datasource.render";
import { GRAFANA, GRAFANA_ENDPOINT } from "./endpoint";
import { enteringFronts } from "./fronts.render";
import { GRAFANA_BACKEND } from "./render";

const GRAFANA_METRICS = {
  job: GRAFANA,
  path: `${GRAFANA_ENDPOINT.path}/metrics`,
  from: { ...GRAFANA_ENDPOINT, path: `${GRAFANA_ENDPOINT.path}/metrics` },
};

export const grafanaPlacement: PlacedService = {
  service: GRAFANA,
  offer: ({ groups, grafana: { enabled, embedding } }) =>
    enabled
      ? {
          ...(groups && { metrics: GRAFANA_METRICS }),
          backend: { ...GRAFANA_BACKEND, ...(embedding && { framedBy: embedding.origins }) },
          // SQLite's data base, with its journals.
          savedData: { service: GRAFANA, rewritten: ["grafana.db*"] },
        }
      : undefined,
  place: (placement, opts) => {
    const component = new Grafana(`${placement.name}-grafana`, grafanaArgs(placement), opts);
    const { url, adminUser: user, adminPassword: password } = component;
    return { installation: { grafana: { url, user, password } } };
  },
};

export function grafanaArgs(placement: Placement): GrafanaArgs {
  const { grafana } = placement.settings;
  const found = datasourcesFor(placement);
  const datasources = found.map(({ offer: { kind }, endpoint, from, own }) => ({
    kind,
    endpoint,
    host: own ? undefined : from.settings.name,
  }));
  const named = namedDatasources(datasources, grafana.datasourceUid);
  const dashboards = found.flatMap(({ from }) => from.watched).flatMap((watched) => watched.dashboards);
  return {
    ...containerPlace(placement),
    settings: grafana,
    datasources: named,
    ownDatasources: enteringFronts(grafana.datasources, frontsOf(placement)),
    dashboards: {
      ...shippedDashboards(
        dashboards,
        grafana.datasourceUid,
        named.filter((_, index) => isMain(datasources[index]?.kind)),
      ),
      ...databaseDashboards(
        placement,
        found.map(({ from }, index) => ({ from, source: named[index] })),
      ),
    },
  };
}

/** The dashboards of what is reported into databases; if several databases have the same, people choose one. */
export function databaseDashboards(
  placement: View,
  found: ReadonlyArray<{ readonly from: WiredHost; readonly source: Datasource | undefined }>,
): Record<string, string> {
  const boards = new Map<string, Source[]>();
  for (const { from, source } of found) {
    if (source?.type !== "influxdb") continue;
    for (const file of dashboardsIn(source.database, from, placement)) {
      boards.set(file, [...(boards.get(file) ?? []), source]);
    }
  }
  const shown = [...boards].map(([file, sources]) =>
    shippedDashboards([file], sources[0]?.uid ?? "", sources),
  );
  return Object.assign({}, ...shown);
}
