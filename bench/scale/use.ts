// What a measured step uses: time, and processor time of the deploying side and of the hosts, told apart by control groups.
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** In seconds. */
export interface Use {
  readonly seconds: number;
  /** Processor time of the deploying side. */
  readonly here: number;
  /** Processor time of all lab hosts together. */
  readonly hosts: number;
}

const HOSTS = /^podwatch-/;

/** The control group of this process and of all that it starts; lab hosts have groups of their own. */
export class DeployingSide {
  private constructor(
    private readonly root: string,
    private readonly group: string,
  ) {}

  static enter(): DeployingSide {
    const root = unifiedTree(readFileSync("/proc/mounts", "utf8"));
    const group = join(root, "bench-deploying-side");
    mkdirSync(group, { recursive: true });
    moveTo(group);
    return new DeployingSide(root, group);
  }

  leave(): void {
    moveTo(this.root);
    rmdirSync(this.group);
  }

  async measure(act: () => Promise<unknown>): Promise<Use> {
    const [here, hosts, begun] = [this.here(), this.hosts(), performance.now()];
    await act();
    return {
      seconds: (performance.now() - begun) / 1000,
      here: this.here() - here,
      hosts: this.hosts() - hosts,
    };
  }

  private here(): number {
    return processorTime(readFileSync(join(this.group, "cpu.stat"), "utf8"));
  }

  private hosts(): number {
    const groups = readdirSync(this.root).filter((name) => HOSTS.test(name));
    return groups.reduce(
      (sum, name) => sum + processorTime(readFileSync(join(this.root, name, "cpu.stat"), "utf8")),
      0,
    );
  }
}

function moveTo(group: string): void {
  writeFileSync(join(group, "cgroup.procs"), String(process.pid));
}

/** Where cgroup v2 is mounted, also on a machine that mixes it with v1. */
export function unifiedTree(mounts: string): string {
  const found = mounts
    .split("\n")
    .map((line) => line.split(" "))
    .find(([, , type]) => type === "cgroup2");
  if (found?.[1] === undefined)
    throw new Error("cgroup v2 is not mounted: processor time cannot be told apart");
  return found[1];
}

/** User and system time together, in seconds. */
export function processorTime(stat: string): number {
  const [, microseconds] = /^usage_usec (\d+)$/m.exec(stat) ?? [];
  if (microseconds === undefined) throw new Error(`cpu.stat tells no usage_usec: ${stat}`);
  return Number(microseconds) / 1e6;
}
