// The result of `verify` for pipelines, which show it as that of tests. JUnit's XML, as in https://github.com/testmoapp/junitxml.
import { writeFileSync } from "node:fs";
import type { Check } from "./check";
import type { Answer } from "./everywhere";

export function writeJunit(file: string, answers: ReadonlyArray<Answer<readonly Check[]>>): void {
  const suites = answers.map((answer) =>
    answer.error === undefined
      ? suite(answer.host.name, answer.value)
      : suite(answer.host.name, [{ check: "reached", passed: false, detail: answer.error }]),
  );
  writeFileSync(
    file,
    `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="podwatch">\n${suites.join("")}</testsuites>\n`,
  );
}

function suite(host: string, checks: readonly Check[]): string {
  const failures = checks.filter(({ passed }) => !passed).length;
  const cases = checks.map(({ check, passed, detail }) => {
    const about = `classname="${escaped(host)}" name="${escaped(check)}"`;
    return passed
      ? `    <testcase ${about}><system-out>${escaped(detail)}</system-out></testcase>\n`
      : `    <testcase ${about}><failure message="${escaped(detail)}"/></testcase>\n`;
  });
  return `  <testsuite name="${escaped(host)}" tests="${checks.length}" failures="${failures}">\n${cases.join("")}  </testsuite>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** XML has no way to write most control characters. */
function escaped(text: string): string {
  return text
    .replace(/[^\P{Cc}\t\n]|[\ufffe\uffff]|\p{Cs}/gu, "\ufffd")
    .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character)
    .replace(/\n/g, "&#10;");
}
