// `make scale`: how long a deployment of node exporters takes with growing numbers of hosts, in one stack and in several, beside
// Ansible, pyinfra and a raw SSH session for each host. Writes bench/scale.json and, from it, the tables of docs/scale.md.
//
//   SIZES="1 10 30 60"    numbers of targets
//   BESIDE_SIZES="10 30"  those for Ansible and pyinfra
//   RUNS                  how often everything is measured; otherwise thrice, with more than 10 hosts twice, and by Ansible and
//                         pyinfra once
//   STACK=10              targets of each of several stacks
//   PARALLEL=4            how many of these stacks are deployed at once
//   PARTS="one several beside"  what is measured; what is left out keeps its earlier results
//   WAIT=120              seconds to wait for a machine that does nothing else
//
// Results are kept after each step, so that a run that is interrupted leaves what it has measured.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { must } from "../tests/integration/support/lab";
import { type NodeMirror, nodeMirror } from "../tests/integration/support/nodeMirror";
import { Ansible } from "./ansible";
import { Floor } from "./floor";
import { unpackPython } from "./hosts";
import { atTheEnd, endWith, leaveOnSignals } from "./leave";
import { Pyinfra } from "./pyinfra";
import { awaitQuiet } from "./quiet";
import { exporterWork } from "./scale/beside";
import { allowHosts, batches, bootMany } from "./scale/hosts";
import { Measurement } from "./scale/measurement";
import { minutes, mostTargets, type Plan, planOf, severalSize } from "./scale/plan";
import { resultsSoFar } from "./scale/results";
import { measureSamples, SAMPLED } from "./scale/samples";
import { type Site, Sites } from "./scale/sites";
import { DeployingSide } from "./scale/use";
import { makeVenvs, type Venvs } from "./venvs";

async function main(): Promise<void> {
  const plan = planOf(process.env);
  console.log(`about ${minutes(plan)} minutes on two cores that do nothing else`);
  leaveOnSignals();
  const tools = { python: (await must("bench/host-python", [])).trim(), venvs: await makeVenvs() };
  const results = resultsSoFar(plan);
  results.load = [await awaitQuiet(Number(process.env.WAIT ?? 120)), 0];
  const side = DeployingSide.enter();
  atTheEnd(async () => side.leave());
  const mirror = await nodeMirror();
  atTheEnd(async () => mirror.close());

  const several = severalSize(plan);
  const stacks = Math.ceil((several ?? 1) / plan.hostsPerStack);
  const names = [
    ...numbered("sampled", 2),
    ...numbered("monitor", stacks),
    ...numbered("target", mostTargets(plan)),
  ];
  const limit = allowHosts(names.length);
  if (limit !== undefined) atTheEnd(async () => limit());
  console.log(`booting ${names.length} hosts`);
  atTheEnd(() => must("lab/lab", ["down", ...names], { timeout: 600 }));
  const { hosts, lab } = await bootMany(names);
  results.lab = lab;
  const [sampled, ...others] = [hosts.slice(0, 2), ...hosts.slice(2)];
  const monitors = others.slice(0, stacks);
  const targets = others.slice(monitors.length);

  const watched: Site = { monitor: sampled[0] as Site["monitor"], targets: sampled.slice(1) };
  await deploySampled(mirror, watched);
  const measurement = new Measurement(plan, results, { mirror, monitors, targets, side });
  const look = async () => {
    results.samples = await measureSamples(watched);
    measurement.save();
  };
  const deployments = plan.parts.includes("one") ? await measurement.oneStack() : undefined;
  // Prometheus has to have scraped for a while.
  if (deployments !== undefined) await look();
  if (several !== undefined) {
    await measurement.severalStacks(several);
    await look();
  }
  if (plan.parts.includes("beside")) {
    const enough = Math.max(...plan.sizes) === mostTargets(plan);
    const found = enough && deployments ? deployments : await measurement.deployments(mostTargets(plan));
    for (const batch of batches(targets.slice(0, Math.max(0, ...plan.besideSizes))))
      await unpackPython(batch, tools.python);
    await besideOthers(plan, measurement, tools.venvs, exporterWork(found));
    await look();
  }
}

const numbered = (what: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${what}-${index + 1}`);

/** Has a Prometheus of its own scrape one target from the beginning to the end. */
async function deploySampled(mirror: NodeMirror, site: Site): Promise<void> {
  const sites = await Sites.create(mirror.release, { more: SAMPLED });
  atTheEnd(() => sites.dispose());
  await sites.prepare([site], "base");
  await sites.up();
}

async function besideOthers(
  plan: Plan,
  measurement: Measurement,
  venvs: Venvs,
  work: ReturnType<typeof exporterWork>,
): Promise<void> {
  // Short: ssh's control sockets stand below it.
  const directory = await mkdtemp(join(tmpdir(), "pw-scale-"));
  atTheEnd(() => rm(directory, { recursive: true, force: true }));
  const ansible = new Ansible(venvs.ansible, join(directory, "a"), work);
  atTheEnd(() => ansible.dispose());
  const floor = new Floor(join(directory, "f"), work);
  await measurement.beside(floor, plan.sizes, floor);
  await measurement.beside(new Pyinfra(venvs.pyinfra, join(directory, "p"), work), plan.besideSizes, floor);
  await measurement.beside(ansible, plan.besideSizes, floor);
}

endWith("scale", main());
