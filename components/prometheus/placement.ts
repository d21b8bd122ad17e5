import { HISTORY } from "../availability/endpoint";
import { toHistory } from "../availability/render";
import { prometheusKinds } from "../grafana/kinds.render";
import { behindFront } from "../nginx/endpoint";
import {
  containerPlace,
  type Found,
  frontsOf,
  nearest,
  type PlacedService,
  type Placement,
  reachable,
} from "../placement";
import { Prometheus, type PrometheusArgs } from "./component";
import { PROMETHEUS, PROMETHEUS_ENDPOINT } from "./endpoint";
import { enteringFronts } from "./fronts.render";
import { AGENTS_TELEMETRY, PROMETHEUS_TELEMETRY, prometheusBackend } from "./render";

export const prometheusPlacement: PlacedService = {
  service: PROMETHEUS,
  offer: (settings) => {
    const { enabled, mode } = settings.prometheus;
    if (!enabled) return undefined;
    const backend = prometheusBackend(mode);
    const metrics = { job: PROMETHEUS, path: `${PROMETHEUS_ENDPOINT.path}/metrics` };
    if (mode === "agent") return { backend, metrics };
    const endpoints = behindFront(settings.front, PROMETHEUS_ENDPOINT, "queries");
    return {
      backend,
      metrics,
      // Blocks are never changed once they are there.
      savedData: { service: PROMETHEUS, appended: ["wal", "chunks_head"] },
      datasource: prometheusKinds(settings).map((kind) => ({ kind, endpoints })),
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

/** That of the host, or else those of others; of a cluster all. */
function alertmanagersFor(placement: Placement): ReadonlyArray<Found<"alertmanager">> {
  const all = reachable(placement, "alertmanager");
  const found = nearest(all);
  return found.some(({ offer }) => offer.inCluster) ? all.filter(({ offer }) => offer.inCluster) : found;
}

export function prometheusArgs(placement: Placement): PrometheusArgs {
  const { settings, watched } = placement;
  // An agent evaluates no rules.
  const isServer = settings.prometheus.mode === "server";
  const alertmanagers = isServer ? alertmanagersFor(placement) : [];
  return {
    ...containerPlace(placement),
    settings: enteringFronts(settings.prometheus, frontsOf(placement)),
    hostName: settings.name,
    apart: alertmanagers.some(({ own, offer }) => !own && !offer.inCluster),
    watched,
    stores: reachable(placement, "samples").map(({ endpoint, from }) => ({
      host: from.settings.name,
      endpoint,
    })),
    history: HISTORY in placement.offers ? toHistory : undefined,
    alertmanagers: alertmanagers.map(({ endpoint }) => endpoint),
    alerts: settings.alerts,
  };
}
