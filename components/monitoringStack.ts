import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../config/load";
import { Host, type WhenKnown } from "./host";
import { type Created, type Installation, offered, type WiredHost } from "./placement";
import { plannedServices, SERVICES, wire } from "./services";

/** Settings in which an address may have a stand-in, until it is known. */
export interface StackSettings extends Settings {
  readonly whenKnown?: WhenKnown;
}

/** Everything that a stack file describes, host by host. */
export class MonitoringStack extends pulumi.ComponentResource {
  /** By name of the host; targets have none. */
  readonly installations: Readonly<Record<string, Installation>>;

  constructor(name: string, { hosts, whenKnown }: StackSettings, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:MonitoringStack", name, {}, opts);
    const wired = hosts.map((host) => wire(host, hosts));
    this.installations = Object.fromEntries(
      wired.flatMap((host) => {
        const others = wired.filter((other) => other !== host);
        const installation = this.place(`${name}-${host.settings.name}`, host, others, whenKnown);
        return host.settings.role === "target" ? [] : [[host.settings.name, installation as Installation]];
      }),
    );
    this.registerOutputs({ installations: this.installations });
  }

  /** Creates a host and its services. */
  private place(
    name: string,
    wired: WiredHost,
    others: readonly WiredHost[],
    whenKnown: WhenKnown | undefined,
  ): Partial<Installation> {
    const opts = { parent: this };
    const { settings, offers } = wired;
    const services = SERVICES.filter(({ service }) => service in offers);
    const sendsPings = offered(wired, "sendsPings").includes(true);
    const host = new Host(
      name,
      { ...settings, services: plannedServices(wired), sendsPings, whenKnown },
      opts,
    );
    let created: Created = {};
    const installations = services.map(({ place }) => {
      const placed = place({ ...wired, name, host, others, created }, opts);
      created = { ...created, ...placed.created };
      return placed.installation ?? {};
    });
    host.complete(name);
    return Object.assign({}, ...installations);
  }
}
