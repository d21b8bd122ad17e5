// The project's papers, taken apart: links, code spans and code blocks.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

export const root = join(__dirname, "../..");

export interface Paper {
  /** Path in the repository. */
  readonly path: string;
  /** Its folder, from which links start. */
  readonly folder: string;
  readonly text: string;
  /** The text outside code blocks. */
  readonly prose: string;
  readonly blocks: readonly Block[];
}

export interface Block {
  readonly language: string;
  readonly text: string;
}

/** Those at the top, and all below docs/ and examples/. */
export function papers(): Paper[] {
  return [root, ...foldersBelow("docs"), ...foldersBelow("examples")].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith(".md"))
      .map((name) => read(folder, name)),
  );
}

function foldersBelow(name: string): string[] {
  const folder = join(root, name);
  const inner = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  return [folder, ...inner.map((entry) => join(entry.parentPath, entry.name))];
}

function read(folder: string, name: string): Paper {
  const path = relative(root, join(folder, name));
  const text = readFileSync(join(folder, name), "utf8");
  return { path, folder: dirname(join(root, path)), text, ...takeApart(text) };
}

const FENCE = /^ *```(\w*)\n(.*?)^ *```$/gms;

export function takeApart(text: string): Pick<Paper, "prose" | "blocks"> {
  const blocks = [...text.matchAll(FENCE)].map(([, language = "", inner = ""]) => ({
    language,
    text: unindent(inner),
  }));
  return { prose: text.replaceAll(FENCE, ""), blocks };
}

/** A block inside a list stands further right. */
function unindent(text: string): string {
  const indent = /^ */.exec(text)?.[0].length ?? 0;
  return text.replaceAll(new RegExp(`^ {0,${indent}}`, "gm"), "");
}

export function links(paper: Paper): string[] {
  return [...paper.prose.matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = ""]) => target);
}

export function codeSpans(paper: Paper): string[] {
  return [...paper.prose.matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
}

/** The anchors of a paper's headings, as GitHub makes them. */
export function anchors(text: string): string[] {
  const headings = [...takeApart(text).prose.matchAll(/^#+ (.+)$/gm)];
  return headings.map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{Letter}\p{Number} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** Every line that a reader may type: code spans, and the lines of shell blocks. */
export function commands(paper: Paper): string[] {
  const typed = paper.blocks.filter(({ language }) => language === "sh");
  return [...codeSpans(paper), ...typed.flatMap(({ text }) => text.split("\n"))].map((line) => line.trim());
}
