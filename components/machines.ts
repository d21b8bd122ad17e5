// Machines that the stack makes, between its settings and its hosts.
import type * as pulumi from "@pulumi/pulumi";
import type { HostSettings, Settings } from "../config/load";
import { isLocal, type Route, type SshServer } from "../connection/connection";
import { addressOf, hostKeyOf, volumeOf } from "../lib/standIns";
import { firewall } from "./firewall/render";
import { Machines } from "./machines/component";
import { ingress, ranged } from "./machines/render";
import { offered, type WiredHost } from "./placement";
import { announce, whenKnown } from "./whenKnown";

type Secret = pulumi.Output<string>;

/** The hosts with what is known of their machines once these are made. */
export function onMachines(
  name: string,
  { machines, checkAddress }: Pick<Settings, "machines" | "checkAddress">,
  hosts: readonly WiredHost[],
  parent: pulumi.Resource,
): readonly WiredHost[] {
  const settings = machines?.openstack;
  if (settings === undefined) return hosts;
  const wanted = hosts.flatMap(({ settings: { name: host, machine, connection } }) =>
    machine === undefined || isLocal(connection)
      ? []
      : [{ ...machine, host, user: connection.user ?? "root" }],
  );
  const made = new Machines(`${name}-machines`, { settings, machines: wanted }, { parent });
  const known = new Map<string, Secret>();
  for (const [host, { address: given, hostKey, volumes }] of Object.entries(made.made)) {
    const address = given.apply((text) => {
      checkAddress?.(host, text);
      return text;
    });
    announce(addressOf(host), address);
    known.set(addressOf(host), address);
    known.set(hostKeyOf(host), hostKey);
    for (const [volume, id] of Object.entries(volumes))
      announce(volumeOf(host, volume), busOf(hosts, host, volume) === "scsi" ? id : id.apply(shortId));
  }
  for (const host of hosts) {
    if (host.settings.machine === undefined) continue;
    made.admit(host.settings.name, ingress(openings(host)), (from) => ({
      name: wanted.find(({ host: other }) => from === addressOf(other))?.host ?? from,
      range: whenKnown(from, ranged),
    }));
  }
  return hosts.map((host) => ({ ...host, settings: reached(host.settings, known) }));
}

/** What the host's own firewall would let in, and SSH. */
function openings({ settings, offers }: WiredHost) {
  const { connection } = settings;
  const sshPort = isLocal(connection) ? undefined : (connection.port ?? 22);
  const { openings, sshFrom, sshPorts } = firewall({
    ...settings.firewall,
    listeners: offered({ offers }, "listens").flat(),
    subnets: [],
    sshPort,
  });
  return [...sshPorts.map((port) => ({ port, protocol: "tcp" as const, from: sshFrom })), ...openings];
}

function busOf(hosts: readonly WiredHost[], name: string, volume: string): string | undefined {
  return hosts.find(({ settings }) => settings.name === name)?.settings.machine?.volumes[volume]?.bus;
}

/** What virtio has room for. */
function shortId(id: string): string {
  return id.slice(0, 20);
}

function reached(settings: HostSettings, known: ReadonlyMap<string, Secret>): HostSettings {
  const server = <Server extends SshServer<Secret>>(one: Server): Server => ({
    ...one,
    host: filled(one.host, known),
    ...(one.hostKey === undefined ? {} : { hostKey: filled(one.hostKey, known) }),
  });
  const { connection } = settings;
  if (isLocal(connection)) return settings;
  const { proxy, ...own } = connection;
  const route: Route<Secret> = { ...server(own), ...(proxy === undefined ? {} : { proxy: server(proxy) }) };
  return { ...settings, connection: route };
}

function filled(text: string | Secret, known: ReadonlyMap<string, Secret>): string | Secret {
  return (typeof text === "string" ? known.get(text) : undefined) ?? text;
}
