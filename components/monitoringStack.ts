import * as pulumi from "@pulumi/pulumi";
import type { HostSettings, Settings } from "../config/load";
import { Host } from "./host";
import { type Installation, type Offer, offered } from "./placement";
import { SERVICES } from "./services";

/** Everything that a stack file describes, host by host. */
export class MonitoringStack extends pulumi.ComponentResource {
  /** By name of the host; targets have none. */
  readonly installations: Readonly<Record<string, Installation>>;

  constructor(name: string, settings: Settings, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:MonitoringStack", name, {}, opts);
    const { hosts } = settings;
    this.installations = Object.fromEntries(
      hosts.flatMap((host) => {
        const installation = this.install(`${name}-${host.name}`, host, hosts);
        return host.role === "target" ? [] : [[host.name, installation as Installation]];
      }),
    );
    this.registerOutputs({ installations: this.installations });
  }

  /** Creates a host and its services. */
  private install(
    name: string,
    settings: HostSettings,
    hosts: readonly HostSettings[],
  ): Partial<Installation> {
    const opts = { parent: this };
    const offers = offersOf(settings);
    const watched = SERVICES.flatMap(({ telemetry }) => telemetry?.(settings, hosts) ?? []);
    const services = SERVICES.filter(({ service }) => service in offers)
      .map(({ service, kind = "container" }) => ({ service, kind, listens: offers[service]?.listens }))
      .sort((a, b) => (a.service < b.service ? -1 : 1));
    const sendsPings = offered(offers, "sendsPings").includes(true);
    const host = new Host(name, { ...settings, services, sendsPings }, opts);
    const made = new Map<string, pulumi.ComponentResource>();
    const installations = SERVICES.filter(({ service }) => service in offers).map(({ service, place }) => {
      const placed = place({ name, host, settings, offers, watched, made }, opts);
      made.set(service, placed.component);
      return placed.installation ?? {};
    });
    host.complete(name);
    return Object.assign({}, ...installations);
  }
}

/** What the services of a host offer to each other. */
function offersOf(settings: HostSettings): Record<string, Offer> {
  return Object.fromEntries(
    SERVICES.flatMap(({ service, offer }) => {
      const offers = offer(settings);
      return offers === undefined ? [] : [[service, offers]];
    }),
  );
}
