/**
 * A bundle is everything that the runner on a host needs to apply a service, as plain text without secrets:
 * header lines `key value`, then parts, each a line `part <path>` followed by the part's lines, indented by two
 * spaces, and at last the line `end`, without which it is incomplete. `pulumi preview --diff`
 * compares it line by line.
 */
export type Bundle = string;

export type Header = readonly [key: string, value: string];
export type Part = readonly [path: string, text: string];

/**
 * Writes a bundle: the headers in their order after those that each bundle has, then the parts by path.
 *
 * @throws Error for what would not arrive verbatim, or would be taken for another header or part
 */
export function writeBundle(service: string, headers: readonly Header[], parts: readonly Part[]): Bundle {
  const all: readonly Header[] = [["podwatch-bundle", "1"], ["service", service], ...headers];
  const head = all.map(([key, value]) => `${key} ${singleLine(value)}\n`);
  const body = [...parts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, text]) => part(path, text));
  return `${head.join("")}${body.join("")}end\n`;
}

function part(path: string, text: string): string {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*(\/[A-Za-z0-9_][A-Za-z0-9_.-]*)+$/.test(path)) {
    throw new Error(`a bundle cannot hold the path ${JSON.stringify(path)}`);
  }
  if (text.includes("\0") || text.includes("\r")) {
    throw new Error(`${path}: a bundle holds plain text without NUL and carriage return characters`);
  }
  const lines = (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
  return `part ${path}\n${lines.map((line) => `  ${line}\n`).join("")}`;
}

function singleLine(text: string): string {
  if (/[\n\r\0]/.test(text)) {
    throw new Error(`a bundle's header cannot hold the line break in ${JSON.stringify(text)}`);
  }
  return text;
}
