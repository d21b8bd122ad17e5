// How many resources Pulumi changes at once, with a stand-in for its command line that tells what it was given.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { pulumi } from "../../deliver/programs";

const directory = mkdtempSync(join(tmpdir(), "podwatch-parallel-"));
const program = join(directory, "pulumi");
const own = String(Math.max(64, 4 * availableParallelism()));
const before = { ...process.env };

beforeAll(() => {
  writeFileSync(program, '#!/bin/sh\necho "parallel $PULUMI_PARALLEL"\n');
  chmodSync(program, 0o755);
});
beforeEach(() => {
  process.env = { ...before, PODWATCH_PULUMI: program };
  delete process.env.PULUMI_PARALLEL;
});
afterAll(() => {
  process.env = before;
  rmSync(directory, { recursive: true });
});

const operated = async (command: "up" | "destroy") =>
  spawnSync(process.execPath, [join(__dirname, "../../operate/run.js"), command, "--yes"], {
    encoding: "utf8",
    env: process.env,
  });
const delivered = () => pulumi("up", { stack: "staging", configFile: undefined }, ["--yes"], false);

test.each([
  ["npm run up", () => operated("up")],
  ["npm run destroy", () => operated("destroy")],
  ["a pipeline's deployment", delivered],
])("%s changes 64 at once, or as many as the user says", async (_, run) => {
  expect((await run()).stdout).toContain(`parallel ${own}\n`);
  process.env.PULUMI_PARALLEL = "3";
  expect((await run()).stdout).toContain("parallel 3\n");
});
