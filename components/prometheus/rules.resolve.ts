// Users' own rules and their unit tests: read, named uniquely, and with paths that match on the host.

import { posix } from "node:path";
import { safeLoad } from "js-yaml";
import type { Context } from "../../config/context";
import { quote, quotePath, type Report } from "../../config/problem";
import { pattern, shippedFiles } from "../../config/resolve/files";
import type { Locate } from "../../config/resolve/locate";
import { isGroup } from "../../config/walk";
import { RULES_FROM_TESTS } from "./render";
import type { PrometheusSettings, ShippedFile } from "./schema";

interface Given {
  readonly ruleFiles: readonly string[];
  readonly ruleTests: readonly string[];
}

/** promtool checks their content on the host. */
export function resolveRules(
  given: Given,
  locate: Locate,
  context: Context,
  report: Report,
): Pick<PrometheusSettings, "ruleFiles" | "ruleTests"> {
  const files = (setting: keyof Given, what: string) =>
    shippedFiles(
      given[setting],
      {
        what,
        check: (name) =>
          /\.ya?ml$/.test(name)
            ? undefined
            : `is not ${what}, which ends in .yml or .yaml; write the path of one, or rename it`,
      },
      (index) => locate([setting, index]),
      context,
      report,
    );
  const tests = files("ruleTests", "a file with tests of rules");
  const ruleFiles = files("ruleFiles", "a rule file").filter(
    ({ path }) => !tests.some((test) => posix.normalize(test.path) === posix.normalize(path)),
  );
  const ruleTests = tests.map((test) => {
    const found = onHost(test, ruleFiles);
    if ("content" in found) return { ...test, content: found.content };
    report(locate(["ruleTests"]), `${quotePath(test.path)} ${found.message}`);
    return test;
  });
  return { ruleFiles, ruleTests };
}

type Outcome = { readonly content: string } | { readonly message: string };

/** The tests for the host, where all rule files are below one directory. */
function onHost(test: ShippedFile, ruleFiles: readonly ShippedFile[]): Outcome {
  let parsed: unknown;
  try {
    parsed = safeLoad(test.content);
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : "unreadable";
    return { message: `is not YAML (${reason.replace(/:$/, "")}); correct the file` };
  }
  const entries = isGroup(parsed) ? parsed.rule_files : undefined;
  if (!isGroup(parsed) || !isListOfTexts(entries) || entries.length === 0)
    return { message: 'names no rules to test; write them into it, such as rule_files: ["own.yml"]' };
  const names: string[] = [];
  for (const entry of entries) {
    const matching = tested(entry, test.path, ruleFiles);
    if (matching.length === 0)
      return {
        message: `tests ${quote(entry)}, relative to the file itself, which is not listed in ruleFiles; add it there, or correct rule_files`,
      };
    names.push(...matching);
  }
  const up = "../".repeat(test.name.split("/").length - 1);
  const rule_files = [...new Set(names)].map((name) => `${up}${RULES_FROM_TESTS}/${name}`);
  const content = withRuleFiles(test.content, rule_files);
  // The list is replaced in the text, since parsing and serialising would change numbers and comments.
  return same(content, { ...parsed, rule_files })
    ? { content }
    : {
        message:
          "has its rule_files in an unexpected place; write rule_files: at the beginning of a line, and the list below it",
      };
}

function isListOfTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === "string");
}

/** Names of the rule files that an entry of a test's `rule_files` means; as for promtool, it may be a pattern. */
function tested(entry: string, testPath: string, ruleFiles: readonly ShippedFile[]): string[] {
  const wanted = posix.isAbsolute(entry)
    ? posix.normalize(entry)
    : posix.join(posix.dirname(testPath), entry);
  const fits = pattern(wanted);
  return ruleFiles.filter(({ path }) => fits.test(posix.normalize(path))).map(({ name }) => name);
}

/** Replaces the value of the key `rule_files`, which has to begin a line. */
function withRuleFiles(content: string, ruleFiles: readonly string[]): string {
  const lines = content.split("\n");
  const first = lines.findIndex((line) => /^rule_files\s*:/.test(line));
  if (first < 0) return content;
  let end = first + 1;
  for (let at = end; /^([ \t#-]|\r?$)/.test(lines[at] ?? "key"); at += 1) {
    if (!/^\s*(#|$)/.test(lines[at] ?? "")) end = at + 1;
  }
  const list = ruleFiles.map((path) => `  - ${path}`);
  return [...lines.slice(0, first), "rule_files:", ...list, ...lines.slice(end)].join("\n");
}

function same(content: string, expected: object): boolean {
  try {
    return JSON.stringify(safeLoad(content)) === JSON.stringify(expected);
  } catch {
    return false;
  }
}
