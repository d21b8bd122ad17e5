// The folders are the architecture: who may import from whom, as docs/architecture.md tells it.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import lab from "../../lab/package.json";
import podwatch from "../../package.json";
import { root } from "./markdown";

/** What the files of each layer may import besides each other. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  "start.js": ["start"],
  "index.ts": ["components", "config"],
  package: [
    "components",
    "config",
    "connection",
    "lib",
    "package.json",
    "sections",
    ...services("component", "placement", "render", "schema"),
  ],
  components: [
    "config",
    "connection",
    "engines",
    "lib",
    "sections",
    ...services("component", "placement", "render"),
  ],
  catalogue: ["lib", ...services("rules")],
  sections: ["config", ...services("section")],
  [service("placement")]: [
    "components",
    "config",
    "dashboards",
    ...services("component", "endpoint", "render"),
  ],
  [service("component")]: [
    "components",
    "config",
    "dashboards",
    "lib",
    ...services("endpoint", "render", "schema"),
  ],
  [service("section")]: ["config", "lib", ...services("endpoint", "render", "resolve", "schema")],
  [service("resolve")]: [
    "catalogue",
    "config",
    "connection",
    "dashboards",
    "lib",
    "versions.json",
    ...services("receivers", "render", "schema"),
  ],
  [service("render")]: ["catalogue", "lib", ...services("endpoint", "receivers", "rules")],
  [service("schema")]: ["catalogue", "config", "lib", "versions.json", ...services("receivers")],
  // A kind of receiver is one entry: its settings, and what they become.
  [service("receivers")]: ["config"],
  [service("rules")]: ["lib", ...services("endpoint")],
  [service("board")]: ["dashboards", ...services("endpoint")],
  [service("endpoint")]: ["lib"],
  config: [
    "catalogue",
    "connection",
    "engines",
    "lib",
    "sections",
    ...services("endpoint", "resolve", "schema"),
  ],
  engines: ["lib"],
  connection: ["lib"],
  dashboards: ["lib"],
  "dashboards/preview": ["operate"],
  operate: ["config", "connection", "grafana-api", "lib", ...services("endpoint", "render", "rules")],
  import: ["config", "lib", "operate", "sections", ...services("endpoint", "receivers", "resolve", "schema")],
  deliver: ["config", "connection", "lib", "operate"],
  lab: ["package.json", "versions.json"],
  bench: ["tests", "versions.json"],
};

/** Tests may look at everything. */
const FREE = ["tests"];

const sources = readdirSync(root)
  .filter((name) => !/^(\.|node_modules$|bin$)/.test(name))
  .flatMap((name) => sourcesBelow(join(root, name)));

test("each layer imports only from those that its arrows point to", () => {
  const strange = sources.flatMap((path) => {
    const from = layer(path);
    const allowed = [from, ...(ARROWS[from] ?? [])];
    return imports(path)
      .filter((word) => word.startsWith("."))
      .map((word) => relative(root, join(path, "..", word)))
      .filter((target) => !FREE.includes(from) && !allowed.includes(layer(join(root, target))))
      .map((target) => `${relative(root, path)} imports ${target}`);
  });
  expect(strange).toEqual([]);
});

test("the layers are found, and their arrows are needed", () => {
  const seen = (from: string) =>
    sources
      .filter((path) => layer(path) === from)
      .flatMap((path) => imports(path).map((word) => layer(join(path, "..", word))));
  for (const [from, targets] of Object.entries(ARROWS)) {
    expect({ from, targets: targets.filter((target) => !seen(from).includes(target)) }).toEqual({
      from,
      targets: [],
    });
  }
});

test("what renders, looks after hosts or delivers does not know of Pulumi's SDK", () => {
  const withPulumi = sources.filter((path) => imports(path).some((word) => word.startsWith("@pulumi/")));
  const allowed = [
    "components",
    service("component"),
    service("placement"),
    "config",
    "index.ts",
    "lab",
    "package",
    "start",
    "tests",
  ];
  expect([...new Set(withPulumi.map(layer))].filter((name) => !allowed.includes(name))).toEqual([]);
  const inConfig = withPulumi.filter((path) => layer(path) === "config").map((path) => relative(root, path));
  expect(inConfig).toEqual(["config/load.ts"]);
});

test("the lab is a package of its own, which names what it uses", () => {
  const used = new Set(
    [join(root, "lab/toolchain/version-of"), ...sources.filter((path) => layer(path) === "lab")]
      .flatMap((path) => imports(path))
      .filter((word) => /^(?!node:)[@a-z]/.test(word))
      .map((word) => /^(@[^/]+\/)?[^/]+/.exec(word)?.[0]),
  );
  expect(Object.keys(lab.dependencies)).toEqual([...used].sort());
  const product: Record<string, string> = { ...podwatch.dependencies, ...podwatch.devDependencies };
  for (const [name, version] of Object.entries(lab.dependencies))
    expect({ name, version: product[name] ?? version }).toEqual({ name, version });
});

test("no file of the product is longer than 300 lines", () => {
  const product = [
    "components",
    "config",
    "connection",
    "deliver",
    "dashboards",
    "engines",
    "grafana-api",
    "influxdb-api",
    "host",
    "import",
    "lib",
    "operate",
    "start",
  ];
  const long = product
    .flatMap((folder) => filesBelow(join(root, folder)))
    .filter((path) => /\.(ts|js|sh)$/.test(path))
    .map((path) => ({ path: relative(root, path), lines: readFileSync(path, "utf8").split("\n").length - 1 }))
    .filter(({ lines }) => lines > 300);
  expect(long).toEqual([]);
});

/** The layer of a service's files that end so: `prometheus/schema.ts` as well as `prometheus/alerts.schema.ts`. */
function service(layer: string): string {
  return `components/<service>/${layer}`;
}

function services(...layers: readonly string[]): string[] {
  return layers.map(service);
}

/** The layer that a path belongs to: its folder at the top, or the file there; some folders have several. */
function layer(path: string): string {
  const inside = relative(root, path);
  const [name = "", inner = "", file] = inside.split("/");
  const [, list] = /^components\/(catalogue|sections)(?:\.ts)?$/.exec(inside) ?? [];
  if (list !== undefined) return list;
  if (name === "components" && file !== undefined && inner !== "remote")
    return service(file.replace(/\.ts$/, "").split(".").at(-1) ?? "");
  return name === "dashboards" && inner === "preview" ? `${name}/${inner}` : name;
}

function sourcesBelow(path: string): string[] {
  return filesBelow(path).filter((file) => /\.(ts|js)$/.test(file));
}

function filesBelow(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).flatMap((name) => filesBelow(join(path, name)));
}

/** What stands in `import`, `export ... from` and `require`. */
function imports(path: string): string[] {
  const text = readFileSync(path, "utf8");
  return [...text.matchAll(/(?:\bfrom|\bimport|\bimport\(|\brequire\()\s*"([^"]+)"/g)].flatMap(
    ([, word]) => word ?? [],
  );
}
