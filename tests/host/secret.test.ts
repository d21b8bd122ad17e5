import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { secretInput, secretVersion } from "../../lib/secretVersion";
import { word } from "../lib/arbitraries";
import { RunnerShell } from "./runnerShell";

let shell: RunnerShell;

beforeEach(() => {
  shell = new RunnerShell();
});

afterEach(() => shell.remove());

const put = (value: string) => shell.run("put_secret token", { input: secretInput(value) });
/** Puts a value and returns its version. */
const version = (value: string) => secretVersion(put(value).stdout);
const use = (chosen: string) => shell.run(`use_secret podwatch-token ${chosen}`);
const inPodman = () => readFileSync(join(shell.directory, "podman/secrets/podwatch-token"), "utf8");
const store = () => join(shell.state, "secrets/podwatch-token");

test("a value has the same version as long as it is the same", () => {
  const first = put("one");
  expect(first).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^<podwatch-version:[0-9a-f]{16}>\n$/),
    stderr: "",
  });
  expect(put("one")).toEqual(first);
  expect(put("two").stdout).not.toBe(first.stdout);
  expect(put("two\n").stdout).not.toBe(version("two"));
  expect(put("one")).toEqual(first);
});

test.each([
  ["its end is missing", (input: string) => input.slice(0, -1)],
  ["its beginning was read by a start file", (input: string) => input.slice(4)],
  ["its first line was read by a start file", (input: string) => input.split("\n").slice(1).join("\n")],
  ["all was read by a start file", () => ""],
])("a value of which a part was lost is refused: %s", (_, lose) => {
  const kept = version("one");
  const { status, stdout, stderr } = shell.run("put_secret token", {
    input: lose(secretInput("two\nlines")),
  });
  expect([status, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(
    /^podwatch: the value of the secret token did not arrive as a whole: does a start file/,
  );
  expect(readdirSync(store())).toEqual([kept]);
});

test("any value reaches podman as it was", () => {
  fc.assert(
    fc.property(word, (value) => {
      expect(use(version(value))).toEqual({ status: 0, stdout: "", stderr: "" });
      expect(inPodman()).toBe(value);
    }),
    { numRuns: 25 },
  );
});

test("values can be read by their owner only, and their versions tell nothing", () => {
  const chosen = version("one");
  expect(statSync(store()).mode & 0o777).toBe(0o700);
  expect(statSync(join(store(), chosen)).mode & 0o777).toBe(0o600);
  shell.run("remove_secret token");
  expect(version("one")).not.toBe(chosen);
});

test("podman is given a version once, and again when somebody replaced or removed it", () => {
  const chosen = version("one");
  use(chosen);
  use(chosen);
  expect(readFileSync(join(shell.directory, "podman/created"), "utf8")).toBe("x\n");
  shell.run("podman secret rm podwatch-token");
  use(chosen);
  expect(inPodman()).toBe("one");
  shell.run("podman secret rm podwatch-token; podman secret create podwatch-token -", { input: "theirs" });
  use(chosen);
  expect(inPodman()).toBe("one");
});

test("one can go back to the version before, until it is pruned", () => {
  const first = version("one");
  use(first);
  const second = version("two");
  use(second);
  use(first);
  expect(inPodman()).toBe("one");
  use(second);
  shell.run(
    `touch -d '1 minute ago' "$STATE"/secrets/podwatch-token/${first}; prune_secret podwatch-token ${second}`,
  );
  expect(readdirSync(store()).sort()).toEqual([second, "used"].sort());
});

test("a value that is newer than the one in use is not pruned", () => {
  const first = version("one");
  use(first);
  shell.run("touch -d '1 minute ago' \"$STATE\"/secrets/podwatch-token/used");
  const second = version("two");
  shell.run(`prune_secret podwatch-token ${first}`);
  expect(readdirSync(store()).sort()).toEqual([first, second, "used"].sort());
});

test("a secret of somebody else's is neither replaced nor removed", () => {
  shell.run("podman secret create podwatch-token -", { input: "theirs" });
  const { status, stdout, stderr } = put("ours");
  expect([status, stdout]).toEqual([1, ""]);
  expect(stderr).toBe(
    "podwatch: there is already a podman secret named podwatch-token that is not managed by Podwatch; remove it first\n",
  );
  shell.run("remove_secret token");
  expect(inPodman()).toBe("theirs");
});

test("a removed secret leaves nothing, and can be removed again", () => {
  use(version("one"));
  for (let times = 0; times < 2; times += 1) {
    expect(shell.run("remove_secret token", { input: "one" })).toMatchObject({
      status: 0,
      stdout: "removed\n",
    });
    expect(existsSync(store())).toBe(false);
    expect(existsSync(join(shell.directory, "podman/secrets/podwatch-token"))).toBe(false);
  }
});
