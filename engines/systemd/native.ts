import type { Resources } from "../../lib/additions";
import { inUrl } from "../../lib/address";
import type { NativeService, OpenPort } from "../../lib/nativeService";
import type { Scope } from "../../lib/scope";
import { unitName } from "../../lib/service";
import { limitEntries } from "./limits";
import { type Entry, quoteValue, quoteWord, serializeUnit } from "./unit";

/** Where the runner keeps programs. */
const PROGRAMS: Readonly<Record<Scope, string>> = {
  rootful: "/var/lib/podwatch/programs",
  rootless: "%h/.local/share/podwatch/programs",
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
 * The filter also has to apply to the socket, which systemd opens instead of the service, so it is in both units.
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
        // At boot the address may appear after the socket.
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
        // It is restarted without a limit.
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
        ...limited(service.resources),
        ...Object.entries(service.environment ?? {})
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([name, value]) => ["Environment", quoteValue(`${name}=${value}`)] as const),
      ],
    ],
    ["Install", [["WantedBy", scope === "rootful" ? "multi-user.target" : "default.target"]]],
  ]);
}

/** The confinement with the user's limits in place of the usual ones. */
function limited(resources: Resources = {}): Entry[] {
  const { openFiles } = resources;
  const own = limitEntries(resources);
  return [
    ...CONFINED.filter(([key]) => !own.some(([limit]) => limit === key)),
    ...own,
    ...(openFiles === undefined ? [] : [["LimitNOFILE", String(openFiles)] as const]),
  ];
}

/** systemd expands specifiers, so all words have to be plain. */
function plainWord(word: string): string {
  if (!/^[A-Za-z0-9_@+=:,./%-]+$/.test(word)) {
    throw new Error(`a command line of systemd's cannot hold the word ${JSON.stringify(word)} as it is`);
  }
  return word;
}

/**
 * Sandboxing that a user manager supports. The program gets its sockets from systemd and needs others only for D-Bus and
 * the kernel; `adjtimex` returns the clock's offset, and cannot set it without a capability.
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
 * Sandboxing that only the system manager supports: a user of its own, and a read-only file system.
 * The host's clock, processes and network stay visible, since they are measured. If PID 1 were hidden, the
 * reported mounts would be the service's own, all of them read-only.
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
