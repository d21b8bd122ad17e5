// The steps of `make scale`: each is measured, what it deployed is proved, and what it took is kept.
import type { LabHost } from "../../tests/integration/support/lab";
import type { NodeMirror } from "../../tests/integration/support/nodeMirror";
import type { Contender as Tool, Variant, Work } from "../contender";
import { atTheEnd } from "../leave";
import { load } from "../quiet";
import { logIns, proveExporters, proveRemoved, proveWatched } from "./hosts";
import { writePage } from "./page";
import { type Plan, runsOf } from "./plan";
import { type Contender, keep, noteLogIns, type Operation, type Results, writeResults } from "./results";
import { memoryOf, timePerSample } from "./samples";
import { type Site, Sites } from "./sites";
import type { DeployingSide } from "./use";

export interface Lab {
  readonly mirror: NodeMirror;
  /** One for each stack. */
  readonly monitors: readonly LabHost[];
  readonly targets: readonly LabHost[];
  readonly side: DeployingSide;
}

export class Measurement {
  constructor(
    private readonly plan: Plan,
    private readonly results: Results,
    private readonly lab: Lab,
  ) {}

  /**
   * One stack, to which targets are added.
   *
   * @returns what all targets have had
   */
  async oneStack(): Promise<Work["deployments"]> {
    const { plan, results } = this;
    const who = "one stack";
    this.forget(who);
    results.states = {};
    const sites = await this.newSites(1);
    const seen: Partial<Record<Variant, Work["deployments"][Variant]>> = {};
    let variant: Variant = "base";
    for (const size of plan.sizes) {
      const site = this.sitesOf(size, size)[0] as Site;
      const change = async (what: Operation, up: () => Promise<unknown>) => {
        variant = other(variant);
        await sites.prepare([site], variant);
        await this.step(who, what, size, up);
        await proveExporters(site, variant);
        if (size === plan.sizes.at(-1)) seen[variant] ??= await sites.deployment(site);
      };
      await sites.prepare([site], variant);
      // Else most of the time would go into writing the state, twice for each of a host's resources.
      await this.step(who, "hosts added, state written at the end only", size, sites.upWithoutCheckpoints);
      await proveExporters(site, variant);
      await proveWatched(site);
      results.states[size] = sites.state();
      for (let run = 1; run <= runsOf(plan, size); run++) {
        await this.step(who, "no change", size, async () => nothing(await sites.up()));
        await change("one line", sites.up);
      }
      await change("one line, state written at the end only", sites.upWithoutCheckpoints);
      await this.step(who, "drift", size, sites.drift);
      const memory = await memoryOf(site);
      results.memory = [size === plan.sizes[0] ? memory : (results.memory?.[0] ?? memory), memory];
      if (size === plan.sizes.at(-1)) results.perSample = await timePerSample(site);
    }
    await sites.destroyWithoutCheckpoints();
    await proveRemoved(this.lab.targets);
    return seen as Work["deployments"];
  }

  /** As many stacks as it takes for a few targets each. */
  async severalStacks(size: number): Promise<void> {
    const { plan } = this;
    const who = "several stacks";
    this.forget(who);
    const sites = await this.newSites(plan.parallel);
    let variant: Variant = "base";
    const all = this.sitesOf(size, plan.hostsPerStack);
    const prove = () => Promise.all(all.map((site) => proveExporters(site, variant)));
    await sites.prepare(all, variant);
    await this.step(who, "hosts added", size, sites.up);
    await prove();
    await Promise.all(all.map(proveWatched));
    for (let run = 1; run <= runsOf(plan, size); run++) {
      await this.step(who, "no change", size, async () => nothing(await sites.up()));
      variant = other(variant);
      await sites.prepare(all, variant);
      await this.step(who, "one line", size, sites.up);
      await prove();
    }
    await this.step(who, "destroy", size, sites.destroy);
    await proveRemoved(this.lab.targets);
  }

  /** What so many targets have in one stack, deployed only to look at it. */
  async deployments(size: number): Promise<Work["deployments"]> {
    const sites = await this.newSites(1);
    const site = this.sitesOf(size, size)[0] as Site;
    const deployed = async (variant: Variant) => {
      await sites.prepare([site], variant);
      await sites.up();
      return sites.deployment(site);
    };
    const found = { base: await deployed("base"), changed: await deployed("changed") };
    await sites.destroy();
    return found;
  }

  /** Another tool; what it deployed is removed by the one that does so fastest. */
  async beside(tool: Tool, sizes: readonly number[], remover: Tool): Promise<void> {
    const who = tool.name as Contender;
    this.forget(who);
    for (const size of sizes) {
      const [site] = this.sitesOf(size, size) as [Site];
      let variant: Variant = "base";
      await tool.prepare(site.targets, variant);
      await this.step(who, "hosts added", size, tool.deploy);
      await proveExporters(site, variant);
      for (let run = 1; run <= runsOf(this.plan, size, who !== "floor"); run++) {
        await this.step(who, "no change", size, tool.unchanged);
        variant = other(variant);
        await tool.prepare(site.targets, variant);
        await this.step(who, "one line", size, tool.change);
        await proveExporters(site, variant);
      }
      await remover.prepare(site.targets, "base");
      await remover.destroy();
      await proveRemoved(site.targets);
    }
  }

  save(): void {
    this.results.load = [this.results.load?.[0] ?? 0, load()];
    writeResults(this.results);
    writePage(this.results);
  }

  private async newSites(parallel: number): Promise<Sites> {
    const sites = await Sites.create(this.lab.mirror.release, { parallel });
    atTheEnd(() => sites.dispose());
    return sites;
  }

  /** So many targets, shared out to sites that have so many each. */
  private sitesOf(size: number, each: number): Site[] {
    const { monitors, targets } = this.lab;
    return Array.from({ length: Math.ceil(size / each) }, (_, index) => ({
      monitor: monitors[index] as LabHost,
      targets: targets.slice(index * each, Math.min((index + 1) * each, size)),
    }));
  }

  private forget(who: Contender): void {
    delete this.results.runs[who];
    delete this.results.logIns[who];
  }

  /** Measures one thing, says what it took, and keeps it. */
  private async step(
    who: Contender,
    what: Operation,
    size: number,
    act: () => Promise<unknown>,
  ): Promise<void> {
    const { side, targets } = this.lab;
    const first = targets[0] as LabHost;
    const before = await logIns(first);
    const use = await side.measure(act);
    const { results } = this;
    keep(results, who, what, size, use);
    noteLogIns(results, who, what, (await logIns(first)) - before);
    const shown = [use.seconds, use.here, use.hosts].map((seconds) => `${seconds.toFixed(2)} s`);
    console.log(
      `[${Math.floor(performance.now() / 60_000)} min] ${who}, ${size} host(s), ${what}: ${shown[0]}; processor time ${shown[1]} here, ${shown[2]} on hosts`,
    );
    this.save();
  }
}

const other = (variant: Variant): Variant => (variant === "base" ? "changed" : "base");

/** Fails if a run without a change has changed something. */
function nothing(changes: Readonly<Record<string, number>>): void {
  const { unchanged = 0, ...others } = changes;
  if (unchanged === 0 || Object.keys(others).length > 0)
    throw new Error(`a run without a change has changed something: ${JSON.stringify(changes)}`);
}
