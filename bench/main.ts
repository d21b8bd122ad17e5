// `make bench`: Podwatch beside an Ansible playbook, a pyinfra script and a raw SSH session, on throwaway hosts. Writes bench/results.json
// and, from it, the table and plots of docs/performance.md.
//
//   RUNS=5          how often everything is measured
//   SIZES="1 2 5 10"  numbers of hosts; empty: one host only
//   PARTS="one scale others fixed steps"  what is measured; what is left out keeps its earlier results. `scale` is Podwatch
//                   with growing numbers of hosts, `others` the floor and, once, Ansible with the most of them
//
//   BESIDE="ansible pyinfra floor"  whom Podwatch is compared with
//   AGAINST=COMMIT  measures Podwatch of that commit along with this one, in the same rounds
//
//   WAIT=120        seconds to wait for a machine that does nothing else
//
// How busy the machine was is said on the page.
// RUNS=5 with all sizes and parts takes about 25 minutes on two cores that do nothing else; nearly half of it is Ansible's.
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkOutEarlier } from "../tests/integration/support/earlier";
import { type LabHost, must } from "../tests/integration/support/lab";
import { Ansible } from "./ansible";
import { ofEachService } from "./bundles";
import { type Contender, INTERVAL, type Work } from "./contender";
import { measureFixedCost } from "./fixed";
import { Floor } from "./floor";
import { bootHosts, hostNames, proveDeployed, proveRemoved, pullImages, removeImages } from "./hosts";
import { atTheEnd, endWith, leaveOnSignals } from "./leave";
import { writePage } from "./page";
import { Podwatch } from "./podwatch";
import { Pyinfra } from "./pyinfra";
import { awaitQuiet, load } from "./quiet";
import { emptyResults, measure, type Results, readResults, writeResults } from "./results";
import { measureSteps } from "./steps";
import { makeVenvs, type Venvs } from "./venvs";

const RUNS = Number(process.env.RUNS ?? 5);
const SIZES = (process.env.SIZES ?? "1 2 5 10").split(/\s+/).filter(Boolean).map(Number);
const WAIT = Number(process.env.WAIT ?? 120);
const BESIDE = (process.env.BESIDE ?? "ansible pyinfra floor").split(/\s+/).filter(Boolean);
const AGAINST = process.env.AGAINST ?? "";
const PARTS = (process.env.PARTS ?? "one scale others fixed steps").split(/\s+/);

async function main(): Promise<void> {
  if (!Number.isInteger(RUNS) || RUNS < 1 || SIZES.some((size) => !Number.isInteger(size) || size < 1)) {
    throw new Error("RUNS is a whole number, SIZES are some; for example RUNS=5 SIZES='1 2 5 10'");
  }
  leaveOnSignals();
  const python = (await must("bench/host-python", [])).trim();
  const venvs = await makeVenvs();
  const results: Results = { ...readResults(), machine: emptyResults().machine };
  const several = PARTS.includes("scale") || PARTS.includes("others");
  const count = several ? Math.max(1, ...SIZES) : 1;
  // Short: ssh's control sockets stand below it.
  const directory = await mkdtemp(join(tmpdir(), "pw-bench-"));
  atTheEnd(() => rm(directory, { recursive: true, force: true }));
  results.load = [await awaitQuiet(WAIT), 0];
  say(`booting ${count} host(s) and pulling images`);
  atTheEnd(() => must("lab/lab", ["down", ...hostNames(count)]));
  const hosts = await bootHosts(hostNames(count), python);
  await pullImages(hosts);
  const podwatch = new Podwatch();
  atTheEnd(() => podwatch.dispose());
  const beside = await prepareContenders(podwatch, hosts, venvs, directory);
  const earlier = AGAINST === "" ? [] : [await prepareEarlier(hosts, join(directory, "earlier"))];
  if (PARTS.includes("one")) {
    results.against = AGAINST || undefined;
    await measureOne(results, [podwatch, ...earlier, ...beside], hosts[0] as LabHost);
  }
  if (PARTS.includes("fixed")) {
    say("what a run is made of");
    results.fixed = {};
    await measureFixedCost(results.fixed, podwatch, hosts, RUNS);
    save(results);
  }
  if (PARTS.includes("steps")) {
    say("what a change is made of");
    results.steps = {};
    await measureSteps(results.steps, podwatch, hosts[0] as LabHost, RUNS);
    save(results);
  }
  if (PARTS.includes("scale")) await measureScale(results, podwatch, hosts);
  if (PARTS.includes("others") && SIZES.length > 0) await measureOthers(results, beside, hosts);
}

async function measureOne(results: Results, contenders: readonly Contender[], host: LabHost): Promise<void> {
  results.one = {};
  for (let run = 1; run <= RUNS; run++) {
    say(`one host, run ${run} of ${RUNS}`);
    for (const contender of contenders) await oneHost(results, contender, host);
    save(results);
  }
}

async function measureScale(results: Results, podwatch: Contender, hosts: readonly LabHost[]): Promise<void> {
  forget(results.scale, "podwatch");
  for (let run = 1; run <= RUNS; run++) {
    for (const size of SIZES) {
      say(`${size} host(s), run ${run} of ${RUNS}`);
      await severalHosts(results, podwatch, hosts.slice(0, size));
      save(results);
    }
  }
}

/** What these hosts cannot do without, and Ansible once: its own growth is not what is asked for here, and it takes long. */
async function measureOthers(
  results: Results,
  beside: readonly Contender[],
  hosts: readonly LabHost[],
): Promise<void> {
  const [floor, ansible] = ["floor", "ansible"].map((name) => beside.find((other) => other.name === name));
  const most = Math.max(...SIZES);
  if (floor !== undefined) forget(results.scale, "floor");
  for (let run = 1; floor !== undefined && run <= RUNS; run++) {
    for (const size of new Set([Math.min(...SIZES), most])) {
      say(`${size} host(s), floor, run ${run} of ${RUNS}`);
      await floor.prepare(hosts.slice(0, size), "base");
      await measure(results.scale, "floor first", String(size), floor.deploy);
      await measure(results.scale, "floor destroy", String(size), floor.destroy);
    }
  }
  save(results);
  if (ansible === undefined) return;
  forget(results.scale, "ansible");
  say(`${most} host(s), Ansible`);
  await ansible.prepare(hosts.slice(0, most), "base");
  await measure(results.scale, "ansible first", String(most), ansible.deploy);
  await measure(results.scale, "ansible no change", String(most), ansible.unchanged);
  await measure(results.scale, "ansible destroy", String(most), ansible.destroy);
  save(results);
}

/** Of several hosts, all that was measured of these contenders before. */
function forget(scale: Results["scale"], ...names: Array<Contender["name"]>): void {
  for (const row of Object.keys(scale)) {
    if (names.some((name) => row.startsWith(`${name} `))) delete scale[row];
  }
}

function say(what: string): void {
  console.log(`[${Math.floor(performance.now() / 60_000)} min] ${what}`);
}

function save(results: Results): void {
  results.load = [results.load?.[0] ?? 0, load()];
  writeResults(results);
  writePage(results);
}

/** Deploys both variants once, to warm up and to learn what the others shall deploy; then each of those that are asked for. */
async function prepareContenders(
  podwatch: Podwatch,
  hosts: readonly LabHost[],
  venvs: Venvs,
  directory: string,
): Promise<Contender[]> {
  say("warming up");
  await podwatch.prepare(hosts, "base");
  await podwatch.deploy();
  const base = await podwatch.deployment();
  await podwatch.prepare(hosts, "changed");
  await podwatch.change();
  const changed = await podwatch.deployment();
  await podwatch.destroy();
  const password = randomBytes(16).toString("hex");
  const [services = {}] = Object.values(base);
  const work: Work = {
    folder: "",
    deployments: { base, changed },
    values: {
      images: ofEachService(services, "image"),
      users: ofEachService(services, "user"),
      grafana_password: password,
    },
    units: "etc/containers/systemd",
    changed: "var/lib/podwatch/services/prometheus/current/files",
  };
  const ansible = new Ansible(venvs.ansible, join(directory, "a"), work);
  atTheEnd(() => ansible.dispose());
  const floor = new Floor(join(directory, "f"), work);
  const pyinfra = new Pyinfra(venvs.pyinfra, join(directory, "p"), work);
  const beside = [ansible, pyinfra, floor].filter(({ name }) => BESIDE.includes(name));
  for (const other of beside) {
    await other.prepare(hosts.slice(0, 1), "base");
    await other.deploy();
    await other.destroy();
  }
  return beside;
}

/** Deploys it once, to compile it. */
async function prepareEarlier(hosts: readonly LabHost[], checkout: string): Promise<Podwatch> {
  checkOutEarlier(AGAINST, checkout);
  const earlier = new Podwatch(checkout);
  atTheEnd(() => earlier.dispose());
  await earlier.prepare(hosts.slice(0, 1), "base");
  await earlier.deploy();
  await earlier.destroy();
  return earlier;
}

/** One contender's turn; what it did is proved outside the measured time. */
async function oneHost(results: Results, contender: Contender, host: LabHost): Promise<void> {
  const { name } = contender;
  await contender.prepare([host], "base");
  await removeImages(host);
  await measure(results.one, "first, with pulling", name, contender.deploy);
  await proveDeployed(host, INTERVAL.base);
  await contender.destroy();
  await pullImages([host]);
  await measure(results.one, "first", name, contender.deploy);
  await proveDeployed(host, INTERVAL.base);
  await measure(results.one, "no change", name, contender.unchanged);
  if (contender instanceof Podwatch) {
    await measure(results.one, "no change, with preview", name, contender.unchangedWithPreview);
  }
  await contender.prepare([host], "changed");
  await measure(results.one, "one line", name, contender.change);
  await proveDeployed(host, INTERVAL.changed);
  await measure(results.one, "destroy", name, contender.destroy);
  await proveRemoved(host);
}

async function severalHosts(results: Results, podwatch: Contender, hosts: readonly LabHost[]): Promise<void> {
  const column = String(hosts.length);
  await podwatch.prepare(hosts, "base");
  await measure(results.scale, "podwatch first", column, podwatch.deploy);
  await measure(results.scale, "podwatch no change", column, podwatch.unchanged);
  await podwatch.prepare(hosts, "changed");
  await measure(results.scale, "podwatch one line", column, podwatch.change);
  await Promise.all(hosts.map((host) => proveDeployed(host, INTERVAL.changed)));
  await measure(results.scale, "podwatch destroy", column, podwatch.destroy);
}

endWith("bench", main());
