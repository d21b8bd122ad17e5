import { isIPv4 } from "node:net";
import type { Firewall, Opening } from "../../lib/firewall";
import { runnerInUnit } from "../../lib/runner";
import { type Bundle, type Header, writeBundle } from "../bundle";
import { NETWORK_NAME } from "../network";
import { serializeUnit, UNIT_HEADER } from "./unit";

/** Networks of containers and virtual machines, by their interfaces, which forward what comes from there; the first is Podwatch's own with Docker. */
const CONTAINER_NETWORKS = [
  NETWORK_NAME,
  "podman*",
  "cni-podman*",
  "docker0",
  "br-*",
  "virbr*",
  "lxcbr*",
  "lxdbr*",
  "incusbr*",
];

/** What hosts may not do without: RFC 4890, and pings. */
const ICMPV6 = [
  "destination-unreachable",
  "packet-too-big",
  "time-exceeded",
  "parameter-problem",
  "echo-request",
  "mld-listener-query",
  "mld-listener-report",
  "mld-listener-done",
  "mld2-listener-report",
  "nd-router-solicit",
  "nd-router-advert",
  "nd-neighbor-solicit",
  "nd-neighbor-advert",
  "ind-neighbor-solicit",
  "ind-neighbor-advert",
];

/** Where the rules are filled in that only the host knows: the ports of its SSH server. */
const SSH_PORTS = "$ssh_ports";

/** Begins a line that is for the address that deployments come from; the host writes `ip saddr ADDRESS` or `ip6 ...` instead. */
const FROM_DEPLOYER = "$from_deployer";

/** The bundle of the host's firewall. */
export function firewallBundle(firewall: Firewall): Bundle {
  const headers: Header[] = [
    ["kind", "nftables"],
    ...firewall.sshPorts.map((port): Header => ["ssh-port", String(port)]),
    ...firewall.openings.flatMap(({ protocol, port, from }) =>
      (from.length === 0 ? ["any"] : from).map((source): Header => ["open", `${protocol} ${port} ${source}`]),
    ),
    ...firewall.networks.map((range): Header => ["network", range]),
    ...firewall.sshFrom.map((range): Header => ["ssh-from", range]),
    ...(firewall.sshFromDeployer ? [["ssh-from-deployer", "yes"] satisfies Header] : []),
    ["advice", "ssh-from add it to podwatch:firewall.sshFrom"],
  ];
  return writeBundle(firewall.name, headers, [
    ["files/rules.nft", rules(firewall)],
    ["unit/podwatch-firewall.service", unit(firewall)],
  ]);
}

/**
 * One chain, where a packet has been put into a connection (-200) and not yet been redirected to a container (-100): so a port is
 * the one that was dialled, and a published port is held like any other.
 */
function rules(firewall: Firewall): string {
  const { openings, sshFrom, sshFromDeployer, sshLimit, forwardFrom } = firewall;
  const ssh: Opening = { port: SSH_PORT, protocol: "tcp", from: sshFrom };
  const incoming = [
    // Not `policy drop`, which would outlast the rules where somebody flushes the table, and shut out everybody.
    "type filter hook prerouting priority -150; policy accept;",
    'iifname "lo" accept',
    "ct state { established, related } accept",
    "ct state invalid drop",
    `icmpv6 type { ${ICMPV6.join(", ")} } accept`,
    "icmp type { echo-request, destination-unreachable, time-exceeded, parameter-problem } accept",
    "ip protocol igmp accept",
    "udp sport 67 udp dport 68 accept",
    "ip6 saddr fe80::/10 udp sport 547 udp dport 546 accept",
    ...(sshFromDeployer || sshLimit !== undefined ? [`${FROM_DEPLOYER} ${SSH} accept`] : []),
    ...limited(sshLimit),
    ...(sshFromDeployer && sshFrom.length === 0 ? [] : opened(ssh)),
    ...openings.flatMap(opened),
    ...CONTAINER_NETWORKS.map((name) => `iifname "${name}" jump containers`),
    ...forwardFrom.map((name) => `iifname "${name}" ${FORWARDED}`),
    "counter drop",
  ];
  const containers = [FORWARDED, "meta l4proto { tcp, udp } th dport 53 accept", "udp dport 67 accept"];
  return `${UNIT_HEADER}
table inet podwatch_firewall {
${sshLimit === undefined ? "" : SOURCES}${chain("incoming", incoming)}${chain("containers", containers)}}
`;
}

const SSH_PORT = `{ ${SSH_PORTS} }`;

const SSH = `tcp dport ${SSH_PORT}`;

/** The sources that are being counted: those of the last minute, of which there may be many. */
const SOURCES = ["ssh_sources", "ssh_sources6"]
  .map(
    (name, index) => `  set ${name} {
    type ipv${index === 0 ? 4 : 6}_addr
    size 65535
    flags dynamic,timeout
    timeout 1m
  }
`,
  )
  .join("");

/** Drops what a source tries beyond its limit. A network of IPv6 is one source: whoever has it has all its addresses. */
function limited(limit: Firewall["sshLimit"]): string[] {
  if (limit === undefined) return [];
  const { perMinute, except } = limit;
  const over = `limit rate over ${perMinute}/minute burst ${perMinute} packets`;
  return [
    ...except.flatMap((range) => opened({ port: SSH_PORT, protocol: "tcp", from: [range] })),
    `meta nfproto ipv4 ${SSH} add @ssh_sources { ip saddr ${over} } counter drop`,
    `meta nfproto ipv6 ${SSH} add @ssh_sources6 { ip6 saddr & ffff:ffff:ffff:ffff:: ${over} } counter drop`,
  ];
}

const FORWARDED = "fib daddr type != { local, broadcast, multicast } accept";

function chain(name: string, lines: readonly string[]): string {
  return `  chain ${name} {\n${lines.map((line) => `    ${line}\n`).join("")}  }\n`;
}

const isIPv6Range = (range: string) => range.includes(":");

/** One rule for each source: ranges may overlap, which a set of this kind may not. */
function opened({ port, protocol, bind, from }: Opening): string[] {
  const dialled = `${reachedAt(bind)}${protocol} dport ${port} accept`;
  const sources = from.filter((range) => bind === undefined || isIPv6Range(range) === isIPv6Range(bind));
  if (from.length === 0) return [dialled];
  return sources.map((range) => `${isIPv6Range(range) ? "ip6" : "ip"} saddr ${range} ${dialled}`);
}

/** `0.0.0.0` stands for all IPv4 addresses of the host. */
function reachedAt(bind: string | undefined): string {
  if (bind === undefined) return "";
  if (bind === "0.0.0.0") return "meta nfproto ipv4 ";
  return `${isIPv4(bind) ? "ip" : "ip6"} daddr ${bind} `;
}

/** Loaded before the network, and again after whoever replaces all rules of the host, as nftables.service does. */
function unit({ name }: Firewall): string {
  const load = runnerInUnit("rootful", ["load", name]);
  return serializeUnit([
    [
      "Unit",
      [
        ["Description", "Firewall of Podwatch"],
        ["DefaultDependencies", "no"],
        ["RequiresMountsFor", "/var/lib/podwatch"],
        ["Wants", "network-pre.target"],
        ["Before", "network-pre.target shutdown.target"],
        ["Conflicts", "shutdown.target"],
        ["After", "local-fs.target nftables.service"],
        ["PartOf", "nftables.service"],
        ["ReloadPropagatedFrom", "nftables.service"],
      ],
    ],
    [
      "Service",
      [
        ["Type", "oneshot"],
        ["RemainAfterExit", "yes"],
        ["ExecStart", load],
        ["ExecReload", load],
      ],
    ],
    ["Install", [["WantedBy", "sysinit.target nftables.service"]]],
  ]);
}
