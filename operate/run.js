// Runs operate/cli.ts.
require("./bundled")(require("node:path").join(__dirname, "cli.ts"));
