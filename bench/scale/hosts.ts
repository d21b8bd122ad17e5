// Many lab hosts, and the proofs that what should run on them does.
import { readFileSync, writeFileSync } from "node:fs";
import { freemem } from "node:os";
import { eventually, LabHost } from "../../tests/integration/support/lab";
import { query } from "../../tests/integration/support/queries";
import type { Variant } from "../contender";
import type { Results } from "./results";
import { OFF, type Site } from "./sites";

/** At once: all of them together would take longer than the lab waits for a host. */
const BATCH = 10;

/** A host's systemd needs five, its D-Bus one, the log-in of a user up to four. */
const INOTIFY_PER_HOST = 10;
const INOTIFY = "/proc/sys/fs/inotify/max_user_instances";

/**
 * Lets so many hosts watch their files, if the kernel admits too few of root's.
 *
 * @returns what puts the former limit back, if it was raised
 */
export function allowHosts(count: number): (() => void) | undefined {
  const [before, needed] = [Number(readFileSync(INOTIFY, "utf8")), 128 + count * INOTIFY_PER_HOST];
  if (before >= needed) return undefined;
  console.log(
    `raising fs.inotify.max_user_instances from ${before} to ${needed} until the end: ${count} hosts need it`,
  );
  writeFileSync(INOTIFY, String(needed));
  return () => writeFileSync(INOTIFY, String(before));
}

/** Boots hosts, in batches, and says what that took. */
export async function bootMany(
  names: readonly string[],
): Promise<{ hosts: LabHost[]; lab: NonNullable<Results["lab"]> }> {
  const [begun, free] = [performance.now(), available()];
  const hosts: LabHost[] = [];
  for (const batch of batches(names)) hosts.push(...(await LabHost.bootAll(batch)));
  const seconds = Math.round((performance.now() - begun) / 1000);
  return {
    hosts,
    lab: { hosts: names.length, seconds, memory: Math.max(0, free - available()) / names.length },
  };
}

function available(): number {
  const [, kilobytes] = /^MemAvailable: +(\d+) kB$/m.exec(readFileSync("/proc/meminfo", "utf8")) ?? [];
  return kilobytes === undefined ? freemem() : Number(kilobytes) * 1024;
}

export function batches<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / BATCH) }, (_, index) =>
    all.slice(index * BATCH, (index + 1) * BATCH),
  );
}

/** Fails unless the node exporter of each target answers its monitor, and has this variant's argument. */
export async function proveExporters({ monitor, targets }: Site, variant: Variant): Promise<void> {
  const addresses = targets.map(({ address }) => address).join(" ");
  const told = await monitor.exec(`
    printf '%s\\n' ${addresses} | xargs -P 8 -I {} sh -c '
      collectors=$(curl --silent --fail --max-time 20 http://{}:9100/metrics |
        sed -n "s/^node_scrape_collector_success{collector=\\"\\(.*\\)\\"} .*/\\1/p" | tr "\\n" ,)
      echo "{} $collectors"'`);
  const collectors = new Map(told.split("\n").map((line) => line.split(" ") as [string, string]));
  for (const { name, address } of targets) {
    const fault = faultOf(collectors.get(address)?.split(",") ?? [], variant);
    if (fault !== undefined) throw new Error(`the node exporter of ${name} is not as deployed: ${fault}`);
  }
}

/** What is wrong with the collectors that a node exporter has, if anything. */
export function faultOf(collectors: readonly string[], variant: Variant): string | undefined {
  const other = variant === "base" ? "changed" : "base";
  if (!collectors.includes(OFF[other])) return `it has not ${OFF[other]}, only: ${collectors}`;
  return collectors.includes(OFF[variant]) ? `it has ${OFF[variant]} still` : undefined;
}

/** Fails unless the monitor's Prometheus scrapes each of its targets. */
export async function proveWatched({ monitor, targets }: Site): Promise<void> {
  await eventually(
    30,
    async () => (await query(monitor, 'up{job="node"} == 1')).map(({ metric }) => metric.instance).sort(),
    (found) => JSON.stringify(found) === JSON.stringify(targets.map(({ name }) => name).sort()),
  );
}

/** Fails unless nothing of a node exporter is left on each host. */
export async function proveRemoved(hosts: readonly LabHost[]): Promise<void> {
  for (const batch of batches(hosts)) await Promise.all(batch.map(proveOneRemoved));
}

async function proveOneRemoved(host: LabHost): Promise<void> {
  const left = await host.exec(`
    ls -d /var/lib/podwatch /run/podwatch 2>/dev/null || :
    ls /etc/systemd/system /etc/systemd/system/*.wants | grep '^podwatch' || :
    getent passwd podwatch-node || :
    pgrep -l node_exporter || :`);
  if (left !== "") throw new Error(`${host.name} still has:\n${left}`);
}

/** How often somebody has logged in to a host by SSH. */
export async function logIns(host: LabHost): Promise<number> {
  const count = "journalctl -q -o cat -t sshd -t sshd-session | grep -c '^Accepted' || :";
  return Number(await host.exec(count));
}
