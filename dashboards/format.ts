// Dashboards as text: deterministic, with few lines, and one changed panel changes only a few of them.

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const LINE_WIDTH = 110;

/** JSON indented by two spaces, with everything in one line that fits. Ends with a newline. */
export function formatJson(value: Json): string {
  return `${format(value, "", 0)}\n`;
}

/** `taken` is how much of the first line is taken by the key before and the comma behind. */
function format(value: Json, indent: string, taken: number): string {
  if (value === null || typeof value !== "object") {
    return JSON.stringify(value);
  }
  // The top level is always broken into lines.
  const room = taken === 0 ? 0 : LINE_WIDTH - indent.length - taken;
  // A text without spaces is created much faster, and most values are too long even so.
  if (JSON.stringify(value).length <= room) {
    const line = oneLine(value);
    if (line.length <= room) {
      return line;
    }
  }
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    return `[\n${value.map((item) => inner + format(item, inner, 1)).join(",\n")}\n${indent}]`;
  }
  const members = Object.entries(value).map(([key, item]) => {
    const name = `${JSON.stringify(key)}: `;
    return inner + name + format(item, inner, name.length + 1);
  });
  return `{\n${members.join(",\n")}\n${indent}}`;
}

function oneLine(value: Json): string {
  if (value === null || typeof value !== "object") {
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) {
    return `[${value.map(oneLine).join(", ")}]`;
  }
  const members = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${oneLine(item)}`);
  return members.length === 0 ? "{}" : `{ ${members.join(", ")} }`;
}
