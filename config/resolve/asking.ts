// Which hosts ask others: the ones that their Prometheus watches, and the fronts that their services use.
import { clusterOf } from "../../components/alertmanager/schema";
import { isMeant, isWatched, selectorOf } from "../../lib/watched";
import { quote, type Report } from "../problem";
import { hostEntry, services } from "../schema";
import type { HostBasics, OtherHost, Scraper, SectionName } from "../section";
import { settle } from "../shape";
import { nearest } from "../suggest";
import type { Tree } from "../walk";
import type { Grouped } from "./groups";
import { type Layered, locateIn } from "./locate";
import { merge } from "./merge";
import { applies } from "./roles";

interface Entry extends Layered, Pick<Grouped, "groups"> {
  readonly name: string;
  readonly sound: Tree;
  readonly services: readonly SectionName[];
}

/** A host, and what it may ask of others. */
export interface Asking extends OtherHost, Pick<Grouped, "groups"> {
  /** What its Prometheus watches, absent for all; undefined if it has none. */
  readonly prometheus: (Scraper & { readonly watches?: readonly string[] | undefined }) | undefined;
  readonly grafana: boolean;
  readonly telegraf: boolean;
  /** Whether it has a VictoriaMetrics. */
  readonly store: boolean;
  /** Whether rules are evaluated on that; absent: if no Prometheus of the stack does. */
  readonly vmalert: boolean | undefined;
  /** The port of its Alertmanager for the others of a cluster; undefined if it is in none. */
  readonly cluster: number | undefined;
}

/**
 * What hosts may ask of others, before any host's settings are complete.
 *
 * @param ownName host name of the machine that the program runs on, for a host that is this machine
 */
export function asking(stack: Tree, entries: readonly Entry[], ownName: string): Asking[] {
  const { address } = hostEntry.shape;
  return entries.map(({ name, groups, sound, services: placed }) => {
    const written = (of: SectionName) => merge(stack[of], sound[of]) as Tree;
    const prometheus = applies(placed, "prometheus")
      ? settle(services.prometheus, written("prometheus"))
      : undefined;
    const grafana = applies(placed, "grafana") ? settle(services.grafana, written("grafana")) : undefined;
    const telegraf = applies(placed, "telegraf") ? settle(services.telegraf, written("telegraf")) : undefined;
    const alertmanager = applies(placed, "alertmanager")
      ? settle(services.alertmanager, written("alertmanager"))
      : undefined;
    const store = applies(placed, "victoriametrics")
      ? settle(services.victoriametrics, written("victoriametrics"))
      : undefined;
    const evaluating = applies(placed, "vmalert") ? settle(services.vmalert, written("vmalert")) : undefined;
    return {
      name,
      ...(groups === undefined ? {} : { groups }),
      address: address.safeParse(sound.address).data ?? ownName,
      prometheus: prometheus?.enabled ? prometheus : undefined,
      grafana: grafana?.enabled === true,
      telegraf: telegraf?.enabled === true,
      store: store?.enabled === true,
      vmalert: evaluating?.enabled,
      cluster: alertmanager && clusterOf(alertmanager)?.port,
    };
  });
}

export const labelsOf = ({ sound }: Pick<Entry, "sound">) =>
  (sound.labels ?? {}) as Readonly<Record<string, string>>;

const withLabels = <One extends Pick<Entry, "name" | "groups" | "sound">>(host: One) => ({
  ...host,
  labels: labelsOf(host),
});

/** The hosts whose Prometheus watches a host. */
export function watchersOf(
  host: Pick<Entry, "name" | "groups" | "sound">,
  all: readonly Asking[],
): OtherHost[] {
  return all.flatMap(({ name, address, prometheus }) =>
    prometheus !== undefined && isWatched({ name, watches: prometheus.watches }, withLabels(host))
      ? [{ name, address }]
      : [],
  );
}

/** The hosts that use the front of a host: a stack without groups is none that is spread over hosts. */
export function clientsOf(
  host: Pick<Entry, "name" | "groups" | "services">,
  all: readonly Asking[],
): OtherHost[] {
  if (host.groups === undefined) return [];
  const takesLines = applies(host.services, "influxdb");
  const takesAlerts = applies(host.services, "alertmanager");
  const onlyAgents = scrapersOf(all).every(({ mode }) => mode === "agent");
  return all
    .filter(({ name, groups, prometheus, grafana, telegraf, store, vmalert = onlyAgents }) => {
      const sends = (telegraf && takesLines) || (store && vmalert && takesAlerts);
      return name !== host.name && groups !== undefined && (prometheus !== undefined || grafana || sends);
    })
    .map(({ name, address }) => ({ name, address }));
}

/** The other hosts whose Alertmanager is in a cluster. */
export function inClusterWith(host: Pick<Entry, "name">, all: readonly Asking[]): HostBasics["inCluster"] {
  return all.flatMap(({ name, address, cluster: port }) =>
    port === undefined || name === host.name ? [] : [{ name, address, port }],
  );
}

/** The other hosts with a VictoriaMetrics. */
export function storesBeside(host: Pick<Entry, "name">, all: readonly Asking[]): OtherHost[] {
  return all
    .filter(({ name, store }) => store && name !== host.name)
    .map(({ name, address }) => ({ name, address }));
}

/** Every Prometheus of the stack. */
export function scrapersOf(all: readonly Asking[]): Scraper[] {
  return all.flatMap(({ prometheus }) =>
    prometheus === undefined ? [] : [{ mode: prometheus.mode, scrapeInterval: prometheus.scrapeInterval }],
  );
}

/** Names of hosts and groups have to be those of the stack. */
export function checkWatches(entries: readonly Entry[], all: readonly Asking[], report: Report): void {
  const hosts = entries.map(withLabels);
  const known = [...new Set(entries.flatMap(({ name, groups = [] }) => [name, ...groups]))];
  entries.forEach((entry, index) => {
    const locate = locateIn("prometheus", entry);
    all[index]?.prometheus?.watches?.forEach((name, at) => {
      if (hosts.some((host) => isMeant(name, host))) return;
      if (selectorOf(name) !== undefined) {
        report(locate(["watches", at]), `${quote(name)} selects no host; ${selectors(hosts, name)}`);
        return;
      }
      const meant = nearest(name, known);
      report(
        locate(["watches", at]),
        `${quote(name)} is neither a host nor a group with a host; ${meant === undefined ? `write one of ${known.join(", ")}` : `did you mean ${meant}?`}`,
      );
    });
  });
}

/** What may be written instead of a selector. */
function selectors(
  hosts: ReadonlyArray<{ readonly labels: Readonly<Record<string, string>> }>,
  given: string,
) {
  const all = hosts.flatMap(({ labels }) =>
    Object.entries(labels).map(([label, value]) => `${label}=${value}`),
  );
  const known = [...new Set(all)];
  if (known.length === 0) return "no host has labels: write them in the entries of hosts or groups";
  const meant = nearest(given, known);
  return meant === undefined ? `write one of ${known.join(", ")}` : `did you mean ${meant}?`;
}
