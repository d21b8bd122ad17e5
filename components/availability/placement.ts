import { behindFront } from "../nginx/endpoint";
import { containerPlace, type PlacedService } from "../placement";
import { PrometheusHistory } from "./component";
import { HISTORY, HISTORY_ENDPOINT } from "./endpoint";
import { availabilityTelemetry, HISTORY_BACKEND } from "./render";

export const availabilityPlacement: PlacedService = {
  service: HISTORY,
  offer: ({ availability: { enabled, history }, front }) =>
    enabled && history.enabled
      ? {
          backend: HISTORY_BACKEND,
          savedData: { service: HISTORY, appended: ["wal", "chunks_head"] },
          datasource: {
            kind: { type: "prometheus", scrapeInterval: "1m", title: "Prometheus history", has: "some" },
            endpoints: behindFront(front, HISTORY_ENDPOINT, "queries"),
          },
        }
      : undefined,
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
