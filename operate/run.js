// Runs operate/cli.ts: bundled in memory at each call, which takes less time than looking for an older bundle.
const Module = require("node:module");
const { join } = require("node:path");
const { buildSync } = require("esbuild");

const entry = join(__dirname, "cli.ts");
const built = buildSync({
  entryPoints: [entry],
  bundle: true,
  write: false,
  platform: "node",
  target: "node20",
  packages: "external",
  logLevel: "error",
});
const program = new Module(entry, module);
program.filename = entry;
program.paths = module.paths;
program._compile(built.outputFiles[0].text, entry);
