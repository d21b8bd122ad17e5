import { behindFront } from "../nginx/endpoint";
import { containerPlace, nearest, type PlacedService, type Placement, reachable } from "../placement";
import { Prometheus, type PrometheusArgs } from "./component";
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
    const name = `${placement.name}-prometheus`;
    const { url, runbooks } = new Prometheus(name, prometheusArgs(placement), opts);
    return { created: { runbooks }, installation: { prometheus: url } };
  },
};

export function prometheusArgs(placement: Placement): PrometheusArgs {
  const { settings, watched } = placement;
  return {
    ...containerPlace(placement),
    settings: settings.prometheus,
    watched,
    alertmanagers: nearest(reachable(placement, "alertmanager")).map(({ endpoint }) => endpoint),
    alerts: settings.alerts,
  };
}
