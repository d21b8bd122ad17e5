import { runnerInUnit } from "../../lib/runner";
import type { Scope } from "../../lib/scope";
import { type HostDirectory, hostPath, type Service, type UnitKeys, unitName } from "../../lib/service";
import { sorted } from "../../lib/sorted";
import { allArguments } from "../additions";
import { NETWORK_NAME, publishedPort } from "../network";
import { type Entry, quoteWord, serializeUnit, type Unit } from "../systemd/unit";
import { addedEntries, addedLimits } from "./additions";

/** Seconds that podman has beyond the service to stop it. */
const STOP_MARGIN = 10;

/** Everything Podwatch keeps on a host; `%h` is the login user's home (systemd.unit(5) "Specifiers"). */
const STATE_DIRECTORY: Readonly<Record<Scope, string>> = {
  rootful: "/var/lib/podwatch",
  rootless: "%h/.local/share/podwatch",
};

/**
 * The Quadlet unit that runs a service, hardened: read-only root, no capabilities, no new privileges.
 *
 * Only keys of podman 4.4 are used. Source: podman-systemd.unit(5).
 */
export function containerUnit(service: Service, scope: Scope): string {
  const name = unitName(service.name);
  const container: Entry[] = [
    ["Image", service.image],
    ["ContainerName", name],
    ["Network", `${NETWORK_NAME}.network`],
    ...userEntries(service, scope),
    ["ReadOnly", "true"],
    ["NoNewPrivileges", "true"],
    ["DropCapability", "all"],
    // Quadlet has a key for this only since podman 4.6.
    ...sorted(service.sysctls ?? {}).map(
      ([key, value]) => ["PodmanArgs", quoteWord(`--sysctl=${key}=${value}`)] as const,
    ),
    ...sorted(service.environment ?? {}).map(environmentEntry),
    ["Volume", `${STATE_DIRECTORY[scope]}/services/${service.name}:/etc/podwatch:ro,z`],
    ...(service.data ? [["Volume", `${name}:${service.data.path}`] as const] : []),
    ...(service.sharedData ? [sharedEntry(service.sharedData)] : []),
    ...(service.hostDirectories ?? []).map(mountEntry),
    ...(service.secrets ?? []).map((secret) => secretEntry(secret, service)),
    // Quadlet has a key for this only since podman 5.0.
    ...(service.stopWithin === undefined
      ? []
      : [["PodmanArgs", `--stop-timeout=${service.stopWithin}`] as const]),
    ...(service.ports ?? []).map((port) => ["PublishPort", publishedPort(port)] as const),
  ];
  const args = allArguments(service);
  if (args !== undefined) {
    container.push(["Exec", args.map(quoteWord).join(" ")]);
  }
  container.push(...ownEntries(service, "Container"), ...addedEntries(service, STATE_DIRECTORY[scope]));
  return serializeUnit([
    ["Unit", [["Description", service.description], ...ownEntries(service, "Unit")]],
    ["Container", container],
    [
      "Service",
      [
        // Directories below /run vanish at a reboot, and their owner may start later than we do.
        ...(service.hostDirectories ?? []).map(
          (directory) => ["ExecStartPre", `-mkdir -p ${quotePath(hostPath(directory))}`] as const,
        ),
        ["Restart", "always"],
        ["RestartSec", "2"],
        ["TimeoutStartSec", "300"],
        ...(service.stopWithin === undefined
          ? []
          : [["TimeoutStopSec", String(service.stopWithin + STOP_MARGIN)] as const]),
        ...(service.reaches === undefined
          ? []
          : [["ExecStartPost", runnerInUnit(scope, ["confine", service.name])] as const]),
        ...ownEntries(service, "Service"),
        ...addedLimits(service),
      ],
    ],
    ["Install", [["WantedBy", scope === "rootful" ? "multi-user.target" : "default.target"]]],
    ...quadletSection(scope),
  ]);
}

/** A range of addresses, and its gateway, which is also the DNS server. */
export interface Subnet {
  readonly subnet: string;
  readonly gateway: string;
}

/** The Quadlet unit of the network that the services of a host share; `ipv6` is its range in addition to IPv4. */
export function networkUnit(network: Subnet & { readonly ipv6?: Subnet }, scope: Scope): string {
  const { ipv6 } = network;
  return serializeUnit([
    ["Unit", [["Description", "Podwatch network"]]],
    [
      "Network",
      [
        ["NetworkName", NETWORK_NAME],
        ["Subnet", network.subnet],
        ["Gateway", network.gateway],
        ...(ipv6
          ? ([
              ["IPv6", "true"],
              ["Subnet", ipv6.subnet],
              ["Gateway", ipv6.gateway],
            ] as const)
          : []),
      ],
    ],
    ...quadletSection(scope),
  ]);
}

/**
 * User units would wait for the system's network-online.target, which many hosts never reach, and start only after
 * 90 s. Older generators pass the section on to systemd, which ignores it.
 */
function quadletSection(scope: Scope): Unit {
  return scope === "rootless" ? [["Quadlet", [["DefaultDependencies", "false"]]]] : [];
}

function userEntries(service: Service, scope: Scope): Entry[] {
  const { uid, gid, asLoginUser } = service.user;
  const entries: Entry[] = [
    ["User", String(uid)],
    ["Group", String(gid)],
  ];
  if (asLoginUser && scope === "rootless") {
    entries.push(["UserNS", `keep-id:uid=${uid},gid=${gid}`], ["PodmanArgs", "--group-add=keep-groups"]);
  }
  return entries;
}

/** The user's additional keys in their order: of two values of a key, the last one counts. */
function ownEntries(service: Service, section: keyof UnitKeys): Entry[] {
  return Object.entries(service.unitKeys?.[section] ?? {}).flatMap(([key, values]) =>
    values.map((value): Entry => [key, value]),
  );
}

function sharedEntry({ service, path }: NonNullable<Service["sharedData"]>): Entry {
  return ["Volume", `${unitName(service)}:${path}:ro`];
}

function mountEntry(directory: HostDirectory): Entry {
  const inside = typeof directory === "string" ? directory : directory.inside;
  return ["Volume", `${hostPath(directory)}:${inside}:ro`];
}

/** A specifier at the beginning of the path is kept. */
function quotePath(path: string): string {
  const [, specifier = "", rest = ""] = /^(%[ht]\/)?(.*)$/s.exec(path) ?? [];
  return `${specifier}${quoteWord(rest)}`;
}

function environmentEntry([key, value]: readonly [string, string]): Entry {
  return ["Environment", quoteWord(`${key}=${value}`)];
}

function secretEntry(secret: string, service: Service): Entry {
  const { uid, gid } = service.user;
  return ["Secret", `${unitName(secret)},type=mount,target=${secret},uid=${uid},gid=${gid},mode=0400`];
}
