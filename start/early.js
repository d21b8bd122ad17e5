// Loaded before the Pulumi SDK (`nodeargs` in Pulumi.yaml), so that the SDK itself starts faster.
const Module = require("node:module");
const { join } = require("node:path");
const { postpone } = require("./postpone.js");
const { mapOnlyErrors } = require("./stacks.js");

/** From Node.js 22 on: compiled code of the SDK and of the program is kept, in a directory that is this checkout's alone. */
Module.enableCompileCache?.(join(__dirname, "..", "bin", "cache"));

/** Packing functions into the state (the first three), and driving other Pulumi programs. */
const UNUSED = ["typescript", "@npmcli/arborist", "normalize-package-data", "got", "execa"];

/** What the SDK uses only where the engine asks for a trace. */
const TRACING = [
  "exporter-zipkin",
  "instrumentation",
  "instrumentation-grpc",
  "resources",
  "sdk-trace-base",
  "sdk-trace-node",
];

// What the SDK loads at every start but needs only for what this program does not do.
postpone([...UNUSED, ...TRACING.map((name) => `@opentelemetry/${name}`)]);

// The SDK begins with this as well. Done before it, so that its own records, from its first resource on, are not resolved.
try {
  require("source-map-support/register");
} catch {
  // An SDK that has another: what follows then applies to what it has installed by now, if anything.
}
mapOnlyErrors();

module.exports = { UNUSED, TRACING };
