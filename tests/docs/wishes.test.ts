// What docs/wishes.md says is proven is proven by a test of that name.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./markdown";

const page = readFileSync(join(root, "docs/wishes.md"), "utf8");

/** Rows of tables whose third column names a test file, and titles of its tests in quotes. */
const rows = [...page.matchAll(/^\| (?<wish>[^|]+) \| [^|]+ \| (?<test>[^|]+) \|$/gm)]
  .map(({ groups }) => ({ wish: String(groups?.wish), test: String(groups?.test) }))
  .filter(({ wish }) => !/^-+$|^what operators asked for$/.test(wish));

test("the table of wishes is read", () => {
  expect(rows.length).toBeGreaterThan(20);
});

test.each(rows)("$wish", ({ test }) => {
  const [, file = ""] = /^`(tests\/[^`]+)`/.exec(test) ?? [];
  expect(existsSync(join(root, file))).toBe(true);
  const source = readFileSync(join(root, file), "utf8");
  const titles = [...test.matchAll(/"([^"]+)"/g)].map(([, title]) => String(title));
  expect(titles.length).toBeGreaterThan(0);
  expect(titles.filter((title) => !source.includes(title))).toEqual([]);
});
