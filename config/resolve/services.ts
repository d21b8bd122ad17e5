// The services of one host: the stack's settings, overridden by the host's own, with every default filled in.
import { SECTIONS } from "../../components/sections";
import type { Context } from "../context";
import { type Path, quote, type Report } from "../problem";
import type { ImageBuild } from "../schema/image";
import type { PresetName } from "../schema/presets";
import type { HostBasics, ResolveContext, Section, SectionName, ServiceSettings } from "../section";
import { settle } from "../shape";
import type { Tree } from "../walk";
import { resolveAdditions } from "./additions";
import { builtReference, resolveImage } from "./image";
import { type Layered, locateIn } from "./locate";
import { merge } from "./merge";
import { sectionsOf } from "./roles";

export type Services = ServiceSettings<string> & {
  /** The images that the host builds, by reference. */
  readonly builds: Readonly<Record<string, ImageBuild>>;
};

const ALL = Object.entries(SECTIONS) as unknown as ReadonlyArray<readonly [SectionName, Section]>;

const TAKEN: ResolveContext["taken"] = {
  jobs: ALL.flatMap(([, { taken }]) => taken?.jobs ?? []),
  paths: ALL.flatMap(([, { taken }]) => taken?.paths ?? []).sort(),
};

export function resolveServices(
  stack: Tree,
  host: Layered & { readonly sound: Tree },
  basics: HostBasics,
  context: Context,
  report: Report,
): Services | undefined {
  const locate = (name: SectionName) => locateIn(name, host);
  const builds: Record<string, ImageBuild> = {};
  const below = merge(presetOf(stack, host.sound), stack) as Tree;
  const sections = ALL.map(([name, section]) => {
    const merged = sectionsOf(basics.services, below, host.sound, name);
    const written = resolveImage(merged, name, locate(name), builds, context, report);
    return { name, section, written, given: settle(section.schema, written) };
  });
  // Missing settings have been reported already.
  if (sections.some(({ given }) => given === undefined)) return undefined;

  const resolved: Partial<Record<SectionName, unknown>> = {};
  for (const { name, section, written, given } of sections) {
    const before = resolved as ServiceSettings<string>;
    const around = {
      host: basics,
      before,
      written,
      taken: TAKEN,
      locate: locate(name),
      context,
      report,
    };
    const { owned } = section;
    const added = owned === undefined ? given : resolveAdditions(given ?? {}, owned, around);
    const shipped: Record<string, ImageBuild> = {};
    const own = { ...added, ...recipeOf(name, section, written, given ?? {}, shipped) };
    const service = section.resolve(own, around);
    resolved[name] = service;
    // No host builds what it does not run.
    if ((service as { enabled?: boolean }).enabled) Object.assign(builds, shipped);
  }
  const services = resolved as ServiceSettings<string>;
  const misses = basics.services.includes("prometheus") && !services.prometheus.enabled;
  if (misses) checkIdle(services, locate("prometheus")(["enabled"]), report);
  return { builds, ...services };
}

/** The image of a service that has a recipe, unless the stack file names another. */
function recipeOf(
  name: SectionName,
  { recipe }: Section,
  written: Tree,
  given: Tree,
  builds: Record<string, ImageBuild>,
): Tree {
  if (recipe === undefined || written.image !== undefined) return {};
  return { image: builtReference(name, recipe(given), builds) };
}

/** Enabled services that are useless without Prometheus. */
function checkIdle(services: ServiceSettings<string>, path: Path, report: Report): void {
  for (const [name, { withoutPrometheus }] of ALL) {
    const { enabled } = services[name] as { enabled?: boolean };
    if (withoutPrometheus !== undefined && enabled)
      report(path, `${quote(false)} leaves ${withoutPrometheus}, or remove this`);
  }
}

/** The host's defaults from a preset: its own, a group's or the stack's. */
function presetOf(stack: Tree, host: Tree): Tree {
  const name = (host.preset ?? stack.preset) as PresetName | undefined;
  return name === undefined ? {} : presetSections(name);
}

/** The defaults of a preset, by section. */
export function presetSections(name: PresetName): Tree {
  return Object.fromEntries(
    ALL.flatMap(([section, { presets }]) => (presets?.[name] ? [[section, presets[name]]] : [])),
  );
}
