// What lab/toolchain/setup chooses, and how lab/toolchain/pulumi runs it, with small scripts in place of the real
// programs: nothing is built or downloaded from outside.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { tools } from "../../versions.json";
import { toolchain } from "./plugin";

jest.setTimeout(60_000);

let directory: string;
let environment: NodeJS.ProcessEnv;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "podwatch-setup-"));
  // A PATH without any Pulumi: just what the scripts themselves need.
  mkdirSync(join(directory, "bin"));
  const needed =
    "sh bash sed sort head tail tr find readlink uname mktemp ln mkdir dirname basename flock touch rm mv cut sha256sum chmod cat date grep base64 curl tar gzip node cp env";
  for (const name of needed.split(" ")) {
    symlinkSync(
      execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim(),
      join(directory, "bin", name),
    );
  }
  environment = {
    PATH: join(directory, "bin"),
    HOME: join(directory, "home"),
    PODWATCH_CACHE: join(directory, "cache"),
    PODWATCH_TOOLCHAIN: join(directory, "toolchain"),
    PODWATCH_STATE: join(directory, "state"),
    PODWATCH_PULUMI_DOWNLOAD: "none",
  };
  // As if it had been built before.
  program(`cache/toolchain/pulumi-${tools.pulumi}-built/pulumi`, ECHO);
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Tells what it was called with. */
const ECHO = `echo "args $*"
env | grep -E '^PULUMI_'
command -v pulumi-language-nodejs`;
const VERSION = (version: string) => `echo v${version}`;

function program(path: string, script: string): string {
  const file = join(directory, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

function onPath(name: string, script: string): void {
  program(`path/${name}`, script);
  environment.PATH = `${join(directory, "path")}:${environment.PATH}`;
}

function setup(): string {
  const { status, stdout, stderr } = spawnSync(join(toolchain, "setup"), {
    env: environment,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`setup failed: ${stderr}`);
  return stdout;
}

function pulumi(...args: string[]): string {
  return execFileSync(join(toolchain, "pulumi"), args, { env: environment, encoding: "utf8" });
}

const line = (output: string, part: string) =>
  output
    .split("\n")
    .filter((text) => text.startsWith(part))
    .join("\n");

test("the Go module that the CLI is built from has the version that versions.json names", () => {
  const required = /^\s*github\.com\/pulumi\/pulumi\/pkg\/v3 v(\S+)/m;
  const module = readFileSync(join(toolchain, "cli/go.mod"), "utf8");
  expect(required.exec(module)?.[1]).toBe(tools.pulumi);
});

describe("setup", () => {
  test("with nothing there builds the CLI and stands in for the rest, and says why", () => {
    const output = setup();
    expect(line(output, "pulumi ")).toBe(
      `pulumi                 ${tools.pulumi} built from its Go module, because downloads are switched off`,
    );
    expect(line(output, "nodejs")).toMatch(/stand-in, because pulumi-language-nodejs is not on PATH/);
    expect(line(output, "command")).toMatch(/stand-in for 1\.2\.1, because downloads are switched off/);
    expect(line(output, "random")).toMatch(/stand-in for 4\.21\.2, because/);
    expect(output.trim().split("\n")).toHaveLength(4);
  });

  test("takes a CLI on PATH that is new enough, and not one that is too old", () => {
    onPath("pulumi", VERSION("3.300.0"));
    expect(line(setup(), "pulumi ")).toMatch(/^pulumi +3\.300\.0 from PATH \(.*\/path\/pulumi\)$/);
    program("path/pulumi", VERSION("3.99.0"));
    expect(line(setup(), "pulumi ")).toMatch(
      new RegExp(
        `path/pulumi is 3\\.99\\.0, older than ${tools.pulumi}: not used \\(update or remove it\\)\n.*built`,
      ),
    );
  });

  test("never takes its own wrapper or its own stand-ins for the real thing", () => {
    setup();
    const chosen = /tools=(.*)/.exec(readFileSync(join(directory, "toolchain"), "utf8"))?.[1];
    environment.PATH = `${toolchain}:${chosen}/bin:${environment.PATH}`;
    const output = setup();
    expect(line(output, "pulumi ")).toMatch(/built from its Go module/);
    expect(line(output, "nodejs")).toMatch(/stand-in/);
  });

  test("real parts win on the next run: host on PATH, plugin on PATH, plugin in the user's Pulumi home", () => {
    setup();
    onPath("pulumi-language-nodejs", "");
    onPath("pulumi-resource-random", "");
    program("home/.pulumi/plugins/resource-command-v1.2.1/pulumi-resource-command", "");
    const output = setup();
    expect(line(output, "nodejs")).toMatch(/real, from PATH/);
    expect(line(output, "random")).toMatch(/real, from PATH/);
    expect(line(output, "command")).toMatch(
      /1\.2\.1, real \(.*home\/\.pulumi\/plugins\/resource-command-v1\.2\.1\)/,
    );
    expect(pulumi()).not.toContain("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION");
  });

  test("a plugin of another version is named and not used; the user's other plugins stay within reach", () => {
    program("home/.pulumi/plugins/resource-command-v0.9.0/pulumi-resource-command", "");
    program("home/.pulumi/plugins/resource-aws-v1.0.0/pulumi-resource-aws", "");
    const output = setup();
    expect(line(output, "command")).toMatch(
      /resource-command-v0\.9\.0\/ is not version 1\.2\.1: not used \(pulumi plugin install resource command v1\.2\.1\)\n.*stand-in/,
    );
    const home = /PULUMI_HOME=(.*)/.exec(pulumi())?.[1] ?? "";
    expect(existsSync(join(home, "plugins/resource-aws-v1.0.0/pulumi-resource-aws"))).toBe(true);
  });

  test("asks a silent download site once, and not again for hours", async () => {
    let asked = 0;
    const site = createServer(() => asked++).listen(0, "127.0.0.1");
    await once(site, "listening");
    environment.PODWATCH_PULUMI_DOWNLOAD = `http://127.0.0.1:${(site.address() as { port: number }).port}`;
    const run = async () => {
      const child = spawn(join(toolchain, "setup"), {
        env: environment,
        stdio: ["ignore", "pipe", "ignore"],
      });
      let output = "";
      child.stdout.on("data", (data) => {
        output += data;
      });
      await once(child, "close");
      return output;
    };
    const first = await run();
    expect(first).toMatch(/built from its Go module, because http.* gave no answer within 10 s/);
    const second = await run();
    expect(second).toMatch(/is asked again after some hours, or at once after: rm /);
    expect(asked).toBe(1);
    site.closeAllConnections();
    site.close();
  });

  test("takes the official downloads where the site has them", async () => {
    const archive = (name: string) => {
      execFileSync("tar", ["-czf", join(directory, "archive"), "-C", dirname(join(directory, name)), "."]);
      return readFileSync(join(directory, "archive"));
    };
    program("official/sdk/pulumi/pulumi", ECHO);
    program("official/sdk/pulumi/pulumi-language-nodejs", "");
    program("official/command/pulumi-resource-command", "");
    const files: Record<string, Buffer> = {
      [`/releases/sdk/pulumi-v${tools.pulumi}-linux-x64.tar.gz`]: archive("official/sdk/pulumi"),
      "/releases/plugins/pulumi-resource-command-v1.2.1-linux-amd64.tar.gz": archive("official/command/x"),
    };
    const site = createServer((request, response) => {
      const file =
        files[(request.url ?? "").replace("arm64", request.url?.includes("sdk") ? "x64" : "amd64")];
      response.writeHead(file || request.url === "/" ? 200 : 404).end(file);
    }).listen(0, "127.0.0.1");
    await once(site, "listening");
    environment.PODWATCH_PULUMI_DOWNLOAD = `http://127.0.0.1:${(site.address() as { port: number }).port}`;
    const child = spawn(join(toolchain, "setup"), { env: environment, stdio: ["ignore", "pipe", "ignore"] });
    let output = "";
    child.stdout.on("data", (data) => {
      output += data;
    });
    await once(child, "close");
    site.close();
    expect(line(output, "pulumi ")).toMatch(/official download/);
    expect(line(output, "nodejs")).toMatch(/real, of the official download/);
    expect(line(output, "command")).toMatch(/1\.2\.1, official download/);
    expect(line(output, "random")).toMatch(/stand-in for 4\.21\.2, because the download of 4\.21\.2 failed/);
  });
});

describe("the wrapper", () => {
  const value = (output: string, name: string) => new RegExp(`^${name}=(.*)$`, "m").exec(output)?.[1];

  test("says what to do before the setup", () => {
    const { status, stderr } = spawnSync(join(toolchain, "pulumi"), { env: environment, encoding: "utf8" });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: "pulumi: the tool chain is not set up: run lab/toolchain/setup\n",
    });
  });

  test("keeps state and a passphrase of its own, made once, that nobody else can read", () => {
    setup();
    const output = pulumi("up", "two words", "");
    expect(output).toContain("args up two words \n");
    expect(value(output, "PULUMI_BACKEND_URL")).toBe(`file://${join(directory, "state")}?metadata=skip`);
    const passphrase = join(directory, "state/passphrase");
    expect(value(output, "PULUMI_CONFIG_PASSPHRASE_FILE")).toBe(passphrase);
    expect(statSync(passphrase).mode & 0o777).toBe(0o600);
    const text = readFileSync(passphrase, "utf8");
    expect(text.trim()).toHaveLength(32);
    pulumi();
    expect(readFileSync(passphrase, "utf8")).toBe(text);
    expect(value(output, "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION")).toBe("true");
    expect(output).toMatch(/cache\/toolchain\/chosen-[0-9a-f]+\/bin\/pulumi-language-nodejs/);
  });

  test.each<[string, NodeJS.ProcessEnv, string]>([
    ["a backend in the environment", { PULUMI_BACKEND_URL: "s3://mine" }, "s3://mine"],
    ["a passphrase in the environment", { PULUMI_CONFIG_PASSPHRASE: "" }, "file://"],
    ["a passphrase file in the environment", { PULUMI_CONFIG_PASSPHRASE_FILE: "/mine" }, "file://"],
  ])("never overrides %s", (_, given, backend) => {
    setup();
    Object.assign(environment, given);
    const output = pulumi();
    expect(value(output, "PULUMI_BACKEND_URL")).toMatch(new RegExp(`^${backend}`));
    expect(value(output, "PULUMI_CONFIG_PASSPHRASE_FILE")).toBe(given.PULUMI_CONFIG_PASSPHRASE_FILE);
    expect(existsSync(join(directory, "state/passphrase"))).toBe(false);
  });

  test("never overrides a login, and keeps it within the CLI's reach", () => {
    setup();
    mkdirSync(join(directory, "home/.pulumi"), { recursive: true });
    const credentials = join(directory, "home/.pulumi/credentials.json");
    writeFileSync(credentials, '{\n  "current": "https://api.pulumi.com"\n}');
    const output = pulumi();
    expect(value(output, "PULUMI_BACKEND_URL")).toBeUndefined();
    expect(value(output, "PULUMI_CONFIG_PASSPHRASE_FILE")).toBeUndefined();
    expect(value(output, "PULUMI_CREDENTIALS_PATH")).toBe(join(directory, "home/.pulumi"));
    writeFileSync(credentials, '{"current":"","accounts":{}}');
    expect(value(pulumi(), "PULUMI_BACKEND_URL")).toMatch(/^file:/);
  });
});
