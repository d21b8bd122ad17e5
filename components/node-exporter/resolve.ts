// Checks that involve several of the node exporter's settings, and the hosts: who scrapes it, and how.
import { isIP, isIPv6 } from "node:net";
import type { z } from "zod";
import { quote, type Report } from "../../config/problem";
import type { Locate } from "../../config/resolve/locate";
import type { ResolveContext } from "../../config/section";
import { inUrl, overlap } from "../../lib/address";
import { endpointAt, isOfOwnHost } from "../../lib/endpoint";
import versions from "../../versions.json";
import type { NodeExporterReach, NodeExporterSettings, nodeExporter } from "./schema";

type Given = z.output<typeof nodeExporter>;

export function resolveNodeExporter(given: Given, around: ResolveContext): NodeExporterSettings {
  const { host, before, locate, report } = around;
  const enabled = given.enabled ?? (host.services.includes("nodeExporter") || before.backup.enabled);
  if (!enabled && before.backup.enabled) {
    report(
      locate(["enabled"]),
      "false leaves nobody to tell when backups fail, which the node exporter does; remove it, or podwatch:backup",
    );
  }
  if (!enabled && host.role === "target") {
    report(
      locate(["enabled"]),
      "false leaves a host with role: target without any service; remove one of the two",
    );
  }
  for (const name of given.collectors.enable.filter((name) => given.collectors.disable.includes(name))) {
    report(
      locate(["collectors", "disable"]),
      `${quote(name)} is also listed under enable; remove it from one of the two`,
    );
  }
  given.arguments.forEach((argument, index) => {
    const message = ownArgument(argument);
    if (message !== undefined) report(locate(["arguments", index]), `${quote(argument)} ${message}`);
  });
  const { bind: _, port: __, allowFrom: ___, ...rest } = given;
  const release = { ...given.release, sha256: checksums(given, locate, report) };
  const throughFront =
    host.grouped && host.role === "monitor" && !isOfOwnHost(endpointAt(before.front.publicUrl));
  const reach: NodeExporterReach =
    enabled && !before.prometheus.enabled && !throughFront ? byPort(given, around) : { by: "socket" };
  return { ...rest, release, enabled, reach };
}

/** Arguments that Podwatch sets itself. */
function ownArgument(argument: string): string | undefined {
  const name = argument.replace(/=.*/s, "").replace(/^--(no-)?/, "");
  if (name === "collector.textfile.directory") return "has a setting of its own; use textfileDirectory";
  if (name.startsWith("web."))
    return "changes how it is reached, which Podwatch sets itself; use port and bind";
  if (["help", "help-long", "help-man", "version"].includes(name))
    return "makes the program exit at once; remove it";
  if (!/^collector\.[a-z0-9_]+$/.test(name)) return undefined;
  return `switches a collector; write ${quote(name.replace("collector.", ""))} under collectors.${argument.startsWith("--no-") ? "disable" : "enable"}`;
}

/** Checksums of the pinned version are known; those of another version have to be set. */
function checksums({ from, release }: Given, locate: Locate, report: Report): Given["release"]["sha256"] {
  const pinned = versions.programs.node_exporter;
  if (release.version === pinned.version) return { ...pinned.sha256, ...release.sha256 };
  if (from === "release" && Object.values(release.sha256).every((sum) => sum === undefined)) {
    report(
      locate(["release", "sha256"]),
      `is missing; write the checksum of version ${release.version} for each kind of machine you have, or remove release.version`,
    );
  }
  return release.sha256;
}

function byPort(given: Given, { host, before, locate, report }: ResolveContext): NodeExporterReach {
  const { port } = given;
  const bind = given.bind ?? (isIP(host.address) === 0 ? undefined : host.address);
  const everywhere = bind === undefined || bind === "0.0.0.0" || bind === "::";
  const asked = everywhere ? host.address : bind;
  if (!host.become) {
    report(
      locate(["enabled"]),
      "true on a host whose Prometheus is elsewhere needs become: true, since only root can restrict a port to some addresses; set become: true for this host",
    );
  }
  if (given.allowFrom === undefined) {
    const unknown = host.watchers.find(({ address }) => isIP(address) === 0);
    const stranger = host.watchers.find(
      ({ address }) => isIP(address) !== 0 && isIP(asked) !== 0 && isIP(address) !== isIP(asked),
    );
    if (host.watchers.length === 0) {
      report(
        locate(["allowFrom"]),
        "is missing, and no host of the stack has a Prometheus that scrapes this one; write the address that it is scraped from",
      );
    } else if (stranger !== undefined) {
      const [own, other] = isIPv6(asked) ? ["IPv6", "IPv4"] : ["IPv4", "IPv6"];
      report(
        locate(["allowFrom"]),
        `is missing, and ${stranger.name}, whose Prometheus scrapes this host at ${asked}, has an ${other} address in the stack file, ${quote(stranger.address)}; write the ${own} address that it connects from`,
      );
    } else if (unknown !== undefined) {
      report(
        locate(["allowFrom"]),
        `is missing, and ${unknown.name}, whose Prometheus scrapes this host, has no IP address in the stack file but ${quote(unknown.address)}; write the address that it connects from`,
      );
    }
  }
  const { front } = before;
  const taken = [front.port, front.statusPort, front.httpPort].includes(port) && overlap(front.bind, bind);
  if (host.role === "monitor" && taken) {
    report(locate(["port"]), `${port} is a port of the front, which is on this host too; write another one`);
  }
  return {
    by: "port",
    port,
    ...(everywhere ? {} : { bind }),
    target: `${inUrl(asked)}:${port}`,
    allowFrom: given.allowFrom ?? host.watchers.map(({ address }) => address),
  };
}
