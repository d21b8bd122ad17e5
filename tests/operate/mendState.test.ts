// The state after a run that went on after an error, with a stand-in for Pulumi's command line.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mendState } from "../../operate/pulumi";

const directory = mkdtempSync(join(tmpdir(), "podwatch-mend-"));
const calls = join(directory, "calls");
const before = process.env.PODWATCH_PULUMI;
let told = "";

/** @param repair what `pulumi state repair` does */
function pulumi(metadata: object | undefined, repair: string): void {
  const program = join(directory, "pulumi");
  const exported = JSON.stringify({ version: 3, deployment: { metadata, resources: [] } });
  writeFileSync(
    program,
    `#!/bin/sh\necho "$*" >>${calls}\ncase $1 in stack) cat <<'END'\n${exported}\nEND\n;; state) ${repair};; esac\n`,
  );
  chmodSync(program, 0o755);
  process.env.PODWATCH_PULUMI = program;
}

const called = () => (existsSync(calls) ? readFileSync(calls, "utf8").trim().split("\n") : []);

beforeEach(() => {
  rmSync(calls, { force: true });
  told = "";
  jest.spyOn(process.stderr, "write").mockImplementation((text) => {
    told += text;
    return true;
  });
});

afterEach(() => jest.restoreAllMocks());

afterAll(() => {
  rmSync(directory, { recursive: true });
  if (before === undefined) delete process.env.PODWATCH_PULUMI;
  else process.env.PODWATCH_PULUMI = before;
});

const BROKEN = { integrity_error: { error: "a refers to missing dependency b" } };

test("one that Pulumi has noted as wrong is repaired, and told of", async () => {
  pulumi(BROKEN, ":");
  await mendState("prod");
  expect(called()).toEqual(["stack export --stack prod", "state repair --stack prod --yes"]);
  expect(told).toMatch(/^podwatch: .*pulumi state repair has removed these names.*run this again\n$/);
});

test("one that cannot be repaired so is told of with the command and the reason", async () => {
  pulumi(BROKEN, "echo 'error: no lock' >&2; exit 1");
  await mendState(undefined);
  expect(told).toContain("repair it: pulumi state repair (error: no lock)");
});

test.each([[{}], [undefined], [{ integrity_error: null }]])(
  "with metadata %j nothing is done",
  async (metadata) => {
    pulumi(metadata, ":");
    await mendState("prod");
    expect(called()).toEqual(["stack export --stack prod"]);
    expect(told).toBe("");
  },
);
