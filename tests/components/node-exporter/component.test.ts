import { NodeExporter } from "../../../components/node-exporter/component";
import { nodeExporterPlacement } from "../../../components/node-exporter/placement";
import { nodeTelemetry } from "../../../components/node-exporter/render";
import type { HostSettings } from "../../../config/load";
import versions from "../../../versions.json";
import { splitCommand } from "../../engines/systemd";
import { command, component, removal, unitLines } from "../expected";
import { bundleOf, deployOnHost } from "../onHost";
import { hostSettings, login, settingsOf } from "../stackFile";

const pinned = versions.programs.node_exporter;

function deployNodeExporter(settings: HostSettings) {
  return deployOnHost(settings, (name, { host }) => {
    const { gateways, nodeExporter } = settings;
    return new NodeExporter(name, { host, gateways, settings: nodeExporter });
  });
}

/** What the host's own NGINX bridges. */
function hostSockets(settings: HostSettings) {
  return nodeExporterPlacement.offer(settings)?.hostSockets;
}

/** The settings of a host that others watch. */
function target(nodeExporter: object = {}): HostSettings {
  const web = { ...login, address: "10.1.2.9", role: "target", nodeExporter };
  const host = settingsOf({ hosts: { mon: login, web } }).hosts[1];
  if (host === undefined) throw new Error("no such host");
  return host;
}

test("minimal: the pinned release, by a unix socket for the host's own Prometheus", async () => {
  const settings = hostSettings({ nodeExporter: { enabled: true } });
  const { resources } = await deployNodeExporter(settings);
  expect(resources).toEqual([
    component("NodeExporter", "tested"),
    command({
      name: "tested-service",
      parent: "tested",
      create: "/bin/sh /var/lib/podwatch/runner apply node-exporter --owner=mon",
      delete: removal("remove node-exporter"),
      stdin: expect.stringMatching(/^podwatch-bundle 1\n/),
      triggers: ["id-of-mon-runner"],
      dependsOn: ["mon-runner"],
    }),
  ]);
  expect(hostSockets(settings)).toEqual({
    directory: "/run/podwatch",
    sockets: [{ name: "node-exporter", location: "/node/metrics" }],
  });
  const { headers, parts } = bundleOf(resources);
  const url = `https://github.com/prometheus/node_exporter/releases/download/v${pinned.version}/node_exporter-${pinned.version}`;
  const member = `node_exporter-${pinned.version}.linux`;
  const program = expect.stringMatching(/^program node_exporter-1\.9\.1-[0-9a-f]{8} node_exporter$/);
  expect(headers).toEqual([
    "podwatch-bundle 1",
    "service node-exporter",
    program,
    `download x86_64 ${pinned.sha256.amd64} ${member}-amd64/node_exporter ${url}.linux-amd64.tar.gz`,
    `download aarch64 ${pinned.sha256.arm64} ${member}-arm64/node_exporter ${url}.linux-arm64.tar.gz`,
    "account podwatch-node",
    "ready-within 30",
    "host-directory /var/lib/podwatch/textfile",
  ]);
  expect(Object.keys(parts)).toEqual([
    "hooks/ready",
    "unit/podwatch-node-exporter.service",
    "unit/podwatch-node-exporter.socket",
  ]);
  const kept = headers[2]?.split(" ")[1];
  expect(unitLines(parts["unit/podwatch-node-exporter.service"])).toEqual(
    expect.arrayContaining([
      "Requires=podwatch-node-exporter.socket",
      `ExecStart=/var/lib/podwatch/programs/${kept}/node_exporter --web.systemd-socket ` +
        "--collector.textfile.directory=/var/lib/podwatch/textfile --collector.systemd",
      "User=podwatch-node",
      "CapabilityBoundingSet=",
      "ProtectSystem=strict",
      "ProtectHome=read-only",
      "NoNewPrivileges=yes",
      "WantedBy=multi-user.target",
    ]),
  );
  expect(unitLines(parts["unit/podwatch-node-exporter.socket"])).toEqual([
    "[Unit]",
    "Description=Podwatch node exporter, where it is reached",
    "[Socket]",
    "ListenStream=/run/podwatch/node-exporter.sock",
    "SocketMode=0660",
    "SocketGroup=101",
    "RemoveOnStop=yes",
    "[Install]",
    "WantedBy=sockets.target",
  ]);
});

test("the socket is for the group that NGINX has", async () => {
  const socket = async (gateways: object) => {
    const settings = hostSettings({ nodeExporter: { enabled: true }, gateways });
    const { parts } = bundleOf((await deployNodeExporter(settings)).resources);
    return unitLines(parts["unit/podwatch-node-exporter.socket"]);
  };
  expect(await socket({ gid: 990 })).toContain("SocketGroup=990");
  expect(await socket({ gid: 990, enabled: false })).toContain("SocketGroup=101");
});

test("a port is closed to all but those who ask, in both units", async () => {
  const { resources } = await deployNodeExporter(target());
  expect(hostSockets(target())).toBeUndefined();
  const { headers, parts } = bundleOf(resources);
  expect(headers).toContain("listen 10.1.2.9 9100");
  const filter = ["IPAccounting=yes", "IPAddressDeny=any", "IPAddressAllow=10.1.2.3"];
  expect(unitLines(parts["unit/podwatch-node-exporter.service"])).toEqual(expect.arrayContaining(filter));
  expect(unitLines(parts["unit/podwatch-node-exporter.socket"]).slice(2)).toEqual([
    "[Socket]",
    "ListenStream=/run/podwatch/node-exporter.sock",
    "SocketMode=0600",
    "RemoveOnStop=yes",
    "ListenStream=10.1.2.9:9100",
    "FreeBind=yes",
    ...filter,
    "[Install]",
    "WantedBy=sockets.target",
  ]);
});

test("an IPv6 address and all addresses are written as systemd wants them", async () => {
  const lines = async (nodeExporter: object) => {
    const { headers, parts } = bundleOf((await deployNodeExporter(target(nodeExporter))).resources);
    return [...headers, ...unitLines(parts["unit/podwatch-node-exporter.socket"])];
  };
  expect(await lines({ bind: "fd00::9", port: 9900, allowFrom: ["fd00::1"] })).toEqual(
    expect.arrayContaining(["listen fd00::9 9900", "ListenStream=[fd00::9]:9900"]),
  );
  expect(await lines({ bind: "0.0.0.0" })).toEqual(
    expect.arrayContaining(["listen any 9100", "ListenStream=9100"]),
  );
});

test("everything changed: the distribution's program, other collectors and directory", async () => {
  const settings = hostSettings({
    nodeExporter: {
      enabled: true,
      from: "package",
      collectors: { enable: ["systemd", "processes"], disable: ["nfs"] },
      textfileDirectory: "/srv/metrics",
    },
  });
  const { headers, parts } = bundleOf((await deployNodeExporter(settings)).resources);
  expect(headers).toEqual([
    "podwatch-bundle 1",
    "service node-exporter",
    "installed /usr/bin/prometheus-node-exporter prometheus-node-exporter",
    "account podwatch-node",
    "ready-within 30",
    "host-directory /srv/metrics",
  ]);
  expect(unitLines(parts["unit/podwatch-node-exporter.service"])).toContain(
    "ExecStart=/usr/bin/prometheus-node-exporter --web.systemd-socket --collector.textfile.directory=/srv/metrics " +
      "--collector.processes --collector.systemd --no-collector.nfs",
  );
});

test("arguments of the user's own reach the program as they are", async () => {
  const given = [
    "--collector.filesystem.mount-points-exclude=^/(dev|proc|run/user/.+)($|/)",
    '--collector.systemd.unit-include=(nginx|it\'s "100%"|a b)\\.service',
    "--collector.disable-defaults",
    "--collector.netclass.ignored-devices=^(%i|${HOME}|;)$",
  ];
  const settings = hostSettings({ nodeExporter: { enabled: true, arguments: given } });
  const { parts } = bundleOf((await deployNodeExporter(settings)).resources);
  const line = unitLines(parts["unit/podwatch-node-exporter.service"]).find((one) =>
    one.startsWith("ExecStart="),
  );
  // What systemd makes of it: words, then specifiers, then variables.
  const words = splitCommand(String(line).replace("ExecStart=", ""));
  expect(words.slice(-given.length)).toEqual(given);
  expect(words.length).toBe(3 + 1 + given.length);
});

test("rootless: in the user's own directories, sandboxed as far as a user manager can", async () => {
  const settings = hostSettings({ nodeExporter: { enabled: true } }, { user: "podwatch", become: false });
  const { resources } = await deployNodeExporter(settings);
  expect(hostSockets(settings)?.directory).toBe("%t/podwatch");
  const { headers, parts } = bundleOf(resources);
  expect(headers).toContain("host-directory %h/.local/share/podwatch/textfile");
  const service = unitLines(parts["unit/podwatch-node-exporter.service"]);
  expect(service.join("\n")).toMatch(
    /^ExecStart=%h\/\.local\/share\/podwatch\/programs\/node_exporter-\S+ /m,
  );
  expect(service).toEqual(expect.arrayContaining(["NoNewPrivileges=yes", "WantedBy=default.target"]));
  expect(service.join("\n")).not.toMatch(/^User=/m);
  expect(headers.join("\n")).not.toMatch(/^account /m);
  expect(unitLines(parts["unit/podwatch-node-exporter.socket"])).toEqual(
    expect.arrayContaining(["ListenStream=%t/podwatch/node-exporter.sock", "SocketMode=0600"]),
  );
});

test("a release for machines whose checksum is given, from a mirror; another checksum is another program", async () => {
  const release = (armv7: string) => ({
    mirror: "http://10.1.2.1/releases/",
    sha256: { armv7: armv7.repeat(64) },
  });
  const headers = async (armv7: string) => {
    const settings = hostSettings({ nodeExporter: { enabled: true, release: release(armv7) } });
    return bundleOf((await deployNodeExporter(settings)).resources).headers;
  };
  const [first, second] = [await headers("a"), await headers("b")];
  expect(first).toContain(
    `download armv7l ${"a".repeat(64)} node_exporter-1.9.1.linux-armv7/node_exporter ` +
      "http://10.1.2.1/releases/v1.9.1/node_exporter-1.9.1.linux-armv7.tar.gz",
  );
  expect(first[2]).not.toBe(second[2]);
});

test("brings its dashboard and its alerts", () => {
  const { dashboards, ruleGroups } = nodeTelemetry([]);
  expect(dashboards).toEqual(["hosts.json"]);
  expect(ruleGroups.map(({ name }) => name)).toEqual(["host"]);
});
