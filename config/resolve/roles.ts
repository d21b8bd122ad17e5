// What hosts have: a target is only scraped, any other host has the services of its groups.
import { serviceAtFront } from "../../components/nginx/endpoint";
import { NODE_JOB } from "../../components/node-exporter/endpoint";
import { SECTIONS } from "../../components/sections";
import { isWatched } from "../../lib/watched";
import { quote, type Report } from "../problem";
import { type HostSettings, PLACEABLE, services } from "../schema";
import type { HostBasics, Section, SectionName } from "../section";
import type { Tree } from "../walk";
import type { Grouped } from "./groups";
import { type Layer, type Layered, locateIn } from "./locate";
import { merge } from "./merge";

type Services = readonly SectionName[];

/** A host without any container has the role of a target. */
export function roleOf(placed: Services): HostBasics["role"] {
  return placed.every(isOfTargets) ? "target" : "monitor";
}

/** Whether a section applies to a target. */
function isOfTargets(name: SectionName): boolean {
  return (SECTIONS[name] as Pick<Section, "onTargets">).onTargets === true;
}

/** Whether a section applies to a host with these services. */
export function applies(placed: Services, name: SectionName): boolean {
  if (isOfTargets(name)) return true;
  return roleOf(placed) === "monitor" && (placed.includes(name) || !PLACEABLE.includes(name));
}

/** What a host does not have is disabled, whatever is said of it for others. */
export function sectionsOf(placed: Services, stack: Tree, host: Tree, name: SectionName): Tree {
  if (applies(placed, name)) return merge(stack[name], host[name]) as Tree;
  return "enabled" in services[name].shape ? { enabled: false } : {};
}

/** A section in the own entry of a host that does not have the service would have no effect. */
export function checkOwnSections(
  { path, sound }: Layer,
  { services: placed, groups }: Grouped,
  report: Report,
): void {
  for (const name of Object.keys(services) as SectionName[]) {
    if (sound[name] === undefined || applies(placed, name)) continue;
    report(
      [...path, name],
      groups === undefined
        ? "is not used with role: target, which has the node exporter only; remove one of the two"
        : `is not used: none of the host's groups (${groups.join(", ")}) has it; remove it, or add a group that does`,
    );
  }
}

interface Entry extends Layered {
  readonly name: string;
}

/** Lists of a user's scrape jobs. */
const JOB_KINDS = ["scrapeJobs", "fileSd", "discovery"] as const;

/** A user's job may not have the name of one that watches what is behind the front of another host. */
export function checkJobsAtFronts(
  placed: ReadonlyArray<Layered & { readonly settings: HostSettings }>,
  report: Report,
): void {
  for (const { settings, ...entry } of placed) {
    const { name, groups, prometheus } = settings;
    if (groups === undefined || !prometheus.enabled) continue;
    const others = placed.filter((other) => other.settings.name !== name && other.settings.groups);
    for (const kind of JOB_KINDS) {
      prometheus[kind].forEach((job, index) => {
        for (const { settings: other } of others) {
          const service = serviceAtFront(job.name, other.name);
          if (service === undefined) continue;
          report(
            locateIn("prometheus", entry)([kind, index, "name"]),
            `${quote(job.name)} is the name of a job of Podwatch's own, for ${service} behind the front of ${other.name}; write another name, such as ${quote(`${service}-of-${other.name}`)}`,
          );
        }
      });
    }
  }
}

/** A user's job may have the name of the node exporters' job, unless the same Prometheus has both. */
export function checkNodeJobs(
  hosts: readonly HostSettings[],
  entries: readonly Entry[],
  report: Report,
): void {
  for (const { name, prometheus } of hosts.filter(({ prometheus }) => prometheus.enabled)) {
    const { watches: which } = prometheus;
    const watches = hosts.some(
      (host) =>
        host.nodeExporter.enabled &&
        isWatched({ name, watches: which }, host) &&
        (host.name === name || host.nodeExporter.reach.by === "port" || host.groups !== undefined),
    );
    const entry = entries.find((candidate) => candidate.name === name);
    if (!watches || entry === undefined) continue;
    const locate = locateIn("prometheus", entry);
    for (const kind of JOB_KINDS) {
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
