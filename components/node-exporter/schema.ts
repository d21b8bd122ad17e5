// The node exporter: what a host itself does, as a program of the host's and not a container.
import { isIP, isIPv4 } from "node:net";
import type { z } from "zod";
import {
  choice,
  type DeepReadonly,
  flag,
  group,
  hostPath,
  httpUrl,
  ipAddress,
  list,
  port,
  setting,
  text,
} from "../../config/schema/words";
import versions from "../../versions.json";

const pinned = versions.programs.node_exporter;

/** Machines that releases are made for, in the releases' own words, with what `uname -m` calls them. */
export const machines = { amd64: "x86_64", arm64: "aarch64", armv7: "armv7l" } as const;
export type Machine = keyof typeof machines;

const sha256 = (machine: Machine) =>
  setting(
    text(
      /^[0-9a-f]{64}$/,
      "is not a sha256; write the 64 hex digits that stand in sha256sums.txt beside the release",
    ).optional(),
    `sha256 of the release's archive for ${machine}.`,
    { defaultText: machine in pinned.sha256 ? "that of the pinned version" : "none" },
  );

const collector = () =>
  text(
    /^[a-z][a-z0-9_]{0,31}$/,
    "is not the name of a collector; write one such as systemd or netdev, without --collector.",
  );

/** An address, or a range of addresses in CIDR notation. */
function isRange(value: string): boolean {
  const [address = "", bits, ...rest] = value.split("/");
  if (rest.length > 0 || isIP(address) === 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (isIPv4(address) ? 32 : 128));
}

export const nodeExporter = group({
  enabled: setting(flag().optional(), "Whether the node exporter runs on the host.", {
    defaultText: "`false`; `true` with `role: target`",
  }),
  from: setting(
    choice(["release", "package"]).default("release"),
    "`release`: the pinned release is downloaded by the host and its checksum compared. `package`: the program of the distribution's package `prometheus-node-exporter`, which has to be installed; the package's own service has to be off.",
  ),
  release: setting(
    group({
      version: setting(
        text(/^\d+\.\d+\.\d+$/, "is not a version; write one such as 1.9.1").default(pinned.version),
        "Version to download. Another one than the pinned needs checksums of its own.",
        { defaultText: "pinned in `versions.json`" },
      ),
      mirror: setting(
        httpUrl().default("https://github.com/prometheus/node_exporter/releases/download"),
        "Where releases are, for hosts that cannot reach the default: below it `v<version>/node_exporter-<version>.linux-<machine>.tar.gz`. No place for passwords.",
        { example: "https://mirror.my-company.net/node_exporter" },
      ),
      sha256: setting(
        group({ amd64: sha256("amd64"), arm64: sha256("arm64"), armv7: sha256("armv7") }).prefault({}),
        "Checksums of the release's archives.",
      ),
    }).prefault({}),
    "Which release, and where it is downloaded from.",
  ),
  port: setting(
    port().default(9100),
    "Port that it listens on where the Prometheus of another host asks it. The host's own Prometheus asks through a unix socket, and no port is open.",
  ),
  bind: setting(
    ipAddress().optional(),
    "Address of the host that it listens on, and at which Prometheus asks it.",
    {
      example: "10.1.2.4",
      defaultText: "the host's `address` if that is an IP address, else all addresses",
    },
  ),
  allowFrom: setting(
    list(
      text(isRange, "is not an IP address or a range of them; write one such as 10.1.2.3 or 10.1.2.0/24"),
      "addresses",
    ).optional(),
    "Who may connect to the port; the kernel drops what others send. To be written where Prometheus comes from another address than the one that Pulumi reaches its host at.",
    { example: ["10.1.2.3"], defaultText: "the addresses of the stack's hosts that have a Prometheus" },
  ),
  collectors: setting(
    group({
      enable: setting(
        list(collector(), "collectors").default(["systemd"]),
        "Collectors beside those that the node exporter enables itself.",
        { example: ["systemd", "processes"] },
      ),
      disable: setting(
        list(collector(), "collectors").default([]),
        "Collectors that the node exporter enables itself and that are not wanted.",
        { example: ["infiniband", "nfs"] },
      ),
    }).prefault({}),
    "What is measured.",
  ),
  arguments: setting(
    list(
      text(
        /^--[a-z][a-z0-9.-]*(=[^\p{Cc}]*)?$/u,
        "is not an argument; write one such as --collector.filesystem.mount-points-exclude=^/(dev|proc)($|/), name and value in one",
      ),
      "arguments",
    ).default([]),
    "Further arguments of the program, each `--name=value` or `--name`, as they are: nothing in them is expanded. The program itself checks them: with one that it does not know it does not come up, and the previous release comes back. No place for secrets.",
    { example: ["--collector.systemd.unit-include=(nginx|shop-.+)\\.service"] },
  ),
  textfileDirectory: setting(
    hostPath().optional(),
    "Directory on the host whose files `*.prom` are served too. It is made if it is missing, for root to write to; files have to be readable by everybody.",
    {
      defaultText: "`/var/lib/podwatch/textfile`; `~/.local/share/podwatch/textfile` with `become: false`",
    },
  ),
}).meta({
  id: "nodeExporter",
  description:
    "The node exporter: the host's processors, memory, disks, network and units. It is no container but a confined service of the host.",
});

/** How Prometheus reaches it. */
export type NodeExporterReach =
  /** The host's own, through a unix socket. */
  | { readonly by: "socket" }
  /** That of other hosts, by a port which nobody else reaches. */
  | {
      readonly by: "port";
      /** Address that it listens on; absent: all. */
      readonly bind?: string;
      readonly port: number;
      /** Where Prometheus asks: `host:port`. */
      readonly target: string;
      readonly allowFrom: readonly string[];
    };

/** Fully resolved; checksums are there for the machines that may be deployed to. */
export type NodeExporterSettings = DeepReadonly<
  Omit<z.output<typeof nodeExporter>, "enabled" | "bind" | "port" | "allowFrom">
> & { readonly enabled: boolean; readonly reach: NodeExporterReach };

declare module "../../config/section" {
  interface ServiceSettings<Secret> {
    readonly nodeExporter: NodeExporterSettings;
  }
}
