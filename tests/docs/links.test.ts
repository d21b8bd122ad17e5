// What the papers name is there: linked files and headings, paths, settings, make targets and npm scripts.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { namespace, stack } from "../../config/schema";
import { isGroup, schemaAt } from "../../config/walk";
import { scripts } from "../../package.json";
import { anchors, codeSpans, commands, links, type Paper, papers, root } from "./papers";

const all = papers();

/** Also below a group whose keys are names of the user's choice. */
const isSetting = (path: string) => schemaAt(stack, path.split(".")) !== undefined;

test("the papers are read", () => {
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

describe.each(all.map((paper) => [paper.path, paper] as const))("%s", (_, paper) => {
  test("links lead somewhere", () => {
    expect(links(paper).filter((target) => !isReached(target, paper))).toEqual([]);
  });

  test("paths are there", () => {
    const paths = commands(paper)
      .flatMap((code) => code.split(/\s+/))
      .filter(isPath);
    expect(paths.filter((path) => !isThere(path, paper))).toEqual([]);
  });

  test("settings exist", () => {
    const named = [...paper.text.matchAll(/podwatch:([A-Za-z]+(?:\.[A-Za-z]+)*)/g)]
      .map(([, path = ""]) => path)
      .filter((path) => !path.startsWith("index"));
    const shown = paper.blocks.flatMap(({ language, text }) => (language === "yaml" ? settingsIn(text) : []));
    expect([...named, ...shown].filter((path) => !isSetting(path))).toEqual([]);
  });

  test("make targets and npm scripts exist", () => {
    const makefile = readFileSync(join(root, "Makefile"), "utf8");
    const missing = commands(paper).filter((command) => {
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
  expect(named.filter((path) => !isSetting(path) && !/\.(yml|service)$/.test(path))).toEqual([]);
});

function isReached(target: string, paper: Paper): boolean {
  if (/^https?:\/\//.test(target)) return true;
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? join(root, paper.path) : join(paper.folder, path);
  if (!existsSync(file)) return false;
  return anchor === undefined || anchors(readFileSync(file, "utf8")).includes(anchor);
}

const TOP = readdirSync(root).filter((name) => name !== "node_modules" && name !== "bin");

/** Whether a word means a file or folder of this repository. */
function isPath(word: string): boolean {
  if (!/^[A-Za-z.][A-Za-z0-9_.*-]*(\/[A-Za-z0-9_.*-]*)*$/.test(word)) return false;
  const [first = ""] = word.split("/");
  // Made anew on each machine.
  if (first === "bin") return false;
  if (word.includes("/") && TOP.includes(first)) return !first.startsWith(".") || first === ".ci";
  return /\.(ts|js|json|yaml|md|sh|svg|mustache)$/.test(word) && !word.startsWith(".");
}

function isThere(path: string, paper: Paper): boolean {
  return [root, paper.folder].some((folder) => {
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
