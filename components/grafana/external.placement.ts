import { shippedDashboards } from "../../dashboards/shipped";
import { offered, type PlacedService, type Placement } from "../placement";
import { EXTERNAL_GRAFANA } from "./endpoint";
import { ExternalGrafana, type ExternalGrafanaArgs } from "./external.component";
import { databaseDashboards } from "./placement";

export const externalGrafanaPlacement: PlacedService = {
  service: EXTERNAL_GRAFANA,
  elsewhere: true,
  offer: ({ grafana: { external } }) => (external === undefined ? undefined : {}),
  place: (placement, opts) => {
    const args = externalGrafanaArgs(placement);
    const { url } = new ExternalGrafana(`${placement.name}-${EXTERNAL_GRAFANA}`, args, opts);
    return { installation: { grafana: { url } } };
  },
};

export function externalGrafanaArgs(placement: Placement): ExternalGrafanaArgs {
  const { settings, authority, hostsApplied: after } = placement;
  const { external } = settings.grafana;
  if (external === undefined) throw new Error(`host ${settings.name}: there is no external Grafana`);
  const dashboards = placement.watched.flatMap((watched) => watched.dashboards);
  return {
    hostName: settings.name,
    settings: settings.grafana,
    external,
    datasources: offered(placement, "datasource")
      .flat()
      .flatMap(({ kind, endpoints }) =>
        endpoints.remote === undefined ? [] : [{ kind, endpoint: endpoints.remote }],
      ),
    dashboards: (uid, sources) => ({
      ...shippedDashboards(dashboards, uid),
      ...databaseDashboards(
        placement,
        sources.map((source) => ({ from: placement, source })),
      ),
    }),
    authority,
    after,
  };
}
