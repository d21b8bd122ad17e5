// What an apply does to a service that runs: the least that brings the new release into force.
import { RunnerShell } from "./runnerShell";

let shell: RunnerShell;
let variables: Record<string, string>;

/** A service that runs one release, and a candidate that is the same. */
beforeEach(() => {
  shell = new RunnerShell();
  variables = { ...shell.variables(), secrets: "podwatch-token 00aa", id: "0123" };
  shell.write("units/podwatch-web.container", "[Container]\n");
  shell.write("podman/active", "podwatch-web.service\n");
  shell.run("podman secret create podwatch-token -", { input: "one" });
  shell.write("state/services/web/secrets", "podwatch-token 00aa id-1\n");
  for (const place of ["releases/old", "candidate/current"]) {
    shell.write(`state/services/web/${place}/files/web.conf`, "port 1\n");
    shell.write(`state/services/web/${place}/unit/podwatch-web.container`, "[Container]\n");
    shell.write(`state/services/web/${place}/hooks/reload`, "exit 0\n");
  }
  shell.run("point_current_at releases/old", { variables });
});

afterEach(() => shell.remove());

const activation = () => shell.run("needed_activation", { variables });
const candidate = (path: string, text: string) =>
  shell.write(`state/services/web/candidate/current/${path}`, text);

test.each<[what: string, change: () => void, outcome: string]>([
  ["nothing that the service sees", () => candidate("hooks/ready", "exit 0\n"), "updated"],
  ["a file", () => candidate("files/web.conf", "port 2\n"), "reloaded"],
  ["a new file", () => candidate("files/more/new.conf", ""), "reloaded"],
  ["the unit", () => candidate("unit/podwatch-web.container", "[Container]\nUser=1\n"), "restarted"],
  ["a secret", () => shell.write("state/services/web/secrets", "podwatch-token 00bb id-1\n"), "restarted"],
  ["a secret that a reload takes in", () => candidate("secrets/web-users", "ann\n"), "reloaded"],
  [
    "a secret that somebody replaced",
    () => shell.write("podman/secrets/podwatch-token.id", "9\n"),
    "restarted",
  ],
  ["a unit that stopped", () => shell.write("podman/active", "other.service\n"), "restarted"],
  [
    "a switch that was never proven",
    () => shell.write("state/services/web/pending", "releases/old\n"),
    "restarted",
  ],
  ["a unit that somebody edited", () => shell.write("units/podwatch-web.container", "[X]\n"), "restarted"],
])("%s", (_, change, outcome) => {
  change();
  expect(activation()).toEqual({ status: 0, stdout: `${outcome}\n`, stderr: "" });
});

test.each([
  [
    "a service is restarted, since what it sees is gone",
    "container",
    "podwatch-web.container",
    "restarted\n",
  ],
  ["the network is left as it is", "network", "podwatch.network", "updated\n"],
])("where $STATE was lost, %s", (_, kind, unit, outcome) => {
  shell.run('rm "$home/current" "$home/secrets"', { variables });
  shell.write(`units/${unit}`, "[X]\n");
  shell.write(`state/services/web/candidate/current/unit/${unit}`, "[X]\n");
  shell.write("podman/active", "podwatch-network.service\npodwatch-web.service\n");
  const lost = { ...variables, kind, unit, secrets: "" };
  expect(shell.run("needed_activation", { variables: lost }).stdout).toBe(outcome);
});

test("a file of a service that cannot reload", () => {
  candidate("files/web.conf", "port 2\n");
  shell.run('rm "$candidate/hooks/reload"', { variables });
  expect(activation().stdout).toBe("restarted\n");
});

test("a service that is not there yet is started", () => {
  shell.run('rm "$UNITS/$unit"', { variables });
  expect(activation().stdout).toBe("started\n");
});

describe("the release to go back to", () => {
  const proven = () => shell.run("last_proven_release", { variables });

  test("is the current one", () => {
    expect(proven()).toEqual({ status: 0, stdout: "releases/old\n", stderr: "" });
  });

  test("is the one before, if the current one was never proven", () => {
    shell.write("state/services/web/releases/older/headers", "");
    shell.write("state/services/web/pending", "releases/older\n");
    expect(proven().stdout).toBe("releases/older\n");
  });

  test("is the current one, if the one before is gone", () => {
    shell.write("state/services/web/pending", "releases/gone\n");
    expect(proven().stdout).toBe("releases/old\n");
  });

  test("is none before the first", () => {
    shell.run('rm "$home/current"', { variables });
    expect(proven()).toEqual({ status: 0, stdout: "", stderr: "" });
  });
});

test("the current release is switched in one step, to another and back", () => {
  const current = () => shell.run('readlink "$home/current"; ls "$home"', { variables }).stdout;
  const before = current();
  shell.run("point_current_at releases/new; point_current_at releases/old", { variables });
  expect(current()).toBe(before);
});

test.each([
  ["podwatch.network", "podwatch-network.service\n"],
  ["podwatch-web.container", "podwatch-web.service\n"],
])("systemd calls the unit of %s %s", (unit, name) => {
  expect(shell.run("unit_service", { variables: { unit } }).stdout).toBe(name);
});

test("a unit of somebody else's is left alone", () => {
  shell.write("units/podwatch-web.container", "[Container]\nImage=theirs\n");
  const { status, stderr } = shell.run("refuse_foreign", { variables });
  expect(status).toBe(1);
  expect(stderr).toMatch(
    /^podwatch: \S+\/podwatch-web\.container is not managed by Podwatch; move it away first\n$/,
  );
});

describe("a reload", () => {
  /** What is done, with hooks that say and end as given, and systemd and podman that do as they are told. */
  const reload = (hooks: Readonly<Record<string, string>>) => {
    for (const [name, script] of Object.entries(hooks)) {
      shell.write(`state/services/web/releases/old/hooks/${name}`, script);
    }
    const { stdout } = shell.run(
      `run_hook() { sh "$1/hooks/$2"; }; prepare_start() { :; }; await_ready() { :; }; is_let_through() { :; }
      await_steady() { :; }; end_of_journal() { :; }; timeout() { echo restarts >&3; }
      exec 3>&1; since=; previous=; unit=podwatch-web.container; activation=reloaded
      if activate reloaded; then echo "$activation"; else echo "failed: $reason"; fi
      printf '%s' "$notes"`,
      { variables },
    );
    return stdout.split("\n").filter(Boolean);
  };

  test("that is done is no restart", () => {
    expect(reload({ reload: "exit 0\n" })).toEqual(["reloaded"]);
  });

  test("that fails is told by its last words", () => {
    expect(reload({ reload: "echo broken; exit 1\n" })).toEqual(["failed: broken"]);
  });

  test("that cannot be done now is made up for by a restart", () => {
    const hooks = { reload: "exit 75\n", started: "echo chatter; echo 'note: not proven'\n" };
    expect(reload(hooks)).toEqual(["restarts", "restarted", "note: not proven"]);
  });

  test("that a restart cannot make up for fails", () => {
    expect(reload({ reload: "exit 75\n", started: "echo broken; exit 1\n" })).toEqual([
      "restarts",
      "failed: broken",
    ]);
  });
});
