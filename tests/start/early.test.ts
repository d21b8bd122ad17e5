// What runs before the Pulumi SDK is loaded.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";

const CHECKOUT = join(__dirname, "..", "..");

/** As Pulumi starts Node.js: with the arguments that Pulumi.yaml says, in the directory of the project. */
function started(script: string, environment: NodeJS.ProcessEnv = {}): string {
  const { runtime } = load(readFileSync(join(CHECKOUT, "Pulumi.yaml"), "utf8")) as {
    runtime: { options: { nodeargs: string } };
  };
  const { TRACEPARENT: _, ...inherited } = process.env;
  return execFileSync(process.execPath, [...runtime.options.nodeargs.split(" "), "-p", script], {
    cwd: CHECKOUT,
    encoding: "utf8",
    env: { ...inherited, ...environment },
  }).trim();
}

test("what only traces need is not loaded before the SDK is", () => {
  const script = `
    require("@pulumi/pulumi/cmd/run/instrumentation");
    require("@pulumi/pulumi/cmd/run/tracing");
    Object.keys(require.cache).filter((file) => /@opentelemetry.(sdk-trace-base|core|instrumentation).build.src/.test(file)).length`;
  expect(Number(started(script))).toBeLessThanOrEqual(3);
});

test("where the engine asks for a trace, gRPC is instrumented", () => {
  const script = `
    require("@pulumi/pulumi/cmd/run/instrumentation");
    console.log(require("@grpc/grpc-js").makeClientConstructor.__wrapped === true);
    process.exit()`;
  const traced = {
    TRACEPARENT: `00-${"a".repeat(32)}-${"b".repeat(16)}-01`,
    PULUMI_OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9",
  };
  expect(started(script)).toBe("false");
  expect(started(script, traced)).toBe("true");
});

test("with --tracing, what was postponed works", () => {
  const script = `
    const tracing = require("@pulumi/pulumi/cmd/run/tracing");
    tracing.start("http://127.0.0.1:9");
    tracing.newSpan("a", "b", "c").constructor.name`;
  // The exporter keeps no process alive, and nobody listens.
  expect(started(script)).toMatch(/Span/);
});

test("what the SDK records without a message is not resolved, from its first resource on; an error is", () => {
  const script = `
    const beside = { paths: [require.resolve("@pulumi/pulumi/cmd/run/index.js")] };
    require(require.resolve("source-map-support/register", beside));
    let read = 0;
    const { install } = require(require.resolve("source-map-support", beside));
    install({ retrieveFile: () => { read += 1; return null; } });
    new Error().stack;
    const before = read;
    new Error("wrong").stack;
    [before, read > before].join(" ")`;
  expect(started(script)).toBe("0 true");
});

test("Node.js keeps compiled code in bin/cache where it can, and starts all the same where it cannot", () => {
  const script = 'require("node:module").getCompileCacheDir?.() ?? "none"';
  const [major = 0] = process.versions.node.split(".").map(Number);
  const expected = major >= 22 ? expect.stringContaining(join(CHECKOUT, "bin", "cache")) : "none";
  expect(started(script)).toEqual(expected);
  expect(started(script, { NODE_DISABLE_COMPILE_CACHE: "1" })).toBe("none");
});
