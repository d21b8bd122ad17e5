// A place in a file, and the place in the stack file where it belongs.
import type { Path } from "../config/problem";
import { isGroup, valueAt } from "../config/walk";
import type { Draft } from "./draft";
import type { Files } from "./files";
import type { Source } from "./source";

/** What does something with a key of a native configuration. */
export type Taker = (here: Spot) => void;
/** A native configuration: what becomes of each key. */
export type Table = Readonly<Record<string, Taker>>;

export class Spot {
  constructor(
    readonly draft: Draft,
    readonly source: Source,
    readonly files: Files,
    readonly from: Path = [],
    readonly to: Path = [],
  ) {}

  get value(): unknown {
    return valueAt(this.source.data, this.from);
  }

  get group(): Readonly<Record<string, unknown>> {
    const { value } = this;
    return isGroup(value) ? value : {};
  }

  get list(): readonly unknown[] {
    const { value } = this;
    return Array.isArray(value) ? value : value === null || value === undefined ? [] : [value];
  }

  /** As a setting that is text has it. */
  get text(): string {
    return String(this.value);
  }

  /** The key in the native configuration. */
  get key(): string {
    return String(this.from.at(-1) ?? "");
  }

  get origin() {
    return this.source.at(this.from);
  }

  /** Below a native key; the place in the stack file stays. */
  at(...keys: Path): Spot {
    return new Spot(this.draft, this.source, this.files, [...this.from, ...keys], this.to);
  }

  /** Elsewhere in the file, and perhaps in the stack file. */
  top(from: Path, to: Path = this.to): Spot {
    return new Spot(this.draft, this.source, this.files, from, to);
  }

  /** Below a setting; the place in the file stays. */
  below(...settings: Path): Spot {
    return new Spot(this.draft, this.source, this.files, this.from, [...this.to, ...settings]);
  }

  /** As a further item of a list of settings. */
  next(...list: Path): Spot {
    return this.below(...list, this.draft.count([...this.to, ...list]));
  }

  items(): Spot[] {
    const { value } = this;
    return Array.isArray(value) ? value.map((_, index) => this.at(index)) : value == null ? [] : [this];
  }

  has(key: string): boolean {
    const given = this.group[key];
    return given !== undefined && given !== null;
  }

  put(setting: string | Path, value: unknown): void {
    this.draft.set([...this.to, ...words(setting)], value, this.origin);
  }

  /** Without a value, or with something that stands for one, the user has to type it. */
  secret(setting: string | Path, value: string | undefined): void {
    const known = value === undefined || STANDS_FOR_A_VALUE.test(value.trim()) ? undefined : value;
    this.draft.secret([...this.to, ...words(setting)], known, this.origin);
  }

  /** It could not be taken. */
  leave(why: string, todo: string, what = dotted(this.from)): void {
    this.draft.left.push({ at: this.origin, what, why, todo });
  }

  /** It is done in another way. */
  change(why: string, todo: string, what = dotted(this.from)): void {
    this.draft.changed.push({ at: this.origin, what, why, todo });
  }
}

/** What template engines and shells fill in, and what examples say. */
const STANDS_FOR_A_VALUE =
  /^(<[^<>]*>|\$\{?[A-Za-z_][^{}]*\}?|\{\{.*\}\}|x{3,}|\*{3,}|change[-_ ]?me[.!]*|)$/i;

const words = (setting: string | Path): Path => (typeof setting === "string" ? [setting] : setting);

/** Hands each key to the table, and others to `other`. */
export function takeAll(spot: Spot, table: Table, other: Taker): void {
  for (const key of Object.keys(spot.group)) {
    const here = spot.at(key);
    if (here.value === null) continue;
    const taker = Object.hasOwn(table, key) ? table[key] : undefined;
    (taker ?? other)(here);
  }
}

/** The value as it is, or as text, under a setting. */
export const as =
  (setting: string | Path): Taker =>
  (here) =>
    here.put(setting, here.value);
export const asText =
  (setting: string | Path): Taker =>
  (here) =>
    here.put(setting, here.text);
export const asTexts =
  (setting: string | Path): Taker =>
  (here) =>
    here.put(setting, here.list.map(String));
/** YAML 1.1, which the programs read, knows more words for it. */
export const asFlag =
  (setting: string | Path): Taker =>
  (here) =>
    here.put(setting, isYes(here.value));
export const isYes = (value: unknown) => /^(true|yes|on|y)$/i.test(String(value));

/** For keys that mean nothing here. */
export const needless: Taker = () => {};

export const unknown: Taker = (here) =>
  here.leave("has no setting", "leave it out, or look for what serves instead in docs/configuration.md");

/** A pattern may match nothing, a file has to be there. */
export function missing(item: Spot, given: string, setting: string): void {
  if (/[*?[]/.test(given))
    item.change(
      "matches no file on this computer",
      `list what it should have matched under ${setting}`,
      given,
    );
  else item.leave("is not on this computer", `copy it here, and list it under ${setting}`, given);
}

function dotted(path: Path): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === "number" ? `${text}[${part}]` : text === "" ? String(part) : `${text}.${part}`,
    "",
  );
}

/** Labels and the like: text by name. */
export function texts(group: unknown): Record<string, string> {
  if (!isGroup(group)) return {};
  return Object.fromEntries(Object.entries(group).map(([name, value]) => [name, String(value ?? "")]));
}
