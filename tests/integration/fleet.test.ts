// Many stacks by one command: each has a host, and all have one backend and one folder of stack files.
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { LabHost, must, run } from "./support/lab";
import { nightly } from "./support/nightly";
import { small } from "./support/smallStack";
import { connection, Stack } from "./support/stack";

jest.setTimeout(600_000);

const SITES = ["fleet-north", "fleet-south"] as const;
const directory = mkdtempSync(join(tmpdir(), "podwatch-fleet-"));
const file = (site: string) => join(directory, `${site}.yaml`);

let hosts: LabHost[];
let backend: Stack;

async function fleet(...args: string[]) {
  const { code, stdout, stderr } = await run("node", ["operate/run.js", "fleet", ...args], {
    env: { ...backend.environment(), PODWATCH_PULUMI: "lab/toolchain/pulumi" },
  });
  const rows = stdout.split("\n").flatMap((line) => /^(fleet-\w+) {2,}(.*)$/.exec(line)?.slice(1, 3) ?? []);
  return { code, stderr, rows: rows.map((cell) => cell.replace(/\d+ s\b/, "TIME").replace(/ {2,}/g, " ")) };
}

const of = (result: string) => SITES.flatMap((site) => [site, result]);
const answering = () =>
  Promise.all(hosts.map(async (host) => (await host.fetch("/prometheus/-/healthy")).status));

beforeAll(async () => {
  hosts = await LabHost.bootAll(SITES.map((site) => `test-${site}`));
  backend = await Stack.create("fleet", {});
  for (const [index, site] of SITES.entries()) {
    const made = join(directory, `Pulumi.${site}.yaml`);
    const settings = small(connection("operator", hosts[index] as LabHost));
    const config = Object.entries(settings).map(([key, value]) => [`podwatch:${key}`, value]);
    writeFileSync(made, stringify({ config: Object.fromEntries(config) }));
    const env = backend.environment();
    copyFileSync((await must("lab/toolchain/stack-init", [site, made], { env })).trim(), file(site));
  }
});

afterAll(async () => {
  await backend?.dispose();
  await Promise.all((hosts ?? []).map((host) => host.down()));
  rmSync(directory, { recursive: true });
});

nightly("all are deployed, looked after and destroyed by a pattern", async () => {
  const files = ["--config-file", join(directory, "*.yaml")];
  const up = await fleet("up", "--stacks", "fleet-*", "--yes", ...files);
  expect([up.code, up.rows.map((cell) => cell.replace(/\d+ created/, "MADE"))]).toEqual([
    0,
    of("ok TIME MADE"),
  ]);
  expect(await answering()).toEqual([200, 200]);
  const again = await fleet("up", "--stacks", "fleet-north,fleet-south", "--yes", ...files);
  expect(again.rows.map((cell) => cell.replace(/\d+ unchanged/, "SAME"))).toEqual(of("ok TIME SAME"));
  await hosts[1]?.exec("systemctl stop podwatch-prometheus");
  const drift = await fleet("drift", "--stacks", "fleet-*", "--keep-going");
  expect([drift.code, drift.rows]).toEqual([
    2,
    ["fleet-north", "ok TIME", "fleet-south", "ended with 2 TIME"],
  ]);
  const destroyed = await fleet("destroy", "--stacks", "fleet-*", "--yes", ...files);
  expect(destroyed.code).toBe(0);
  expect(await answering()).toEqual([0, 0]);
});
