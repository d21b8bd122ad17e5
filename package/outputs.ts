// Outputs in the arguments. Their text is known only while Pulumi deploys, but all settings are checked before: a
// stand-in of the form that the setting wants takes the Output's place until then.
import { createHash, randomBytes } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { mapTexts } from "../components/whenKnown";
import { strayCharacter } from "../config/characters";
import { type Path, type Problem, samePath, show } from "../config/problem";
import { namespace, stack } from "../config/schema";
import { core, isTree, schemaAt, type Tree, valueAt } from "../config/walk";
import { unknownAddress } from "../lib/address";

type Given = pulumi.Output<unknown> | PromiseLike<unknown>;

export interface StandIn {
  readonly path: Path;
  readonly schema: z.ZodType | undefined;
  /** Whether its setting may be an Output: a secret, whose text nothing else depends on, or what {@link unknown} says. */
  readonly fits: boolean;
  /** Whether everything is checked again once it is known: an address or a host key. */
  readonly unknown: boolean;
  readonly text: string;
  readonly output: pulumi.Output<unknown>;
}

/** A password that opens what is checked at once, and the settings that are then complained about in its place. */
const OPENING = "privateKeyPassword";
const OPENED = ["privateKey", "privateKeyFile"];

export class Outputs {
  private readonly standIns: StandIn[] = [];
  private readonly written: Tree;
  /** What stand-ins stand for, as far as that is known. */
  private readonly known = new Map<string, unknown>();

  constructor(private readonly given: object) {
    this.written = this.copy(given, []) as Tree;
  }

  /** The arguments, with stand-ins in the place of Outputs that are not known yet. */
  get settings(): Tree {
    return mapTexts(this.written, (text) => (this.known.has(text) ? this.known.get(text) : text)) as Tree;
  }

  /** What is wrong, given what is wrong with the stand-ins: none of them is the user's. */
  problems(found: readonly Problem[]): Problem[] {
    const refused = this.standIns.filter(({ path, schema, fits, text }) => {
      if (this.known.has(text)) return false;
      const complaint = found.some((problem) => samePath(problem.path, path));
      // An unknown setting is reported as such.
      return complaint ? schema !== undefined || isOpaque(path) : !fits;
    });
    const caused = refused.flatMap(({ path }) => [
      path,
      ...(path.at(-1) === OPENING ? OPENED.map((name) => [...path.slice(0, -1), name]) : []),
    ]);
    return [
      ...found
        .filter(({ path }) => !caused.some((other) => samePath(other, path)))
        .map((problem) => ({ ...problem, text: this.withoutStandIns(problem.text) })),
      ...refused.map(({ path }) => ({
        path,
        text: "is an Output, but its text has to be known before anything is deployed; write it as plain text (only secrets that no check has to read, addresses and host keys may be Outputs)",
      })),
      ...this.askedOfSsh(),
    ];
  }

  /** The addresses and host keys that are known only while Pulumi deploys. */
  get unknown(): readonly StandIn[] {
    return this.standIns.filter((standIn) => standIn.unknown && standIn.fits);
  }

  /** From now on, it stands in the arguments. */
  learn({ text }: StandIn, value: unknown): void {
    this.known.set(text, value);
  }

  /** Whether a problem is about an address or a host key that is not known yet. */
  isUnknown(problem: string): boolean {
    return this.unknown.some(({ text }) => !this.known.has(text) && problem.includes(text));
  }

  /** The secret that a text stands for, whole or in part; it is checked when it is known. */
  secret(text: string): pulumi.Output<string> {
    const inside = this.standIns.filter((standIn) => text.includes(standIn.text));
    if (inside.length === 0) return pulumi.secret(text);
    return pulumi.secret(
      pulumi
        .all(inside.map(({ output }) => output))
        .apply((values) =>
          inside.reduce(
            (whole, standIn, index) => whole.replaceAll(standIn.text, checked(standIn, values[index])),
            text,
          ),
        ),
    );
  }

  /** The settings of Outputs that were forgotten in a tree of plain values. */
  forgotten(tree: unknown): Path[] {
    if (pulumi.Output.isInstance(tree)) return [];
    if (isTree(tree)) return Object.values(tree).flatMap((inner) => this.forgotten(inner));
    return typeof tree === "string"
      ? this.standIns.filter(({ text, unknown }) => !unknown && tree.includes(text)).map(({ path }) => path)
      : [];
  }

  /** What `ssh -G` says of an address decides how many resources there are. */
  private askedOfSsh(): Problem[] {
    return this.unknown
      .filter(({ path }) => valueAt(this.written, [...path.slice(0, -1), "sshConfig"]) === true)
      .map(({ path }) => ({
        path,
        text: "is an Output, and sshConfig: true asks ssh of it before anything is deployed; remove sshConfig, and write user and key here",
      }));
  }

  private copy(value: unknown, path: Path): unknown {
    if (isOutput(value)) return this.standIn(value, path);
    if (Array.isArray(value)) return value.map((item, index) => this.copy(item, [...path, index]));
    if (!isTree(value)) return value;
    const set = Object.entries(value).filter(([, inner]) => inner !== undefined);
    return Object.fromEntries(set.map(([key, inner]) => [key, this.copy(inner, [...path, key])]));
  }

  private standIn(output: Given, path: Path): string {
    const schema = schemaAt(stack, path);
    const about = schema && core(schema);
    const secret = about?.secret === true && path.at(-1) !== OPENING;
    const unknown = about?.output === true;
    const forms = unknown
      ? [path.at(-1) === "hostKey" ? someHostKey() : this.someAddress(path)]
      : standInForms();
    const text = forms.find((form) => schema?.safeParse(form).success);
    this.standIns.push({
      path,
      schema,
      fits: (secret || unknown) && text !== undefined,
      unknown,
      text: text ?? (forms[0] as string),
      output: pulumi.output(output),
    });
    return text ?? (forms[0] as string);
  }

  /** The same in each run, since files list addresses in order, and another for each host of the program. */
  private someAddress(path: Path): string {
    const name = path[0] === "hosts" ? path[1] : (valueAt(this.given, ["host", "name"]) ?? "monitor");
    const id = createHash("sha256")
      .update(`${name} ${show(path)}`)
      .digest("hex")
      .slice(0, 16);
    return unknownAddress(id);
  }

  private withoutStandIns(text: string): string {
    return this.standIns.reduce((told, standIn) => told.replaceAll(standIn.text, "(an Output)"), text);
  }
}

function isOutput(value: unknown): value is Given {
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}

/** Texts that occur nowhere else, in the forms that secrets have: keys of 30 and 32 characters, a bot's token, a URL. */
function standInForms(): string[] {
  const key = randomBytes(16).toString("hex");
  return [key, key.slice(2), `1:${key}`, `https://${key}.invalid/`];
}

function someHostKey(): string {
  const type = "ssh-ed25519";
  const parts = [Buffer.from(type), randomBytes(32)].flatMap((part) => [
    Buffer.from([0, 0, 0, part.length]),
    part,
  ]);
  return `${type} ${Buffer.concat(parts).toString("base64")}`;
}

/** A setting as the program names it, without the namespace of stack files. */
export function named(path: Path): string {
  return show(path).slice(`${namespace}:`.length);
}

/** Inside native configuration there is no setting that could be unknown. */
function isOpaque(path: Path): boolean {
  return path.some((_, length) => {
    const at = schemaAt(stack, path.slice(0, length));
    return at !== undefined && core(at).schema.type === "unknown";
  });
}

/** @throws RunError that names the setting, never the value */
function checked({ path, schema }: StandIn, value: unknown): string {
  const complaint = complaintAbout(schema, value);
  if (complaint === undefined) return value as string;
  throw Object.assign(new pulumi.RunError(`${named(path)}: the value ${complaint}`), { stack: "" });
}

function complaintAbout(schema: z.ZodType | undefined, value: unknown): string | undefined {
  const [issue] = schema?.safeParse(value).error?.issues ?? [];
  if (issue !== undefined) return issue.message;
  if (typeof value !== "string") return "is not text";
  const stray = strayCharacter(value, { lines: schema !== undefined && core(schema).lines });
  return stray === undefined ? undefined : `holds ${stray}; remove it`;
}
