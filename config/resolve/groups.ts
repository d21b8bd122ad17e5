// Groups of hosts: which services a host has, and what overrides the stack's settings for it.
import { SECTIONS } from "../../components/sections";
import { type Path, quote, type Report } from "../problem";
import { PLACEABLE, services } from "../schema";
import type { Section, SectionName, ShippedGroup } from "../section";
import { nearest } from "../suggest";
import { isGroup, type Tree } from "../walk";
import type { Layer, Layered } from "./locate";
import { merge } from "./merge";

/** What a host's entry says, with its groups. */
export interface Grouped extends Layered {
  /** The host's entry, over the settings of its groups. */
  readonly sound: Tree;
  /** The groups that it names; absent: none. */
  readonly groups?: readonly string[];
  /** The services that it may have. */
  readonly services: readonly SectionName[];
}

const shipped = (group: ShippedGroup) =>
  PLACEABLE.filter((name) => (SECTIONS[name] as Pick<Section, "groups">).groups?.includes(group));

/** What its hosts have, for each group that need not be defined. */
export const SHIPPED_GROUPS: Readonly<Record<ShippedGroup | "all-in-one", readonly SectionName[]>> = {
  monitors: shipped("monitors"),
  dashboards: shipped("dashboards"),
  databases: shipped("databases"),
  executors: shipped("executors"),
  targets: shipped("targets"),
  "all-in-one": PLACEABLE.filter((name) => !shipped("targets").includes(name)),
};

/** Settings of a group that are not sections. */
const OF_GROUP = ["services"];

/** Puts a host into its groups. */
export function grouped({ path, sound: own }: Layer, stack: Tree, report: Report): Grouped {
  const defined = isGroup(stack.groups) ? stack.groups : {};
  const given = own.groups as readonly string[] | undefined;
  if (given === undefined) {
    return { sound: own, layers: [{ path, sound: own }], services: ofRole(own.role) };
  }
  if (own.role !== undefined) {
    const same = own.role === "target" ? "targets" : "all-in-one";
    report(
      [...path, "role"],
      `is set together with groups; remove it, or write ${same} as one of the groups`,
    );
  }
  const known = [...new Set([...Object.keys(SHIPPED_GROUPS), ...Object.keys(defined)])];
  given.forEach((name, index) => {
    const here = [...path, "groups", index];
    if (given.indexOf(name) < index) report(here, `${quote(name)} is listed twice; remove one of them`);
    if (!known.includes(name)) report(here, `${quote(name)} is no group; ${wayOut(name, known)}`);
  });
  const layers = given.flatMap((name): Layer[] => {
    const settings = defined[name];
    return isGroup(settings) ? [{ path: ["groups", name], sound: sectionsIn(settings) }] : [];
  });
  const placed = given.flatMap((name) => servicesOf(name, defined));
  const names = placed.length > 0 ? placed : SHIPPED_GROUPS["all-in-one"];
  return {
    sound: [...layers.map(({ sound }) => sound), own].reduce<Tree>(
      (below, over) => merge(below, over) as Tree,
      {},
    ),
    layers: [{ path, sound: own }, ...layers.reverse()],
    groups: given,
    services: PLACEABLE.filter((name) => names.includes(name)),
  };
}

function wayOut(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  if (meant !== undefined) return `did you mean ${meant}?`;
  return `write one of ${known.join(", ")}, or define it under podwatch:groups`;
}

function ofRole(role: unknown): readonly SectionName[] {
  return SHIPPED_GROUPS[role === "target" ? "targets" : "all-in-one"];
}

function servicesOf(name: string, defined: Tree): readonly SectionName[] {
  const group = defined[name];
  const own = isGroup(group) ? (group.services as readonly SectionName[] | undefined) : undefined;
  return own ?? (Object.hasOwn(SHIPPED_GROUPS, name) ? SHIPPED_GROUPS[name as ShippedGroup] : []);
}

function sectionsIn(settings: Tree): Tree {
  return Object.fromEntries(Object.entries(settings).filter(([key]) => !OF_GROUP.includes(key)));
}

/** Groups that have no effect, or settings without one. */
export function checkGroups(
  stack: Tree,
  hosts: ReadonlyArray<{ readonly grouped: Grouped; readonly applies: (name: SectionName) => boolean }>,
  report: Report,
): void {
  const defined = isGroup(stack.groups) ? stack.groups : {};
  for (const [name, settings] of Object.entries(defined)) {
    const path: Path = ["groups", name];
    const members = hosts.filter(({ grouped: { groups } }) => groups?.includes(name));
    if (members.length === 0) {
      const used = hosts.flatMap(({ grouped: { groups } }) => groups ?? []);
      const meant = nearest(name, [...Object.keys(SHIPPED_GROUPS), ...used]);
      const other = meant === undefined || meant === name ? "or remove it" : `or did you mean ${meant}?`;
      report(path, `has no host; write groups: [${name}] in the entry of a host, ${other}`);
      continue;
    }
    for (const section of Object.keys(services) as SectionName[]) {
      if (!isGroup(settings) || settings[section] === undefined) continue;
      if (!members.some(({ applies }) => applies(section)))
        report([...path, section], "is not used: no host of the group has this service; remove it");
    }
  }
}
