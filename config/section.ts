// A service's section of a stack file. Each service's folder defines its sections; components/sections.ts lists them.
import type { z } from "zod";
import type { Context } from "./context";
import type { Report } from "./problem";
import type { Locate } from "./resolve/locate";
import type { ImageBuild } from "./schema/image";
import type { PresetName } from "./schema/presets";
import type { Tree } from "./walk";

/**
 * The settings of all services of one host by section, fully resolved. Each service's schema adds its own.
 *
 * `Secret` is plain text inside `config/` and a Pulumi secret outside.
 */
// biome-ignore lint/suspicious/noEmptyInterface: its members stand with the services
// biome-ignore lint/correctness/noUnusedVariables: its members use it
export interface ServiceSettings<Secret> {}

/** What a section may say besides its settings; components/ adds it. */
// biome-ignore lint/suspicious/noEmptyInterface: its members stand with the components
export interface SectionParts {}

export type SectionName = keyof ServiceSettings<string>;

/** Groups that need not be defined, besides `all-in-one`, whose hosts have every service. */
export type ShippedGroup = "monitors" | "dashboards" | "databases" | "executors" | "targets";

export interface OtherHost {
  readonly name: string;
  readonly address: string;
}

/** A Prometheus of the stack. */
export interface Scraper {
  readonly mode: "server" | "agent";
  readonly scrapeInterval: string;
}

/** A host that a section is resolved for. */
export interface HostBasics {
  readonly role: "monitor" | "target";
  /** The services that its groups give it. */
  readonly services: readonly SectionName[];
  /** Whether its entry names groups: what it has may then be used by other hosts, through its front. */
  readonly grouped: boolean;
  readonly become: boolean;
  /** Whether its engine has parts on the host itself. */
  readonly hostServices: boolean;
  readonly address: string;
  /** The other hosts whose Prometheus watches this one. */
  readonly watchers: readonly OtherHost[];
  /** The other hosts that use its front. */
  readonly clients: readonly OtherHost[];
  /** The other hosts whose Alertmanager is in a cluster. */
  readonly inCluster: ReadonlyArray<OtherHost & { readonly port: number }>;
  /** The other hosts with a VictoriaMetrics. */
  readonly stores: readonly OtherHost[];
  /** Every Prometheus of the stack, that of this host perhaps among them. */
  readonly scrapers: readonly Scraper[];
  /** How a deployment logs in; absent: not at all, since it runs on the host. */
  readonly logIn?: { readonly user: string; readonly by: "key" | "agent" | "password" };
  /** The host of the stack through which it is reached. */
  readonly via?: OtherHost;
  /** Whether others are reached through it. */
  readonly isJumpHost: boolean;
}

/** The context for resolving a section. */
export interface ResolveContext {
  readonly host: HostBasics;
  /** The preceding sections, resolved. */
  readonly before: Readonly<ServiceSettings<string>>;
  /** The section as written, including invalid parts, which are reported only once. */
  readonly written: Tree;
  /** Names of scrape jobs, and paths at the front, that services reserve. */
  readonly taken: Taken;
  readonly locate: Locate;
  readonly context: Context;
  readonly report: Report;
}

export interface Taken {
  readonly jobs: readonly string[];
  readonly paths: readonly string[];
}

export interface Section<Name extends SectionName = SectionName, Schema extends z.ZodObject = z.ZodObject>
  extends SectionParts {
  /** Grammar, defaults and descriptions. */
  readonly schema: Schema;
  /** Checks that involve several settings or files, and derived defaults. */
  resolve(given: z.output<Schema>, around: ResolveContext): ServiceSettings<string>[Name];
  /** Chapters of docs/configuration.md, by the id of the schema that each describes; the section's own comes first. */
  readonly chapters: Readonly<Record<string, Chapter>>;
  /** Defaults for kinds of machines, as in a stack file. */
  readonly presets?: Readonly<Partial<Record<PresetName, Tree>>>;
  /** Why the service is useless without Prometheus, and the fix; absent if it is useful. */
  readonly withoutPrometheus?: string;
  /** Whether a host with `role: target` has it too. */
  readonly onTargets?: boolean;
  /** The shipped groups whose hosts have the service; absent: it is no service, or every host may have it. */
  readonly groups?: readonly ShippedGroup[];
  /** The image that hosts build for it, unless the stack file names another. */
  recipe?(given: z.output<Schema>): ImageBuild;
  readonly taken?: Partial<Taken>;
  /** What users may not add to the service, since Podwatch sets it. */
  readonly owned?: Owned;
}

/** Why each is refused, as the rest of a sentence that ends with the way out. */
export interface Owned {
  /** Name of the service, as in the paths of its secrets. */
  readonly service: string;
  /** Whether it has secrets; default: it has. */
  readonly secrets?: false;
  /** Arguments by name without dashes; one that ends in `*` stands for all that begin so. */
  readonly arguments: Readonly<Record<string, string>>;
  /** Environment variables. */
  readonly environment?: Readonly<Record<string, string>>;
}

export interface Chapter {
  readonly title: string;
  /** Where it is written, if not at the section's own path. */
  readonly under?: string;
}

/** Binds a section to its name, so that its types are checked where it is defined. */
export function section<Name extends SectionName, Schema extends z.ZodObject>(
  _name: Name,
  definition: Section<Name, Schema>,
): Section<Name, Schema> {
  return definition;
}
