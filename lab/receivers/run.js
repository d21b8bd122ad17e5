// Runs main.ts, which says how to call it.
const { buildSync } = require("esbuild");

const { outputFiles } = buildSync({
  entryPoints: [`${__dirname}/main.ts`],
  bundle: true,
  write: false,
  platform: "node",
  target: "node20",
  packages: "external",
});
module._compile(outputFiles[0].text, `${__dirname}/main.ts`);
