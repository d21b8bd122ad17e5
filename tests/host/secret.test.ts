import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { secretInput, secretVersion } from "../../lib/secretVersion";
import { word } from "../lib/arbitraries";
import { RunnerShell } from "./runnerShell";

let shell: RunnerShell;

beforeEach(() => {
  shell = new RunnerShell(["docker.sh"]);
});

afterEach(() => shell.remove());

const put = (value: string) => shell.run("put_secret token", { input: secretInput(value) });
/** Puts a value and returns its version. */
const version = (value: string) => secretVersion(put(value).stdout);
const use = (chosen: string) => shell.run(`use_secret podwatch-token ${chosen}`);
const inPodman = () => readFileSync(join(shell.directory, "podman/secrets/podwatch-token"), "utf8");
const store = () => join(shell.state, "secrets/podwatch-token");
const kept = () => readdirSync(store()).filter((name) => name !== ".sums");

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
  const before = version("one");
  const { status, stdout, stderr } = shell.run("put_secret token", {
    input: lose(secretInput("two\nlines")),
  });
  expect([status, stdout]).toEqual([1, ""]);
  expect(stderr).toMatch(
    /^podwatch: the value of the secret token did not arrive as a whole: does a start file/,
  );
  expect(kept()).toEqual([before]);
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
  expect(kept().sort()).toEqual([second, "used"].sort());
  expect(readdirSync(join(store(), ".sums"))).toEqual([second]);
});

test("a value that is newer than the one in use is not pruned", () => {
  const first = version("one");
  use(first);
  shell.run("touch -d '1 minute ago' \"$STATE\"/secrets/podwatch-token/used");
  const second = version("two");
  shell.run(`prune_secret podwatch-token ${first}`);
  expect(kept().sort()).toEqual([first, second, "used"].sort());
});

describe("a value that somebody changed", () => {
  const recorded = (chosen: string, id: string) => {
    shell.write("state/services/web/candidate/current/headers", "secret podwatch-token\n");
    shell.write("state/services/web/secrets", `podwatch-token ${chosen} ${id}\n`);
  };
  const run = (line: string) => shell.run(line, { variables: shell.variables() });
  const ofDocker = (line: string) => run(`engine=docker; ${line}`);

  test.each(["podman", "docker"])("%s: is drift, and not handed to a service", (engine) => {
    const chosen = version("one");
    const by = engine === "docker" ? ofDocker : run;
    const id = by(`use_secret podwatch-token ${chosen}; of_engine secret_id podwatch-token`).stdout.trim();
    recorded(chosen, id);
    expect(by("secret_drift")).toEqual({ status: 0, stdout: "", stderr: "" });
    shell.write(`state/secrets/podwatch-token/${chosen}`, "theirs");
    expect(by("secret_drift").stdout).toBe("secret changed podwatch-token\n");
    expect(by(`wanted_secrets ${chosen}`)).toMatchObject({
      status: 1,
      stderr:
        "podwatch: the secret podwatch-token was changed on this host, not by a deployment: put it back with npm run repair\n",
    });
    // It comes back under its name, which the deployment knows.
    expect(version("one")).toBe(chosen);
    expect(readFileSync(join(store(), chosen), "utf8")).toBe("one");
    expect(by("secret_drift").stdout).toBe("");
    expect(by(`wanted_secrets ${chosen}`).stdout).toBe(`podwatch-token ${chosen}\n`);
  });

  test("docker: what the container has is compared, while it runs", () => {
    const chosen = version("one");
    recorded(chosen, `docker-${chosen}`);
    ofDocker(`use_secret podwatch-token ${chosen}`);
    const changed = `secrets="podwatch-token ${chosen}"; have_secrets_changed && say restart; secret_drift`;
    expect(ofDocker(changed).stdout).toBe("");
    shell.write("run/podwatch/web/secrets/token", "one");
    expect(ofDocker(changed).stdout).toBe("");
    shell.write("run/podwatch/web/secrets/token", "theirs");
    expect(ofDocker(changed).stdout).toBe("restart\nsecret changed podwatch-token\n");
  });

  test("one of an earlier runner, which wrote no digest, is known by itself", () => {
    const chosen = version("one");
    shell.run('rm -r "$STATE"/secrets/podwatch-token/.sums');
    expect(version("one")).toBe(chosen);
    expect(readdirSync(join(store(), ".sums"))).toEqual([chosen]);
    // What somebody else wrote is no value of that version.
    shell.write(`state/secrets/podwatch-token/${chosen}`, "two");
    expect(version("two")).not.toBe(chosen);
  });
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

describe("a secret that a reload takes in", () => {
  const candidate = () => join(shell.state, "services/web/candidate/current");
  /** Hands the secret to a candidate of the service. */
  const place = (chosen: string) => {
    const gid = process.getgid?.() ?? 0;
    shell.write(
      "state/services/web/candidate/current/headers",
      `user 101:${gid}\nreloaded-secret podwatch-token\n`,
    );
    const line = `secrets=$(wanted_secrets ${chosen}); place_reloaded_secrets; use_secrets "$secrets"; say "$secrets"`;
    return shell.run(line, { variables: shell.variables() });
  };

  test("is a file of the release, which only the service's group can read, and unknown to podman", () => {
    const chosen = version("one");
    expect(place(chosen)).toEqual({ status: 0, stdout: `podwatch-token ${chosen} file\n`, stderr: "" });
    const file = join(candidate(), "secrets/token");
    expect(readFileSync(file, "utf8")).toBe("one");
    expect(statSync(file).mode & 0o777).toBe(0o440);
    expect(existsSync(join(shell.directory, "podman/secrets/podwatch-token"))).toBe(false);
  });

  test("keeps its version when none is named, and older values are pruned once it is in use", () => {
    place(version("one"));
    const chosen = version("two");
    const secrets = place(chosen).stdout.trim();
    shell.run("record_success; drop_what_is_over() { :; }; tidy_up", {
      variables: { ...shell.variables(), secrets },
    });
    expect(kept().sort()).toEqual([chosen, "used"].sort());
    expect(place("").stdout).toBe(`${secrets}\n`);
  });

  test("is removed without touching a secret of podman's that has its name", () => {
    const secrets = place(version("one")).stdout.trim();
    shell.run("record_success", { variables: { ...shell.variables(), secrets } });
    shell.run("podman secret create podwatch-token -", { input: "theirs" });
    expect(shell.run("remove_secret token").stdout).toBe("removed\n");
    expect(existsSync(store())).toBe(false);
    expect(inPodman()).toBe("theirs");
  });

  test.each([
    ["nothing changed", () => {}, ""],
    [
      "somebody edited it",
      () => shell.write("state/services/web/current/secrets/token", "x"),
      "secret changed podwatch-token\n",
    ],
    [
      "somebody removed it",
      () => shell.run('rm "$home/current/secrets/token"', { variables: shell.variables() }),
      "secret missing podwatch-token\n",
    ],
    [
      "something was added",
      () => shell.write("state/services/web/current/secrets/other", "x"),
      "file added secrets/other\n",
    ],
  ])("drift: %s", (_, change, told) => {
    const secrets = place(version("one")).stdout.trim();
    shell.run(
      'record_success; cp -r "$candidate" "$home/current"; rm -r "$candidate/secrets"; chmod u+w "$home"/current/secrets/*',
      {
        variables: { ...shell.variables(), secrets },
      },
    );
    change();
    expect(shell.run("file_drift; secret_drift", { variables: shell.variables() })).toEqual({
      status: 0,
      stdout: told,
      stderr: "",
    });
  });
});
