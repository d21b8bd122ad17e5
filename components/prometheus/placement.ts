import { containerPlace, offered, type PlacedService } from "../placement";
import { Prometheus } from "./component";
import { PROMETHEUS } from "./endpoint";
import { PROMETHEUS_BACKEND, PROMETHEUS_TELEMETRY, prometheusDatasource } from "./render";

export const prometheusPlacement: PlacedService = {
  service: PROMETHEUS,
  offer: ({ prometheus, grafana }) =>
    prometheus.enabled
      ? {
          backend: PROMETHEUS_BACKEND,
          datasource: prometheusDatasource(grafana.datasourceUid, prometheus.scrapeInterval),
        }
      : undefined,
  telemetry: () => [PROMETHEUS_TELEMETRY],
  place: (placement, opts) => {
    const { settings, offers } = placement;
    const component = new Prometheus(
      `${placement.name}-prometheus`,
      {
        ...containerPlace(placement),
        settings: settings.prometheus,
        watched: placement.watched.filter((one) => one !== PROMETHEUS_TELEMETRY),
        alertmanagers: offered(offers, "alertmanager"),
        alerts: settings.alerts,
      },
      opts,
    );
    return { component, installation: { prometheus: component.url } };
  },
};
