// Whether a host's container network needs IPv6, what the host itself needs for that, and that ranges do not conflict.
import { isIP, isIPv6 } from "node:net";
import { type Path, quote, type Report, show } from "../../config/problem";
import { type Layered, locateIn } from "../../config/resolve/locate";
import { type HostSettings, services } from "../../config/schema";
import { core, isGroup, isTree, schemaAt, type Tree, valueAt } from "../../config/walk";
import { isLocal } from "../../connection/connection";
import { canonicalAddress, inRange, isWildcard } from "../../lib/address";
import type { AddressNeed } from "../../lib/hostAddresses";
import { setsAddress } from "../prometheus/targets.resolve";
import { DEFAULT_SUBNET6, type NetworkSettings } from "./schema";

/** A host, with its entry in the stack file. */
export interface Placed extends Layered {
  readonly settings: HostSettings;
  readonly sound: Tree;
  readonly path: Path;
}

/** A setting with an address; without its value if that is a secret. */
interface Named {
  readonly path: Path;
  readonly value?: string;
}

/** Resolves the host's network, and which addresses the host must have. */
export function resolveNetwork(host: Placed, all: readonly Placed[], report: Report): HostSettings {
  const { settings } = host;
  const own = ownAddresses(host);
  const monitor = settings.role === "monitor";
  const front = monitor && isIPv6(settings.front.bind) ? [bindOf(host)] : [];
  const inside = monitor ? [...ofUser(host), ...asked(host, all)] : [];
  // Rootless podman accepts connections itself, and forwards them over IPv4.
  const wanting = [...(settings.become ? front : []), ...inside];
  const network: NetworkSettings =
    wanting.length === 0 ? settings.network : { subnet6: DEFAULT_SUBNET6, ...settings.network };
  checkRanges(host, network, report);
  // A required address of the host already implies IPv6.
  const ipv6 = [...front, ...inside].find(({ value }) => !own.some((one) => one.value === value));
  return {
    ...settings,
    network,
    addressNeeds: [
      ...own.map((one) => need("own", one)),
      ...(ipv6 === undefined ? [] : [need("ipv6", ipv6)]),
    ],
  };
}

function need(what: AddressNeed["what"], { path, ...value }: Named): AddressNeed {
  return { what, setting: show(path), ...value };
}

const locate = (host: Placed, section: string, inner: Path) => locateIn(section, host)(inner);

/** Settings with an address to listen on, which the host must have. */
function ownAddresses(host: Placed): Named[] {
  const { front, nodeExporter, role } = host.settings;
  const listening = [
    ...(role === "target" || isWildcard(front.bind) ? [] : [bindOf(host)]),
    ...(nodeExporter.enabled && nodeExporter.reach.by === "port" ? nodeBind(host, nodeExporter.reach) : []),
  ];
  return listening.filter(({ value }) => !value.startsWith("127."));
}

const bindOf = (host: Placed) => ({
  path: locate(host, "front", ["bind"]),
  value: host.settings.front.bind,
});

/** Defaults to the host's address; reported in the host's entry. */
function nodeBind(host: Placed, { bind }: { bind?: string }): { path: Path; value: string }[] {
  const { connection } = host.settings;
  if (bind === undefined) return [];
  const derived = !isLocal(connection) && connection.host === bind;
  const path = derived ? [...host.path, "nodeExporter", "bind"] : locate(host, "nodeExporter", ["bind"]);
  return [{ path, value: bind }];
}

function ofUser(host: Placed): Named[] {
  const { subnet6 } = host.settings.network;
  return subnet6 === undefined ? [] : [{ path: locate(host, "network", ["subnet6"]), value: subnet6 }];
}

/** Settings with addresses that containers connect to. */
const asking = [
  ["prometheus", ["scrapeJobs", "fileSd"]],
  ["blackboxExporter", ["targets", "modules"]],
  ["alertmanager", ["receivers", "deadMansSwitch"]],
  ["grafana", ["datasources"]],
  ["front", ["snippet"]],
] as const;

/** Settings below these that are never addresses, whatever they look like. */
const besides = ["name", "labels", "params"];

/** Settings with IPv6 addresses, of a host and of the targets that its Prometheus scrapes. */
function asked(host: Placed, all: readonly Placed[]): Named[] {
  const { settings } = host;
  const own = asking.flatMap(([section, keys]) => {
    const { enabled = true, ...values } = settings[section] as Tree;
    return keys
      .filter(() => enabled === true)
      .flatMap((key) => texts(values[key], [key]))
      .filter(({ path, text }) => holdsIpv6(text) && !askedByOthers(values, path))
      .map(({ path, text }) => ({
        path: locate(host, section, path),
        ...(isSecret(section, path) || path.includes("files") || text.length > 80 ? {} : { value: text }),
      }));
  });
  return [...own, ...(settings.prometheus.enabled ? all.flatMap(nodeOverIpv6) : [])];
}

/** Targets scraped through another program, whose address is in the job's relabelling. */
function askedByOthers(section: Tree, [key = "", index = "", setting]: Path): boolean {
  const job = valueAt(section, [key, index]);
  return ["targets", "files"].includes(String(setting)) && isGroup(job) && setsAddress(job.extra);
}

function nodeOverIpv6(node: Placed): Named[] {
  const { enabled, reach } = node.settings.nodeExporter;
  if (!enabled || reach.by !== "port" || !holdsIpv6(reach.target)) return [];
  return [{ path: [...node.path, "nodeExporter"], value: reach.target }];
}

interface Text {
  readonly path: Path;
  readonly text: string;
}

/** All text values. For a file, the path is that of its setting. */
function texts(value: unknown, path: Path): Text[] {
  if (typeof value === "string") return [{ path, text: value }];
  if (!isTree(value)) return [];
  return Object.entries(value)
    .filter(([key]) => Array.isArray(value) || !besides.includes(key))
    .flatMap(([key, inner]) =>
      texts(inner, path.includes("files") ? path : [...path, Array.isArray(value) ? Number(key) : key]),
    );
}

/** Alone, or in brackets as in a URL or before a port. */
function holdsIpv6(text: string): boolean {
  return isIPv6(text) || [...text.matchAll(/\[([0-9A-Fa-f:.]+)\]/g)].some(([, inner = ""]) => isIPv6(inner));
}

function isSecret(section: (typeof asking)[number][0], path: Path): boolean {
  const schema = schemaAt(services[section], path);
  return schema !== undefined && core(schema).secret;
}

/** The host could no longer reach machines whose address is in the range of its containers. */
function checkRanges(host: Placed, network: NetworkSettings, report: Report): void {
  const { connection, front } = host.settings;
  const known = [...(isLocal(connection) ? [] : [connection.host]), front.bind].filter(
    (name) => isIP(name) !== 0,
  );
  for (const [key, range] of Object.entries(network)) {
    const taken = known.find((address) => inRange(address, range));
    if (taken === undefined) continue;
    report(
      locate(host, "network", [key]),
      `${quote(range)} holds ${canonicalAddress(taken)}, an address of the host itself; write a range that nothing else uses`,
    );
  }
}
