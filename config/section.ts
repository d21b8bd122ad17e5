// What a service tells of its part of a stack file. Each service's folder has one for each of its sections; components/sections.ts lists them.
import type { z } from "zod";
import type { Context } from "./context";
import type { Report } from "./problem";
import type { Locate } from "./resolve/locate";
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

export type SectionName = keyof ServiceSettings<string>;

/** A host that a section is resolved for. */
export interface HostBasics {
  readonly role: "monitor" | "target";
  readonly become: boolean;
  readonly address: string;
  /** The hosts whose Prometheus watches those that have none. */
  readonly watchers: ReadonlyArray<{ readonly name: string; readonly address: string }>;
}

/** What resolving a section may look at besides the section itself. */
export interface Around {
  readonly host: HostBasics;
  /** The sections that stand before this one in the list, resolved. */
  readonly before: Readonly<ServiceSettings<string>>;
  /** The section as it was written, with parts that have a problem of their own: it is enough that they are complained about once. */
  readonly written: Tree;
  /** Names of the scrape jobs, and paths at the front, that services have for themselves. */
  readonly taken: Taken;
  readonly locate: Locate;
  readonly context: Context;
  readonly report: Report;
}

export interface Taken {
  readonly jobs: readonly string[];
  readonly paths: readonly string[];
}

export interface Section<Name extends SectionName = SectionName, Schema extends z.ZodObject = z.ZodObject> {
  /** Grammar, defaults and descriptions. */
  readonly schema: Schema;
  /** Checks over several settings and files, and what is filled in where the user said nothing. */
  resolve(given: z.output<Schema>, around: Around): ServiceSettings<string>[Name];
  /** Chapters of docs/configuration.md, by the id of the schema that each describes; the section's own comes first. */
  readonly chapters: Readonly<Record<string, Chapter>>;
  /** Defaults for kinds of machines, in the words of a stack file. */
  readonly presets?: Readonly<Partial<Record<PresetName, Tree>>>;
  /** What the service is without Prometheus, and the way out; absent where it is of use all the same. */
  readonly withoutPrometheus?: string;
  /** Whether a host with `role: target` has it too. */
  readonly onTargets?: boolean;
  readonly taken?: Partial<Taken>;
}

export interface Chapter {
  readonly title: string;
  /** Where it is written, unless that is the section's own place. */
  readonly under?: string;
}

/** Says that a section belongs to a name, so that its types are checked where it stands. */
export function section<Name extends SectionName, Schema extends z.ZodObject>(
  _name: Name,
  definition: Section<Name, Schema>,
): Section<Name, Schema> {
  return definition;
}
