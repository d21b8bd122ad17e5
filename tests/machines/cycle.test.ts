// examples/regional/Pulumi.cloud.yaml from nothing to nothing: staging makes its machines, deploys, is verified and destroyed; production follows with
// the same commit, and is protected. The provider is the real one, at a stand-in of the cloud's API whose servers are lab hosts, which the real
// cloud-init sets up. `make machines` builds the provider.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { LabMachines, labName } from "../../lab/openstack/machines";
import { OpenStack } from "../../lab/openstack/openstack";
import { Commits } from "../deliver/commits";
import { CHECKOUT, LabHost, must, type Result, run } from "../integration/support/lab";
import { type NodeMirror, nodeMirror } from "../integration/support/nodeMirror";
import { operate } from "../integration/support/operate";
import { type From, fromHere, listener, scan } from "../integration/support/ports";
import { changes, Stack } from "../integration/support/stack";
import { withPorts, withTimes } from "./report";

// Twelve minutes on two idle cores.
jest.setTimeout(2_400_000);

const HOSTS = ["monitor-cloud", "dashboard-cloud", "services-cloud"];
const DISK = ["findmnt", "-no", "FSTYPE", "/var/lib/containers/storage/volumes"];
const NODE_EXPORTER = 9100;
/** Programs of nobody's, at a port that a service has elsewhere, and at one that none has. */
const FORGOTTEN = [9090, 4444];
const PORTS = [22, 443, NODE_EXPORTER, ...FORGOTTEN];

const directory = mkdtempSync(join(tmpdir(), "podwatch-cloud-"));
const file = (name: string) => join(directory, name);
const machines = new LabMachines();
const commits = new Commits();
commits.commit("the one that is deployed");
let cloud: OpenStack;
let mirror: NodeMirror;
let staging: Stack;
let production: Stack;

type Sections = Record<string, Record<string, object>>;

/** The example, where the lab's addresses and key are. */
function example(protect: false | undefined) {
  const text = readFileSync(join(CHECKOUT, "examples/regional/Pulumi.cloud.yaml"), "utf8");
  const { config } = parse(text) as { config: Sections };
  const sections = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace("podwatch:", ""), value]),
  );
  const publicKey = readFileSync(join(CHECKOUT, ".lab/ssh/id_ed25519.pub"), "utf8").trim();
  const network = { cidr: "10.99.20.0/24", external: "public" };
  const hosts = Object.entries(sections.hosts ?? {}).map(([name, host]) => [
    name,
    { ...host, privateKeyFile: ".lab/ssh/id_ed25519" },
  ]);
  return {
    ...sections,
    machines: { openstack: { ...sections.machines?.openstack, publicKey, network, protect } },
    hosts: Object.fromEntries(hosts),
    prometheus: { scrapeInterval: "1s", evaluationInterval: "1s" },
    nodeExporter: { ...sections.nodeExporter, release: mirror.release },
  };
}

function deliver(stack: Stack, command: string, ...args: string[]): Promise<Result> {
  const env = { ...stack.environment(), ...commits.env, PODWATCH_PULUMI: "lab/toolchain/pulumi" };
  const which = ["--stack", stack.name, "--config-file", stack.configFile, "--timeout", "120"];
  return run("node", ["deliver/run.js", command, ...which, ...args], { env, timeout: 1_500 });
}

interface Delivered {
  readonly outcome: string;
  readonly failed?: string;
  readonly steps: ReadonlyArray<{ readonly step: string; readonly seconds: number }>;
}

/** How a delivery went, step by step. */
const delivered = (name: string): Delivered => JSON.parse(readFileSync(file(name), "utf8"));

/** How long a step took. */
function seconds(name: string, wanted: string): number {
  return delivered(name).steps.find(({ step }) => step === wanted)?.seconds ?? Number.NaN;
}

let cycle: Result;
/** Seconds of the first `pulumi up` until every machine had booted. */
let booted: number;
let afterStaging: string[];
let first: Result;
let made: string[];
let disk: string;
let ports: Record<string, Ports>;
/** Of the host that is only watched: with a program that lets in everybody in place of the node exporter, and without security groups, too. */
let guarded: Ports;
let unguarded: Ports;
let refused: Result;
let afterRefusal: string[];
let notStaging: Result;
let again: Result;
let left: string[];

beforeAll(async () => {
  mirror = await nodeMirror();
  cloud = await OpenStack.start({
    machines,
    networks: { public: { cidr: "10.99.0.192/26", external: true } },
    images: ["debian-13"],
    flavors: ["m1.small"],
  });
  writeFileSync(file("clouds.yaml"), cloud.clouds("region-a"), { mode: 0o600 });
  process.env.OS_CLIENT_CONFIG_FILE = file("clouds.yaml");
  // The network of the lab, and its key; the image of all machines, which takes long once.
  await must("lab/lab", ["up", "test-cloud"]);
  await must("lab/openstack/image", ["test-cloud"], { timeout: 900 });
  staging = await Stack.create("cloud-staging", example(false));
  production = await Stack.create("cloud", example(undefined));

  const begun = Date.now();
  cycle = await deliver(staging, "staging", "--destroy", "--record", file("staging.json"));
  booted = (Math.max(...machines.booted) - begun) / 1000 - seconds("staging.json", "read the stack file");
  afterStaging = cloud.left();
  const proof = ["--proof", file("staging.json")];
  first = await deliver(production, "production", ...proof, "--record", file("first.json"));
  made = cloud.left();
  disk = await must("lab/lab", ["exec", of("monitor-cloud").host, ...DISK]);
  for (const name of HOSTS) for (const port of FORGOTTEN) await onMachine(name, listener(port));
  ports = {};
  for (const name of HOSTS) ports[name] = await openedFrom(name);
  refused = await operate(production, "destroy", "--config-file", production.configFile, "--yes");
  afterRefusal = cloud.left();
  notStaging = await deliver(production, "staging");
  again = await deliver(production, "production", ...proof, "--record", file("again.json"));
  // The node exporter itself lets in only who watches it.
  await onMachine("services-cloud", "systemctl stop 'podwatch-node-exporter.*'");
  await onMachine("services-cloud", listener(NODE_EXPORTER));
  guarded = await openedFrom("services-cloud");
  await onMachine("services-cloud", "nft flush ruleset");
  unguarded = await openedFrom("services-cloud");
  // The way out.
  await production.configure(example(false));
  await production.up();
  await production.destroy();
  left = cloud.left();
});

afterAll(async () => {
  const { REPORT } = process.env;
  if (REPORT !== undefined && again?.code === 0) {
    const page = join(CHECKOUT, REPORT);
    writeFileSync(page, withPorts(withTimes(readFileSync(page, "utf8"), times()), ports));
  }
  const machinesLeft = [...(cloud?.compute.servers.keys() ?? [])].map(labName);
  await run("lab/lab", ["down", "test-cloud", ...machinesLeft]);
  commits.remove();
  mirror?.close();
  await staging?.dispose();
  await production?.dispose();
  await cloud?.stop();
  await machines.close();
  rmSync(directory, { recursive: true });
});

function times(): Array<[step: string, seconds: number]> {
  const up = seconds("staging.json", "up");
  return [
    ["`deliver:staging`: three machines are made, and the last one has booted", booted],
    ["the rest of `pulumi up`: all is deployed to them", up - booted],
    ["verified", seconds("staging.json", "verify")],
    ["destroyed: nothing is left at the API", seconds("staging.json", "destroy")],
    ["`deliver:production`: three machines are made, and deployed to", seconds("first.json", "up")],
    ["verified", seconds("first.json", "verify")],
    ["`deliver:production` again: nothing to do", seconds("again.json", "up")],
    ["verified", seconds("again.json", "verify")],
  ];
}

/** A machine of production. */
function of(name: string): { readonly host: string; readonly address: string } {
  const server = [...cloud.compute.servers.values()].find((one) => one.name === `podwatch-cloud-${name}`);
  if (server === undefined) throw new Error(`there is no machine of ${name}: ${cloud.left().join(", ")}`);
  const [address = ""] = cloud.networks.floating.of(server.ports[0] ?? "");
  return { host: labName(server.id), address };
}

function onMachine(name: string, script: string): Promise<string> {
  return must("lab/lab", ["exec", of(name).host, "bash", "-c", script]);
}

/** By where it was tried from: `IPv4 443`, for each kind of addresses. */
type Ports = Record<string, string[]>;

/** Which ports answer, from outside and from each other machine. */
async function openedFrom(name: string): Promise<Ports> {
  const seen: Ports = { outside: await opened(name, fromHere) };
  for (const other of HOSTS)
    if (other !== name) seen[other] = await opened(name, (script) => onMachine(other, script));
  return seen;
}

async function opened(name: string, from: From): Promise<string[]> {
  const { host, address } = of(name);
  const { address6 } = await LabHost.of(host);
  const seen = await scan(from, [address, address6], PORTS);
  return Object.entries(seen)
    .filter(([, state]) => state === "open")
    .map(([line]) => line.replace(address, "IPv4").replace(address6, "IPv6"))
    .sort();
}

test("staging makes its machines, is verified with the checks of its stack file, and destroyed; nothing is left at the cloud's API", () => {
  expect(cycle).toHaveExited(0);
  expect(delivered("staging.json").steps.map(({ step }) => step)).toEqual([
    "read the stack file",
    "up",
    "verify",
    "destroy",
  ]);
  expect(cycle.stderr).toMatch(/^ok +monitor-cloud +query every machine is watched/m);
  expect(afterStaging).toEqual([]);
  expect(machines.failures).toEqual([]);
});

test("production follows with the same commit: each machine is waited for, logged in to by the key that we made, and deployed to", () => {
  expect(first).toHaveExited(0);
  const one = (kind: string) => `${kind} podwatch-cloud`;
  const each = (kind: string, names: readonly string[] = HOSTS) =>
    names.map((name) => `${kind} podwatch-cloud-${name}`);
  expect(made.map((line) => line.replace(/^(floating IP) .*/, "$1")).sort()).toEqual(
    [
      ...["network", "subnet", "router", "keypair"].map(one),
      "port ",
      ...["port", "security group", "server"].flatMap((kind) => each(kind)),
      ...HOSTS.map(() => "floating IP"),
      ...each("volume", ["monitor-cloud-data", "dashboard-cloud-data"]),
    ].sort(),
  );
});

test("a volume is the disk of the data", () => {
  expect(disk).toBe("ext4\n");
});

const FRONT = ["IPv4 22", "IPv4 443", "IPv6 22"];
const SSH = ["IPv4 22", "IPv6 22"];
const WATCHED = ["IPv4 22", "IPv4 9100", "IPv6 22"];

test("security groups let in SSH and the fronts, SSH over IPv6 too, the monitor to the node exporter, and nothing else that listens", () => {
  expect(ports).toEqual({
    "monitor-cloud": { outside: FRONT, "dashboard-cloud": FRONT, "services-cloud": FRONT },
    "dashboard-cloud": { outside: FRONT, "monitor-cloud": FRONT, "services-cloud": FRONT },
    "services-cloud": { outside: SSH, "monitor-cloud": WATCHED, "dashboard-cloud": SSH },
  });
});

test("by themselves: a program in place of the node exporter that lets in everybody is reached by the monitor only, and without them all of it by all", () => {
  expect(guarded).toEqual(ports["services-cloud"]);
  const listening = [22, NODE_EXPORTER, ...FORGOTTEN];
  const all = ["IPv4", "IPv6"].flatMap((kind) => listening.map((port) => `${kind} ${port}`)).sort();
  expect(unguarded).toEqual({ outside: all, "monitor-cloud": all, "dashboard-cloud": all });
});

test("destroy of production is refused, says how it can be done, and leaves everything", () => {
  expect(refused.code).not.toBe(0);
  const said = (refused.stdout + refused.stderr).replaceAll(/\s+/g, " ");
  for (const what of ["monitor-cloud-server", "services-cloud-server", "dashboard-cloud-data-volume"])
    expect(said).toMatch(
      new RegExp(`machines-${what}" cannot be deleted because it is protected.*pulumi state unprotect`),
    );
  expect(afterRefusal).toEqual(made);
  expect(notStaging).toHaveExited(1);
  expect(notStaging.stderr).toContain("podwatch:machines.openstack.protect: true keeps machines and volumes");
});

test("so the next delivery finds it all in order, and changes nothing", () => {
  expect(again).toHaveExited(0);
  const { created = 0 } = changes(first.stderr);
  expect(created).toBeGreaterThan(80);
  expect(changes(again.stderr)).toEqual({ unchanged: created });
});

test("once it is not protected, destroy leaves nothing at the cloud's API, which has refused nothing", () => {
  expect(left).toEqual([]);
  expect(cloud.refused.filter((line) => !/^GET .* 404 /.test(line))).toEqual([]);
});
