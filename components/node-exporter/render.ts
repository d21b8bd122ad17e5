import { createHash } from "node:crypto";
import type { Resources } from "../../lib/additions";
import { authority, type Endpoint } from "../../lib/endpoint";
import { MACHINES, type Machine } from "../../lib/machines";
import { type NativeService, type OpenPort, type Program, SOCKET_DIRECTORY } from "../../lib/nativeService";
import type { Scope } from "../../lib/scope";
import type { Telemetry } from "../../lib/telemetry";
import { readTemplate } from "../../lib/template";
import type { HostSockets } from "../nginx/render";
import { NODE_BRIDGE_PATH, NODE_EXPORTER, NODE_JOB } from "./endpoint";
import { hostRules } from "./rules";

export interface NodeExporterInput {
  readonly scope: Scope;
  readonly from: "release" | "package";
  readonly release: Release;
  readonly collectors: { readonly enable: readonly string[]; readonly disable: readonly string[] };
  /** Further arguments, verbatim. */
  readonly arguments?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly resources?: Resources;
  /** The textfile collector's directory, for files `*.prom`. */
  readonly textfileDirectory?: string | undefined;
  /** The group that may connect to the unix socket. */
  readonly group?: number;
  /** A port for the Prometheus of other hosts. */
  readonly port?: OpenPort;
}

export interface Release {
  readonly version: string;
  /** The part before `v<version>/...` in the URLs of archives. */
  readonly mirror: string;
  /** By machine, as named in the releases. */
  readonly sha256: Readonly<Record<string, string | undefined>>;
}

/** Where Prometheus scrapes the node exporter of a host. */
export type NodeTarget = {
  readonly instance: string;
  /** Those of its host. */
  readonly labels?: Readonly<Record<string, string>>;
} & (
  | /** On its own host, through the bridge. */ { readonly by: "socket"; readonly bridge: Endpoint }
  | { readonly by: "port"; readonly target: string }
);

/** Differs from the unit's name, which systemd uses for dynamic users. */
const ACCOUNT = "podwatch-node";

const TEXTFILES: Readonly<Record<Scope, string>> = {
  rootful: "/var/lib/podwatch/textfile",
  rootless: "%h/.local/share/podwatch/textfile",
};

/** Directory of the textfile collector. */
export function textfileDirectory(
  settings: { readonly textfileDirectory?: string | undefined },
  scope: Scope,
): string {
  return settings.textfileDirectory ?? TEXTFILES[scope];
}

/** The program of Debian's and Ubuntu's package. */
const PACKAGE = { path: "/usr/bin/prometheus-node-exporter", package: "prometheus-node-exporter" } as const;

/** The socket of the node exporter that NGINX bridges. */
export function nodeHostSockets(scope: Scope): HostSockets {
  return {
    directory: SOCKET_DIRECTORY[scope],
    sockets: [{ name: NODE_EXPORTER, location: NODE_BRIDGE_PATH }],
  };
}

export function nodeExporter(input: NodeExporterInput): NativeService {
  const { scope, collectors, port } = input;
  const textfiles = textfileDirectory(input, scope);
  const socket = `${SOCKET_DIRECTORY[scope]}/${NODE_EXPORTER}.sock`;
  return {
    kind: "native",
    name: NODE_EXPORTER,
    description: "Podwatch node exporter",
    program: input.from === "package" ? PACKAGE : release(input.release),
    account: ACCOUNT,
    args: [
      "--web.systemd-socket",
      `--collector.textfile.directory=${textfiles}`,
      ...[...collectors.enable].sort().map((name) => `--collector.${name}`),
      ...[...collectors.disable].sort().map((name) => `--no-collector.${name}`),
    ],
    ...(input.arguments?.length ? { literalArgs: input.arguments } : {}),
    ...(Object.keys(input.environment ?? {}).length > 0 ? { environment: input.environment } : {}),
    ...(input.resources === undefined ? {} : { resources: input.resources }),
    directories: [textfiles],
    socket: { path: socket, ...(input.group === undefined ? {} : { group: input.group }) },
    ...(port === undefined ? {} : { port }),
    hooks: { ready: readTemplate("node-exporter/ready.sh") },
    readyWithin: 30,
  };
}

/** Another URL, version or checksum is another program, with another name. */
function release({ version, mirror, sha256 }: Release): Program {
  const archives = Object.entries(sha256).flatMap(([machine, sum]) => {
    const directory = `node_exporter-${version}.linux-${machine}`;
    const url = `${mirror.replace(/\/+$/, "")}/v${version}/${directory}.tar.gz`;
    return sum === undefined
      ? []
      : [
          {
            machine: MACHINES[machine as Machine] ?? machine,
            sha256: sum,
            member: `${directory}/node_exporter`,
            url,
          },
        ];
  });
  const sums = archives.map(({ machine, sha256 }) => `${machine} ${sha256}\n`).join("");
  const digest = createHash("sha256").update(sums).digest("hex").slice(0, 8);
  return { name: `node_exporter-${version}-${digest}`, file: "node_exporter", archives };
}

/** How hosts are scraped, each under its name. */
export function nodeTelemetry(targets: readonly NodeTarget[]): Telemetry<never> {
  return {
    scrapeJobs: [{ config: { job_name: NODE_JOB, static_configs: targets.map(scraped) } }],
    dashboards: ["hosts.json"],
    ruleGroups: [hostRules],
  };
}

function scraped(target: NodeTarget) {
  const labels = { ...target.labels, instance: target.instance };
  return target.by === "socket"
    ? { targets: [authority(target.bridge)], labels: { __metrics_path__: NODE_BRIDGE_PATH, ...labels } }
    : { targets: [target.target], labels };
}
