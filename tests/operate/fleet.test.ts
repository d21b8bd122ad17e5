// Many stacks at once, with a stand-in for Pulumi's command line. tests/integration/fleet.test.ts has real ones.
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { changesIn, chosen } from "../../operate/fleet";

const directory = mkdtempSync(join(tmpdir(), "podwatch-fleet-"));
const calls = join(directory, "calls");

/** `up` of a stack ends once as many have begun as are to run together; that of `bad` fails. */
const PULUMI = `#!/bin/sh
case "$1 $2" in
  "stack ls") echo '[{"name":"site-1"},{"name":"site-2"},{"name":"site-3"},{"name":"bad"},{"name":"other"}]' ;;
  "stack export") echo '{}' ;;
  "up --stack")
    echo "begin $3" >>${calls}
    echo "parallel $PULUMI_PARALLEL"
    for _ in $(seq 200); do
      [ "$(grep -c begin ${calls})" -lt "$(cat ${join(directory, "together")})" ] || break
      sleep 0.1
    done
    echo "end $3" >>${calls}
    [ "$3" != bad ] || { echo "error: no" >&2; exit 255; }
    printf 'Updating (%s):\\n\\nResources:\\n    + 3 created\\n    ~ 1 updated\\n    4 changes. 5 unchanged\\n\\nDuration: 1s\\n' "$3" ;;
  *) echo "stand-in for pulumi: called with $*" >&2; exit 125 ;;
esac
`;

beforeAll(() => {
  writeFileSync(join(directory, "pulumi"), PULUMI);
  chmodSync(join(directory, "pulumi"), 0o755);
});
beforeEach(() => {
  writeFileSync(calls, "");
  writeFileSync(join(directory, "together"), "1");
});
afterAll(() => rmSync(directory, { recursive: true }));

function fleet(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(__dirname, "../../operate/run.js"), "fleet", ...args],
    { encoding: "utf8", env: { ...process.env, PODWATCH_PULUMI: join(directory, "pulumi") } },
  );
  return { status, stdout, stderr, called: readFileSync(calls, "utf8").trim().split("\n") };
}

test("all stacks of a pattern are deployed, at most so many at a time, with a summary", () => {
  writeFileSync(join(directory, "together"), "2");
  const { status, stdout, called } = fleet("up", "--stacks", "site-*", "--parallel", "2", "--yes");
  expect(status).toBe(0);
  expect(stdout).toContain("site-2 | Updating (site-2):\n");
  expect(stdout).toMatch(/^site-2 \| parallel \d+$/m);
  expect(stdout).toMatch(
    /^STACK +RESULT +TIME +CHANGES\nsite-1 +ok +\d+ s +3 created, 1 updated, 5 unchanged\n/m,
  );
  const running = called.map((_, index) => {
    const so = called.slice(0, index + 1);
    return (
      so.filter((line) => line.startsWith("begin")).length -
      so.filter((line) => line.startsWith("end")).length
    );
  });
  expect(Math.max(...running)).toBe(2);
});

test("after a failure no further one begins, unless told so", () => {
  const stopped = fleet("up", "--stacks", "bad,site-*", "--parallel", "1", "--yes");
  expect(stopped.status).toBe(255);
  expect(stopped.stderr).toContain("bad    | error: no\n");
  expect(stopped.stdout).toMatch(/^bad +ended with 255 +\d+ s\nsite-1 +not begun\nsite-2 +not begun\n/m);
  const all = fleet("up", "--stacks", "bad,site-1", "--parallel", "1", "--keep-going", "--yes", "--json");
  expect(all.status).toBe(255);
  expect(JSON.parse(all.stdout)).toEqual({
    stacks: {
      bad: { exitCode: 255, seconds: expect.any(Number), changes: [] },
      "site-1": {
        exitCode: 0,
        seconds: expect.any(Number),
        changes: ["3 created", "1 updated", "5 unchanged"],
      },
    },
  });
});

test.each<[string[], string]>([
  [
    ["--stacks", "site-1"],
    "podwatch: fleet runs no command: write one of up, preview, destroy, status, verify, drift\n",
  ],
  [["restore", "--stacks", "site-1"], 'podwatch: fleet runs "restore": write one of up, preview,'],
  [
    ["up", "--stacks", "site-1"],
    "podwatch: fleet cannot ask for each stack: look at npm run fleet -- preview, then add --yes\n",
  ],
  [
    ["preview", "--stacks", "site-1", "--config-file", "Pulumi.dev.yaml"],
    'podwatch: --config-file "Pulumi.dev.yaml" would be that of every stack: write * where the name of the stack stands, such as stacks/*.yaml\n',
  ],
  [
    ["status"],
    "podwatch: --stacks is missing: name stacks, with commas between them; * stands for any letters\n",
  ],
  [
    ["status", "--stacks", "site-1,sit"],
    'podwatch: --stacks "sit" is no stack of the project: use bad, other, site-1, site-2, site-3\n',
  ],
  [
    ["status", "--stacks", "site-1", "--parallel", "0"],
    'podwatch: --parallel "0" is not a number: give a whole number from 1\n',
  ],
])("%j is refused with the way out", (args, message) => {
  const { status, stderr, called } = fleet(...args);
  expect([status, called]).toEqual([1, [""]]);
  expect(stderr.startsWith(message)).toBe(true);
});

test("options are handed on to commands that take them", () => {
  const { status, stderr } = fleet("destroy", "--stacks", "site-1", "--yes", "--diff");
  expect(status).toBe(125);
  expect(stderr).toContain("called with destroy --stack site-1 --continue-on-error --yes\n");
});

test("a pattern means whole names, and each stack once", () => {
  expect(chosen("site-*,site-1,other", ["other", "site-2", "site-1", "site", "my.site-1"])).toEqual([
    "site-1",
    "site-2",
    "other",
  ]);
  expect(() => chosen("my?site-1", ["my.site-1"])).toThrow("no stack of the project");
});

test("what a preview counts is read, too", () => {
  expect(
    changesIn(["Resources:", "    + 12 to create", "    +-2 to replace", "    7 unchanged", "", "x"]),
  ).toEqual(["12 to create", "2 to replace", "7 unchanged"]);
  expect(changesIn(["error: no"])).toEqual([]);
});
