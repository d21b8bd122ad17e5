// The package as others get it: packed, unpacked into their node_modules, and used by the program that its page shows.
import { execFileSync, spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { hostKey, SECRETS } from "../components/stackFile";
import { markdownFiles, root } from "../docs/markdown";

const user = mkdtempSync(join(tmpdir(), "podwatch-user-"));
const installed = join(user, "node_modules", "podwatch");

const secrets = {
  sudo: "sudo-s3cret",
  grafana: "grafana-s3cret",
  slack: "https://hooks.slack.com/services/s3cret",
};

/** What the example of machines that the program makes takes for granted. */
const CLOUD = `import type * as pulumi from "@pulumi/pulumi";
import * as podwatch from "podwatch";
declare const cloud: { Server: new (name: string, args: object) => { ipv4Address: pulumi.Output<string> } };
declare const hostKey: { publicKeyOpenssh: pulumi.Output<string> };
declare const cloudInit: string;`;

let complaints: string;

// It compiles everything twice, perhaps on a busy machine.
beforeAll(() => {
  const built = join(user, "built");
  execFileSync("node", [join(root, "package/build.js"), built], { cwd: root });
  const [packed] = JSON.parse(
    execFileSync("npm", ["pack", built, "--json", "--offline", "--pack-destination", user], {
      encoding: "utf8",
    }),
  ) as [{ filename: string }];
  rmSync(built, { recursive: true });
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["-xzf", join(user, packed.filename), "-C", installed, "--strip-components=1"]);
  const { dependencies, peerDependencies } = described();
  for (const name of Object.keys({ ...dependencies, ...peerDependencies, "@types/node": "" })) link(name);
  write("ssh/known_hosts", `mon1.my-company.net ${hostKey}\n`);
  write("ssh/id_ed25519", SECRETS.privateKey);
  copyFileSync(join(__dirname, "mocked.js"), join(user, "mocked.js"));
  const [stack, composed, ...more] = examples("typescript");
  const [machines, ...others] = examples("ts");
  expect([...more, ...others]).toEqual([]);
  write("index.ts", stack ?? "");
  write("composed.ts", composed ?? "");
  write("machines.ts", `${CLOUD}\n${machines}`);
  write("wrong.ts", WRONG);
  complaints = compile("index.ts", "composed.ts", "machines.ts", "wrong.ts");
}, 300_000);

afterAll(() => rmSync(user, { recursive: true, force: true }));

/** The programs on the package's page in a language; those in `ts` use what only their authors have. */
function examples(language: string): string[] {
  const page = markdownFiles().find(({ path }) => path === "docs/as-a-package.md");
  return (page?.blocks ?? []).filter((block) => block.language === language).map(({ text }) => text);
}

function described(): Record<"dependencies" | "peerDependencies", Record<string, string>> & {
  version: string;
} {
  return JSON.parse(readFileSync(join(installed, "package.json"), "utf8"));
}

function link(name: string): void {
  const path = join(user, "node_modules", name);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(join(root, "node_modules", name), path);
}

function write(path: string, content: string): void {
  mkdirSync(dirname(join(user, path)), { recursive: true });
  writeFileSync(join(user, path), content);
}

/** A line each that has a wrong type. */
const WRONG = [
  'import * as pulumi from "@pulumi/pulumi";',
  'import { Grafana, Host, MonitoringStack, PodNetwork } from "podwatch";',
  'new MonitoringStack("m", { host: { user: pulumi.output("operator") } });',
  'new MonitoringStack("m", { host: { adress: "10.1.2.3" } });',
  'new MonitoringStack("m", { prometheus: { retention: "30d" } });',
  'const host = new Host("h", { address: "10.1.2.3", prometheus: {} });',
  'new PodNetwork("n", { host, enabled: true });',
  'new Grafana("g", { host });',
  'new MonitoringStack("m", { grafana: { image: "docker.io/grafana/grafana:12.3.1" } });',
  'new MonitoringStack("m", { gateways: { sources: "auto" } });',
  'new MonitoringStack("m", { prometheus: { scrapeJobs: [{ name: "a", targets: [{ targets: [] }] }] } });',
].join("\n");

/** Compiles the user's programs; gives what is wrong with their types. */
function compile(...programs: readonly string[]): string {
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const options = "--strict --target es2022 --module node16 --types node --skipLibCheck --preserveSymlinks";
  return spawnSync("node", [compiler, ...options.split(" "), ...programs], { cwd: user, encoding: "utf8" })
    .stdout;
}

function run(config: object, program = "index") {
  return spawnSync("node", ["mocked.js", `./${program}.js`, JSON.stringify(config)], {
    cwd: user,
    encoding: "utf8",
  });
}

test("it holds no stack file, no start, no test and nothing that only the repository needs", () => {
  expect(readdirSync(installed).sort()).toEqual(
    expect.arrayContaining([
      "LICENSE",
      "README.md",
      "dashboards",
      "docs",
      "host",
      "index.js",
      "package.json",
      "schema.json",
      "templates",
    ]),
  );
  for (const path of ["start", "start.js", "Pulumi.yaml", "lab", "tests", "operate", "deliver", "bench"]) {
    expect(readdirSync(installed)).not.toContain(path);
  }
  expect(Object.keys(described().dependencies)).not.toContain("esbuild");
  expect(Object.keys(described().peerDependencies)).toEqual(["@pulumi/pulumi"]);
});

test("its schema is in it", () => {
  const { version, resources } = JSON.parse(readFileSync(join(installed, "schema.json"), "utf8"));
  expect(version).toBe(described().version);
  expect(Object.keys(resources)).toContain("podwatch:index:MonitoringStack");
});

test("the program on its page deploys from the shipped files", () => {
  const { stdout, stderr, status } = run(secrets);
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  const { outputs, asked } = JSON.parse(stdout) as {
    outputs: object;
    asked: Array<{ type: string; name: string; stdin?: unknown }>;
  };
  expect(outputs).toEqual({ url: "http://localhost/" });
  expect(
    asked
      .filter(({ type }) => type.startsWith("podwatch:"))
      .map(({ name }) => name)
      .sort(),
  ).toEqual([
    "m",
    "m-mon1",
    "m-mon1-alertmanager",
    "m-mon1-grafana",
    "m-mon1-network",
    "m-mon1-nginx",
    "m-mon1-prometheus",
  ]);
  const stdin = (name: string) => asked.find((other) => other.name === name)?.stdin;
  expect(stdin("m-mon1-prometheus-service-bundle")).toContain("--storage.tsdb.retention.time=30d");
  expect(stdin("m-mon1-grafana-service-bundle")).toContain("part files/dashboards/overview.json");
  expect(stdin("m-mon1-nginx-service-bundle")).toContain("part files/html/runbooks/");
  expect(JSON.stringify(stdin("m-mon1-grafana-admin-password-secret"))).toContain(secrets.grafana);
  for (const { stdin } of asked.filter(({ stdin }) => typeof stdin === "string")) {
    for (const secret of Object.values(secrets)) expect(stdin).not.toContain(secret);
  }
});

test("the program on its page that composes components by hand deploys too", () => {
  const { stdout, stderr, status } = run(secrets, "composed");
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  const { outputs, asked } = JSON.parse(stdout) as {
    outputs: object;
    asked: Array<{ type: string; name: string; stdin?: unknown }>;
  };
  expect(outputs).toEqual({ url: "http://localhost:8080/grafana/" });
  const stdin = (name: string) => asked.find((other) => other.name === name)?.stdin;
  expect(stdin("mon1-prometheus-service")).toContain("db1.my-company.net:9187");
  expect(stdin("mon1-nginx-service")).toContain('<a href="/alertmanager/">');
  expect(JSON.stringify(stdin("mon1-grafana-admin-password-secret"))).toContain(secrets.grafana);
  expect(asked.map(({ name }) => name)).toContain("mon1-answers");
});

test("a secret of a wrong form stops the program with the setting's name, without the value", () => {
  const { stderr, status } = run({ ...secrets, slack: "hooks.slack.s3cret" });
  expect(stderr).toContain("alertmanager.receivers.chat.slack.apiUrl: the value is not a webhook URL");
  expect(stderr).not.toContain("hooks.slack.s3cret");
  expect(status).not.toBe(0);
});

test("types accept that program, and refuse what is no setting, and an Output where none may be", () => {
  const errors = complaints.split("\n").filter((line) => /^\S/.test(line));
  expect(errors).toEqual([
    expect.stringMatching(/^wrong\.ts\(3,.*'Output<string>' is not assignable to type 'string/),
    expect.stringMatching(/^wrong\.ts\(4,.*'adress' does not exist/),
    expect.stringMatching(/^wrong\.ts\(5,.*'string' has no properties in common/),
    expect.stringMatching(/^wrong\.ts\(6,.*'prometheus' does not exist/),
    expect.stringMatching(/^wrong\.ts\(7,.*'enabled' does not exist/),
    expect.stringMatching(/^wrong\.ts\(8,.*'{ host: Host; }' is not assignable/),
    expect.stringMatching(/^wrong\.ts\(9,.*'string' has no properties in common with type 'ImageArgs'/),
    expect.stringMatching(/^wrong\.ts\(10,.*'string' is not assignable to type 'readonly string\[\]'/),
    expect.stringMatching(/^wrong\.ts\(11,.*is not assignable to type 'string'/),
  ]);
});
