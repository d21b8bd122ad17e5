// What kinds of data sources the services of a host are for Grafana. Their placements say how each is reached.
import { nearest } from "../../lib/nearest";
import type { DatasourceKind } from "./datasource.render";

/** What the settings of a host say of each. */
interface Settings {
  readonly prometheus: Service & { readonly mode: "server" | "agent"; readonly scrapeInterval: string };
  readonly availability: Service & { readonly history: Service };
  readonly influxdb: Service & { readonly databases: Readonly<Record<string, unknown>> };
  readonly victoriametrics: Service & { readonly replicated: boolean; readonly scrapeInterval: string };
  readonly vmauth: Service & { readonly scrapeInterval: string };
}

interface Service {
  readonly enabled: boolean;
}

type Of<Section extends keyof Settings> = Pick<Settings, Section>;

export function prometheusKinds({ prometheus }: Of<"prometheus">): DatasourceKind[] {
  const { enabled, mode, scrapeInterval } = prometheus;
  return enabled && mode === "server" ? [{ type: "prometheus", scrapeInterval }] : [];
}

export function historyKinds({ availability: { enabled, history } }: Of<"availability">): DatasourceKind[] {
  if (!enabled || !history.enabled) return [];
  return [{ type: "prometheus", scrapeInterval: "1m", title: "Prometheus history", has: "some" }];
}

export function influxdbKinds({ influxdb: { enabled, databases } }: Of<"influxdb">): DatasourceKind[] {
  return enabled ? Object.keys(databases).map((database) => ({ type: "influxdb", database })) : [];
}

/** Of several vmauth asks one that answers. */
export function victoriametricsKinds({ victoriametrics }: Of<"victoriametrics">): DatasourceKind[] {
  const { enabled, replicated, scrapeInterval } = victoriametrics;
  return enabled && !replicated ? [samplesOfAll(scrapeInterval)] : [];
}

/** The only VictoriaMetrics of the stack is one itself. */
export function vmauthKinds(settings: Of<"vmauth" | "victoriametrics">): DatasourceKind[] {
  const { enabled, scrapeInterval } = settings.vmauth;
  return enabled && victoriametricsKinds(settings).length === 0 ? [samplesOfAll(scrapeInterval)] : [];
}

function samplesOfAll(scrapeInterval: string): DatasourceKind {
  return { type: "prometheus", title: "VictoriaMetrics", scrapeInterval, has: "all" };
}

/** All that other hosts reach, if they reach the front of the host. */
export function kindsAtFront(
  settings: Of<"prometheus" | "availability" | "influxdb" | "victoriametrics">,
): DatasourceKind[] {
  return [
    ...prometheusKinds(settings),
    ...victoriametricsKinds(settings),
    ...influxdbKinds(settings),
    ...historyKinds(settings),
  ];
}

interface SomeDatasource {
  readonly offer: { readonly kind: DatasourceKind };
  readonly own: boolean;
}

/**
 * Those that a Grafana has of all that it reaches. In a stack that is spread over hosts it is for the whole stack, so it has all of
 * them, its own host's first; otherwise of each type what is nearest.
 */
export function datasourcesAmong<One extends SomeDatasource>(
  reached: readonly One[],
  spread: boolean,
): readonly One[] {
  const found = [...reached].sort((a, b) => rank(a) - rank(b));
  if (spread) return found;
  const types = [...new Set(found.map(({ offer }) => offer.kind.type))];
  return types.flatMap((type) => nearest(found.filter(({ offer }) => offer.kind.type === type)));
}

/** What has everything comes first. */
function rank({ offer: { kind } }: SomeDatasource): number {
  return kind.type === "prometheus" && kind.has === "all" ? 0 : 1;
}
