// The real Pulumi CLI with whatever language host and plugins lab/toolchain/setup has chosen, on a program of its own
// and a server inside the test.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { newKey, type SshServer, startSshServer } from "../toolchain/sshServer";
import { faultTest } from "./support/faults";

jest.setTimeout(300_000);

const checkout = join(__dirname, "../..");
const toolchain = join(checkout, "lab/toolchain");
const directory = mkdtempSync(join(tmpdir(), "podwatch-engine-"));
const project = join(directory, "project");
const stackFile = join(project, "Pulumi.dev.yaml");
const key = newKey();
let server: SshServer;

// The test's own backend and passphrase, not the checkout's and not the user's.
const environment = {
  ...process.env,
  PODWATCH_STATE: join(directory, "state"),
  PULUMI_HOME: join(directory, "home"),
  PULUMI_BACKEND_URL: "",
  SSH_AUTH_SOCK: "",
};

const PROGRAM = `
import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

const config = new pulumi.Config();
if (config.get("fail")) {
  // Without its stack: Node 20 takes half a minute to colour a stack that goes through @pulumi/pulumi.
  throw Object.assign(new pulumi.RunError("told to fail"), { stack: "" });
}
const password = new random.RandomPassword("password", { length: 20, minSpecial: 2 });
const command = new remote.Command("greeting", {
  connection: {
    host: "127.0.0.1",
    port: config.requireNumber("port"),
    hostKey: config.require("hostKey"),
    privateKey: pulumi.secret(process.env.TEST_KEY ?? ""),
  },
  create: config.get("create") ?? "cat",
  delete: "cat >/dev/null; echo removed",
  stdin: \`first: line\\ngreeting: \${config.require("greeting")}\\n\`,
  addPreviousOutputInEnv: false,
});
new remote.Command("guarded", {
  connection: command.connection.apply((given) => given!),
  create: "wc -c",
  delete: "cat >/dev/null",
  stdin: password.result,
  addPreviousOutputInEnv: false,
});
export const greeting: pulumi.Output<string> = command.stdout;
export const secret = password.result;
`;

beforeAll(async () => {
  execFileSync(join(toolchain, "setup"), { stdio: ["ignore", "ignore", "inherit"] });
  server = await startSshServer({ authorizedKeys: [key.public] });
  mkdirSync(project);
  symlinkSync(join(checkout, "node_modules"), join(project, "node_modules"));
  writeFileSync(join(project, "package.json"), '{"name":"engine-test"}');
  writeFileSync(join(project, "Pulumi.yaml"), "name: engine-test\nruntime: nodejs\n");
  writeFileSync(join(project, "tsconfig.json"), readFileSync(join(checkout, "tsconfig.json")));
  writeFileSync(join(project, "index.ts"), PROGRAM);
}, 600_000);

afterAll(async () => {
  await server?.close();
  rmSync(directory, { recursive: true });
});

/** The stack file as it would be committed; the copy that Pulumi is to use is what this returns. */
function configure(settings: Record<string, string> = {}): string {
  const values: Record<string, string> = {
    port: String(server.port),
    hostKey: server.hostKey,
    greeting: "hello",
    ...settings,
  };
  const lines = Object.entries(values).map(
    ([name, value]) => `  engine-test:${name}: ${JSON.stringify(value)}`,
  );
  writeFileSync(stackFile, `# kept\nconfig:\n${lines.join("\n")}\n`);
  return execFileSync(join(toolchain, "stack-init"), ["dev", stackFile], {
    cwd: project,
    env: environment,
    encoding: "utf8",
  }).trim();
}

/** Not the synchronous way to run a program: the server that it talks to lives in this process. */
async function pulumi(
  ...given: Array<string | NodeJS.ProcessEnv>
): Promise<{ code: number; output: string }> {
  const args = given.filter((argument) => typeof argument === "string");
  const stack = args[0] === "plugin" ? [] : ["--stack", "dev"];
  const child = spawn(join(toolchain, "pulumi"), [...args, ...stack, "--non-interactive"], {
    cwd: project,
    env: Object.assign(
      {},
      environment,
      { TEST_KEY: key.private },
      ...given.filter((more) => typeof more === "object"),
    ),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data) => {
      output += data;
    });
  }
  const [code] = (await once(child, "close")) as [number];
  return { code, output };
}

function up(config: string, ...args: string[]) {
  return pulumi("up", "--yes", "--skip-preview", "--config-file", config, ...args);
}

const state = () => readFileSync(join(directory, "state/.pulumi/stacks/engine-test/dev.json"), "utf8");

test("up creates, a second up changes nothing, and the committed stack file stays as it was", async () => {
  const config = configure();
  const committed = readFileSync(stackFile, "utf8");
  const first = await up(config);
  expect(first).toHaveExited(0);
  expect(first.output).toContain("+ 4 created");
  expect(state()).toContain('"greeting": "first: line\\ngreeting: hello"');
  const again = await up(configure(), "--expect-no-changes");
  expect(again).toHaveExited(0);
  expect(again.output).toContain("4 unchanged");
  expect(server.connections).toBe(2);
  expect(readFileSync(stackFile, "utf8")).toBe(committed);
});

test("secrets are neither in the output nor in the state", async () => {
  const { output: outputs } = await pulumi("stack", "output", "--json", "--show-secrets");
  const { secret } = JSON.parse(outputs) as { secret: string };
  expect(secret).toHaveLength(20);
  expect((await pulumi("stack", "output")).output).not.toContain(secret);
  for (const needle of [JSON.stringify(secret).slice(1, -1), "OPENSSH PRIVATE KEY"])
    expect(state()).not.toContain(needle);
});

test("a preview shows the changed line and connects to nobody; the update runs once", async () => {
  const config = configure({ greeting: "bye" });
  const before = server.connections;
  const { output } = await pulumi("preview", "--diff", "--config-file", config);
  expect(output).toMatch(/~ greeting: "hello" => "bye"/);
  expect(output).not.toContain("PRIVATE KEY");
  expect(server.connections).toBe(before);
  expect((await up(config)).output).toMatch(/~ 1 updated\n +3 unchanged/);
  expect(server.connections).toBe(before + 1);
});

test("a failing script fails the run with its output, keeps the old state, and the next run repairs it", async () => {
  const failing = await up(
    configure({ greeting: "broken", create: "cat >/dev/null; echo reason >&2; exit 7" }),
  );
  expect(failing).not.toHaveExited(0);
  expect(failing.output).toContain(
    'Process exited with status 7: running "cat >/dev/null; echo reason >&2; exit 7":',
  );
  expect(failing.output).toContain("reason");
  expect(state()).toContain("greeting: bye");
  expect((await up(configure({ greeting: "good" }))).output).toContain("~ 1 updated");
});

test("a program that fails says why, and nothing else", async () => {
  const failed = await up(configure({ fail: "yes" }));
  expect(failed).not.toHaveExited(0);
  expect(failed.output).toContain("error: told to fail");
  expect(failed.output).not.toContain("non-zero exit code");
});

test("a killed engine leaves no process behind once its script has ended", async () => {
  const config = configure({ greeting: "slow", create: "cat; sleep 3" });
  const child = spawn(
    join(toolchain, "pulumi"),
    ["up", "--yes", "--skip-preview", "--config-file", config, "--stack", "dev"],
    {
      cwd: project,
      env: { ...environment, TEST_KEY: key.private, PODWATCH_TEST_MARK: directory },
      stdio: "ignore",
    },
  );
  while (!server.scripts.includes("cat; sleep 3")) await new Promise((resolve) => setTimeout(resolve, 50));
  expect(marked().length).toBeGreaterThan(1);
  child.kill("SIGKILL");
  await once(child, "exit");
  const end = Date.now() + 30_000;
  while (marked().length > 0 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 200));
  expect(marked()).toEqual([]);
  expect(await pulumi("cancel", "--yes")).toHaveExited(0);
});

/** Processes started by the test above, by what their environment holds. */
function marked(): string[] {
  const { stdout } = spawnSync(
    "sh",
    ["-c", `grep -lza "^PODWATCH_TEST_MARK=${directory}$" /proc/[0-9]*/environ 2>/dev/null`],
    {
      encoding: "utf8",
    },
  );
  return stdout.split("\n").filter((line) => line !== "" && !line.includes("/self/"));
}

// Pulumi replaces its files in one step, but not those with attributes that it writes beside them.
faultTest(
  "Pulumi was killed while it wrote its state into a directory, after `pulumi login --local`",
  "`failed to load checkpoint: EOF`; with the file of attributes removed, the state is whole",
  async () => {
    const backend = join(directory, "plain");
    mkdirSync(backend);
    const plain = (...args: string[]) =>
      spawnSync(join(toolchain, "pulumi"), ["stack", ...args, "--non-interactive"], {
        cwd: project,
        env: { ...environment, PULUMI_BACKEND_URL: `file://${backend}`, PULUMI_CONFIG_PASSPHRASE: "plain" },
        encoding: "utf8",
      });
    plain("init", "plain", "--no-select");
    const whole = plain("export", "--stack", "plain").stdout;
    expect(whole).toContain('"deployment"');
    const attributes = join(backend, ".pulumi/stacks/engine-test/plain.json.attrs");
    truncateSync(attributes);
    expect(plain("export", "--stack", "plain").stderr).toContain("failed to load checkpoint: EOF");
    rmSync(attributes);
    expect(plain("export", "--stack", "plain").stdout).toBe(whole);
  },
);

test("the wrapper's own state has no such files", () => {
  expect(state()).toContain("greeting");
  expect(existsSync(join(directory, "state/.pulumi/stacks/engine-test/dev.json.attrs"))).toBe(false);
});

describe("the engine loads the chosen plugin", () => {
  const own = join(directory, "own");
  const places = {
    path: join(own, "path/pulumi-resource-command"),
    home: join(own, "home/plugins/resource-command-v1.2.1/pulumi-resource-command"),
    download: join(own, "site/pulumi-resource-command"),
  };
  const choice = { PODWATCH_TOOLCHAIN: join(own, "toolchain"), PULUMI_HOME: join(own, "home") };
  let tools: string;

  beforeAll(() => {
    tools = /^tools=(.*)$/m.exec(readFileSync(join(checkout, ".pulumi-state/toolchain"), "utf8"))?.[1] ?? "";
    mkdirSync(join(own, "bin"), { recursive: true });
    symlinkSync(join(tools, "bin/pulumi"), join(own, "bin/pulumi"));
  });
  beforeEach(() =>
    Object.values(places).map((place) => rmSync(dirname(place), { recursive: true, force: true })),
  );

  /** A plugin that does what the one in use does, and leaves a mark. */
  function plugin(place: keyof typeof places, script?: string): void {
    const real = join(tools, "home/plugins/resource-command-v1.2.1/pulumi-resource-command");
    mkdirSync(dirname(places[place]), { recursive: true });
    writeFileSync(
      places[place],
      `#!/bin/sh\necho ${place} >>${own}/marks\n${script ?? `exec ${realpathSync(real)} "$@"`}\n`,
    );
    chmodSync(places[place], 0o755);
  }

  /** What the setup says of the plugin, and which of them the engine started then. */
  async function chosen(): Promise<{ said: string; marks: string[] }> {
    const archive = existsSync(places.download)
      ? execFileSync("tar", ["-cz", "-C", dirname(places.download), "."])
      : undefined;
    const site = createServer(({ url = "" }, response) => {
      const found = url.includes("pulumi-resource-command-v1.2.1");
      response.writeHead(found && archive ? 200 : 404).end(archive);
    }).listen(0, "127.0.0.1");
    await once(site, "listening");
    const env = {
      ...environment,
      ...choice,
      PATH: `${join(own, "bin")}:${dirname(places.path)}:${process.env.PATH}`,
      // Where a download is kept, and nothing is known of a site that gave no answer.
      PODWATCH_CACHE: join(own, "cache"),
      PODWATCH_PULUMI_DOWNLOAD: `http://127.0.0.1:${(site.address() as { port: number }).port}`,
    };
    const setup = spawn(join(toolchain, "setup"), { env, stdio: ["ignore", "pipe", "ignore"] });
    let said = "";
    setup.stdout.on("data", (data) => {
      said += data;
    });
    await once(setup, "close");
    site.close();
    writeFileSync(join(own, "marks"), "");
    const deployed = await pulumi("up", "--yes", "--skip-preview", "--config-file", configure(), {
      ...choice,
      PATH: env.PATH,
    });
    expect(deployed).toHaveExited(0);
    const marks = readFileSync(join(own, "marks"), "utf8")
      .split("\n")
      .filter((mark) => mark !== "");
    return { said, marks: [...new Set(marks)] };
  }

  test("a real one of the user, under their Pulumi home", async () => {
    plugin("home");
    const { said, marks } = await chosen();
    expect(said).toContain(`command plugin         1.2.1, real (${dirname(places.home)})`);
    expect(marks).toEqual(["home"]);
    expect((await pulumi("plugin", "ls", choice)).output).toMatch(/^command +resource +1\.2\.1 /m);
  });

  test("one on PATH, before that", async () => {
    plugin("home");
    plugin("path");
    const { said, marks } = await chosen();
    expect(said).toContain(`command plugin         1.2.1, real, from PATH (${places.path})`);
    expect(marks).toEqual(["path"]);
  });

  test("not a broken one on PATH, but its replacement", async () => {
    plugin("home");
    plugin("path", "echo no such library >&2; exit 127");
    const { said, marks } = await chosen();
    expect(said).toContain(`${places.path} ends at once (exit code 127): no such library: not used`);
    expect(said).toContain(`command plugin         1.2.1, real (${dirname(places.home)})`);
    expect(marks).toEqual(["home"]);
  });

  test("one that was downloaded", async () => {
    plugin("download");
    const { said, marks } = await chosen();
    expect(said).toMatch(/^command plugin +1\.2\.1, official download/m);
    expect(marks).toEqual(["download"]);
    expect((await pulumi("plugin", "ls", choice)).output).toMatch(/^command +resource +1\.2\.1 /m);
  });
});

test("destroy runs every delete and leaves an empty stack", async () => {
  const config = configure();
  const before = server.scripts.length;
  const gone = await pulumi("destroy", "--yes", "--skip-preview", "--config-file", config);
  expect(gone).toHaveExited(0);
  expect(gone.output).toContain("- 4 deleted");
  expect(server.scripts.slice(before).sort()).toEqual(["cat >/dev/null", "cat >/dev/null; echo removed"]);
  expect(await pulumi("stack", "rm", "--yes", "--preserve-config")).toHaveExited(0);
});
