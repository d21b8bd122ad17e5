import { historyKinds } from "../grafana/kinds.render";
import { behindFront } from "../nginx/endpoint";
import { containerPlace, type PlacedService } from "../placement";
import { PrometheusHistory } from "./component";
import { HISTORY, HISTORY_ENDPOINT } from "./endpoint";
import { availabilityTelemetry, HISTORY_BACKEND } from "./render";

export const availabilityPlacement: PlacedService = {
  service: HISTORY,
  offer: (settings) => {
    const { enabled, history } = settings.availability;
    const endpoints = behindFront(settings.front, HISTORY_ENDPOINT, "queries");
    return enabled && history.enabled
      ? {
          backend: HISTORY_BACKEND,
          savedData: { service: HISTORY, appended: ["wal", "chunks_head"] },
          datasource: historyKinds(settings).map((kind) => ({ kind, endpoints })),
        }
      : undefined;
  },
  telemetry: ({ availability }) => (availability.enabled ? [availabilityTelemetry(availability)] : []),
  place: (placement, opts) => {
    const { availability, prometheus } = placement.settings;
    new PrometheusHistory(
      `${placement.name}-prometheus-history`,
      { ...containerPlace(placement), settings: availability.history, prometheus },
      opts,
    );
    return {};
  },
};
