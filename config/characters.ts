// Characters that are refused in text: invisible ones, and those that make it look like another text.
import { z } from "zod";
import type { Path, Problem } from "./problem";
import { child, core, isTree, schemaAt, type Tree } from "./walk";

/**
 * Control characters, lone surrogates, noncharacters, line breaks that only some programs recognise, bidirectional
 * marks, byte order marks, and the replacement character.
 */
const STRAY = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffd]/gu;

/** Other invisible characters. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

const NAMES: Readonly<Record<string, string>> = {
  "\t": "a tab",
  "\n": "a line feed",
  "\r": "a carriage return",
  "\ufeff": "a byte order mark",
  "\ufffd": "which replaces a character that was lost",
};

/** The first refused character of a text, in words; multi-line text may have tabs. */
export function strayCharacter(text: string, { lines }: { lines: boolean }): string | undefined {
  const [character] = (lines ? text.replaceAll(/\r?\n|\t/g, "") : text).match(STRAY) ?? [];
  if (character === undefined) return undefined;
  return `${escaped(character)} (${Object.hasOwn(NAMES, character) ? NAMES[character] : kindOf(character)})`;
}

function kindOf(character: string): string {
  if (/\p{Cc}/u.test(character)) return "a control character";
  if (/\p{Cs}/u.test(character)) return "a lone surrogate";
  if (/[\u2028\u2029]/.test(character)) return "a line break that not every program knows";
  if (/\p{Noncharacter_Code_Point}/u.test(character)) return "which is no character";
  return "which changes the writing direction";
}

/** In quotes, with invisible characters escaped. */
export function shown(text: string): string {
  return JSON.stringify(text).replaceAll(UNSEEN, escaped);
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}

/** Every text of a stack file with such a character, including keys. */
export function characterProblems(
  schema: z.ZodType,
  raw: Tree,
  mention: (path: Path, value: string) => string,
): Problem[] {
  return texts(raw).flatMap(({ path, text, isName }) => {
    const at = schemaAt(schema, path);
    const foreign = isForeign(at) && !isName;
    const lines = foreign || (at !== undefined && core(at).lines);
    const stray = strayCharacter(foreign ? text.replaceAll("\r", "") : text, { lines: lines && !isName });
    if (stray === undefined) return [];
    const what = isName ? "the name" : at === undefined ? "the value" : mention(path, text);
    return [{ path, text: `${what} holds ${stray}; remove it`, alone: true }];
  });
}

/**
 * Native configuration is passed on verbatim: its program decides about line breaks (a probe of
 * a mail server ends its own with a carriage return).
 */
function isForeign(schema: z.ZodType | undefined): boolean {
  return schema === undefined || core(schema).schema instanceof z.ZodUnknown;
}

interface Text {
  readonly path: Path;
  readonly text: string;
  readonly isName: boolean;
}

function texts(value: unknown, path: Path = []): Text[] {
  if (typeof value === "string") return [{ path, text: value, isName: false }];
  if (!isTree(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    if (Array.isArray(value)) return texts(inner, [...path, Number(name)]);
    const here = [...path, name];
    return [{ path: here, text: name, isName: true }, ...texts(inner, here)];
  });
}

/** The same text with LF instead of CRLF. */
export function withLineFeeds(text: string): string {
  return text.replaceAll("\r\n", "\n");
}

/**
 * The same for a whole stack file except native configuration and secrets: Pulumi masks secrets in its logs only as they
 * are written there.
 */
export function treeWithLineFeeds<T>(schema: z.ZodType | undefined, value: T): T {
  if (schema === undefined || isForeign(schema) || core(schema).secret) return value;
  if (typeof value === "string") return withLineFeeds(value) as T;
  if (!isTree(value)) return value;
  const below = (key: string | number, inner: unknown) => treeWithLineFeeds(child(schema, key), inner);
  if (Array.isArray(value)) return value.map((inner, index) => below(index, inner)) as T;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, below(key, inner)])) as T;
}
