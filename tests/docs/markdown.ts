// The project's Markdown files, parsed: links, code spans and code blocks.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

export const root = join(__dirname, "../..");

export interface MarkdownFile {
  /** Path in the repository. */
  readonly path: string;
  /** Its folder, the base of relative links. */
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

/** Those at the top level, and all below docs/ and examples/. */
export function markdownFiles(): MarkdownFile[] {
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

function read(folder: string, name: string): MarkdownFile {
  const path = relative(root, join(folder, name));
  const text = readFileSync(join(folder, name), "utf8");
  return { path, folder: dirname(join(root, path)), text, ...takeApart(text) };
}

const FENCE = /^ *```(\w*)\n(.*?)^ *```$/gms;

export function takeApart(text: string): Pick<MarkdownFile, "prose" | "blocks"> {
  const blocks = [...text.matchAll(FENCE)].map(([, language = "", inner = ""]) => ({
    language,
    text: unindent(inner),
  }));
  return { prose: text.replaceAll(FENCE, ""), blocks };
}

/** A block inside a list is indented. */
function unindent(text: string): string {
  const indent = /^ */.exec(text)?.[0].length ?? 0;
  return text.replaceAll(new RegExp(`^ {0,${indent}}`, "gm"), "");
}

export function links(page: MarkdownFile): string[] {
  return [...page.prose.matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = ""]) => target);
}

export function codeSpans(page: MarkdownFile): string[] {
  return [...page.prose.matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
}

/** The anchors of a page's headings, as GitHub makes them. */
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
export function commands(page: MarkdownFile): string[] {
  const typed = page.blocks.filter(({ language }) => language === "sh");
  return [...codeSpans(page), ...typed.flatMap(({ text }) => text.split("\n"))].map((line) => line.trim());
}
