import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { word } from "../lib/arbitraries";
import { RunnerShell } from "./runnerShell";

let shell: RunnerShell;

beforeEach(() => {
  shell = new RunnerShell();
});

afterEach(() => shell.remove());

const put = (value: string) => shell.run("put_secret token", { input: value });
const stored = () => readFileSync(join(shell.directory, "podman/secrets/podwatch-token"), "utf8");
const record = () => join(shell.state, "secrets/podwatch-token");

test("a secret gets the same version as long as it is the same", () => {
  const first = put("one");
  expect(first).toEqual({ status: 0, stdout: "id-1\n", stderr: "" });
  expect(put("one")).toEqual(first);
  expect(put("two").stdout).toBe("id-2\n");
  expect(put("two\n").stdout).toBe("id-3\n");
  expect(stored()).toBe("two\n");
});

test("any value is stored as it was", () => {
  fc.assert(
    fc.property(word, (value) => {
      expect(put(value).status).toBe(0);
      expect(stored()).toBe(value);
    }),
    { numRuns: 25 },
  );
});

test("beside it stands a salted digest that only root can read, and that tells nothing", () => {
  put("one");
  const first = readFileSync(record(), "utf8");
  expect(first).toMatch(/^[0-9a-f]{32} [0-9a-f]{64}\n$/);
  expect(statSync(record()).mode & 0o777).toBe(0o600);
  put("two");
  put("one");
  expect(readFileSync(record(), "utf8")).not.toBe(first);
});

test("a secret that somebody took out of podman is put back", () => {
  put("one");
  shell.run("podman secret rm podwatch-token");
  expect(put("one").stdout).toBe("id-2\n");
  expect(stored()).toBe("one");
});

test("a secret of somebody else's is neither replaced nor removed", () => {
  shell.run("podman secret create podwatch-token -", { input: "theirs" });
  const { status, stdout, stderr } = put("ours");
  expect([status, stdout]).toEqual([1, ""]);
  expect(stderr).toBe(
    "podwatch: there is already a podman secret named podwatch-token that is not managed by Podwatch; remove it first\n",
  );
  shell.run("remove_secret token");
  expect(stored()).toBe("theirs");
});

test("a removed secret leaves nothing, and can be removed again", () => {
  put("one");
  for (let times = 0; times < 2; times += 1) {
    expect(shell.run("remove_secret token", { input: "one" })).toMatchObject({
      status: 0,
      stdout: "removed\n",
    });
    expect(existsSync(record())).toBe(false);
    expect(existsSync(join(shell.directory, "podman/secrets/podwatch-token"))).toBe(false);
  }
});
