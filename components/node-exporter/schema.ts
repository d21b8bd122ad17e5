// The node exporter: metrics of the host itself, as a native program instead of a container.
import { z } from "zod";
import { nativeAdditions } from "../../config/schema/additions";
import {
  addressRange,
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
import type { Machine } from "../../lib/machines";
import versions from "../../versions.json";

const pinned = versions.programs.node_exporter;

const sha256 = (machine: Machine) =>
  setting(
    text(
      /^[0-9a-f]{64}$/,
      "is not a sha256; write the 64 hex digits from sha256sums.txt of the release",
    ).optional(),
    `sha256 of the release's archive for ${machine}.`,
    { defaultText: machine in pinned.sha256 ? "that of the pinned version" : "none" },
  );

const COLLECTOR = /^[a-z][a-z0-9_]{0,31}$/;

const collector = () =>
  z
    .string({ error: "is not the name of a collector; write one such as systemd or netdev" })
    .refine((value) => COLLECTOR.test(value), {
      error: ({ input }) =>
        String(input).includes("=")
          ? "is an option of a collector; write it under arguments, such as --collector.systemd.unit-include=VALUE"
          : "is not the name of a collector; write one such as systemd or netdev, without --collector.",
    })
    .meta({ pattern: COLLECTOR.source });

export const nodeExporter = group({
  enabled: setting(flag().optional(), "Whether the node exporter runs on the host.", {
    defaultText: "`false`; `true` with `role: target`",
  }),
  from: setting(
    choice(["release", "package"]).default("release"),
    "`release`: the pinned release is downloaded by the host and its checksum compared. `package`: the program from the distribution's package `prometheus-node-exporter`, which has to be installed with its own service disabled.",
  ),
  release: setting(
    group({
      version: setting(
        text(/^\d+\.\d+\.\d+$/, "is not a version; write one such as 1.9.1").default(pinned.version),
        "Version to download. A version other than the pinned one needs checksums.",
        { defaultText: "pinned in `versions.json`" },
      ),
      mirror: setting(
        httpUrl().default("https://github.com/prometheus/node_exporter/releases/download"),
        "URL of releases, for hosts that cannot reach the default; below it `v<version>/node_exporter-<version>.linux-<machine>.tar.gz`. Must not contain passwords.",
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
    "Port for the Prometheus of other hosts. For the host's own Prometheus a unix socket is used, and no port is open.",
  ),
  bind: setting(
    ipAddress().optional(),
    "Address of the host that it listens on, and that Prometheus scrapes.",
    {
      example: "10.1.2.4",
      defaultText: "the host's `address` if that is an IP address, else all addresses",
    },
  ),
  allowFrom: setting(
    list(addressRange(), "addresses").optional(),
    "Addresses that may connect to the port; the kernel drops packets from others. Set it if Prometheus connects from another address than the one by which Pulumi reaches its host.",
    { example: ["10.1.2.3"], defaultText: "the addresses of the stack's hosts that have a Prometheus" },
  ),
  collectors: setting(
    group({
      enable: setting(
        list(collector(), "collectors").default(["systemd"]),
        "Collectors to enable in addition to the default ones.",
        { example: ["systemd", "processes"] },
      ),
      disable: setting(list(collector(), "collectors").default([]), "Default collectors to disable.", {
        example: ["infiniband", "nfs"],
      }),
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
    "Additional arguments of the program, each `--name=value` or `--name`, without any expansion. The program checks them itself: with an unknown one it fails to start, and the previous release is restored. Must not contain secrets.",
    { example: ["--collector.systemd.unit-include=(nginx|shop-.+)\\.service"] },
  ),
  ...nativeAdditions({ memory: "`256M`", pids: "`128`" }),
  textfileDirectory: setting(
    hostPath().optional(),
    "Directory on the host for the textfile collector (`*.prom`). It is created if missing, writable only by root; files have to be readable by everybody.",
    {
      defaultText: "`/var/lib/podwatch/textfile`; `~/.local/share/podwatch/textfile` with `become: false`",
    },
  ),
}).meta({
  id: "nodeExporter",
  description:
    "The node exporter: the host's processors, memory, disks, network and units. It is not a container but a sandboxed systemd service.",
});

/** How Prometheus reaches it. */
export type NodeExporterReach =
  /** By the host's own, through a unix socket. */
  | { readonly by: "socket" }
  /** That of other hosts, by a port unreachable from elsewhere. */
  | {
      readonly by: "port";
      /** Address that it listens on; absent: all. */
      readonly bind?: string;
      readonly port: number;
      /** The target of Prometheus: `host:port`. */
      readonly target: string;
      readonly allowFrom: readonly string[];
    };

/** Fully resolved, with checksums for all machines that are supported. */
export type NodeExporterSettings = DeepReadonly<
  Omit<z.output<typeof nodeExporter>, "enabled" | "bind" | "port" | "allowFrom">
> & { readonly enabled: boolean; readonly reach: NodeExporterReach };

declare module "../../config/section" {
  interface ServiceSettings<Secret> {
    readonly nodeExporter: NodeExporterSettings;
  }
}
