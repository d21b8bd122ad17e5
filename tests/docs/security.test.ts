// What docs/security.md says was tried is tried by a test of that name.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./markdown";

const page = readFileSync(join(root, "docs/security.md"), "utf8");

/** Rows of tables whose second column names a test file, and titles of its tests in quotes. */
const claims = [...page.matchAll(/^\| (?<tried>[^|]+) \| `(?<file>tests\/[^`]+)`(?<titles>[^|]*) \|/gm)].map(
  ({ groups }) => ({
    tried: String(groups?.tried).trim(),
    file: String(groups?.file),
    titles: [...String(groups?.titles).matchAll(/"([^"]+)"/g)].map(([, title]) => String(title)),
  }),
);

test("the table of what was tried is read", () => {
  expect(claims.length).toBeGreaterThan(20);
});

test.each(claims)("$tried: $file", ({ file, titles }) => {
  const path = join(root, file);
  expect(existsSync(path)).toBe(true);
  const source = readFileSync(path, "utf8");
  expect(titles.length).toBeGreaterThan(0);
  expect(titles.filter((title) => !source.includes(title))).toEqual([]);
});
