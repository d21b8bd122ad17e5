import { type Fault, start, strike } from "./interruptions";
import { eventually, type LabHost } from "./lab";
import { snapshot } from "./snapshot";
import type { Stack, StackSettings } from "./stack";

/**
 * What changes from one try to the next, with about how long its `pulumi up` takes when it is left alone, in seconds:
 * a reload, a restart, a secret, the network with all that is in it, a first deployment.
 */
const DURATION = { interval: 4, retention: 9, password: 12, subnet: 9, everything: 11 } as const;

type Change = keyof typeof DURATION;

/** Without Grafana there is no password, and the network is left as it is: a change of it restarts everything. */
const CHANGES: Readonly<Record<"small" | "whole", readonly Change[]>> = {
  small: ["interval", "retention", "everything"],
  whole: ["interval", "retention", "password", "subnet", "everything"],
};

/** Random numbers from a seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What became of one try. */
export interface Trial {
  /** Whether the fault met a deployment at work; a random moment may also fall before or behind it. */
  readonly met: boolean;
  /** How long it took until the stack was there again, in seconds. */
  readonly recovery: number;
}

/** Deployments to one host that are disturbed, and have to come to the same end as if they had not been. */
export class Chaos {
  private password = "password 0";
  private readonly settings = { interval: 0, retention: 0, subnet: 0 };
  private empty: string[] = [];
  private deployed: string[] = [];

  constructor(
    private readonly host: LabHost,
    private readonly stack: Stack,
    private readonly base: StackSettings,
    private readonly size: keyof typeof CHANGES,
    private readonly random: () => number,
  ) {}

  /** The undisturbed deployment that all others are compared with. */
  async begin(): Promise<void> {
    this.empty = await this.onHost();
    await this.configure();
    await this.stack.up();
    this.deployed = await this.onHost();
  }

  /** Changes something, lets a fault happen at a random moment, deploys again, and looks at everything. */
  async trial(fault: Fault, number: number): Promise<Trial> {
    const change = await this.change(number);
    const moment = this.random() * DURATION[change];
    const up = start(this.stack);
    try {
      const met = await strike(fault, up, this.host, moment);
      await up.ended;
      const begun = Date.now();
      await this.recover();
      const recovery = (Date.now() - begun) / 1000;
      await this.check();
      return { met, recovery };
    } catch (error) {
      const when = `change of ${change}, struck ${moment.toFixed(2)} s after the start`;
      throw new Error(`${when}: ${String(error)}\nThe run that was struck had said:\n${up.output()}`);
    } finally {
      up.forget();
    }
  }

  /** Two deployments of the same change at once, with states that know nothing of each other. */
  async twoAtOnce(number: number): Promise<Trial> {
    await this.change(number);
    const other = await this.stack.copy();
    const begun = Date.now();
    const first = this.stack.up();
    await new Promise((resolve) => setTimeout(resolve, this.random() * 2000));
    await Promise.all([first, other.up()]);
    const recovery = (Date.now() - begun) / 1000;
    await other.dispose();
    await this.check();
    return { met: true, recovery };
  }

  private async change(number: number): Promise<Change> {
    const changes = CHANGES[this.size];
    const change = changes[number % changes.length] ?? "interval";
    if (change === "everything") {
      await this.stack.destroy();
      compare(await this.onHost(), this.empty, "after destroy");
    } else if (change === "password") {
      this.password = `password ${number} ${this.random()}`;
    } else {
      this.settings[change] += 1;
    }
    await this.configure();
    return change;
  }

  private async configure(): Promise<void> {
    const { interval, retention, subnet } = this.settings;
    await this.stack.configure(
      {
        ...this.base,
        ...(this.size === "small" ? { grafana: { enabled: false } } : { grafana: { data: "delete" } }),
        prometheus: {
          data: "delete",
          scrapeInterval: `${15 + interval}s`,
          retention: { time: `${8 + 7 * retention}d` },
        },
        network: { subnet: `10.89.${100 + subnet}.0/24` },
      },
      this.size === "small" ? {} : { "grafana.adminPassword": this.password },
    );
  }

  /** What a user does: `pulumi up` again, after `pulumi cancel` where the killed run holds the stack's lock. */
  private async recover(): Promise<void> {
    const { code, stdout, stderr } = await this.stack.run("up", "--yes", "--skip-preview");
    if (code !== 0) {
      if (!`${stdout}${stderr}`.includes("the stack is currently locked")) {
        throw new Error(`pulumi up after the fault ended with ${code}:\n${stdout}${stderr}`);
      }
      await this.stack.cancel();
      await this.stack.up();
    }
  }

  private async check(): Promise<void> {
    const expected = JSON.stringify(this.expected());
    const inForce = eventually(
      30,
      () => this.inForce(),
      (found) => JSON.stringify(found) === expected,
    );
    await Promise.all([this.stack.preview("--expect-no-changes"), inForce]);
    compare(await this.onHost(), this.deployed, "after the next pulumi up");
  }

  /** What the services themselves say of what was set. */
  private async inForce() {
    const login = { user: `admin:${this.password}` };
    const [front, config, flags, grafana, subnet] = await Promise.all([
      this.host.fetch("/"),
      this.host.fetch("/prometheus/api/v1/status/config"),
      this.host.fetch("/prometheus/api/v1/status/flags"),
      this.size === "small" ? undefined : this.host.fetch("/grafana/api/user", login),
      this.host.exec("podman network inspect podwatch --format '{{(index .Subnets 0).Subnet}}'"),
    ]);
    return {
      front: front.status,
      interval: /scrape_interval: (\w+)/.exec(JSON.parse(config.body).data.yaml)?.[1],
      retention: JSON.parse(flags.body).data["storage.tsdb.retention.time"],
      login: grafana?.status,
      subnet: subnet.trim(),
    };
  }

  private expected() {
    const { interval, retention, subnet } = this.settings;
    return {
      front: 200,
      interval: `${15 + interval}s`,
      // Never a number of whole weeks, which Prometheus would report as such.
      retention: `${8 + 7 * retention}d`,
      login: this.size === "small" ? undefined : 200,
      subnet: `10.89.${100 + subnet}.0/24`,
    };
  }

  /** All that a deployment could leave, names that differ from one to the next made equal. */
  private async onHost(): Promise<string[]> {
    const [things, runners] = await Promise.all([
      snapshot(this.host),
      this.host.exec(
        `ls /home/operator -A | grep podwatch; pgrep -f '[p]odwatch/runner' | sed 's/.*/a runner/'
        for lock in /var/lib/podwatch/locks/*; do [ ! -e "$lock" ] || flock -n "$lock" true || echo "held: $lock"; done`,
      ),
    ]);
    // Which units systemd has loaded is as chance will have it; those of ours are files.
    return [
      ...things.filter((line) => !line.startsWith("unit ")),
      ...runners.split("\n").filter((line) => line !== ""),
    ].map((line) => line.replace(/(releases|secrets\/[^/]+)\/[0-9a-f]{16}/, "$1/ID"));
  }
}

/** Each line has to be there as often as it was. */
function compare(found: readonly string[], wanted: readonly string[], when: string): void {
  const count = (lines: readonly string[], line: string) => lines.filter((other) => other === line).length;
  const stray = found.filter((line) => count(found, line) > count(wanted, line));
  const missing = wanted.filter((line) => count(wanted, line) > count(found, line));
  if (stray.length > 0 || missing.length > 0) {
    throw new Error(`${when} the host is not as without a fault: ${JSON.stringify({ stray, missing })}`);
  }
}
