import { inUrl } from "../lib/address";
import type { Scope } from "../lib/scope";
import { unitName } from "../lib/service";
import { type Entry, quoteWord, serializeUnit } from "./unit";

/** A service that is no container: a program of the host's, confined by systemd, which opens its sockets for it. */
export interface NativeService {
  /** Name of the service, e.g. `node-exporter`. */
  readonly name: string;
  /** One line for `systemctl status`. */
  readonly description: string;
  readonly program: Program;
  /** The user that it runs as, made for it; an ordinary user's service runs as that user. */
  readonly account: string;
  readonly args: readonly string[];
  /** Further ones, in which nothing is expanded. */
  readonly literalArgs?: readonly string[];
  /** The unix socket that it is always reached by, and who may connect besides its owner. */
  readonly socket: { readonly path: string; readonly group?: number };
  /** A port of the host, closed to all but a few addresses; absent: none. */
  readonly port?: OpenPort;
  /** Directories of the host that have to be there. */
  readonly directories: readonly string[];
  /** What is done on the host at each step of its life. */
  readonly hooks: { readonly ready: string };
  /** How long the service may take until it is ready, in seconds. */
  readonly readyWithin: number;
}

/** Where the program comes from. */
export type Program =
  /** The distribution's package. */
  | { readonly path: string; readonly package: string }
  /** A release, kept under a name that no other release has. */
  | { readonly name: string; readonly file: string; readonly archives: readonly Archive[] };

export interface Archive {
  /** The machine that it is for, as `uname -m` has it. */
  readonly machine: string;
  readonly sha256: string;
  /** Path of the program in the archive, which is a tar file packed by gzip. */
  readonly member: string;
  readonly url: string;
}

export interface OpenPort {
  /** Address of the host; absent: all. */
  readonly bind?: string;
  readonly port: number;
  readonly allowFrom: readonly string[];
}

/** Where the runner keeps programs. */
const PROGRAMS: Readonly<Record<Scope, string>> = {
  rootful: "/var/lib/podwatch/programs",
  rootless: "%h/.local/share/podwatch/programs",
};

/** Where sockets are; `%t` is the user's own directory for them (systemd.unit(5) "Specifiers"). */
export const SOCKET_DIRECTORY: Readonly<Record<Scope, string>> = {
  rootful: "/run/podwatch",
  rootless: "%t/podwatch",
};

/** The units of a service by file name: its socket, and the service itself. */
export function nativeUnits(service: NativeService, scope: Scope): Record<string, string> {
  const name = unitName(service.name);
  return {
    [`${name}.service`]: serviceUnit(service, scope),
    [`${name}.socket`]: socketUnit(service, scope),
  };
}

/**
 * The filter holds for what comes in by the socket, which systemd opens and not the service: it has to stand in both units.
 *
 * Source: systemd.resource-control(5), IPAddressAllow=.
 */
function filter({ port }: NativeService): Entry[] {
  if (port === undefined) return [];
  return [
    ["IPAccounting", "yes"],
    ["IPAddressDeny", "any"],
    ...port.allowFrom.map((address) => ["IPAddressAllow", address] as const),
  ];
}

function socketUnit(service: NativeService, scope: Scope): string {
  const { socket, port } = service;
  const shared = scope === "rootful" && socket.group !== undefined;
  return serializeUnit([
    ["Unit", [["Description", `${service.description}, where it is reached`]]],
    [
      "Socket",
      [
        ["ListenStream", socket.path],
        ["SocketMode", shared ? "0660" : "0600"],
        ...(shared ? [["SocketGroup", String(socket.group)] as const] : []),
        ["RemoveOnStop", "yes"],
        // At boot the address may come later than the socket.
        ...(port
          ? ([
              ["ListenStream", listenAddress(port)],
              ["FreeBind", "yes"],
            ] as const)
          : []),
        ...filter(service),
      ],
    ],
    ["Install", [["WantedBy", "sockets.target"]]],
  ]);
}

function listenAddress({ bind, port }: OpenPort): string {
  if (bind === undefined) return String(port);
  return `${inUrl(bind)}:${port}`;
}

function serviceUnit(service: NativeService, scope: Scope): string {
  const socket = `${unitName(service.name)}.socket`;
  const { program } = service;
  const path = "path" in program ? program.path : `${PROGRAMS[scope]}/${program.name}/${program.file}`;
  return serializeUnit([
    [
      "Unit",
      [
        ["Description", service.description],
        ["Requires", socket],
        ["After", socket],
        // However often it ends, it is started again.
        ["StartLimitIntervalSec", "0"],
      ],
    ],
    [
      "Service",
      [
        [
          "ExecStart",
          [...[path, ...service.args].map(plainWord), ...(service.literalArgs ?? []).map(quoteWord)].join(
            " ",
          ),
        ],
        ["Restart", "always"],
        ["RestartSec", "2"],
        ...filter(service),
        ...(scope === "rootful" ? [["User", service.account] as const, ...CONFINED_BY_ROOT] : []),
        ...CONFINED,
      ],
    ],
    ["Install", [["WantedBy", scope === "rootful" ? "multi-user.target" : "default.target"]]],
  ]);
}

/** Specifiers of systemd's are expanded, so all words are plain. */
function plainWord(word: string): string {
  if (!/^[A-Za-z0-9_@+=:,./%-]+$/.test(word)) {
    throw new Error(`a command line of systemd's cannot hold the word ${JSON.stringify(word)} as it is`);
  }
  return word;
}

/**
 * What any user's manager can do. The program gets its sockets from systemd and needs none of its own but to ask D-Bus and
 * the kernel; `adjtimex` tells how far the clock is off, and sets nothing without a capability.
 *
 * Source: systemd.exec(5), systemd.resource-control(5); no key is newer than systemd 247.
 */
const CONFINED: readonly Entry[] = [
  ["NoNewPrivileges", "yes"],
  ["LockPersonality", "yes"],
  ["MemoryDenyWriteExecute", "yes"],
  ["RestrictAddressFamilies", "AF_UNIX AF_NETLINK"],
  ["RestrictNamespaces", "yes"],
  ["RestrictRealtime", "yes"],
  ["RestrictSUIDSGID", "yes"],
  ["SystemCallArchitectures", "native"],
  ["SystemCallFilter", "@system-service"],
  ["SystemCallFilter", "~@privileged @resources"],
  ["SystemCallFilter", "adjtimex clock_adjtime"],
  ["SystemCallErrorNumber", "EPERM"],
  ["UMask", "0077"],
  ["MemoryMax", "256M"],
  ["TasksMax", "128"],
];

/**
 * What only the system's manager can: a user of its own, and a file system in which nothing can be written.
 * The host's clock, processes and network stay visible: they are what is measured. Without a sight of the first process, the
 * mounts told of would be the service's own, all of them read-only.
 */
const CONFINED_BY_ROOT: readonly Entry[] = [
  ["CapabilityBoundingSet", ""],
  ["AmbientCapabilities", ""],
  ["DevicePolicy", "closed"],
  ["PrivateDevices", "yes"],
  ["PrivateTmp", "yes"],
  ["ProtectControlGroups", "yes"],
  ["ProtectHome", "read-only"],
  ["ProtectHostname", "yes"],
  ["ProtectKernelLogs", "yes"],
  ["ProtectKernelModules", "yes"],
  ["ProtectKernelTunables", "yes"],
  ["ProtectSystem", "strict"],
  ["RemoveIPC", "yes"],
];
