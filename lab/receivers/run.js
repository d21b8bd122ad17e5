// Runs lab/receivers/main.ts, which says how to call it.
require("../../operate/bundled")(require("node:path").join(__dirname, "main.ts"));
