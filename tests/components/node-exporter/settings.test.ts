// Which hosts have a node exporter, who asks it, and what stands in the way.
import { parse } from "../../../config/parse";
import type { HostSettings } from "../../../config/schema";
import versions from "../../../versions.json";
import { context, host, problemsOf, settingsOf, stack } from "../../config/support";

const problems = (nodeExporter: object, more: object = {}) => problemsOf(stack({ nodeExporter, ...more }));
const settings = (nodeExporter: object, more: object = {}) =>
  settingsOf(stack({ nodeExporter }, { ...more })).nodeExporter;

/** Hosts by name; each has a login, and an address of its own. */
function hosts(entries: Record<string, object>, sections: object = {}) {
  const named = Object.entries(entries).map(([name, entry], index) => [
    name,
    { ...host, address: `10.1.2.${index + 1}`, ...entry },
  ]);
  return { hosts: Object.fromEntries(named), ...sections };
}

function resolved(raw: Record<string, unknown>): Record<string, HostSettings> {
  const parsed = parse(raw, context());
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
  return Object.fromEntries(parsed.settings.hosts.map((one) => [one.name, one]));
}

test("is off, unless it is said or the host is a target", () => {
  expect(settings({}).enabled).toBe(false);
  expect(settings({ enabled: true }).enabled).toBe(true);
  const { monitor, web } = resolved(hosts({ monitor: {}, web: { role: "target" } }));
  expect(monitor?.nodeExporter.enabled).toBe(false);
  expect(web?.nodeExporter.enabled).toBe(true);
});

test("of a host with a Prometheus of its own opens no port", () => {
  expect(settings({ enabled: true }).reach).toEqual({ by: "socket" });
  expect(settings({ enabled: true }, { become: false, user: "me" }).reach).toEqual({ by: "socket" });
});

describe("of a host whose Prometheus is elsewhere", () => {
  const reach = (web: object, sections: object = {}) =>
    resolved(hosts({ one: {}, two: {}, web: { role: "target", ...web } }, sections)).web?.nodeExporter.reach;

  test("is scraped at the host's address, by the monitors of the stack", () => {
    expect(reach({})).toEqual({
      by: "port",
      bind: "10.1.2.3",
      port: 9100,
      target: "10.1.2.3:9100",
      allowFrom: ["10.1.2.1", "10.1.2.2"],
    });
  });

  test("is scraped where it listens", () => {
    const nodeExporter = { bind: "fd00::5", port: 9900, allowFrom: ["fd00::/64"] };
    expect(reach({ nodeExporter })).toEqual({
      by: "port",
      bind: "fd00::5",
      port: 9900,
      target: "[fd00::5]:9900",
      allowFrom: ["fd00::/64"],
    });
  });

  test.each([
    { address: "web.my-company.net" },
    { address: "web.my-company.net", nodeExporter: { bind: "::" } },
  ])("listens on all addresses where its own is not known: %j", (web) => {
    const { bind, target } = reach(web) as { bind?: string; target: string };
    expect([bind, target]).toEqual([undefined, "web.my-company.net:9100"]);
  });

  test("a monitor without Prometheus is such a host too", () => {
    const raw = hosts(
      { one: {}, two: { prometheus: { enabled: false }, grafana: { enabled: false } } },
      { nodeExporter: { enabled: true } },
    );
    const { one, two } = resolved(raw);
    expect(one?.nodeExporter.reach.by).toBe("socket");
    expect(two?.nodeExporter.reach).toMatchObject({ by: "port", allowFrom: ["10.1.2.1"] });
  });
});

test("a target has nothing else, whatever the stack's settings", () => {
  const { web } = resolved(
    hosts(
      { one: {}, web: { role: "target" } },
      { prometheus: { enabled: true }, gateways: { enabled: true }, blackboxExporter: { enabled: true } },
    ),
  );
  const { prometheus, grafana, alertmanager, gateways, blackboxExporter } = web as HostSettings;
  for (const service of [prometheus, grafana, alertmanager, gateways, blackboxExporter]) {
    expect(service.enabled).toBe(false);
  }
});

describe("checksums", () => {
  const pinned = versions.programs.node_exporter;

  test("of the pinned version are known for most machines, and can be added", () => {
    expect(settings({}).release).toMatchObject({ version: pinned.version, sha256: pinned.sha256 });
    const armv7 = "ab".repeat(32);
    expect(settings({ release: { sha256: { armv7 } } }).release.sha256).toEqual({ ...pinned.sha256, armv7 });
  });

  test("of another version have to be given", () => {
    expect(problems({ release: { version: "1.8.2" } })).toEqual([
      "podwatch:nodeExporter.release.sha256: is missing; write the checksum of version 1.8.2 for each kind of machine you have, or remove release.version",
    ]);
    const amd64 = "cd".repeat(32);
    expect(settings({ release: { version: "1.8.2", sha256: { amd64 } } }).release.sha256).toEqual({ amd64 });
  });
});

test.each<[what: string, raw: Record<string, unknown>, complaint: string]>([
  [
    "an address range",
    stack({ nodeExporter: { allowFrom: ["10.1.2.0/33"] } }),
    'podwatch:nodeExporter.allowFrom[0]: "10.1.2.0/33" is not an IP address or a range of them; write one such as 10.1.2.3 or 10.1.2.0/24',
  ],
  [
    "an argument that says how it is reached",
    stack({
      nodeExporter: { arguments: ["--web.listen-address=:1", "--collector.cpu.info"] },
    }),
    'podwatch:nodeExporter.arguments[0]: "--web.listen-address=:1" changes how it is reached, which Podwatch sets itself; use port and bind',
  ],
  [
    "an argument that has a setting",
    stack({ nodeExporter: { arguments: ["--path.rootfs=/x", "--collector.textfile.directory=/x"] } }),
    'podwatch:nodeExporter.arguments[1]: "--collector.textfile.directory=/x" has a setting of its own; use textfileDirectory',
  ],
  [
    "an argument that switches a collector",
    stack({ nodeExporter: { arguments: ["--no-collector.wifi"] } }),
    'podwatch:nodeExporter.arguments[0]: "--no-collector.wifi" switches a collector; write "wifi" under collectors.disable',
  ],
  [
    "an argument that ends the program",
    stack({ nodeExporter: { arguments: ["--version"] } }),
    'podwatch:nodeExporter.arguments[0]: "--version" makes the program exit at once; remove it',
  ],
  [
    "an argument without its dashes",
    stack({ nodeExporter: { arguments: ["collector.cpu.info"] } }),
    'podwatch:nodeExporter.arguments[0]: "collector.cpu.info" is not an argument; write one such as --collector.filesystem.mount-points-exclude=^/(dev|proc)($|/), name and value in one',
  ],
  [
    "a collector",
    stack({ nodeExporter: { collectors: { enable: ["--collector.wifi"] } } }),
    'podwatch:nodeExporter.collectors.enable[0]: "--collector.wifi" is not the name of a collector; write one such as systemd or netdev, without --collector.',
  ],
  [
    "an option of a collector",
    stack({ nodeExporter: { collectors: { enable: ["systemd.unit-include=nginx"] } } }),
    'podwatch:nodeExporter.collectors.enable[0]: "systemd.unit-include=nginx" is an option of a collector; write it under arguments, such as --collector.systemd.unit-include=VALUE',
  ],
  [
    "a collector in both lists",
    stack({ nodeExporter: { collectors: { disable: ["systemd"] } } }),
    'podwatch:nodeExporter.collectors.disable: "systemd" is also listed under enable; remove it from one of the two',
  ],
  [
    "an ordinary user who opens a port",
    hosts({ one: {}, web: { role: "target", become: false, user: "me" } }),
    "podwatch:nodeExporter.enabled: true on a host whose Prometheus is elsewhere needs become: true, since only root can restrict a port to some addresses; set become: true for this host",
  ],
  [
    "a monitor that is known by name",
    hosts({ one: { address: "mon.my-company.net" }, web: { role: "target" } }),
    'podwatch:nodeExporter.allowFrom: is missing, and one, whose Prometheus scrapes this host, has no IP address in the stack file but "mon.my-company.net"; write the address that it connects from',
  ],
  [
    "a monitor that is known by IPv4, of a host that is asked over IPv6",
    hosts({ one: {}, web: { role: "target", address: "fd00::5" } }),
    'podwatch:nodeExporter.allowFrom: is missing, and one, whose Prometheus scrapes this host at fd00::5, has an IPv4 address in the stack file, "10.1.2.1"; write the IPv6 address that it connects from',
  ],
  [
    "a monitor that is known by IPv6, of a host that is asked over IPv4",
    hosts({ one: { address: "fd00::1" }, web: { role: "target" } }),
    'podwatch:nodeExporter.allowFrom: is missing, and one, whose Prometheus scrapes this host at 10.1.2.2, has an IPv6 address in the stack file, "fd00::1"; write the IPv4 address that it connects from',
  ],
  [
    "nobody who asks",
    hosts({ web: { role: "target" } }),
    "podwatch:nodeExporter.allowFrom: is missing, and no host of the stack has a Prometheus that scrapes this one; write the address that it is scraped from",
  ],
  [
    "a target without anything",
    hosts({ one: {}, web: { role: "target", nodeExporter: { enabled: false } } }),
    "podwatch:hosts.web.nodeExporter.enabled: false leaves a host with role: target without any service; remove one of the two",
  ],
  [
    "a section in vain",
    hosts({ one: {}, web: { role: "target", grafana: { enabled: true } } }),
    "podwatch:hosts.web.grafana: is not used with role: target, which has the node exporter only; remove one of the two",
  ],
  [
    "a job of the same name",
    stack({
      nodeExporter: { enabled: true },
      prometheus: { scrapeJobs: [{ name: "node", targets: ["db1:9100"] }] },
    }),
    'podwatch:prometheus.scrapeJobs[0].name: "node" is the name of the shipped job of the node exporters; write another name',
  ],
])("%s is refused", (_, raw, complaint) => {
  expect(problemsOf(raw)).toEqual([complaint]);
});

test("without node exporters a job may be called node", () => {
  const scrapeJobs = [{ name: "node", targets: ["db1:9100"] }];
  expect(problemsOf(stack({ prometheus: { scrapeJobs } }))).toEqual([]);
});
