// examples/regional on three hosts: services spread by groups find each other through the fronts, no port is open that need not be, and a
// host moves between groups.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { CHECKOUT, eventually, LabHost } from "./support/lab";
import { MACHINE, type NodeMirror, nodeMirror } from "./support/nodeMirror";
import { operate, operateJson } from "./support/operate";
import { type From, scan } from "./support/ports";
import { connection, Stack } from "./support/stack";

jest.setTimeout(400_000);

let monitor: LabHost;
let dashboard: LabHost;
let services: LabHost;
let mirror: NodeMirror;
let stack: Stack;

/** What the example says, on lab hosts. */
function settings(groups: Readonly<Record<string, readonly string[]>> = {}) {
  const file = readFileSync(join(CHECKOUT, "examples/regional/Pulumi.prod.yaml"), "utf8");
  const { config } = parse(file) as { config: Record<string, Record<string, unknown>> };
  const example = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace("podwatch:", ""), value]),
  );
  const entries = example.hosts as Record<string, { groups: string[] }>;
  const entry = (name: string, host: LabHost) => {
    const { name: _, ...login } = connection("operator", host);
    return [name, { ...login, groups: groups[name] ?? entries[name]?.groups }];
  };
  return {
    ...example,
    hosts: Object.fromEntries([
      entry("monitor1", monitor),
      entry("dashboard1", dashboard),
      entry("services1", services),
    ]),
    prometheus: { scrapeInterval: "1s", evaluationInterval: "1s" },
    nodeExporter: { enabled: true, release: mirror.release },
    // People are nowhere in the lab.
    firewall: { allowFrom: ["10.7.0.0/16"] },
  };
}

beforeAll(async () => {
  [[monitor, dashboard, services], mirror] = (await Promise.all([
    LabHost.bootAll(["test-reg-mon", "test-reg-dash", "test-reg-svc"]),
    nodeMirror(),
  ])) as [[LabHost, LabHost, LabHost], NodeMirror];
  stack = await Stack.create("regional", settings());
  await stack.up("--continue-on-error");
});

afterAll(async () => {
  mirror?.close();
  await stack?.dispose();
  for (const host of [monitor, dashboard, services]) await host?.down();
});

interface Installation {
  readonly logIns: { readonly users: Readonly<Record<string, string>> };
  readonly grafana: { readonly user: string; readonly password: string };
}

async function installation(host: string): Promise<Installation> {
  const all = await stack.output<Record<string, Installation>>("installations");
  return all[host] as Installation;
}

/** Asks the front of a host there, as the operator or as Grafana's administrator. */
async function ask<T>(host: LabHost, name: string, path: string, input = ""): Promise<T> {
  const { logIns, grafana } = await installation(name);
  const user = path.startsWith("/grafana/")
    ? `${grafana.user}:${grafana.password}`
    : `operator:${logIns.users.operator}`;
  const post = input === "" ? "" : `-H 'Content-Type: application/json' --data '${input}'`;
  return JSON.parse(await host.exec(`curl -sk -m 20 -u '${user}' ${post} 'https://127.0.0.1${path}'`)) as T;
}

/** `up` by job and instance. */
async function watched(host: LabHost, name: string): Promise<Record<string, string>> {
  const { data } = await ask<{
    data: { result: Array<{ metric: Record<string, string>; value: [number, string] }> };
  }>(host, name, "/prometheus/api/v1/query?query=up");
  return Object.fromEntries(
    data.result.map(({ metric, value }) => [`${metric.job}/${metric.instance}`, value[1]]).sort(),
  );
}

test("the monitor watches everything: the targets, and what is behind the dashboards host's front", async () => {
  const up = await eventually(
    40,
    () => watched(monitor, "monitor1"),
    (found) => Object.keys(found).length >= 7 && Object.values(found).every((value) => value === "1"),
  );
  expect(up).toEqual({
    "front/dashboard1": "1",
    "front/monitor1": "1",
    "grafana/dashboard1": "1",
    "node/dashboard1": "1",
    "node/monitor1": "1",
    "node/services1": "1",
    "prometheus/localhost:9090": "1",
  });
  expect(mirror.asked.every((path) => path.includes(MACHINE))).toBe(true);
});

test("Grafana shows the Prometheus of the other host, through its front with TLS and a log-in of its own", async () => {
  const sources = await ask<Array<{ name: string; url: string; uid: string }>>(
    dashboard,
    "dashboard1",
    "/grafana/api/datasources",
  );
  expect(sources.map(({ name, url }) => [name, url])).toEqual([
    ["Prometheus (monitor1)", `https://${monitor.address}:443/prometheus`],
  ]);
  const query = JSON.stringify({
    from: "now-5m",
    to: "now",
    queries: [{ refId: "A", expr: "count(up)", instant: true, datasource: { uid: sources[0]?.uid } }],
  });
  const { results } = await ask<{ results: { A: { frames: Array<{ data: { values: number[][] } }> } } }>(
    dashboard,
    "dashboard1",
    "/grafana/api/ds/query",
    query,
  );
  expect(results.A.frames[0]?.data.values.at(-1)).toEqual([7]);
  // Without it nobody comes in.
  const code = await dashboard.exec(
    `curl -sk -o /dev/null -w '%{http_code}' https://${monitor.address}/prometheus/api/v1/query?query=up`,
  );
  expect(code).toBe("401");
});

test("every check of verify passes on every host", async () => {
  const { code, stdout } = await operate(stack, "verify", "--timeout", "60");
  expect({ code, failed: stdout.split("\n").filter((line) => line.startsWith("FAILED")) }).toEqual({
    code: 0,
    failed: [],
  });
});

/** From each host to each other: what is open. SSH is, to everybody. */
const PORTS = [22, 80, 443, 3000, 8080, 8081, 9090, 9093, 9100, 9113, 9115];

test("from host to host only SSH, the fronts, and the target's node exporter for its monitor are open", async () => {
  const hosts = { monitor, dashboard, services };
  const pairs = Object.entries(hosts).flatMap(([from, source]) =>
    Object.entries(hosts).flatMap(([to, goal]) => (from === to ? [] : [{ from, source, to, goal }])),
  );
  const open = await Promise.all(
    pairs.map(async ({ from, source, to, goal }) => {
      const script: From = (text) => source.exec(text);
      const seen = await scan(script, [goal.address], PORTS);
      return [`${from} -> ${to}`, PORTS.filter((port) => seen[`${goal.address} ${port}`] === "open")];
    }),
  );
  expect(Object.fromEntries(open)).toEqual({
    "monitor -> dashboard": [22, 443],
    "monitor -> services": [22, 9100],
    "dashboard -> monitor": [22, 443],
    "dashboard -> services": [22],
    "services -> monitor": [22],
    "services -> dashboard": [22],
  });
});

test("each setting is shown with the group that it comes from", async () => {
  const { stdout } = await operate(
    stack,
    "settings",
    "--host",
    "monitor1",
    "--config-file",
    stack.configFile,
  );
  expect(stdout).toMatch(/^monitor1 +prometheus\.retention\.time +90d +group monitors$/m);
  expect(stdout).toMatch(/^monitor1 +front\.bind +0\.0\.0\.0 +stack$/m);
  expect(stdout).toMatch(/^monitor1 +grafana\.enabled +false +groups$/m);
});

test("a host that moves between groups keeps the data of what stays, and what is left behind is removed", async () => {
  const volumes = (host: LabHost) => host.exec("podman volume ls --quiet | sort");
  const units = async (host: LabHost) => {
    const { json } = await operateJson<{
      hosts: Array<{ name: string; services: Array<{ name: string }> }>;
    }>(stack, "status");
    const found = json.hosts.find(({ name }) => name === (host === monitor ? "monitor1" : "dashboard1"));
    return found?.services.map(({ name }) => name).sort();
  };
  const [first] = await Promise.all([oldest(), units(monitor)]);
  await stack.configure(settings({ monitor1: ["monitors", "dashboards"], dashboard1: ["targets"] }));
  const preview = await stack.preview();
  expect(preview).toMatch(/monitor1-grafana/);
  expect(preview).toMatch(/dashboard1-grafana/);
  await stack.up("--continue-on-error");
  expect(await units(monitor)).toEqual(
    expect.arrayContaining(["grafana", "nginx", "node-exporter", "prometheus"]),
  );
  expect(await units(dashboard)).toEqual(["firewall", "node-exporter"]);
  expect(await dashboard.exec("podman ps --quiet")).toBe("");
  // Grafana's data were to be kept.
  expect(await volumes(dashboard)).toContain("podwatch-grafana");
  expect(await oldest()).toBe(first);
  const up = await eventually(
    40,
    () => watched(monitor, "monitor1"),
    (found) => found["node/dashboard1"] === "1" && found["node/services1"] === "1",
  );
  expect(up["node/dashboard1"]).toBe("1");
});

test("one host down stops only what needs it", async () => {
  await services.exec("systemctl stop ssh.socket ssh.service");
  const moved = settings({ monitor1: ["monitors", "dashboards"], dashboard1: ["targets"] });
  await stack.configure({
    ...moved,
    prometheus: { ...moved.prometheus, scrapeInterval: "2s" },
    nodeExporter: { ...moved.nodeExporter, collectors: { disable: ["arp"] } },
  });
  const { code, stdout, stderr } = await operate(stack, "up", "--yes", "--config-file", stack.configFile);
  expect(code).not.toBe(0);
  expect(stdout + stderr).toContain(services.address);
  const { data } = await ask<{ data: { yaml: string } }>(
    monitor,
    "monitor1",
    "/prometheus/api/v1/status/config",
  );
  expect(data.yaml).toContain("scrape_interval: 2s");
  const unit = await dashboard.exec("systemctl cat podwatch-node-exporter.service");
  expect(unit).toContain("--no-collector.arp");
});

/** The time of the oldest sample that the monitor has. */
async function oldest(): Promise<string> {
  const { data } = await ask<{ data: { result: Array<{ value: [number, string] }> } }>(
    monitor,
    "monitor1",
    `/prometheus/api/v1/query?query=${encodeURIComponent('min_over_time(timestamp(up{job="prometheus"})[1h:1s])')}`,
  );
  return data.result[0]?.value[1] ?? "";
}
