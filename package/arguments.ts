// The arguments of MonitoringStack: what a stack file says, as a type that is derived from its schema.
import type * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import type { Route } from "../components/alertmanager/routes.schema";
import type { alerts } from "../components/prometheus/alerts.schema";
import type { scrapeJob, targetGroup } from "../components/prometheus/schema";
import type { stack } from "../config/schema";
import type { builtImage, ImageSetting } from "../config/schema/image";
import type { MayBeOutput, SecretText } from "../config/schema/words";
import type { Severity } from "../lib/rules/model";

/**
 * What a stack file says below `podwatch:`, as plain values; secrets, addresses and host keys, and only those, may be Outputs.
 *
 * docs/configuration.md describes each setting. Relative paths start from the program's directory.
 */
export interface MonitoringStackArgs extends Written<typeof stack> {}

/** What may be written for a schema. Its own input type has `unknown` for everything that is converted, such as numbers in quotes. */
export type Written<Schema> = Schema extends MayBeOutput
  ? pulumi.Input<string>
  : Schema extends ImageSetting
    ? ImageArgs
    : Schema extends Wrapper<infer Inner>
      ? Written<Inner>
      : Schema extends typeof scrapeJob
        ? ScrapeJobArgs
        : Schema extends typeof alerts
          ? AlertsArgs
          : Schema extends z.ZodPipe<infer In, infer Out>
            ? Written<In extends z.core.$ZodTransform ? Out : In>
            : Schema extends z.ZodObject<infer Shape>
              ? WrittenGroup<Shape>
              : Schema extends z.ZodArray<infer Item>
                ? ReadonlyArray<Written<Item>>
                : Schema extends z.ZodRecord<infer _, infer Value>
                  ? Readonly<Record<string, Written<Value>>>
                  : Schema extends z.ZodUnion<infer Options>
                    ? Written<Exclude<Options[number], z.ZodLiteral>>
                    : Schema extends z.ZodType<infer Value>
                      ? WrittenValue<Value>
                      : never;

/** An image: either of the two. */
export interface ImageArgs {
  /** Registry, name, and a fixed tag or a digest. */
  readonly ref?: string;
  /** How the host builds it. */
  readonly build?: Written<typeof builtImage>;
}

/** A scrape job. Groups of targets have a setting of their own. */
export interface ScrapeJobArgs extends WrittenGroup<Omit<(typeof scrapeJob)["shape"], "targets">> {
  /** What is scraped, each as host:port. */
  readonly targets?: readonly string[];
  /** Targets with labels of their own. */
  readonly targetGroups?: ReadonlyArray<Written<typeof targetGroup>>;
}

/** The shipped alerts are no part of the schema's type: their names and thresholds are checked when the program runs. */
interface AlertsArgs extends WrittenGroup<(typeof alerts)["shape"]> {
  readonly [name: string]: AlertArgs | boolean | string | undefined;
}

export interface AlertArgs {
  readonly enabled?: boolean;
  readonly severity?: Severity;
  readonly for?: string;
  readonly [threshold: string]: boolean | number | string | undefined;
}

type WrittenValue<Value> = Value extends SecretText
  ? pulumi.Input<string>
  : Value extends Route
    ? WrittenRoute
    : Value;

type WrittenGroup<Shape> = Flat<
  {
    readonly [Key in keyof Shape as Shape[Key] extends Wrapper<infer _> ? never : Key]: Written<Shape[Key]>;
  } & {
    readonly [Key in keyof Shape as Shape[Key] extends Wrapper<infer _> ? Key : never]?:
      | Written<Shape[Key]>
      | undefined;
  }
>;

/** One object type in place of several: with an intersection, text would pass for a group that may be empty. */
type Flat<T> = { [Key in keyof T]: T[Key] };

/** A setting that may be left out. */
type Wrapper<Inner extends z.core.$ZodType> =
  | z.ZodOptional<Inner>
  | z.ZodDefault<Inner>
  | z.ZodPrefault<Inner>;

/** A route holds routes. */
interface WrittenRoute extends Partial<Omit<Frozen<Route>, "routes">> {
  readonly routes?: readonly WrittenRoute[];
}

type Frozen<T> = { readonly [Key in keyof T]: T[Key] extends string[] ? readonly string[] : T[Key] };
