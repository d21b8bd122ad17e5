import { DEFAULT_SAFE_SCHEMA, dump, Schema, Type } from "js-yaml";

/** Numbers of YAML 1.2, such as 08 and 0o7, which the serialiser takes for strings: they have to be quoted. */
const laterNumber = new Type("tag:podwatch,later-number", {
  kind: "scalar",
  resolve: (text: string) => /^[-+]?(0o[0-7]+|(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?)$/.test(text),
});

const schema = new Schema({ include: [DEFAULT_SAFE_SCHEMA], implicit: [laterNumber] });

/** Serialises data as YAML, in the order in which it is given. */
export function yamlText(data: unknown): string {
  return dump(data, { schema, lineWidth: -1, noRefs: true });
}

/** The same with a header that says who manages the file. */
export function toYaml(data: unknown): string {
  return `# Managed by Podwatch. Changes made here are overwritten.\n${yamlText(data)}`;
}
