// A file of the user's in YAML: its values, and the line of each.
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
} from "yaml";
import type { Path } from "../config/problem";

/** Where something stands in a file. */
export interface Origin {
  /** As the user named it. */
  readonly file: string;
  readonly line: number;
}

export interface Source {
  readonly file: string;
  /** Unquoted text is a number or a boolean only if that prints as the same text: labels such as 1.10 stay as they are. */
  readonly data: unknown;
  /** The line of a value, or of the nearest one around it. */
  at(path: Path): Origin;
}

/** @throws Error that names the line which is not YAML */
export function readSource(file: string, text: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text.replace(/^\ufeff/, ""), { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line } = lines.linePos(error.pos[0]);
    throw new Error(`${file}:${line}: is not YAML (${error.message}); correct the file`);
  }
  const lineAt = (offset: number | undefined) => (offset === undefined ? 1 : lines.linePos(offset).line);
  return {
    file,
    data: plain(document.contents, document),
    at: (path) => ({ file, line: lineAt(offsetOf(document, path)) }),
  };
}

/** Several files as one, of groups of variables; those of later files override those of earlier ones. */
export function combined(sources: readonly Source[]): Source {
  const groups = sources.map(({ data }) => (data ?? {}) as object);
  const of = (key: unknown) =>
    sources.findLast((_, index) => Object.hasOwn(groups[index] ?? {}, String(key)));
  return {
    file: sources.map(({ file }) => file).join(", "),
    data: Object.assign({}, ...groups),
    at: (path) => (of(path[0]) ?? (sources[0] as Source)).at(path),
  };
}

type Item = Pair<Node, Node | null>;

function plain(given: unknown, document: Document): unknown {
  const node = resolved(given, document);
  if (isMap(node)) {
    const own = (node.items as Item[]).flatMap((item) => entries(item, document));
    return Object.fromEntries(own);
  }
  if (isSeq(node)) return node.items.map((item) => plain(item, document));
  return isScalar(node) ? scalar(node) : null;
}

/** `<<` takes over the entries of another group, which the group's own override. */
function entries({ key, value }: Item, document: Document): Array<[string, unknown]> {
  if (!isMerge(key)) return [[String(scalar(key as Scalar)), plain(value, document)]];
  const merged = [plain(value, document)].flat();
  return merged.flatMap((group) => Object.entries((group ?? {}) as object));
}

const isMerge = (key: unknown) => isScalar(key) && key.source === "<<";

function resolved(node: unknown, document: Document): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

function scalar(node: Scalar): unknown {
  if (node.type !== "PLAIN") return node.value ?? "";
  const text = node.source ?? "";
  if (/^(|~|null)$/i.test(text)) return null;
  if (/^(true|false)$/.test(text)) return text === "true";
  return /^-?(\d+|\d+\.\d+)$/.test(text) && String(Number(text)) === text ? Number(text) : text;
}

function offsetOf(document: Document, path: Path): number | undefined {
  let node: unknown = resolved(document.contents, document);
  let offset = (node as Node | null)?.range?.[0];
  for (const part of path) {
    if (isMap(node)) {
      const pair = pairOf(node.items as Item[], String(part), document);
      if (pair === undefined) return offset;
      offset = (pair.key as Scalar).range?.[0] ?? offset;
      node = resolved(pair.value, document);
    } else if (isSeq(node)) {
      const item = node.items[Number(part)] as Node | undefined;
      offset = item?.range?.[0] ?? offset;
      node = resolved(item, document);
    } else return offset;
  }
  return offset;
}

function pairOf(items: readonly Item[], key: string, document: Document): Item | undefined {
  const own = items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key);
  if (own !== undefined) return own;
  const merged = items.filter((pair) => isMerge(pair.key)).map(({ value }) => resolved(value, document));
  const groups = merged.flatMap((value) =>
    isSeq(value) ? value.items.map((item) => resolved(item, document)) : [value],
  );
  for (const group of groups) {
    const found = isMap(group) ? pairOf(group.items as Item[], key, document) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
