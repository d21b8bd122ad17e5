import { shippedDashboards } from "../../dashboards/shipped";
import { containerPlace, offered, type PlacedService } from "../placement";
import { Grafana } from "./component";
import { GRAFANA } from "./endpoint";
import { GRAFANA_BACKEND } from "./render";

export const grafanaPlacement: PlacedService = {
  service: GRAFANA,
  offer: ({ grafana }) => (grafana.enabled ? { backend: GRAFANA_BACKEND } : undefined),
  place: (placement, opts) => {
    const { grafana } = placement.settings;
    const datasources = offered(placement.offers, "datasource");
    const watched = datasources.length === 0 ? [] : placement.watched;
    const component = new Grafana(
      `${placement.name}-grafana`,
      {
        ...containerPlace(placement),
        settings: grafana,
        datasources,
        dashboards: shippedDashboards(
          watched.flatMap(({ dashboards }) => dashboards),
          grafana.datasourceUid,
        ),
      },
      opts,
    );
    const { url, adminUser: user, adminPassword: password } = component;
    return { component, installation: { grafana: { url, user, password } } };
  },
};
