import { existsSync } from "node:fs";
import { join } from "node:path";

type Tests = ReadonlyArray<{ path: string; context: unknown }>;
const LongestFirst: {
  new (options: object): { sort(tests: Tests): Tests };
  readonly LONGEST: readonly string[];
} = require("./sequencer.js");

const { LONGEST } = LongestFirst;
const integration = (name: string) => join(__dirname, "integration", `${name}.test.ts`);

test("the files that take longest come first, in their order", () => {
  const [longest = "", second = ""] = LONGEST;
  const config = { cache: false, cacheDirectory: "/nowhere", id: "none" };
  const context = { config, hasteFS: { getSize: () => 1 } };
  const given = [__filename, integration(second), integration("toolchain"), integration(longest)];
  const sorted = new LongestFirst({}).sort(given.map((path) => ({ path, context })));
  expect(sorted.map(({ path }) => path).slice(0, 2)).toEqual([integration(longest), integration(second)]);
  expect(sorted).toHaveLength(given.length);
});

test.each(LONGEST)("%s is a test", (name) => {
  expect(existsSync(integration(name))).toBe(true);
});
