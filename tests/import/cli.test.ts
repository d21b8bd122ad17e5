// The command as people call it, with a Pulumi that writes down what it is given.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root } from "../docs/markdown";

const ALERTMANAGER = `
route: { receiver: ops }
receivers: [{ name: ops, webhook_configs: [{ url: "https://hook.corp/s3cret" }], telegram_configs: [{ bot_token: <token>, chat_id: 1 }] }]
`;

let project: string;
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), "podwatch-import-cli-"));
  writeFileSync(join(project, "am.yml"), ALERTMANAGER);
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

function pulumi(script: string): string {
  const path = join(project, "pulumi");
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

const RECORDING = 'echo "$*" >>asked; cat >>given';

function run(program: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync("node", [join(root, "import/run.js"), ...args], {
    cwd: project,
    encoding: "utf8",
    env: { ...process.env, PODWATCH_PULUMI: program },
  });
  return { status, said: stdout + stderr };
}

const written = (name: string) => readFileSync(join(project, name), "utf8");

test("a secret reaches the Pulumi CLI on standard input, and nothing else", () => {
  const { status, said } = run(pulumi(RECORDING), "--alertmanager", "am.yml", "-s", "prod");
  expect({ status, said }).toEqual({ status: 0, said: expect.stringContaining("encrypted: one secret\n") });
  expect(written("given")).toBe("https://hook.corp/s3cret\n");
  expect(written("asked")).toBe(
    "config set --secret --stack prod --path podwatch:alertmanager.receivers.ops.webhook.url --non-interactive\n",
  );
  expect(said + written("asked") + written("Pulumi.prod.yaml")).not.toContain("s3cret");
  // The other one is typed.
  expect(said).toContain("--path 'podwatch:alertmanager.receivers.ops.telegram.botToken'   # am.yml:3\n");
});

test("without a stack the commands are listed without values; --secrets stores them later", () => {
  const failing = pulumi(`cat >/dev/null; echo "error: no stack named 'prod' found" >&2; exit 255`);
  const { status, said } = run(failing, "--alertmanager", "am.yml", "-s", "prod");
  expect(status).toBe(0);
  expect(said).toContain("not stored (pulumi says: no stack named 'prod' found)");
  expect(said).toContain(
    "pulumi config set --secret --stack prod --path 'podwatch:alertmanager.receivers.ops.webhook.url'",
  );
  expect(said).not.toContain("s3cret");
  const before = written("Pulumi.prod.yaml");
  expect(run(pulumi(RECORDING), "--alertmanager", "am.yml", "-s", "prod", "--secrets").status).toBe(0);
  expect(written("given")).toBe("https://hook.corp/s3cret\n");
  expect(written("Pulumi.prod.yaml")).toBe(before);
});

test("a file is never overwritten, except what `pulumi stack init` leaves, which stays", () => {
  const program = pulumi(RECORDING);
  writeFileSync(join(project, "Pulumi.prod.yaml"), "encryptionsalt: v1:abc=:v1:def\n");
  expect(run(program, "--alertmanager", "am.yml", "-s", "prod").status).toBe(0);
  const first = written("Pulumi.prod.yaml");
  expect(first).toMatch(/^encryptionsalt: v1:abc=:v1:def\n/);
  rmSync(join(project, "given"));
  const { status, said } = run(program, "--alertmanager", "am.yml", "-s", "prod");
  expect({ status, said }).toEqual({
    status: 1,
    said: "podwatch: Pulumi.prod.yaml exists and is not overwritten: remove or rename it, or name another stack with --stack\n",
  });
  expect(written("Pulumi.prod.yaml")).toBe(first);
  expect(existsSync(join(project, "given"))).toBe(false);
});

test.each([
  [[], /nothing to import: name a file with --prometheus/],
  [["--prometheus", "none.yml"], /none.yml cannot be read; write the path/],
  [["--promteheus", "x"], /Unknown option '--promteheus': import takes --prometheus, /],
])("%j is refused with the way out", (args, message) => {
  const { status, said } = run("pulumi", ...args);
  expect(status).toBe(1);
  expect(said).toMatch(message);
});
