// JSON schemas of settings as types of Pulumi's package schema, which has no unions: package/forms.ts.
import type { JsonSchema } from "../config/generate/jsonSchema";

interface Type {
  readonly type?: string;
  readonly $ref?: string;
  readonly items?: Type;
  readonly additionalProperties?: Type;
  /** Whether it has to be known when the program runs. */
  readonly plain?: boolean;
}

export interface Property extends Type {
  readonly description?: string;
  readonly secret?: boolean;
}

export type Properties = Readonly<Record<string, Property>>;

export interface Group {
  readonly description?: string;
  readonly properties: Properties;
  readonly required?: readonly string[];
}

/** The id of the groups of which one is an image, and that of a group of targets. */
const BUILD = "builtImage";
const TARGETS = "targetGroup";

/** The id of the group that `false` may stand for. */
const FRONT_TLS = "frontTls";

export class Types {
  /** All types so far, by token. */
  readonly all: Record<string, Group & { readonly type: "object" }> = {};

  private readonly sources = new Map<string, JsonSchema>();

  constructor(private readonly definitions: Readonly<Record<string, JsonSchema>>) {}

  definition(id: string): JsonSchema {
    const found = this.definitions[id];
    if (found === undefined) throw new Error(`no group of settings has the id ${id}`);
    return found;
  }

  add(name: string, group: Group): Type {
    const token = `podwatch:index:${name}`;
    if (token in this.all) throw new Error(`two groups of settings are named ${name}`);
    this.all[token] = { type: "object", ...group };
    return { $ref: `#/types/${token}` };
  }

  /** @param name that the names of the groups inside begin with */
  group(name: string, { description, properties = {}, required }: JsonSchema): Group {
    const members = Object.entries(properties).flatMap(([key, inner]) => {
      const member = this.property(name + capital(key), inner);
      const groups = optionOf(inner.items, TARGETS);
      return groups === undefined
        ? [[key, member]]
        : [
            [key, member],
            // Texts only; groups have a setting of their own.
            ["targetGroups", this.property("", { type: "array", items: groups })],
          ];
    });
    return {
      ...(description === undefined ? {} : { description }),
      properties: Object.fromEntries(members),
      ...(required === undefined ? {} : { required }),
    };
  }

  private property(name: string, schema: JsonSchema): Property {
    const { secret = false, additionalProperties } = schema;
    const description = describe(schema);
    const secrets = typeof additionalProperties === "object" && additionalProperties.secret === true;
    return {
      ...this.type(name, schema),
      ...(secret || secrets ? { secret: true } : {}),
      ...(description === "" ? {} : { description }),
    };
  }

  private type(name: string, schema: JsonSchema): Type {
    const { type, secret, output, anyOf, allOf, items, properties, additionalProperties } = schema;
    // Of secrets, those that a check has to read are refused by name when the program runs.
    if (secret || output) return TEXT;
    const [only] = allOf ?? [];
    if (only !== undefined) return this.type(name, only);
    if (schema.$ref !== undefined) return this.named(schema.$ref);
    if (optionOf(schema, BUILD) !== undefined) return this.image();
    if (optionOf(schema, FRONT_TLS) !== undefined) return this.frontTls();
    if (anyOf !== undefined) return this.type(name, anyOf.find((option) => option.type === "array") ?? TEXT);
    if (type === "array") return { type, items: this.type(name, items ?? {}), plain: true };
    if (properties !== undefined) return this.plain(name, schema, () => this.group(name, schema));
    if (typeof additionalProperties === "object")
      return { type: "object", additionalProperties: this.type(name, additionalProperties), plain: true };
    return type === undefined ? { $ref: "pulumi.json#/Any", plain: true } : { type, plain: true };
  }

  private named($ref: string): Type {
    const id = $ref.split("/").at(-1) ?? "";
    const definition = this.definition(id);
    return this.plain(capital(id), definition, () => this.group(capital(id), definition));
  }

  private image(): Type {
    return this.plain("Image", {}, () => ({
      description: "A container image: either of the two.",
      properties: {
        ref: { ...TEXT, plain: true, description: "Registry, name, and a fixed tag or a digest." },
        build: this.named(BUILD),
      },
    }));
  }

  /** `false` in a stack file. */
  private frontTls(): Type {
    const source = this.definition(FRONT_TLS);
    return this.plain("FrontTls", source, () => {
      const group = this.group("FrontTls", source);
      const enabled = { type: "boolean", plain: true, description: "`false`: clear text." };
      return { ...group, properties: { enabled, ...group.properties } };
    });
  }

  /** A type that is described once, and may contain itself. */
  private plain(name: string, source: JsonSchema, group: () => Group): Type {
    const known = this.sources.get(name);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(source))
      throw new Error(`two groups of settings are named ${name}`);
    if (known === undefined) {
      this.sources.set(name, source);
      this.add(name, group());
    }
    return { $ref: `#/types/podwatch:index:${name}`, plain: true };
  }
}

const TEXT = { type: "string" } as const;

/** The option that refers to the group with that id. */
function optionOf(schema: JsonSchema | undefined, id: string): JsonSchema | undefined {
  return schema?.anyOf?.find(({ $ref }) => $ref?.endsWith(`/${id}`));
}

function describe({ description = "", enum: words = [], defaultText, default: usual }: JsonSchema): string {
  const choice = words.length === 0 ? "" : `One of ${words.map((word) => `\`${word}\``).join(", ")}.`;
  const scalar = ["string", "number", "boolean"].includes(typeof usual) ? `\`${usual}\`` : undefined;
  const fallback = defaultText ?? scalar;
  const otherwise = fallback === undefined ? "" : `Default: ${fallback}.`;
  return [description, choice, otherwise].filter((part) => part !== "").join(" ");
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
