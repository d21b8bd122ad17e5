import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import language_grpc from "@pulumi/pulumi/proto/language_grpc_pb";
import language from "@pulumi/pulumi/proto/language_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { until } from "../until";
import { compile, Process, startEngine, struct, type Values } from "./plugin";

jest.setTimeout(60_000);

const directory = mkdtempSync(join(tmpdir(), "podwatch-language-"));
let engine: Awaited<ReturnType<typeof startEngine>>;
let host: Process;
let client: InstanceType<typeof language_grpc.LanguageRuntimeClient>;
let printed = "";

beforeAll(async () => {
  engine = await startEngine();
  host = await Process.start(compile("language", directory), [engine.address]);
  host.child.stdout?.on("data", (data) => {
    printed += data;
  });
  client = new language_grpc.LanguageRuntimeClient(
    `127.0.0.1:${host.port}`,
    grpc.credentials.createInsecure(),
  );
});
afterAll(async () => {
  client.close();
  await host.stop();
  engine.stop();
  rmSync(directory, { recursive: true });
});

function file(path: string, text: string): void {
  mkdirSync(dirname(join(directory, path)), { recursive: true });
  writeFileSync(join(directory, path), text);
}

function info(program: string, options: Values = {}): language.ProgramInfo {
  const message = new language.ProgramInfo();
  message.setRootDirectory(join(directory, program));
  message.setProgramDirectory(join(directory, program));
  message.setEntryPoint(".");
  message.setOptions(struct(options));
  return message;
}

// biome-ignore lint/suspicious/noExplicitAny: the generated client has no common type for its calls
function call(method: string, request: unknown): Promise<any> {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const calls = client as any;
  return new Promise((resolve, reject) =>
    calls[method](request, (error: Error | null, response: unknown) =>
      error ? reject(error) : resolve(response),
    ),
  );
}

/** Runs a program in a project that has this repository's packages. */
async function run(
  source: string,
  { name = "index.js", options = {} as Values, secrets = [] as string[] } = {},
) {
  const program = `program-${Math.random().toString(36).slice(2)}`;
  file(`${program}/${name}`, source);
  file(`${program}/package.json`, '{"name":"program"}');
  symlinkSync(join(__dirname, "../../node_modules"), join(directory, program, "node_modules"));
  const request = new language.RunRequest();
  request.setInfo(info(program, options));
  request.setPwd(join(directory, program));
  request.setProject("project");
  request.setStack("stack");
  request.setParallel(4);
  request.setDryrun(true);
  request.setMonitorAddress(engine.address);
  request.getConfigMap().set("project:greeting", "hello");
  request.setConfigsecretkeysList(secrets);
  const response: language.RunResponse = await call("run", request);
  return { error: response.getError(), bail: response.getBail() };
}

test("asks for every plugin package once, wherever it lies, in the version it names", async () => {
  const plugin = (name: string, pulumi: Values) =>
    JSON.stringify({ name, version: "1.0.0", pulumi: { resource: true, ...pulumi } });
  file("packages/package.json", "{}");
  file("packages/node_modules/plain/package.json", '{"name":"plain","version":"1.0.0"}');
  file("packages/node_modules/broken/package.json", "{");
  file("packages/node_modules/@pulumi/a/package.json", plugin("@pulumi/a", {}));
  file(
    "packages/node_modules/b/package.json",
    plugin("b", { name: "bee", version: "v2.0.0", server: "https://x" }),
  );
  file("packages/node_modules/plain/node_modules/@pulumi/a/package.json", plugin("@pulumi/a", {}));
  file("packages/node_modules/plain/node_modules/c/package.json", plugin("c", { version: "3.0.0" }));
  file("packages/node_modules/off/package.json", '{"name":"off","pulumi":{"resource":false}}');
  const request = new language.GetRequiredPackagesRequest();
  request.setInfo(info("packages"));
  const response: language.GetRequiredPackagesResponse = await call("getRequiredPackages", request);
  const found = response
    .getPackagesList()
    .map((item) => [item.getKind(), item.getName(), item.getVersion(), item.getServer()]);
  expect(found.sort()).toEqual([
    ["resource", "a", "v1.0.0", ""],
    ["resource", "bee", "v2.0.0", "https://x"],
    ["resource", "c", "v3.0.0", ""],
  ]);
});

describe("a program", () => {
  test("gets its configuration, project, stack and addresses, and prints to the engine", async () => {
    const source = `
      const { PULUMI_CONFIG, PULUMI_CONFIG_SECRET_KEYS, PULUMI_NODEJS_PROJECT, PULUMI_NODEJS_STACK,
        PULUMI_NODEJS_MONITOR, PULUMI_NODEJS_ENGINE, PULUMI_NODEJS_DRY_RUN, PULUMI_NODEJS_PARALLEL } = process.env;
      console.log("seen " + JSON.stringify([PULUMI_CONFIG, PULUMI_CONFIG_SECRET_KEYS, PULUMI_NODEJS_PROJECT,
        PULUMI_NODEJS_STACK, PULUMI_NODEJS_MONITOR, PULUMI_NODEJS_ENGINE, PULUMI_NODEJS_DRY_RUN, PULUMI_NODEJS_PARALLEL]));`;
    expect(await run(source, { secrets: ["project:greeting"] })).toEqual({ error: "", bail: false });
    const seen = JSON.parse(/^seen (.*)$/m.exec(printed)?.[1] ?? "null");
    expect(seen).toEqual([
      '{"project:greeting":"hello"}',
      '["project:greeting"]',
      "project",
      "stack",
      engine.address,
      engine.address,
      "true",
      "4",
    ]);
  });

  test("in TypeScript is checked and run; a type error is told to the user, once", async () => {
    const good = 'const answer: number = 42; console.log("ts", answer);';
    expect(await run(good, { name: "index.ts" })).toEqual({ error: "", bail: false });
    expect(printed).toContain("ts 42");
    const bad = 'const answer: number = "42"; console.log(answer);';
    expect(await run(bad, { name: "index.ts" })).toEqual({ error: "", bail: true });
    expect(engine.logs.filter(({ message }) => message.includes("TS2322"))).toHaveLength(1);
  });

  test("TypeScript can be switched off", async () => {
    const outcome = await run("const answer: number = 42;", {
      name: "index.ts",
      options: { typescript: false },
    });
    expect(outcome.bail || outcome.error !== "").toBe(true);
  });

  test("gets the project's Node options", async () => {
    const source = "console.log('options', process.execArgv.join());";
    await run(source, { options: { nodeargs: "--no-warnings  --stack-size=900" } });
    expect(printed).toContain("options --no-warnings,--stack-size=900");
  });

  test("that fails with a code of its own, or by a signal, is an error that says so", async () => {
    expect(await run("process.exit(7)")).toEqual({
      error: "Program exited with non-zero exit code: 7",
      bail: false,
    });
    const killed = await run("process.kill(process.pid, 'SIGKILL'); setTimeout(() => {}, 1000)");
    expect(killed).toEqual({ error: "Program exited with non-zero exit code: -1", bail: false });
  });

  test("that has told the user itself what is wrong (exit code 32) is no further error", async () => {
    expect(await run("process.exit(32)")).toEqual({ error: "", bail: true });
  });

  test("without its packages is told how to get them", async () => {
    file("bare/index.js", "");
    const request = new language.RunRequest();
    request.setInfo(info("bare"));
    const response: language.RunResponse = await call("run", request);
    expect(response.getError()).toMatch(
      /^It looks like the Pulumi SDK has not been installed\. Have you run npm install/,
    );
  });
});

test("tells its version and Node's", async () => {
  const { tools } = await import("../../versions.json");
  expect((await call("getPluginInfo", new Empty())).getVersion()).toBe(tools.pulumi);
  expect((await call("about", new language.AboutRequest())).getVersion()).toBe(process.version);
});

test("no process outlives its engine", async () => {
  // A shell in the engine's place starts a host and goes; the host must follow.
  const program = join(directory, "language");
  const port = join(directory, "port");
  const pid = execFileSync("sh", [
    "-c",
    `"${process.execPath}" "${program}" 127.0.0.1:1 >"${port}" 2>/dev/null & echo $!
    until [ -s "${port}" ]; do sleep 0.1; done`,
  ]);
  await until("the host is gone", () => {
    try {
      process.kill(Number(pid), 0);
      return false;
    } catch {
      return true;
    }
  });
});
