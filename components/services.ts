// Every service that a host may have, in the order in which they are created and shown: a service comes after those that it waits for.
import type { HostSettings } from "../config/load";
import type { Section } from "../config/section";
import type { PlannedService } from "../lib/runner";
import { isWatched } from "../lib/watched";
import { accountsPlacement } from "./accounts/placement";
import { acmePlacement } from "./acme/placement";
import { alertmanagerPlacement } from "./alertmanager/placement";
import { apacheStatusPlacement } from "./apache-exporter/placement";
import { availabilityPlacement } from "./availability/placement";
import { backupPlacement } from "./backup/placement";
import { trustingFronts } from "./blackbox-exporter/fronts.render";
import { blackboxExporterPlacement } from "./blackbox-exporter/placement";
import { placedContainer } from "./container";
import { enginePlacement } from "./engine/placement";
import { firewallPlacement } from "./firewall/placement";
import { externalGrafanaPlacement } from "./grafana/external.placement";
import { grafanaPlacement } from "./grafana/placement";
import { influxdbPlacement } from "./influxdb/placement";
import { networkPlacement } from "./network/placement";
import { behindFront } from "./nginx/fronts.placement";
import { nginxPlacement } from "./nginx/placement";
import { nodeExporterPlacement } from "./node-exporter/placement";
import type { Offer, PlacedService, WiredHost } from "./placement";
import { prometheusPlacement } from "./prometheus/placement";
import { SECTIONS } from "./sections";
import { sshPlacement } from "./ssh/placement";
import { storagePlacement } from "./storage/placement";
import { telegrafPlacement } from "./telegraf/placement";
import { timePlacement } from "./time/placement";
import { vmalertPlacement } from "./vmalert/placement";
import { vmauthPlacement } from "./vmauth/placement";

/** Services that are containers and nothing else, by their sections. */
const CONTAINERS = Object.values<Pick<Section, "container">>(SECTIONS).flatMap(
  ({ container }) => container ?? [],
);

export const SERVICES: readonly PlacedService[] = [
  storagePlacement,
  enginePlacement,
  firewallPlacement,
  sshPlacement,
  accountsPlacement,
  timePlacement,
  networkPlacement,
  grafanaPlacement,
  prometheusPlacement,
  vmalertPlacement,
  nginxPlacement,
  acmePlacement,
  ...CONTAINERS.map(placedContainer),
  apacheStatusPlacement,
  nodeExporterPlacement,
  alertmanagerPlacement,
  vmauthPlacement,
  influxdbPlacement,
  telegrafPlacement,
  blackboxExporterPlacement,
  availabilityPlacement,
  backupPlacement,
  externalGrafanaPlacement,
];

/**
 * What the services of a host offer, and what its Prometheus monitors.
 *
 * @param hosts all hosts of the stack, with this one
 * @param services that it may have
 */
export function wire(
  given: HostSettings,
  hosts: readonly HostSettings[],
  services: readonly PlacedService[] = SERVICES,
): WiredHost {
  const { name, prometheus } = given;
  const fronts = hosts.filter(({ role }) => role !== "target").map(({ front }) => front);
  const settings = { ...given, blackboxExporter: trustingFronts(given.blackboxExporter, fronts) };
  const watched = hosts.filter((host) => isWatched({ name, watches: prometheus.watches }, host));
  const own = SERVICES.flatMap(({ telemetry }) => telemetry?.(settings, watched) ?? []);
  return {
    settings,
    offers: offersOf(settings, services),
    watched: [...own, ...behindFronts(settings, watched, own)],
  };
}

function offersOf(settings: HostSettings, services: readonly PlacedService[]): Record<string, Offer> {
  const offers = services.flatMap(({ service, offer }): Array<[string, Offer]> => {
    const offers = offer(settings);
    return offers === undefined ? [] : [[service, offers]];
  });
  return Object.fromEntries(offers);
}

type Watched = WiredHost["watched"];

/** What a Prometheus monitors behind the fronts of other hosts, in a stack that groups spread over hosts. */
function behindFronts(monitor: HostSettings, hosts: readonly HostSettings[], own: Watched): Watched {
  if (monitor.groups === undefined) return [];
  const others = hosts.filter(({ name, groups }) => name !== monitor.name && groups !== undefined);
  const all = others.flatMap((host) => behindFront(host, Object.values(offersOf(host, SERVICES))));
  // A group of rules is for all instances of a service.
  const seen = new Set(own.flatMap(({ ruleGroups }) => ruleGroups));
  return all.map((one) => {
    const ruleGroups = one.ruleGroups.filter((group) => !seen.has(group));
    for (const group of ruleGroups) seen.add(group);
    return { ...one, ruleGroups };
  });
}

/** The services of a host, as its runner is told of them. */
export function plannedServices({ offers }: WiredHost): PlannedService[] {
  return SERVICES.filter(({ service, elsewhere }) => service in offers && !elsewhere)
    .map(({ service, kind = "container" }) => ({
      service,
      kind,
      listens: offers[service]?.listens,
      mounts: offers[service]?.mounts,
    }))
    .sort((a, b) => (a.service < b.service ? -1 : 1));
}
