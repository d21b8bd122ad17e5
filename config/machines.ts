// Hosts whose machine the stack makes itself: until it is made, stand-ins take the place of its address, its host key and the ids of its
// volumes.

import {
  type MachinesSettings,
  machines as schema,
  type VolumeSettings,
} from "../components/machines/schema";
import { addressOf, hostKeyOf, volumeOf } from "../lib/standIns";
import { type Path, type Problem, quote, type Report } from "./problem";
import { merge } from "./resolve/merge";
import type { MachineSettings } from "./schema";
import { settle } from "./shape";
import { isGroup, type Tree, valueAt } from "./walk";

/** What a machine that the stack makes has by itself, and why. */
const NOT_WITH_MACHINE: Readonly<Record<string, string>> = {
  address: "is what the cloud gives the machine",
  hostKey: "is made for the machine",
  knownHostsFile: "is not needed, since the host key is made for the machine",
  insecureIgnoreHostKey: "is not needed, since the host key is made for the machine",
  sshConfig: "is asked for an address, which the cloud gives the machine",
  connection: "is SSH for a machine that the stack makes",
};

/**
 * The stack file with stand-ins filled in, and what is in the way.
 *
 * @param known addresses of machines that are made, by host
 */
export function withMachines(
  raw: Tree,
  known: Readonly<Record<string, string>> = {},
): { filled: Tree; problems: Problem[] } {
  const problems: Problem[] = [];
  const fill = (entry: unknown, name: string, path: Path) => {
    if (!isGroup(entry) || entry.machine !== "openstack") return entry;
    for (const [key, why] of Object.entries(NOT_WITH_MACHINE)) {
      if (entry[key] !== undefined && !(key === "connection" && entry[key] === "ssh"))
        problems.push({ path: [...path, key], text: `${why} (machine: openstack); remove one of the two` });
    }
    const disks = diskTrees(raw, name);
    return {
      ...entry,
      address: known[name] ?? addressOf(name),
      hostKey: hostKeyOf(name),
      ...(Object.keys(disks).length === 0 ? {} : { storage: merge({ disks }, entry.storage ?? {}) }),
    };
  };
  const { host, hosts } = raw;
  const single = isGroup(host) && typeof host.name === "string" ? host.name : "monitor";
  return {
    filled: {
      ...raw,
      ...(host === undefined ? {} : { host: fill(host, single, ["host"]) }),
      ...(isGroup(hosts)
        ? {
            hosts: Object.fromEntries(
              Object.entries(hosts).map(([name, entry]) => [name, fill(entry, name, ["hosts", name])]),
            ),
          }
        : {}),
    },
    problems,
  };
}

/** The disks that the volumes of a machine are; their settings are checked where they stand. */
function diskTrees(raw: Tree, host: string): Tree {
  const at = (path: Path) => valueAt(raw, ["machines", "openstack", ...path]);
  const volumes = at(["servers", host, "volumes"]) ?? at(["volumes"]);
  if (!isGroup(volumes)) return {};
  return Object.fromEntries(
    Object.entries(volumes).flatMap(([name, volume]) =>
      isGroup(volume)
        ? [
            [
              name,
              {
                device: deviceOf(host, name, volume),
                ...(volume.at === undefined ? {} : { at: volume.at }),
                ...(volume.type === undefined ? {} : { type: volume.type }),
              },
            ],
          ]
        : [],
    ),
  );
}

/** As udev names it: of the id, virtio has room for 20 characters. */
function deviceOf(host: string, name: string, { id, bus }: Tree): string {
  const known = typeof id === "string" ? id : undefined;
  return bus === "scsi"
    ? `/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_${known ?? volumeOf(host, name)}`
    : `/dev/disk/by-id/virtio-${known?.slice(0, 20) ?? volumeOf(host, name)}`;
}

interface Entry {
  readonly name: string;
  readonly path: Path;
  readonly sound: Tree;
}

/** The settings of machines, and those of each host's. */
export function resolveMachines(
  sound: Tree,
  entries: readonly Entry[],
  report: Report,
): { machines?: MachinesSettings; of: (host: string) => MachineSettings | undefined } {
  const hosts = entries.filter((entry) => entry.sound.machine !== undefined);
  const given = isGroup(sound.machines) ? settle(schema, sound.machines) : undefined;
  const { openstack } = given ?? {};
  const here = (...path: (string | number)[]): Path => ["machines", "openstack", ...path];
  if (valueAt(sound, ["machines", "openstack"]) === undefined) {
    for (const { path } of hosts)
      report(
        [...path, "machine"],
        '"openstack" needs to know the image, the flavor and the network; write podwatch:machines.openstack',
      );
  } else if (hosts.length === 0) {
    report(["machines"], "makes no machine; write machine: openstack for a host, or remove this");
  }
  if (openstack === undefined) return { of: () => undefined };
  const { network, servers } = openstack;
  if ((network.name === undefined) === (network.cidr === undefined))
    report(
      here("network"),
      "needs either name, for a network that is there, or cidr, for one of the stack's own; write one of the two",
    );
  if (network.name !== undefined && network.external !== undefined)
    report(
      here("network", "external"),
      `${quote(network.external)} is for a network of the stack's own; remove it, or write cidr instead of name`,
    );
  for (const name of Object.keys(servers)) {
    if (!hosts.some((host) => host.name === name))
      report(
        here("servers", name),
        `is no host with machine: openstack; write one of ${hosts.map((host) => host.name).join(", ")}, or remove it`,
      );
  }
  const sets: Array<[Path, Readonly<Record<string, VolumeSettings>>]> = [
    [here("volumes"), openstack.volumes],
    ...Object.entries(servers).map(([name, { volumes = {} }]): [Path, typeof volumes] => [
      here("servers", name, "volumes"),
      volumes,
    ]),
  ];
  for (const [path, volumes] of sets) checkVolumes(path, volumes, hosts.length, report);
  return {
    machines: { openstack },
    of: (host) => {
      if (!hosts.some(({ name }) => name === host)) return undefined;
      const { image, flavor, volumes } = openstack;
      const { zone, ...own } = servers[host] ?? {};
      return {
        image: own.image ?? image,
        flavor: own.flavor ?? flavor,
        volumes: own.volumes ?? volumes,
        ...(zone === undefined ? {} : { zone }),
      };
    },
  };
}

function checkVolumes(
  path: Path,
  volumes: Readonly<Record<string, VolumeSettings>>,
  hosts: number,
  report: Report,
): void {
  for (const [name, { size, id }] of Object.entries(volumes)) {
    if ((size === undefined) === (id === undefined))
      report(
        [...path, name],
        "needs either size, for a new volume, or id, for one that is there; write one of the two",
      );
    if (id !== undefined && path.at(-2) !== undefined && !path.includes("servers") && hosts > 1)
      report(
        [...path, name, "id"],
        `${quote(id)} is one volume, and these are for each of ${hosts} machines; write it under servers, for one of them`,
      );
  }
}
