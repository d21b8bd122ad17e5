import { execFileSync } from "node:child_process";
import { join } from "node:path";

const CHECKOUT = join(__dirname, "..", "..");

test("a postponed package is loaded when it is used, and not before", () => {
  expect(
    said(`
      postpone(["typescript", "got", "no-such-package"]);
      const pulumi = require("@pulumi/pulumi");
      const ts = require("typescript");
      say(Object.keys(require.cache).filter((file) => /node_modules.(got|cacheable-request)/.test(file)).length);
      say(ts.version.split(".").length, typeof ts.createProgram, require("typescript") === require("typescript"));
      say(typeof require("got").default.get);
      say(Object.keys(require.cache).filter((file) => /node_modules.(got|cacheable-request)/.test(file)).length > 10);
    `),
  ).toEqual(["1", "3 function true", "function", "true"]);
});

test("what is postponed can be called, constructed and imported as before", () => {
  expect(
    said(`
      postpone(["normalize-package-data", "@npmcli/arborist"]);
      const normalize = require("normalize-package-data");
      const { Arborist } = require("@npmcli/arborist");
      const data = { name: "x", version: "1.0.0" };
      normalize(data);
      say(data._id, normalize.default === undefined, new Arborist({ path: "." }).constructor.name, "Arborist" in require("@npmcli/arborist"));
    `),
  ).toEqual(["x@1.0.0 false Arborist true"]);
});

test("the SDK still loads what start/early.js postpones, and still has what start/discreet.js replaces", () => {
  const [wanted = "", loaded, ...inside] = said(`
    const { UNUSED, TRACING } = spawnedLists();
    const sdk = require("node:module").createRequire(require.resolve("@pulumi/pulumi"));
    const packages = [...UNUSED, ...TRACING.map((name) => "@opentelemetry/" + name)];
    const files = packages.map((name) => [name, sdk.resolve(name)]);
    const pulumi = require("@pulumi/pulumi");
    require("@pulumi/pulumi/cmd/run/tracing");
    say(packages.join());
    say(files.filter(([, file]) => file in require.cache).map(([name]) => name).join());
    say(typeof require("@pulumi/pulumi/log").debug);
    say(typeof pulumi.runtime.allConfig, typeof pulumi.runtime.isConfigSecret);
  `);
  expect(wanted.split(",").length).toBeGreaterThan(8);
  expect({
    loaded,
    inside,
    "after an update of the SDK":
      "remove from start/early.js what it no longer loads; look where its debug messages and its configuration went",
  }).toEqual({
    loaded: wanted,
    inside: ["function", "function function"],
    "after an update of the SDK": expect.anything(),
  });
});

test("what is loaded already stays as it is", () => {
  expect(
    said(`
      const before = require("typescript");
      postpone(["typescript"]);
      say(before === require("typescript"));
    `),
  ).toEqual(["true"]);
});

test("stacks of errors name the sources, those of no errors are left alone", () => {
  expect(
    said(`
      Error.prepareStackTrace = () => "mapped";
      mapOnlyErrors();
      say(new Error("wrong").stack);
      const [first, second] = new Error().stack.split("\\n");
      say(first, /^    at .*\\[eval\\]:\\d+:\\d+/.test(second));
    `),
  ).toEqual(["mapped", "Error true"]);
});

/** What a script says in a Node.js of its own: jest's modules are not Node's. */
function said(script: string): string[] {
  const head = `
    const { postpone } = require("./start/postpone.js");
    const { mapOnlyErrors } = require("./start/stacks.js");
    const say = (...words) => console.log(words.join(" "));
    // In a process of its own: in this one the lists would be postponed.
    const spawnedLists = () => JSON.parse(require("node:child_process").execFileSync(process.execPath,
      ["-p", 'JSON.stringify(require("./start/early.js"))']));`;
  return execFileSync(process.execPath, ["-e", head + script], { cwd: CHECKOUT, encoding: "utf8" })
    .trim()
    .split("\n");
}
