// Checks the shape: known keys, types and grammars. Also removes invalid parts,
// so that checks that involve several settings can run on the rest.
import { z } from "zod";
import type { Path, Problem } from "./problem";
import { quote } from "./problem";
import { unknownKey } from "./suggest";
import { core, isTree, schemaAt, type Tree, valueAt } from "./walk";

type Issue = z.core.$ZodIssue;

// There is one validation per run: compiling the schema to code would cost more than it saves.
z.config({ jitless: true });

/** Problems of shape in a whole stack. `isSecret` says whether a key holds something encrypted. */
export function shapeProblems(schema: z.ZodType, raw: Tree, isSecret: (key: string) => boolean): Problem[] {
  const reserved = reservedKeys(raw)
    .filter((path) => core(schemaAt(schema, path.slice(0, -1)) ?? schema).schema instanceof z.ZodRecord)
    .map((path) => ({ path, text: "is a reserved name in JavaScript; write another name" }));
  const problems = issuesOf(schema, raw).flatMap((issue): Problem[] => {
    const path = issue.path as Path;
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({ path: [...path, key], text: unknownKey(schema, path, key) }));
    }
    if (issue.code === "invalid_key") {
      const text = issue.issues[0]?.message ?? issue.message;
      return [{ path, text: `${quote(path.at(-1))} ${text}` }];
    }
    const value = valueAt(raw, path);
    if (value === undefined) return [{ path, text: `is missing; ${wayOut(issue.message)}` }];
    return [{ path, text: `${mention(schema, path, value, isSecret)} ${issue.message}` }];
  });
  return [...problems, ...reserved];
}

/** Groups with the one key that zod skips in groups with user-chosen names. */
function reservedKeys(value: unknown, path: Path = []): Path[] {
  if (!isTree(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const here = [...path, Array.isArray(value) ? Number(name) : name];
    return name === "__proto__" ? [here] : reservedKeys(inner, here);
  });
}

/** A secret is never quoted, nor is a value in place of a group that contains a secret. */
export function mention(
  schema: z.ZodType,
  path: Path,
  value: unknown,
  isSecret: (key: string) => boolean,
): string {
  const at = schemaAt(schema, path);
  const secret = at !== undefined && core(at).secret;
  const misplaced = path.length === 1 && isSecret(String(path[0]));
  return secret || misplaced ? "the value" : quote(value);
}

function wayOut(message: string): string {
  const cut = message.indexOf("; ");
  return cut < 0 ? message : message.slice(cut + 2);
}

/** The parts of `raw` with a valid shape; missing ones stay missing. */
export function soundParts(schema: z.ZodType, raw: Tree): Tree {
  const sound = structuredClone(raw);
  for (const path of reservedKeys(sound)) cut(sound, path);
  // One removal at a time, since it shifts the following items of a list.
  for (let path = wrongPart(schema, sound); path !== undefined; path = wrongPart(schema, sound))
    cut(sound, path);
  return sound;
}

function wrongPart(schema: z.ZodType, tree: Tree): Path | undefined {
  const wrong = issuesOf(schema, tree).map((issue) =>
    issue.code === "unrecognized_keys" ? [...issue.path, issue.keys[0] ?? ""] : issue.path,
  ) as Path[];
  return wrong.find((path) => path.length > 0 && valueAt(tree, path) !== undefined);
}

/** Parses valid parts; an owner without a required value (a job without a name) is left out. */
export function settle<T extends z.ZodType>(schema: T, parts: Tree): z.output<T> | undefined {
  const tree = structuredClone(parts);
  for (;;) {
    const result = schema.safeParse(tree);
    if (result.success) return result.data;
    const missing = result.error.issues[0]?.path as Path;
    if (missing.length < 2) return undefined;
    cut(tree, missing.slice(0, -1));
  }
}

function issuesOf(schema: z.ZodType, raw: unknown): Issue[] {
  return (schema.safeParse(raw).error?.issues ?? []).flatMap(unfold);
}

/** For a setting of several types, reports problems of the type that was written. */
function unfold(issue: Issue): Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const ofThatKind = issue.errors.filter((errors) => !errors.some(({ path }) => path.length === 0));
  const [inner = [], ...others] = ofThatKind;
  if (inner.length === 0 || others.length > 0) return [issue];
  return inner.flatMap((one) => unfold({ ...one, path: [...issue.path, ...one.path] }));
}

function cut(tree: Tree, path: Path): void {
  const holder = valueAt(tree, path.slice(0, -1));
  const key = path.at(-1);
  if (key === undefined || !isTree(holder)) return;
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[key];
}
