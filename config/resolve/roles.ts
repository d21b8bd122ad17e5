// Roles of hosts: a monitor has services, a target is only scraped.
import { NODE_JOB } from "../../components/node-exporter/endpoint";
import { SECTIONS } from "../../components/sections";
import { type Path, quote, type Report } from "../problem";
import { type HostSettings, hostEntry, services } from "../schema";
import type { HostBasics, SectionName } from "../section";
import { settle } from "../shape";
import type { Tree } from "../walk";
import { locateIn } from "./locate";
import { merge } from "./merge";

export type Role = HostBasics["role"];

/** Whether a section applies to a target. */
const isOfTargets = (name: SectionName) => (SECTIONS[name] as { onTargets?: boolean }).onTargets === true;

/** A target has only what is needed to scrape a host. */
export function sectionsOf(role: Role, stack: Tree, host: Tree, name: SectionName): Tree {
  if (role === "monitor" || isOfTargets(name)) return merge(stack[name], host[name]) as Tree;
  return "enabled" in services[name].shape ? { enabled: false } : {};
}

/** A section in a target's own entry would have no effect. */
export function checkRole(role: Role, host: Tree, hostPath: Path, report: Report): void {
  if (role === "monitor") return;
  for (const name of Object.keys(services) as SectionName[]) {
    if (host[name] !== undefined && !isOfTargets(name)) {
      report(
        [...hostPath, name],
        "is not used with role: target, which has the node exporter only; remove one of the two",
      );
    }
  }
}

interface Entry {
  readonly name: string;
  readonly path: Path;
  readonly sound: Tree;
}

/**
 * The hosts whose Prometheus scrapes those without one.
 *
 * @param ownName host name of the machine that the program runs on, for a host that is this machine
 */
export function watchers(stack: Tree, entries: readonly Entry[], ownName: string): HostBasics["watchers"] {
  const { role, address } = hostEntry.shape;
  return entries.flatMap(({ name, sound }) => {
    const prometheus = settle(services.prometheus, merge(stack.prometheus, sound.prometheus) as Tree);
    if (role.safeParse(sound.role).data === "target" || !prometheus?.enabled) return [];
    return [{ name, address: address.safeParse(sound.address).data ?? ownName }];
  });
}

/** A user's job may have the name of the node exporters' job, unless the same Prometheus has both. */
export function checkNodeJobs(
  hosts: readonly HostSettings[],
  entries: readonly Entry[],
  report: Report,
): void {
  for (const { name, prometheus } of hosts.filter(({ prometheus }) => prometheus.enabled)) {
    const watches = hosts.some(
      (host) => host.nodeExporter.enabled && (host.name === name || host.nodeExporter.reach.by === "port"),
    );
    const entry = entries.find((candidate) => candidate.name === name);
    if (!watches || entry === undefined) continue;
    const locate = locateIn("prometheus", entry.sound, entry.path);
    for (const kind of ["scrapeJobs", "fileSd"] as const) {
      const index = prometheus[kind].findIndex((job) => job.name === NODE_JOB);
      if (index >= 0) {
        report(
          locate([kind, index, "name"]),
          `${quote(NODE_JOB)} is the name of the shipped job of the node exporters; write another name`,
        );
      }
    }
  }
}
