// What is left on a host of a change that was taken back.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { secretInput, secretVersion } from "../../lib/secretVersion";
import { RunnerShell } from "./runnerShell";

let shell: RunnerShell;

beforeEach(() => {
  shell = new RunnerShell();
});

afterEach(() => shell.remove());

/** Only what roll_back itself does: bringing releases into force is tried on hosts. */
const SURROUNDINGS = `activate() { use_secrets "$secrets"; }
  last_log_lines() { :; }
  drop_unused_images() { :; }
  drop_unused_programs() { :; }
  drop_image() { :; }`;

test("the release is gone; the value of its secret stays, since Pulumi names it again in the next run", () => {
  const version = (value: string) =>
    secretVersion(shell.run("put_secret token", { input: secretInput(value) }).stdout);
  const home = `${shell.state}/services/web`;
  const first = version("one");
  shell.run(`use_secret podwatch-token ${first}`);
  shell.write("state/services/web/secrets", `podwatch-token ${first} id-1\n`);
  for (const release of ["old", "new"]) {
    shell.write(`state/services/web/releases/${release}/headers`, "image example\n");
  }
  const second = version("two");
  shell.run(`touch -d '1 minute ago' "$STATE"/secrets/podwatch-token/${second}`);

  const { status, stderr } = shell.run(`${SURROUNDINGS}\nroll_back`, {
    variables: {
      home,
      service: "web",
      container: "podwatch-web",
      since: "",
      reason: "it ended",
      previous: "releases/old",
      secrets: `podwatch-token ${second}`,
    },
  });
  expect([status, stderr]).toEqual([
    1,
    "podwatch: web did not come up: it ended\n\nThe previous release is back and healthy.\n",
  ]);
  expect(existsSync(join(home, "releases/new"))).toBe(false);
  expect(readFileSync(join(shell.state, "secrets/podwatch-token", second), "utf8")).toBe("two");
});

test("the secrets that a reload takes in go back with the release, even if nothing else changed", () => {
  const home = `${shell.state}/services/web`;
  shell.write("state/services/web/secrets", "podwatch-users 00aa file\n");
  shell.write("state/secrets/podwatch-users/used", "00aa file\n");
  for (const [release, value] of [
    ["same", "new"],
    ["replaced", "old"],
  ]) {
    shell.write(`state/services/web/releases/${release}/headers`, "image example\n");
    shell.write(`state/services/web/releases/${release}/secrets/users`, `${value}\n`);
  }
  const { status } = shell.run(`${SURROUNDINGS}\nroll_back`, {
    variables: {
      home,
      service: "web",
      container: "podwatch-web",
      since: "",
      reason: "it ended",
      previous: "releases/same",
      id: "same",
      secrets: "podwatch-users 00bb file",
    },
  });
  expect(status).toBe(1);
  expect(readFileSync(join(home, "current/secrets/users"), "utf8")).toBe("old\n");
  expect(existsSync(join(home, "releases/replaced"))).toBe(false);
});
