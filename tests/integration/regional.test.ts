// examples/regional on three hosts: staging is made, verified and destroyed, production follows with the same commit. Its services,
// spread by groups, find each other through the fronts, no port is open that need not be, and a host moves between groups.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Commits } from "../deliver/commits";
import { eventually, LabHost, type Result, run } from "./support/lab";
import { MACHINE, type NodeMirror, nodeMirror } from "./support/nodeMirror";
import { operate } from "./support/operate";
import { type From, scan } from "./support/ports";
import { secretsIn } from "./support/secretScan";
import { snapshot } from "./support/snapshot";
import { connection, Stack, sectionsIn } from "./support/stack";

jest.setTimeout(900_000);

let monitor: LabHost;
let dashboard: LabHost;
let services: LabHost;
let mirror: NodeMirror;
let staging: Stack;
let stack: Stack;
const commits = new Commits();
const proven = commits.commit("the one that is deployed");
const directory = mkdtempSync(join(tmpdir(), "podwatch-regional-"));
const file = (name: string) => join(directory, name);

const all = () => [monitor, dashboard, services] as const;

type Sections = Record<string, Record<string, object>>;

/** What the example says, its first host of each kind on a lab host. */
function example(name: "staging" | "prod", groups: Readonly<Record<string, readonly string[]>> = {}) {
  const sections = sectionsIn<Sections>(`examples/regional/Pulumi.${name}.yaml`);
  const entries = Object.entries(sections.hosts ?? {}) as Array<[string, { groups: readonly string[] }]>;
  const placed = Object.entries({ monitors: monitor, dashboards: dashboard, targets: services });
  const hosts = placed.map(([group, host]) => {
    const [entry = "", own] = entries.find(([, { groups }]) => groups.includes(group)) ?? [];
    const { name: _, ...login } = connection("operator", host);
    return [entry, { ...login, groups: groups[entry] ?? own?.groups }];
  });
  return {
    ...sections,
    hosts: Object.fromEntries(hosts),
    prometheus: { scrapeInterval: "1s", evaluationInterval: "1s" },
    nodeExporter: { ...sections.nodeExporter, release: mirror.release },
  };
}

/** Of Grafana's administrator, and of a check that logs in as them. */
const PASSWORD = "a-given-password-0123456789";

function settings(groups: Readonly<Record<string, readonly string[]>> = {}) {
  const sections = example("prod", groups) as ReturnType<typeof example> & Sections;
  const login = { url: "/grafana/api/org", basicAuth: { username: "admin" } };
  return {
    ...sections,
    groups: { ...sections.groups, dashboards: { checks: { urls: { login } } } },
    // People are nowhere in the lab.
    firewall: { allowFrom: ["10.7.0.0/16"] },
  };
}

const configure = (given: object) =>
  stack.configure(
    { ...given },
    {
      "grafana.adminPassword": PASSWORD,
      "groups.dashboards.checks.urls.login.basicAuth.password": PASSWORD,
    },
  );

function stagingSettings() {
  const staged = example("staging") as ReturnType<typeof example> & Sections;
  // The monitor's address.
  const targets = { nodeExporter: { allowFrom: [monitor.address] } };
  return { ...staged, groups: { ...staged.groups, targets } };
}

/** What is on a host, in its firewall, and which ports are open. */
async function everything(host: LabHost): Promise<string[]> {
  const more = await host.exec(
    "nft list tables | grep podwatch; ss -Hlntu | awk '{ print $1, $5 }' | sort -u",
  );
  return [...(await snapshot(host)), ...more.split("\n")];
}

function deliver(stack: Stack, command: string, ...args: string[]): Promise<Result> {
  const env = { ...stack.environment(), ...commits.env, PODWATCH_PULUMI: "lab/toolchain/pulumi" };
  const which = ["--stack", stack.name, "--config-file", stack.configFile, "--timeout", "60"];
  return run("node", ["deliver/run.js", command, ...which, ...args], { env, timeout: 900 });
}

const record = () => ["--record", file("staging.json"), "--junit", file("staging.xml")];

let before: string[][];
let cycle: Result;
let after: string[][];
let production: Result;

beforeAll(async () => {
  [[monitor, dashboard, services], mirror] = (await Promise.all([
    LabHost.bootAll(["test-reg-mon", "test-reg-dash", "test-reg-svc"]),
    nodeMirror(),
  ])) as [[LabHost, LabHost, LabHost], NodeMirror];
  staging = await Stack.create("regional-staging", stagingSettings());
  stack = await Stack.create("regional", settings());
  await configure(settings());
  before = await Promise.all(all().map(everything));
  cycle = await deliver(staging, "staging", "--destroy", ...record());
  after = await Promise.all(all().map(everything));
  production = await deliver(
    stack,
    "production",
    ...["--proof", file("staging.json"), "--junit", file("production.xml")],
  );
});

afterAll(async () => {
  commits.remove();
  rmSync(directory, { recursive: true });
  mirror?.close();
  await staging?.dispose();
  await stack?.dispose();
  for (const host of all()) await host?.down();
});

test("staging is made, verified with the checks of its stack file, and destroyed", async () => {
  expect(cycle).toHaveExited(0);
  const { steps, ...outcome } = JSON.parse(readFileSync(file("staging.json"), "utf8"));
  expect(outcome).toMatchObject({ commit: proven, clean: true, outcome: "success" });
  expect(steps.map(({ step }: { step: string }) => step)).toEqual([
    "read the stack file",
    "list what is on the hosts",
    "up",
    "verify",
    "destroy",
    "hosts as before",
  ]);
  const junit = readFileSync(file("staging.xml"), "utf8");
  expect(junit).toMatch(/classname="monitor-staging" name="query every machine is watched">/);
  expect(junit).toMatch(/classname="dashboard-staging" name="url people reach the log-in page">/);
  expect(junit.match(/name="port only the front answers"/g)).toHaveLength(3);
  expect(junit).not.toContain("<failure");
  expect(after).toEqual(before);
});

test("production follows with the commit that staging has proven, and every check of verify passes", () => {
  expect(production).toHaveExited(0);
  expect(production.stderr).toMatch(/regional: delivered\n$/);
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

test("a check logs in with a password that the state has only encrypted", async () => {
  const junit = readFileSync(file("production.xml"), "utf8");
  expect(junit).toMatch(/classname="dashboard1" name="url login"><system-out>status 200</);
  expect(secretsIn(await stack.state(), { PASSWORD })).toEqual([]);
});

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

/** What there is of ours on a host, by kind. */
async function ours(host: LabHost) {
  const [containers, secrets, networks, volumes, units, ports] = (
    await host.exec(`
      podman ps --all --format '{{.Names}}' | sort | paste -sd ' '
      podman secret ls --format '{{.Name}}' | grep -v ^NAME | sed 's/^podwatch-//; s/[.-].*//' | sort -u | paste -sd ' '
      podman network ls --format '{{.Name}}' | grep podwatch | paste -sd ' '
      podman volume ls --format '{{.Name}}' | sort | paste -sd ' '
      systemctl list-units --all --plain --no-legend 'podwatch-*.service' | awk '{ print $1 }' | sort | paste -sd ' '
      ss -Hlnt | awk '{ sub(/.*:/, "", $4); print $4 }' | sort -nu | paste -sd ' '`)
  )
    .split("\n")
    .map((line) => line.split(" ").filter((word) => word !== ""));
  return { containers, secrets, networks, volumes, units, ports };
}

const MOVED = { monitor1: ["monitors", "dashboards"], dashboard1: ["targets"] };
const MARKER = "/var/lib/containers/storage/volumes/podwatch-grafana/_data/marker";

test("a host that moves between groups keeps the data of what stays, and what is left behind is removed", async () => {
  const first = await oldest();
  const before = await ours(dashboard);
  expect(before).toMatchObject({
    containers: ["podwatch-grafana", "podwatch-nginx"],
    networks: ["podwatch"],
    volumes: ["podwatch-grafana"],
    ports: expect.arrayContaining(["443"]),
  });
  await dashboard.exec(`touch ${MARKER}`);
  await configure(settings(MOVED));
  const preview = await stack.preview();
  expect(preview).toMatch(/monitor1-grafana/);
  expect(preview).toMatch(/dashboard1-grafana/);
  await stack.up("--continue-on-error");
  expect((await ours(monitor)).containers).toEqual([
    "podwatch-grafana",
    "podwatch-nginx",
    "podwatch-prometheus",
  ]);
  const after = await ours(dashboard);
  expect(after).toMatchObject({
    containers: [],
    secrets: [],
    networks: [],
    // Grafana's data were to be kept.
    volumes: ["podwatch-grafana"],
    units: ["podwatch-firewall.service", "podwatch-node-exporter.service"],
  });
  expect(after.ports).not.toContain("443");
  expect(after.ports).toContain("9100");
  expect(await oldest()).toBe(first);
  const up = await eventually(
    40,
    () => watched(monitor, "monitor1"),
    (found) => found["node/dashboard1"] === "1" && found["node/services1"] === "1",
  );
  expect(up["node/dashboard1"]).toBe("1");
});

test("a host that moves back finds the data that it left", async () => {
  await configure(settings());
  await stack.up("--continue-on-error");
  expect((await ours(dashboard)).containers).toEqual(["podwatch-grafana", "podwatch-nginx"]);
  await dashboard.exec(`test -f ${MARKER}`);
  const { containers, volumes } = await ours(monitor);
  expect(containers).toEqual(["podwatch-nginx", "podwatch-prometheus"]);
  expect(volumes).toEqual(["podwatch-grafana", "podwatch-prometheus"]);
});

test("a service that fails while another one of its host goes leaves a state that the next deployment goes on with", async () => {
  const example = settings();
  const prometheus = { image: "docker.io/prom/prometheus:v9.9.9" };
  const monitor1 = { ...example.hosts.monitor1, prometheus, nodeExporter: { enabled: false } };
  await configure({ ...example, hosts: { ...example.hosts, monitor1 } });
  const failed = await operate(stack, "up", "--yes", "--config-file", stack.configFile);
  expect(failed.code).not.toBe(0);
  expect(failed.stdout + failed.stderr).toContain("prometheus:v9.9.9 cannot be pulled");
  expect(failed.stderr).toContain("pulumi state repair has removed these names");
  await configure(example);
  await stack.up("--continue-on-error");
});

test("one host down stops only what needs it", async () => {
  await services.exec("systemctl stop ssh.socket ssh.service");
  const example = settings();
  await configure({
    ...example,
    prometheus: { ...example.prometheus, scrapeInterval: "2s" },
    nodeExporter: { ...example.nodeExporter, collectors: { disable: ["arp"] } },
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
