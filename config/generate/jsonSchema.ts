// The JSON schema of a stack file, with which editors complete and validate it.
import { z } from "zod";
import { namespace, stack } from "../schema";

/** The subset of JSON Schema (draft 7) that the settings need. */
export interface JsonSchema {
  $schema?: string;
  $ref?: string;
  id?: string;
  title?: string;
  description?: string;
  type?: string;
  definitions?: Record<string, JsonSchema>;
  properties?: Record<string, JsonSchema>;
  patternProperties?: Record<string, JsonSchema>;
  additionalProperties?: boolean | JsonSchema;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  allOf?: JsonSchema[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  examples?: unknown[];
  /** Name of a text's grammar in the documentation. */
  kind?: string;
  secret?: boolean;
  lines?: boolean;
  output?: boolean;
  /** The default in words. */
  defaultText?: string;
  /** A list whose single item may be written without it. */
  oneOrMany?: boolean;
  /** A group that `true` or `false` may stand for. */
  onOff?: boolean;
  /** A group that the text of this setting of its may stand for. */
  short?: string;
  /** The page below docs/ that describes what is inside. */
  page?: string;
  /** What to write instead of an example. */
  placeholder?: string;
}

/** Everything about the settings, including what only the documentation needs. */
export function describeStack(): JsonSchema {
  return z.toJSONSchema(stack, {
    target: "draft-7",
    // The input: the output's types, since coercions have none, with the input's optional settings.
    io: "output",
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema instanceof z.ZodObject) {
        const required = Object.entries(zodSchema.shape).filter(
          ([, inner]) => !mayBeLeftOut(inner as z.ZodType),
        );
        jsonSchema.required = required.map(([key]) => key);
        if (required.length === 0) delete jsonSchema.required;
      }
    },
  }) as JsonSchema;
}

function mayBeLeftOut(schema: z.ZodType): boolean {
  return schema.safeParse(undefined).success;
}

/** The file named in the first line of stack files. */
export function stackFileSchema(): JsonSchema {
  const { definitions, $schema, ...settings } = describeStack();
  const keys = Object.entries(settings.properties ?? {}).map(([key, schema]) => [
    `${namespace}:${key}`,
    forEditors(schema),
  ]);
  return {
    ...($schema === undefined ? {} : { $schema }),
    title: "Podwatch stack file",
    description:
      "Pulumi.<stack>.yaml of Podwatch. Generated from the schemas of the settings by `npm run docs:config`.",
    type: "object",
    properties: {
      config: {
        type: "object",
        description: "Settings; docs/configuration.md describes them.",
        properties: Object.fromEntries(keys),
        patternProperties: { [`^(?!${namespace}:)`]: {} },
        additionalProperties: false,
      },
    },
    definitions: Object.fromEntries(
      Object.entries(definitions ?? {}).map(([name, schema]) => [name, forEditors(schema)]),
    ),
  };
}

const encrypted: JsonSchema = {
  type: "object",
  properties: { secure: { type: "string" } },
  required: ["secure"],
  additionalProperties: false,
};

/** Leaves out keys unknown to editors, and defaults that change with every new image. */
function forEditors(schema: JsonSchema): JsonSchema {
  const {
    kind,
    secret,
    lines,
    output,
    defaultText,
    oneOrMany,
    onOff,
    short,
    page,
    placeholder,
    id,
    ...rest
  } = schema;
  if (secret) {
    const command = "Encrypted: `pulumi config set --secret --path ...`.";
    return { description: `${rest.description ?? ""} ${command}`, ...encrypted };
  }
  if (onOff || short !== undefined) {
    const { description, ...group } = rest;
    const {
      description: _,
      default: __,
      ...text
    } = (short && rest.properties?.[short]) || { type: "boolean" };
    return {
      ...(description === undefined ? {} : { description }),
      anyOf: [forEditors(text), forEditors(group)],
    };
  }
  const known = { ...rest };
  if (oneOrMany) {
    const { description, ...list } = rest;
    return {
      ...(description === undefined ? {} : { description }),
      anyOf: [...(list.items === undefined ? [] : [list.items]), list],
    };
  }
  if (defaultText !== undefined) delete known.default;
  return mapInner(known, forEditors);
}

function mapInner(schema: JsonSchema, map: (inner: JsonSchema) => JsonSchema): JsonSchema {
  const group = (inner: unknown) =>
    Object.fromEntries(
      Object.entries(inner as object).map(([key, value]) => [key, map(value as JsonSchema)]),
    );
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => {
      if (key === "properties") return [key, group(value)];
      if (key === "allOf" || key === "anyOf") return [key, (value as JsonSchema[]).map(map)];
      const inner = ["items", "additionalProperties"].includes(key) && typeof value === "object";
      return [key, inner ? map(value as JsonSchema) : value];
    }),
  ) as JsonSchema;
}
