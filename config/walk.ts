// Walks a stack file's values together with their schema.
import { z } from "zod";
import type { Path } from "./problem";

interface Core {
  schema: z.ZodType;
  secret: boolean;
  /** Text that may have several lines. */
  lines: boolean;
  /** Whether programs may give it as an Output. */
  output: boolean;
  /** What to write instead of a placeholder; absent if any text is valid. */
  placeholder?: string;
  /** Name of its grammar. */
  kind?: string;
}

/** The schema below defaults, options and coercions. */
export function core(schema: z.ZodType): Core {
  let current = schema;
  let secret = false;
  let lines = false;
  let output = false;
  const marks: { placeholder?: string; kind?: string } = {};
  for (;;) {
    const about = current.meta();
    secret ||= about?.secret === true;
    lines ||= about?.lines === true;
    output ||= about?.output === true;
    // Outer documentation is about the setting, inner about any text of that grammar.
    for (const mark of ["placeholder", "kind"] as const) {
      const said = about?.[mark];
      if (typeof said === "string") marks[mark] ??= said;
    }
    if (
      current instanceof z.ZodOptional ||
      current instanceof z.ZodDefault ||
      current instanceof z.ZodPrefault
    ) {
      current = current.unwrap() as z.ZodType;
    } else if (current instanceof z.ZodLazy) {
      current = current.unwrap() as z.ZodType;
    } else if (current instanceof z.ZodPipe) {
      current = current.out as z.ZodType;
    } else {
      return { schema: current, secret, lines, output, ...marks };
    }
  }
}

/** The schema of one key or element, or undefined if the schema does not describe it. */
export function child(schema: z.ZodType, key: string | number): z.ZodType | undefined {
  const { schema: inner } = core(schema);
  if (inner instanceof z.ZodObject) {
    return Object.hasOwn(inner.shape, key) ? (inner.shape[key] as z.ZodType) : undefined;
  }
  if (inner instanceof z.ZodRecord) return inner.valueType as z.ZodType;
  if (inner instanceof z.ZodArray) return inner.element as z.ZodType;
  if (inner instanceof z.ZodUnion) {
    return inner.options
      .map((option) => child(option as z.ZodType, key))
      .find((found) => found !== undefined);
  }
  return undefined;
}

export function schemaAt(schema: z.ZodType, path: Path): z.ZodType | undefined {
  return path.reduce<z.ZodType | undefined>(
    (at, key) => (at === undefined ? undefined : child(at, key)),
    schema,
  );
}

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, key) => (isTree(at) && Object.hasOwn(at, key) ? at[key] : undefined),
    value,
  );
}

export type Tree = Record<string | number, unknown>;

export function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null;
}

export function isGroup(value: unknown): value is Record<string, unknown> {
  return isTree(value) && !Array.isArray(value);
}

export interface Leaf {
  path: Path;
  value: unknown;
  secret: boolean;
  placeholder?: string;
  kind?: string;
}

/** Every scalar that the schema knows. */
export function leaves(schema: z.ZodType, value: unknown, path: Path = []): Leaf[] {
  if (!isTree(value)) {
    const about = core(schema);
    // A group that may also be text.
    const short = about.schema instanceof z.ZodUnion ? about.schema.options.find(isText) : undefined;
    const { secret, placeholder, kind } = { ...(short === undefined ? {} : core(short)), ...about };
    return [{ path, value, secret, ...(placeholder && { placeholder }), ...(kind && { kind }) }];
  }
  return Object.entries(value).flatMap(([name, inner]) => {
    const key = Array.isArray(value) ? Number(name) : name;
    const below = child(schema, key);
    return below === undefined ? [] : leaves(below, inner, [...path, key]);
  });
}

function isText(schema: z.core.$ZodType): schema is z.ZodString {
  return schema instanceof z.ZodString;
}

/**
 * Paths of all settings below a schema; user-chosen names are NAME, indexes are []. A recursive
 * group is entered once.
 */
export function settingPaths(schema: z.ZodType): readonly string[][] {
  const found = known.get(schema) ?? pathsBelow(schema, []);
  known.set(schema, found);
  return found;
}

/** Cached, since it is slow and each unknown key is compared with all paths. */
const known = new WeakMap<z.ZodType, readonly string[][]>();

function pathsBelow(schema: z.ZodType, around: readonly z.ZodType[]): string[][] {
  const { schema: inner } = core(schema);
  if (around.includes(inner)) return [];
  const below = (key: string, at: z.ZodType) =>
    pathsBelow(at, [...around, inner]).map((path) => [key, ...path]);
  if (inner instanceof z.ZodObject) {
    return Object.entries(inner.shape).flatMap(([key, at]) => [[key], ...below(key, at as z.ZodType)]);
  }
  if (inner instanceof z.ZodArray) return below("[]", inner.element as z.ZodType);
  if (inner instanceof z.ZodUnion) {
    return inner.options
      .filter((option) => option instanceof z.ZodObject)
      .flatMap((option) => pathsBelow(option as z.ZodType, [...around, inner]));
  }
  if (inner instanceof z.ZodRecord) return below("NAME", inner.valueType as z.ZodType);
  return [];
}
