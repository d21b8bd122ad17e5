import { behindFront } from "../nginx/endpoint";
import { containerPlace, nearest, type PlacedService, reachable } from "../placement";
import { Prometheus } from "./component";
import { PROMETHEUS, PROMETHEUS_ENDPOINT } from "./endpoint";
import { PROMETHEUS_BACKEND, PROMETHEUS_TELEMETRY } from "./render";

export const prometheusPlacement: PlacedService = {
  service: PROMETHEUS,
  offer: ({ prometheus, front }) =>
    prometheus.enabled
      ? {
          backend: PROMETHEUS_BACKEND,
          datasource: {
            kind: { type: "prometheus", scrapeInterval: prometheus.scrapeInterval },
            endpoints: behindFront(front, PROMETHEUS_ENDPOINT),
          },
        }
      : undefined,
  telemetry: () => [PROMETHEUS_TELEMETRY],
  place: (placement, opts) => {
    const { settings, watched } = placement;
    const component = new Prometheus(
      `${placement.name}-prometheus`,
      {
        ...containerPlace(placement),
        settings: settings.prometheus,
        watched,
        alertmanagers: nearest(reachable(placement, "alertmanager")).map(({ endpoint }) => endpoint),
        alerts: settings.alerts,
      },
      opts,
    );
    const { url, runbooks } = component;
    return { created: { runbooks }, installation: { prometheus: url } };
  },
};
