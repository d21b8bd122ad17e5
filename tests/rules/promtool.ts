// What a real promtool says of rules and of what is expected of them.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Question } from "./questions";

/** What promtool complains of, by question; of what is as expected, nothing. */
export function answers(asked: readonly Question[]): string[] {
  const workspace = mkdtempSync(join(tmpdir(), "podwatch-rules-"));
  try {
    const files = asked.map(({ rules, tests }, index) => {
      const folder = join(workspace, String(index));
      mkdirSync(folder);
      writeFileSync(join(folder, "rules.yml"), rules);
      writeFileSync(join(folder, "tests.yml"), tests);
      return join(folder, "tests.yml");
    });
    return complaints(files, join(workspace, "report.xml"));
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
}

function complaints(files: readonly string[], report: string): string[] {
  const program = join(__dirname, "../../lab/promtool");
  const args = ["test", `--junit=${report}`, "rules", ...files];
  const { stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8", maxBuffer: 1 << 26 });
  if (error) throw error;
  if (!existsSync(report)) throw new Error(`promtool: ${stderr}${stdout}`);
  const suites = readFileSync(report, "utf8").split("<testsuite ").slice(1);
  return files.map((file) => {
    const suite = suites.find((text) => text.startsWith(`name="${file}"`));
    if (suite === undefined) throw new Error(`promtool says nothing of ${file}:\n${stderr}${stdout}`);
    return [...suite.matchAll(/<(?:failure|error)>(.*?)<\/(?:failure|error)>/gs)]
      .map(([, text = ""]) => plain(text))
      .join("\n");
  });
}

function plain(xml: string): string {
  const named: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };
  return xml
    .replaceAll(/&#x([0-9A-Fa-f]+);/g, (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll(/&(\w+);/g, (whole, name: string) => named[name] ?? whole);
}
