// The folders are the architecture: who may import from whom, as docs/architecture.md tells it.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { root } from "./papers";

/** What the files of each folder may import besides each other. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  "start.js": ["start"],
  "index.ts": ["components", "config"],
  components: ["config", "dashboards", "lib", "session"],
  config: ["dashboards", "lib", "versions.json"],
  lib: ["dashboards"],
  session: ["lib"],
  "dashboards/preview": ["operate"],
  operate: ["config", "lib", "session"],
  deliver: ["config", "lib", "operate", "session"],
  lab: ["operate", "package.json", "versions.json"],
  bench: ["tests", "versions.json"],
};

/** Tests may look at everything. */
const FREE = ["tests"];

const sources = readdirSync(root)
  .filter((name) => !/^(\.|node_modules$|bin$)/.test(name))
  .flatMap((name) => sourcesBelow(join(root, name)));

test("each folder imports only from those that its arrows point to", () => {
  const strange = sources.flatMap((path) => {
    const from = top(path);
    const allowed = [from, ...(ARROWS[from] ?? [])];
    return imports(path)
      .filter((word) => word.startsWith("."))
      .map((word) => relative(root, join(path, "..", word)))
      .filter((target) => !FREE.includes(from) && !allowed.includes(top(join(root, target))))
      .map((target) => `${relative(root, path)} imports ${target}`);
  });
  expect(strange).toEqual([]);
});

test("the folders are found, and their arrows are needed", () => {
  const seen = (from: string) =>
    sources
      .filter((path) => top(path) === from)
      .flatMap((path) => imports(path).map((word) => top(join(path, "..", word))));
  for (const [from, targets] of Object.entries(ARROWS)) {
    expect({ from, targets: targets.filter((target) => !seen(from).includes(target)) }).toEqual({
      from,
      targets: [],
    });
  }
});

test("what renders, looks after hosts or delivers does not know of Pulumi's SDK", () => {
  const withPulumi = sources.filter((path) => imports(path).some((word) => word.startsWith("@pulumi/")));
  const allowed = ["components", "config", "index.ts", "lab", "start", "tests"];
  expect([...new Set(withPulumi.map(top))].filter((name) => !allowed.includes(name))).toEqual([]);
  const inConfig = withPulumi.filter((path) => top(path) === "config").map((path) => relative(root, path));
  expect(inConfig).toEqual(["config/load.ts"]);
});

/** The folder, or the file, at the top that a path belongs to; what draws dashboards stands apart from their sources. */
function top(path: string): string {
  const [name = "", inner] = relative(root, path).split("/");
  return name === "dashboards" && inner === "preview" ? `${name}/${inner}` : name;
}

function sourcesBelow(path: string): string[] {
  if (!statSync(path).isDirectory()) return /\.(ts|js)$/.test(path) ? [path] : [];
  return readdirSync(path).flatMap((name) => sourcesBelow(join(path, name)));
}

/** What stands in `import`, `export ... from` and `require`. */
function imports(path: string): string[] {
  const text = readFileSync(path, "utf8");
  return [...text.matchAll(/(?:\bfrom|\bimport|\bimport\(|\brequire\()\s*"([^"]+)"/g)].flatMap(
    ([, word]) => word ?? [],
  );
}
