// Runs import/cli.ts.
require("../operate/bundled")(require("node:path").join(__dirname, "cli.ts"));
