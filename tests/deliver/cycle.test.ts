// What the staging cycle and production decide, with a Pulumi that only notes what it was asked. What they do to hosts
// is in tests/integration/delivery.test.ts.
import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { leftovers } from "../../deliver/cycle/leftovers";
import { readRecord, writeRecord } from "../../deliver/cycle/record";
import { keys } from "../config/support";
import { root } from "../docs/markdown";
import { Commits } from "./commits";

jest.setTimeout(60_000);

let directory: string;
let commits: Commits;
let commit: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "podwatch-cycle-"));
  commits = new Commits();
  commit = commits.commit("first");
});
afterEach(() => {
  commits.remove();
  rmSync(directory, { recursive: true });
});

const file = (name: string) => join(directory, name);

/** What the Pulumi that stands in was called with, a line each. */
const asked = () => (existsSync(file("asked")) ? readFileSync(file("asked"), "utf8").trim().split("\n") : []);

/** Runs a command of delivery with a Pulumi that ends with `code`, but tells what `config` and `stack` are to print. */
function deliver(code: number, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const pulumi = file("pulumi");
  writeFileSync(
    pulumi,
    `#!/bin/sh\necho "$*" >>'${file("asked")}'\n[ ! -e '${directory}/'"$1.json" ] || exec cat '${directory}/'"$1.json"\nexit ${code}\n`,
  );
  chmodSync(pulumi, 0o755);
  const env = { ...process.env, ...commits.env, PODWATCH_PULUMI: pulumi };
  return new Promise((resolve) => {
    execFile("node", ["deliver/run.js", ...args], { cwd: root, env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
    );
  });
}

/** The record of a staging run. */
function proof(changes: object = {}): string {
  const good = {
    version: 1 as const,
    stack: "staging",
    commit,
    clean: true,
    outcome: "success" as const,
    steps: [],
  };
  writeRecord(file("proof.json"), { ...good, ...changes });
  return file("proof.json");
}

const production = (...args: string[]) =>
  deliver(3, "production", "--stack", "prod", "--record", file("record.json"), ...args);

describe("production", () => {
  test("deploys what staging has proven, and records failures", async () => {
    const result = await production("--proof", proof());
    expect(result).toHaveExited(1);
    const failed = "up: pulumi up ended with 3, see its output";
    expect(result.stderr).toContain(`prod: FAILED: ${failed}`);
    expect(asked()).toEqual([
      "up --stack prod --non-interactive --color never --yes --skip-preview --suppress-outputs --continue-on-error",
      // Whether the state is one that Pulumi would refuse.
      "stack export --stack prod",
    ]);
    const record = readRecord(file("record.json"));
    expect(record).toMatchObject({ stack: "prod", commit, clean: true, outcome: "failure", failed });
    expect(record.steps.map(({ step }) => step)).toEqual(["proof", "up"]);
  });

  test.each<[string, object, string]>([
    ["of another commit", { commit: "f".repeat(40) }, `staging proved commit ${"f".repeat(40)}, but `],
    [
      "of a run that failed",
      { outcome: "failure", failed: "verify: no targets" },
      "staging failed (verify: no targets)",
    ],
    ["of a run with changed files", { clean: false }, "staging ran with files that differ from the commit"],
    ["of the stack itself", { stack: "prod" }, "the record is that of prod itself"],
  ])("refuses a proof %s, and touches nothing", async (_, changes, expected) => {
    const refused = await production("--proof", proof(changes));
    expect(refused).toHaveExited(1);
    expect(refused.stderr).toContain(`prod: FAILED: proof: ${expected}`);
    expect(refused.stderr).toContain("; no host was touched");
    expect(asked()).toEqual([]);
    expect(readRecord(file("record.json")).outcome).toBe("failure");
  });

  test("refuses files that differ from the proved commit", async () => {
    const at = proof();
    commits.change("second");
    expect((await production("--proof", at)).stderr).toContain(
      "files differ from the proven commit: git status shows them; no host was touched",
    );
    expect(asked()).toEqual([]);
  });

  test("refuses a file that is not a proof", async () => {
    writeFileSync(file("other.json"), '{"version":1}');
    const { stderr } = await production("--proof", file("other.json"));
    expect(stderr).toMatch(/other\.json is not a record of a delivery, as --record writes it/);
    expect((await production("--proof", file("none"))).stderr).toMatch(/none cannot be read \(ENOENT\)/);
    expect((await production()).stderr).toMatch(/--proof is missing: production takes --stack, --proof/);
    expect(asked()).toEqual([]);
  });
});

test("--help lists a command's options", async () => {
  const { code, stdout, stderr } = await production("--help");
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(/^npm run deliver:production -- --stack STACK --proof PROOF \[--record RECORD\] /);
  expect(asked()).toEqual([]);
});

describe("staging", () => {
  test("refuses files that differ from the commit unless they are allowed", async () => {
    commits.change("second");
    const { code, stderr } = await deliver(3, "staging", "--stack", "staging");
    expect([code, stderr]).toEqual([
      1,
      "deliver: files differ from the commit, and staging proves commits: commit them, or pass --allow-changes for a record that production refuses\n",
    ]);
    expect(asked()).toEqual([]);
    const told = await deliver(
      3,
      "staging",
      "--stack",
      "staging",
      "--allow-changes",
      "--record",
      file("r.json"),
    );
    expect(told.stderr).toContain("staging: FAILED: read the stack file: pulumi config ended with 3");
    expect(readRecord(file("r.json"))).toMatchObject({ clean: false, outcome: "failure" });
  });
});

describe("staging on machines that the stack makes", () => {
  const openstack = {
    image: "debian-13",
    flavor: "m1.small",
    publicKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBq9EEWeyEyPPqpTDhNpKVyAyJyJ3eLNFJRp2fJ2sX0h",
    network: { name: "internal" },
    volumes: { data: { size: 10 } },
    protect: false,
  };

  /** What the cycle comes to, with a Pulumi that cannot deploy. */
  async function staging(settings: object) {
    const host = { machine: "openstack", user: "operator", privateKey: keys.plain.private };
    const config = { machines: { openstack: { ...openstack, ...settings } }, hosts: { mon: host } };
    const exported = Object.entries(config).map(([key, objectValue]) => [
      `podwatch:${key}`,
      { objectValue, secret: true },
    ]);
    writeFileSync(file("config.json"), JSON.stringify(Object.fromEntries(exported)));
    writeFileSync(file("stack.json"), "{}");
    await deliver(3, "staging", "--stack", "staging", "--record", file("record.json"));
    const { failed = "", steps } = readRecord(file("record.json"));
    return { failed, steps: steps.map(({ step }) => step) };
  }

  test("looks at no host, since there is none before and after", async () => {
    expect(await staging({})).toEqual({
      failed: "up: pulumi up ended with 3, see its output",
      steps: ["read the stack file", "up"],
    });
  });

  test.each<[string, object]>([
    ["protect: true keeps machines and volumes from being deleted", { protect: undefined }],
    ["volumes.data.keep: true leaves a volume behind", { volumes: { data: { size: 1, keep: true } } }],
    [
      "servers.mon.volumes.data.keep: true leaves a volume behind",
      { servers: { mon: { volumes: { data: { size: 1, keep: true } } } } },
    ],
  ])("refuses what destroy would leave, before anything is made: %s", async (reason, settings) => {
    const { failed, steps } = await staging(settings);
    expect(failed).toContain(`read the stack file: podwatch:machines.openstack.${reason}`);
    expect(failed).toMatch(/; write false for a stack that is made to be destroyed, .* made or touched$/);
    expect(steps).toEqual(["read the stack file"]);
    expect(asked().map((line) => line.split(" ")[0])).toEqual(["config"]);
  });
});

describe("left-overs on a host", () => {
  const before = ["file /etc/hosts", "image docker.io/library/nginx:1"];

  test("is nothing when it is as before", () => {
    expect(leftovers(before, before, false)).toEqual([]);
    const ofOthers = [...before, "file /root/notes-on-podwatch"];
    expect(leftovers(ofOthers, ofOthers, false)).toEqual([]);
  });

  test("is what came, and what went is missed", () => {
    expect(leftovers(before, ["file /etc/hosts", "volume podwatch-prometheus"], false)).toEqual([
      "left: volume podwatch-prometheus",
      "gone: image docker.io/library/nginx:1",
    ]);
  });

  test("is also what an earlier deployment had there, which may go", () => {
    const deployed = [...before, "container podwatch-nginx", "file /var/lib/podwatch"];
    expect(leftovers(deployed, ["file /etc/hosts", "file /var/lib/podwatch"], true)).toEqual([
      "left: file /var/lib/podwatch",
    ]);
  });
});
