// What the Markdown files refer to exists: linked files and headings, paths, settings, make targets and npm scripts.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { namespace, stack } from "../../config/schema";
import { isGroup, schemaAt } from "../../config/walk";
import { scripts } from "../../package.json";
import { anchors, codeSpans, commands, links, type MarkdownFile, markdownFiles, root } from "./markdown";

const all = markdownFiles();

/** Also below a group whose keys are names of the user's choice. */
const isSetting = (path: string) => schemaAt(stack, path.split(".")) !== undefined;

test("the Markdown files are read", () => {
  const paths = all.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining([
      "README.md",
      "CHANGELOG.md",
      "CONTRIBUTING.md",
      "docs/architecture.md",
      "docs/configuration.md",
      "docs/operating.md",
      "examples/roq-monitor/README.md",
    ]),
  );
});

describe.each(all.map((page) => [page.path, page] as const))("%s", (_, page) => {
  test("links have existing targets", () => {
    expect(links(page).filter((target) => !isReached(target, page))).toEqual([]);
  });

  test("paths exist", () => {
    const paths = commands(page)
      .flatMap((code) => code.split(/\s+/))
      .filter(isPath);
    expect(paths.filter((path) => !isThere(path, page))).toEqual([]);
  });

  test("settings exist", () => {
    const named = [...page.text.matchAll(/podwatch:([A-Za-z]+(?:\.[A-Za-z]+)*)/g)]
      .map(([, path = ""]) => path)
      .filter((path) => !path.startsWith("index"));
    const shown = page.blocks.flatMap(({ language, text }) => (language === "yaml" ? settingsIn(text) : []));
    expect([...named, ...shown].filter((path) => !isSetting(path))).toEqual([]);
  });

  test("make targets and npm scripts exist", () => {
    const makefile = readFileSync(join(root, "Makefile"), "utf8");
    const missing = commands(page).filter((command) => {
      const [program, word, script] = command.split(/\s+/);
      if (program === "make" && word !== undefined) return !new RegExp(`^${word}:`, "m").test(makefile);
      return program === "npm" && word === "run" && !(String(script) in scripts);
    });
    expect(missing).toEqual([]);
  });
});

test("every setting that is named in code alone, such as gateways.gid, exists", () => {
  const sections = Object.keys(stack.shape).join("|");
  const named = all
    .flatMap(codeSpans)
    .filter((code) => new RegExp(`^(${sections})\\.[A-Za-z.]+$`).test(code));
  expect(named.filter((path) => !isSetting(path) && !/\.(yml|service|ini)$/.test(path))).toEqual([]);
});

function isReached(target: string, page: MarkdownFile): boolean {
  if (/^https?:\/\//.test(target)) return true;
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? join(root, page.path) : join(page.folder, path);
  if (!existsSync(file)) return false;
  return anchor === undefined || anchors(readFileSync(file, "utf8")).includes(anchor);
}

const TOP = readdirSync(root).filter((name) => name !== "node_modules" && name !== "bin");

/** Whether a word means a file or folder of this repository. */
/** What pages show as an example of a file of the reader's own. */
const READERS = /^(clouds\.yaml|playbooks\/.+)$/;

function isPath(word: string): boolean {
  if (READERS.test(word)) return false;
  if (!/^[A-Za-z.][A-Za-z0-9_.*-]*(\/[A-Za-z0-9_.*-]*)*$/.test(word)) return false;
  const [first = ""] = word.split("/");
  // Made anew on each machine.
  if (first === "bin") return false;
  if (word.includes("/") && TOP.includes(first)) return !first.startsWith(".") || first === ".ci";
  return /\.(ts|js|json|yaml|md|sh|svg|mustache)$/.test(word) && !word.startsWith(".");
}

function isThere(path: string, page: MarkdownFile): boolean {
  return [root, page.folder].some((folder) => {
    if (!path.includes("*")) {
      const file = join(folder, path);
      return existsSync(file) && (!path.endsWith("/") || statSync(file).isDirectory());
    }
    const inside = dirname(join(folder, path));
    return (
      existsSync(inside) &&
      readdirSync(inside).some((name) => matches(join(inside, name), join(folder, path)))
    );
  });
}

function matches(path: string, glob: string): boolean {
  const pattern = glob.split("*").map((part) => part.replaceAll(/[.\\/+?^$(){}|[\]]/g, "\\$&"));
  return new RegExp(`^${pattern.join("[^/]*")}$`).test(path);
}

/** The settings that a piece of a stack file sets, as `settingPaths` writes them. */
function settingsIn(yaml: string): string[] {
  const { config } = (parse(yaml) ?? {}) as { config?: Record<string, unknown> };
  return Object.entries(config ?? {}).flatMap(([key, value]) => {
    const name = key.startsWith(`${namespace}:`) ? key.slice(namespace.length + 1) : key;
    return [name, ...below(value, name === "hosts").map((path) => `${name}.${path}`)];
  });
}

function below(value: unknown, named = false): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => below(item).map((path) => `[].${path}`));
  if (!isGroup(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const name = named ? "NAME" : key;
    return [name, ...below(inner).map((path) => `${name}.${path}`)];
  });
}
