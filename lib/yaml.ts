import { dump } from "js-yaml";

/** Serialises data as YAML, in the order in which it is given, with a header that says who owns the file. */
export function toYaml(data: unknown): string {
  const text = dump(data, { lineWidth: -1, noRefs: true });
  return `# Managed by Podwatch. Changes made here are overwritten.\n${text}`;
}
