import type { Outcome } from "./integration/support/faults";

type Rows = Readonly<Record<string, object>>;
const {
  tables,
  withOutcomes,
}: {
  tables(rows: Rows): string;
  withOutcomes(rows: Rows, outcomes: readonly Outcome[]): Rows;
} = require("./integration/support/reliability.js");

const interruption = (seed: number, recovery?: number) => ({
  fault: "a reboot",
  result: "it converges",
  seed,
  ...(recovery === undefined ? { passed: false } : { passed: true, met: true, recovery }),
});

const row = (text: string) => text.split("\n").find((line) => line.startsWith("| a "));

test("tries with a new seed are added, those of a known one take its place", () => {
  const first = withOutcomes({}, [interruption(1, 3), interruption(1, 5), interruption(1, 40)]);
  const second = withOutcomes(first, [interruption(2, 4), interruption(2, 6)]);
  expect(row(tables(second))).toBe("| a reboot | 5 | 5 | it converges | 5.0 s | 40.0 s | 1, 2 |");
  const third = withOutcomes(second, [interruption(1, 7)]);
  expect(row(tables(third))).toBe("| a reboot | 3 | 3 | it converges | 6.0 s | 7.0 s | 1, 2 |");
});

test("a try that failed is counted, also where no other has the seed", () => {
  const rows = withOutcomes({}, [interruption(1, 3), interruption(1), interruption(2)]);
  expect(row(tables(rows))).toBe("| a reboot | 3 | 1 | **1 of 3:** it converges | 3.0 s | 3.0 s | 1, 2 |");
  const none = withOutcomes({}, [interruption(3)]);
  expect(row(tables(none))).toBe("| a reboot | 1 | 0 | **0 of 1:** it converges |  |  | 3 |");
});

test("any other fault has its last run only, and the rest stays", () => {
  const outcome = { fault: "a full disk", result: "told", passed: false };
  const failed = withOutcomes({}, [outcome, { ...outcome, passed: true }]);
  expect(row(tables(failed))).toBe("| a full disk | 2 | **1 of 2:** told |");
  const rows = withOutcomes(failed, [{ ...outcome, passed: true }]);
  expect(row(tables(rows))).toBe("| a full disk | 1 | told |");
  expect(withOutcomes(rows, [])).toEqual(rows);
});

test("faults stand under the heading of their test file", () => {
  const outcome = { result: "told", passed: true };
  const rows = withOutcomes({}, [
    { ...outcome, fault: "a disk", file: "badHosts" },
    { ...outcome, fault: "a file", file: "new" },
    { ...outcome, fault: "a rule", file: "checks" },
  ]);
  const lines = tables(rows).split("\n");
  const others = lines.slice(lines.indexOf("### Other faults") + 1);
  expect(others.filter((line) => /^(\*\*|\| a )/.test(line))).toEqual([
    "**Errors found before anything is changed**",
    "| a rule | 1 | told |",
    "**Hosts in a bad state, and shared hosts**",
    "| a disk | 1 | told |",
    "**Others**",
    "| a file | 1 | told |",
  ]);
});
