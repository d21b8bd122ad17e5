import { behindFront } from "../nginx/endpoint";
import { containerPlace, nearest, type PlacedService, type Placement, reachable } from "../placement";
import { Prometheus, type PrometheusArgs } from "./component";
import { PROMETHEUS, PROMETHEUS_ENDPOINT } from "./endpoint";
import { AGENTS_TELEMETRY, PROMETHEUS_TELEMETRY, prometheusBackend } from "./render";

export const prometheusPlacement: PlacedService = {
  service: PROMETHEUS,
  offer: ({ prometheus: { enabled, mode, scrapeInterval }, front }) => {
    if (!enabled) return undefined;
    const backend = prometheusBackend(mode);
    if (mode === "agent") return { backend };
    const kind = { type: "prometheus", scrapeInterval } as const;
    return {
      backend,
      // Blocks are never changed once they are there.
      savedData: { service: PROMETHEUS, appended: ["wal", "chunks_head"] },
      datasource: { kind, endpoints: behindFront(front, PROMETHEUS_ENDPOINT) },
    };
  },
  telemetry: ({ prometheus: { mode, remoteWriteReceiver } }) => [
    PROMETHEUS_TELEMETRY,
    ...(mode === "server" && remoteWriteReceiver ? [AGENTS_TELEMETRY] : []),
  ],
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
    hostName: settings.name,
    watched,
    alertmanagers: nearest(reachable(placement, "alertmanager")).map(({ endpoint }) => endpoint),
    alerts: settings.alerts,
  };
}
