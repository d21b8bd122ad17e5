// What lab/toolchain/setup chooses, and how lab/toolchain/pulumi runs it, with small scripts in place of the real
// programs: nothing is built or downloaded from outside.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
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
    "sh bash sed sort head tail tr xargs timeout find readlink uname mktemp ln mkdir dirname basename flock touch rm mv cut sha256sum chmod cat date grep base64 curl tar gzip node cp env";
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

/** A CLI that tells what it was called with, and where the engine would find what it starts. */
const ECHO = `[ "$1" != version ] || { echo v${tools.pulumi}; exit; }
echo "args $*"
env | grep -E '^PULUMI_'
command -v pulumi-language-nodejs
command -v pulumi-resource-command || true`;
const VERSION = (version: string) => `echo v${version}`;

function program(path: string, script: string): string {
  const file = join(directory, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, script.startsWith("#!") ? script : `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** A plugin or language host that says which version it is, and does nothing else. */
const answering = (version: string) => `#!/usr/bin/env node
const grpc = require(${JSON.stringify(require.resolve("@grpc/grpc-js"))});
const server = new grpc.Server();
for (const service of ["ResourceProvider", "LanguageRuntime"]) {
  const path = "/pulumirpc." + service + "/GetPluginInfo";
  const call = { path, requestStream: false, responseStream: false, requestDeserialize: (data) => data, responseSerialize: (data) => data };
  const version = Buffer.from(${JSON.stringify(version)});
  server.addService({ call }, { call: (_, answer) => answer(null, Buffer.concat([Buffer.of(10, version.length), version])) });
}
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (_, port) => console.log(port));
`;

/** What the engine would start as the command plugin: a program in a real directory. */
function chosenPlugin(): string {
  const tools = /tools=(.*)/.exec(readFileSync(join(directory, "toolchain"), "utf8"))?.[1] ?? "";
  const inPath = /^(\/.*\/pulumi-resource-command)$/m.exec(pulumi())?.[1];
  const plugin = join(tools, "home/plugins/resource-command-v1.2.1");
  if (inPath === undefined) expect(lstatSync(plugin).isDirectory()).toBe(true);
  return realpathSync(inPath ?? join(plugin, "pulumi-resource-command"));
}

function onPath(name: string, script: string): void {
  program(`path/${name}`, script);
  environment.PATH = `${join(directory, "path")}:${environment.PATH}`;
}

function setup(): string {
  const { status, stdout, stderr } = spawnSync(join(toolchain, "setup"), {
    env: environment,
    encoding: "utf8",
    timeout: 45_000,
  });
  if (status !== 0) throw new Error(`setup failed: ${stderr}`);
  return stdout;
}

async function until(holds: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 200 && !holds(); attempt++) await setTimeout(100);
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
    onPath("pulumi-language-nodejs", answering(tools.pulumi));
    onPath("pulumi-resource-random", answering("4.21.2"));
    const plugin = program(
      "home/.pulumi/plugins/resource-command-v1.2.1/pulumi-resource-command",
      answering("1.2.1"),
    );
    // The installation leaves it behind.
    writeFileSync(`${dirname(plugin)}.lock`, "");
    const output = setup();
    expect(line(output, "nodejs")).toMatch(/real \(.*\/path\/pulumi-language-nodejs\)$/);
    expect(line(output, "random")).toMatch(/4\.21\.2, real, from PATH \(/);
    expect(line(output, "command")).toMatch(
      /1\.2\.1, real \(.*home\/\.pulumi\/plugins\/resource-command-v1\.2\.1\)/,
    );
    expect(pulumi()).not.toContain("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION");
    expect(chosenPlugin()).toBe(realpathSync(plugin));
  });

  test("a user's Pulumi home may be elsewhere, and its plugin a link to a directory", () => {
    const plugin = program("elsewhere/pulumi-resource-command", answering("1.2.1+build"));
    mkdirSync(join(directory, "own/plugins"), { recursive: true });
    symlinkSync(dirname(plugin), join(directory, "own/plugins/resource-command-v1.2.1"));
    environment.PULUMI_HOME = join(directory, "own");
    expect(line(setup(), "command")).toMatch(
      /1\.2\.1, real \(.*\/own\/plugins\/resource-command-v1\.2\.1\)$/,
    );
    expect(chosenPlugin()).toBe(realpathSync(plugin));
  });

  describe("a plugin that cannot be used is told of, and what is used in its place", () => {
    const place = "home/.pulumi/plugins/resource-command-v1.2.1";
    const file = `${place}/pulumi-resource-command`;
    const standIn = /\/cache\/toolchain\/standins-[0-9a-f]+\/command$/;

    test.each<[what: string, make: () => unknown, why: string]>([
      [
        "without its program",
        () => program(`${place}/README`, ""),
        `${place} has no program pulumi-resource-command`,
      ],
      ["that is a file", () => program(place, ""), `${place} is no directory`],
      [
        "whose program nobody may run",
        () => chmodSync(program(file, answering("1.2.1")), 0o644),
        `${place} has a program that is not executable`,
      ],
      [
        "whose program fails",
        () => program(file, "echo loading >&2; echo no such library >&2; exit 127"),
        `${place} has a program that ends at once (exit code 127): no such library`,
      ],
      [
        "whose program is for another machine",
        () => program(file, "#!/no/such/interpreter"),
        `${place} has a program that cannot be started (ENOENT)`,
      ],
      [
        "whose program says something else",
        () => program(file, "echo hello; sleep 60"),
        `${place} has a program that prints something else than its port`,
      ],
      [
        "whose program is of another version",
        () => program(file, answering("1.1.3")),
        `${place} has a program that is version 1.1.3, not 1.2.1`,
      ],
      [
        "that was not installed to the end",
        () => [program(file, answering("1.2.1")), program(`${place}.partial`, "")],
        `${place} is not installed to the end (DIRECTORY/${place}.partial says so)`,
      ],
    ])("in the user's Pulumi home, %s", (_, make, why) => {
      make();
      expect(line(setup(), "command")).toBe(
        `command plugin         ${join(directory, why.replace("DIRECTORY", directory))}: not used (pulumi plugin install resource command v1.2.1 --reinstall)\n` +
          "command plugin         stand-in for 1.2.1, because downloads are switched off",
      );
      expect(chosenPlugin()).toMatch(standIn);
    });

    test.each<[what: string, make: (file: string) => unknown, why: string]>([
      ["that nobody may run", (path) => chmodSync(path, 0o644), "is not executable"],
      ["that leads nowhere", (path) => [rmSync(path), symlinkSync("nowhere", path)], "leads nowhere"],
      ["that fails", (path) => writeFileSync(path, "#!/bin/sh\nexit 1\n"), "ends at once (exit code 1)"],
      [
        "of another version",
        (path) => writeFileSync(path, answering("v1.3.0")),
        "is version 1.3.0, not 1.2.1",
      ],
    ])("on PATH, %s", (_, spoil, why) => {
      onPath("pulumi-resource-command", answering("1.2.1"));
      const path = join(directory, "path/pulumi-resource-command");
      spoil(path);
      const told = `command plugin         ${path} ${why}: not used (put version 1.2.1 there, or remove it)`;
      expect(line(setup(), "command")).toBe(
        `${told}\ncommand plugin         stand-in for 1.2.1, because downloads are switched off`,
      );
      expect(chosenPlugin()).toMatch(standIn);

      const plugin = program(file, answering("1.2.1"));
      expect(line(setup(), "command")).toBe(
        `${told}\ncommand plugin         1.2.1, real (${join(directory, place)})`,
      );
      expect(chosenPlugin()).toBe(realpathSync(plugin));

      const second = program("second/pulumi-resource-command", answering("1.2.1"));
      environment.PATH += `:${dirname(second)}`;
      expect(line(setup(), "command")).toBe(
        `${told}\ncommand plugin         1.2.1, real, from PATH (${second})`,
      );
      expect(chosenPlugin()).toBe(realpathSync(second));
    });

    test("and so is a language host, and a CLI", () => {
      onPath("pulumi", "exit 3");
      onPath("pulumi-language-nodejs", "exit 4");
      const broken = join(directory, "path");
      const output = setup();
      expect(line(output, "pulumi ")).toMatch(
        `pulumi                 ${broken}/pulumi does not say its version: not used (update or remove it)\n`,
      );
      expect(line(output, "nodejs")).toMatch(
        `nodejs language host   ${broken}/pulumi-language-nodejs ends at once (exit code 4): not used (update or remove it)\n` +
          "nodejs language host   stand-in, because pulumi-language-nodejs is not on PATH",
      );
      chmodSync(join(broken, "pulumi"), 0o644);
      program("second/pulumi", ECHO);
      environment.PATH += `:${join(directory, "second")}`;
      expect(line(setup(), "pulumi ")).toMatch(
        new RegExp(
          `/path/pulumi is not executable: not used .*\\n.* from PATH \\(${directory}/second/pulumi\\)`,
        ),
      );
      expect(pulumi()).toMatch(/\/cache\/toolchain\/chosen-[0-9a-f]+\/bin\/pulumi-language-nodejs/);
    });
  });

  test("a language host beside the user's own CLI is the real one, though it is not on PATH", () => {
    program("opt/pulumi", ECHO);
    const host = program("opt/pulumi-language-nodejs", answering(tools.pulumi));
    mkdirSync(join(directory, "path"));
    symlinkSync(join(directory, "opt/pulumi"), join(directory, "path/pulumi"));
    environment.PATH = `${join(directory, "path")}:${environment.PATH}`;
    expect(line(setup(), "nodejs")).toBe(`nodejs language host   real (${host})`);
  });

  test("a plugin of another version is named and not used; the user's other plugins stay within reach", () => {
    program("home/.pulumi/plugins/resource-command-v0.9.0/pulumi-resource-command", "");
    program("home/.pulumi/plugins/resource-aws-v1.0.0/pulumi-resource-aws", "");
    program("home/.pulumi/plugins/resource-gcp-v1.0.0/pulumi-resource-gcp", "");
    program("home/.pulumi/plugins/resource-gcp-v1.0.0.partial", "");
    const output = setup();
    expect(line(output, "command")).toMatch(
      /resource-command-v0\.9\.0\/ is not version 1\.2\.1: not used \(pulumi plugin install resource command v1\.2\.1\)\n.*stand-in/,
    );
    const home = /PULUMI_HOME=(.*)/.exec(pulumi())?.[1] ?? "";
    expect(existsSync(join(home, "plugins/resource-aws-v1.0.0/pulumi-resource-aws"))).toBe(true);
    expect(lstatSync(join(home, "plugins/resource-aws-v1.0.0")).isDirectory()).toBe(true);
    expect(existsSync(join(home, "plugins/resource-gcp-v1.0.0"))).toBe(false);
  });

  describe("with PLUGINS=real", () => {
    const refused = () =>
      spawnSync(join(toolchain, "setup"), { env: { ...environment, PLUGINS: "real" }, encoding: "utf8" });

    test("names all that is missing, each with what to do, and chooses nothing", () => {
      onPath("pulumi-resource-random", answering("4.21.2"));
      const { status, stdout, stderr } = refused();
      expect({ status, stderr }).toEqual({
        status: 1,
        stderr: `toolchain: PLUGINS=real, but these are missing:
  nodejs language host: put pulumi-language-nodejs on PATH, or install the whole Pulumi CLI
  command plugin: put pulumi-resource-command 1.2.1 on PATH, or: pulumi plugin install resource command v1.2.1
`,
      });
      expect(stdout).not.toContain("stand-in");
      expect(existsSync(join(directory, "toolchain"))).toBe(false);
    });

    test("takes real ones wherever they are, and wants no other word", () => {
      const plugins = "home/.pulumi/plugins";
      onPath("pulumi-resource-random", answering("4.21.2"));
      program(`${plugins}/resource-command-v1.2.1/pulumi-resource-command`, answering("1.2.1"));
      program(`${plugins}/language-nodejs-v${tools.pulumi}/pulumi-language-nodejs`, answering(tools.pulumi));
      environment.PLUGINS = "real";
      expect(setup()).not.toMatch(/stand-in|missing/);
      environment.PLUGINS = "rael";
      expect(setup).toThrow("toolchain: PLUGINS=rael: write PLUGINS=real, or leave it out");
    });
  });

  test("goes on while another one builds a plugin from its Go modules", async () => {
    const at = (name: string) => join(directory, name);
    const compiler = [
      'while [ "$1" != -o ]; do shift; done',
      `touch ${at("building")}`,
      `until [ -e ${at("go-on")} ]; do sleep 0.1; done`,
      'cp "$0" "$2"',
    ];
    program("bin/go", compiler.join("\n"));
    symlinkSync(execFileSync("sh", ["-c", "command -v sleep"], { encoding: "utf8" }).trim(), at("bin/sleep"));
    const building = spawn(join(toolchain, "setup"), ["--docker"], {
      env: environment,
      stdio: ["ignore", "pipe", "ignore"],
    });
    let output = "";
    building.stdout.on("data", (data) => {
      output += data;
    });
    const ended = once(building, "close");
    try {
      await until(() => existsSync(at("building")));
      expect(line(setup(), "docker")).toBe("");
    } finally {
      writeFileSync(at("go-on"), "");
      await ended;
    }
    expect(line(output, "docker")).toMatch(/built from its Go modules, because downloads are switched off/);
    expect(line(setup(), "docker")).toMatch(/built from its Go modules/);
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

  describe("the download site", () => {
    const archive = (directory: string) => execFileSync("tar", ["-cz", "-C", directory, "."]);

    /** What the setup says with a site that has these files. */
    async function setupWith(files: Record<string, Buffer>): Promise<string> {
      const site = createServer((request, response) => {
        const name = (request.url ?? "").replace("arm64", request.url?.includes("sdk") ? "x64" : "amd64");
        response.writeHead(files[name] || request.url === "/" ? 200 : 404).end(files[name]);
      }).listen(0, "127.0.0.1");
      await once(site, "listening");
      environment.PODWATCH_PULUMI_DOWNLOAD = `http://127.0.0.1:${(site.address() as { port: number }).port}`;
      const child = spawn(join(toolchain, "setup"), {
        env: environment,
        stdio: ["ignore", "pipe", "ignore"],
      });
      let output = "";
      child.stdout.on("data", (data) => {
        output += data;
      });
      await once(child, "close");
      site.close();
      return output;
    }
    const CLI = `/releases/sdk/pulumi-v${tools.pulumi}-linux-x64.tar.gz`;
    const PLUGIN = "/releases/plugins/pulumi-resource-command-v1.2.1-linux-amd64.tar.gz";

    test("gives the official parts, as far as it has them", async () => {
      program("sdk/pulumi/pulumi", ECHO);
      program("sdk/pulumi/pulumi-language-nodejs", answering(tools.pulumi));
      const plugin = program("plugin/pulumi-resource-command", answering("1.2.1"));
      const output = await setupWith({
        [CLI]: archive(join(directory, "sdk")),
        [PLUGIN]: archive(dirname(plugin)),
      });
      expect(line(output, "pulumi ")).toMatch(/official download/);
      expect(line(output, "nodejs")).toMatch(/real, of the official download/);
      expect(line(output, "command")).toMatch(/1\.2\.1, official download/);
      expect(line(output, "random")).toMatch(
        /stand-in for 4\.21\.2, because the download of 4\.21\.2 failed/,
      );
      expect(chosenPlugin()).toMatch(
        /\/cache\/toolchain\/resource-command-v1\.2\.1-official\/pulumi-resource-command$/,
      );
    });

    test("is asked again once what it gave has been mended", async () => {
      program("sdk/pulumi/pulumi", "exit 1");
      const plugin = program("plugin/pulumi-resource-command", answering("1.2.0"));
      const broken = await setupWith({
        [CLI]: archive(join(directory, "sdk")),
        [PLUGIN]: archive(dirname(plugin)),
      });
      expect(line(broken, "pulumi ")).toMatch(
        /built from its Go module, because what was downloaded, .*, does not say its version$/,
      );
      expect(line(broken, "command")).toMatch(
        /^command plugin +stand-in for 1\.2\.1, because what was downloaded from http:\S+ has a program that is version 1\.2\.0, not 1\.2\.1$/,
      );
      program("plugin/pulumi-resource-command", answering("1.2.1"));
      const mended = await setupWith({ [PLUGIN]: archive(dirname(plugin)) });
      expect(line(mended, "command")).toMatch(/1\.2\.1, official download/);
    });
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

  test("so does what makes a stack ready", () => {
    const stackFile = program("Pulumi.yaml", "");
    const { status, stderr } = spawnSync(join(toolchain, "stack-init"), ["chickens", stackFile], {
      cwd: directory,
      env: environment,
      encoding: "utf8",
    });
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: "stack-init: stack chickens: pulumi: the tool chain is not set up: run lab/toolchain/setup\n",
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
