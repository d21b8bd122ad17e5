// Podwatch's stacks of monitors and targets, in one backend.
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type LabHost, must, type Result, run } from "../../tests/integration/support/lab";
import type { NodeMirror } from "../../tests/integration/support/nodeMirror";
import { changes, connection, Stack, stackFile } from "../../tests/integration/support/stack";
import { type Deployment, deploymentOf } from "../bundles";
import type { Variant } from "../contender";
import type { State } from "./results";

/** What one stack deploys to: a Prometheus, and the hosts that have a node exporter only. */
export interface Site {
  readonly monitor: LabHost;
  readonly targets: readonly LabHost[];
}

/** The one line: a collector that is switched off, which a node exporter otherwise lists among those that it has. */
export const OFF: Readonly<Record<Variant, string>> = { base: "infiniband", changed: "nfs" };

const WITHOUT_CHECKPOINTS = { PULUMI_SKIP_CHECKPOINTS: "true", PULUMI_EXPERIMENTAL: "true" };

/** Wait for all of their hosts at once, however long. */
const WITHIN = 1200;

export class Sites {
  private names: string[] = [];
  private readonly salts = new Map<string, string>();

  private constructor(
    private readonly backend: Stack,
    private readonly release: NodeMirror["release"],
    /** Sections over those that every site has. */
    private readonly more: Readonly<Record<string, object>>,
    private readonly parallel: number,
  ) {}

  static async create(
    release: NodeMirror["release"],
    { more = {}, parallel = 1 }: { more?: Readonly<Record<string, object>>; parallel?: number } = {},
  ): Promise<Sites> {
    // The stand-in holds back the end of each command's input, to find those that do not wait for it; the real provider does not.
    process.env.PODWATCH_STDIN_HOLD = "0";
    return new Sites(await Stack.create("backend", {}), release, more, parallel);
  }

  /** Writes a stack file for each site. */
  async prepare(sites: readonly Site[], variant: Variant): Promise<void> {
    this.names = sites.map((_, index) => `site-${index + 1}`);
    for (const [index, site] of sites.entries()) await this.write(this.names[index] as string, site, variant);
  }

  /** @returns how many resources were changed, by kind */
  up = () => this.deploy("up");
  destroy = () => this.deploy("destroy");

  /** Without the state being written in between: what a killed run did would be forgotten. */
  upWithoutCheckpoints = () => this.deploy("up", WITHOUT_CHECKPOINTS);
  destroyWithoutCheckpoints = () => this.deploy("destroy", WITHOUT_CHECKPOINTS);

  /** Compares all hosts of the only site with what was applied. */
  drift = async (): Promise<void> => {
    const args = ["operate/run.js", "drift", "--stack", this.only()];
    succeeded("drift", await run("node", args, { env: this.environment(), timeout: WITHIN }));
  };

  /** Of the only site. */
  state(): State {
    const file = join(this.directory(), ".pulumi/stacks/podwatch", `${this.only()}.json`);
    const { checkpoint } = JSON.parse(readFileSync(file, "utf8"));
    return { resources: checkpoint.latest.resources.length, bytes: statSync(file).size };
  }

  /** What the only site's targets have. */
  async deployment({ targets }: Site): Promise<Deployment> {
    const args = ["stack", "export", "--stack", this.only()];
    const state = await must("lab/toolchain/pulumi", args, { env: this.environment() });
    return deploymentOf(
      state,
      targets.map(({ name }) => name),
      1,
    );
  }

  dispose = () => this.backend.dispose();

  private async deploy(
    command: "up" | "destroy",
    env: Readonly<Record<string, string>> = {},
  ): Promise<Readonly<Record<string, number>>> {
    const options = { env: { ...this.environment(), ...env }, timeout: WITHIN };
    const several = this.names.length > 1;
    const args = several
      ? ["fleet", command, ...this.fleetArguments()]
      : [command, ...this.arguments(this.only())];
    const { stdout } = succeeded(command, await run("node", ["operate/run.js", ...args], options));
    return several ? fleetChanges(stdout, this.names) : changes(stdout);
  }

  private arguments(name: string): string[] {
    return ["--stack", name, "--config-file", this.file(name), "--yes"];
  }

  private fleetArguments(): string[] {
    const which = ["--stacks", this.names.join(","), "--config-file", this.file("*")];
    return [...which, "--parallel", String(this.parallel), "--yes", "--json"];
  }

  private async write(name: string, { monitor, targets }: Site, variant: Variant): Promise<void> {
    const entry = (host: LabHost, group: string) => {
      const { name, ...login } = connection("operator", host);
      return [name, { groups: [group], ...login }];
    };
    const settings = {
      hosts: Object.fromEntries([
        entry(monitor, "monitors"),
        ...targets.map((target) => entry(target, "targets")),
      ]),
      gateways: { enabled: false },
      nodeExporter: { release: this.release, collectors: { disable: [OFF[variant]] } },
      ...this.more,
      prometheus: { data: "delete", ...this.more.prometheus },
    };
    writeFileSync(this.file(name), stackFile(settings));
    if (!this.salts.has(name)) this.salts.set(name, await this.makeStack(name));
    writeFileSync(this.file(name), this.salts.get(name) + stackFile(settings));
  }

  /** @returns the salt of its secrets, a line of its file */
  private async makeStack(name: string): Promise<string> {
    const env = this.environment();
    const made = (await must("lab/toolchain/stack-init", [name, this.file(name)], { env })).trim();
    return /^encryptionsalt: .*\n/m.exec(readFileSync(made, "utf8"))?.[0] ?? "";
  }

  private only(): string {
    const [name, ...others] = this.names;
    if (name === undefined || others.length > 0) throw new Error(`there is not one site, but ${this.names}`);
    return name;
  }

  private file(name: string): string {
    return join(this.directory(), `${name}.yaml`);
  }

  private directory(): string {
    return this.backend.environment().PODWATCH_STATE as string;
  }

  private environment(): Record<string, string> {
    // Nobody reads a preview.
    const skip = { PULUMI_OPTION_SKIP_PREVIEW: "true" };
    return { ...this.backend.environment(), PODWATCH_PULUMI: "lab/toolchain/pulumi", ...skip };
  }
}

function succeeded(what: string, result: Result): Result {
  if (result.code !== 0)
    throw new Error(`${what} ended with ${result.code}:\n${result.stdout}${result.stderr}`);
  return result;
}

/** The changes of all stacks together, of what `npm run fleet -- up --json` prints. */
export function fleetChanges(stdout: string, names: readonly string[]): Record<string, number> {
  const { stacks } = JSON.parse(stdout) as {
    stacks: Record<string, { exitCode?: number; changes?: readonly string[] }>;
  };
  const sums: Record<string, number> = {};
  for (const name of names) {
    const { exitCode, changes = [] } = stacks[name] ?? {};
    if (exitCode !== 0) throw new Error(`the stack ${name} ended with ${exitCode}`);
    for (const change of changes) {
      const [count, kind = ""] = change.split(" ");
      sums[kind] = (sums[kind] ?? 0) + Number(count);
    }
  }
  return sums;
}
