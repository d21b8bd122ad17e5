// What is in common to all kinds of services: a kind that is nowhere but here, in one file, has the whole life of any other.
import { chmodSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RunnerShell } from "./runnerShell";

/** A line in a file of everybody's. It has no unit, and needs neither podman nor systemd. */
const LINE = `
KINDS="$KINDS line"

place() {
  say "$STATE/../hosts/$service"
}

line_stranger() {
  if [ -e "$(place)" ] && ! grep -qF "$OWNER_MARK" "$(place)"; then
    say "$(place) is not managed by Podwatch; move it away first"
  fi
}

line_check() {
  [ -s "$candidate/files/line" ] || fail "the line of $service is empty; nothing was changed"
}

line_holds() {
  cmp -s "$candidate/files/line" "$(place)"
}

line_activate() {
  cp "$release/files/line" "$(place).new" && mv "$(place).new" "$(place)"
}

line_prove() {
  ! grep -q broken "$(place)" || { reason="it says that it is broken"; return 1; }
}

line_is_ready() {
  [ -s "$(place)" ]
}

line_drift() {
  cmp -s "$candidate/files/line" "$(place)" || say "line changed $(place)"
}

line_remove() {
  rm -f "$(place)"
}
`;

/** Units of systemd's own, which need no more than their names. */
const CLOCK = `
KINDS="$KINDS clock"

clock_unit() {
  say "podwatch-$service.timer"
}

clock_units() {
  say "$unit"
  say "\${unit%.timer}.service"
}
`;

let shell: RunnerShell;

beforeEach(() => {
  shell = new RunnerShell();
  shell.write("kinds/line.sh", LINE);
  shell.write("kinds/clock.sh", CLOCK);
  shell.write("hosts/other", "of somebody else's\n");
  shell.write("runner", "");
});

afterEach(() => shell.remove());

const run = (line: string, input = "") =>
  shell.run(`SELF=$STATE/../runner; . "$STATE/../kinds/line.sh"; . "$STATE/../kinds/clock.sh"; ${line}`, {
    input,
  });
const read = (path: string) => readFileSync(join(shell.directory, path), "utf8");
const services = () => readdirSync(join(shell.state, "services"));

const bundle = (kind: string, parts: Readonly<Record<string, string>>) => {
  const text = Object.entries(parts).map(
    ([path, line]) => `part ${path}\n  # Managed by Podwatch.\n  ${line}\n`,
  );
  return `podwatch-bundle 1\nservice greeting\nkind ${kind}\nready-within 1\n${text.join("")}end\n`;
};
const line = (text: string) => bundle("line", { "files/line": text });
const apply = (text: string, before = "") => run(`${before}apply_service greeting`, line(text));
const remove = () => run("remove_service greeting");
const drift = (text: string) => {
  const { status, stdout, stderr } = run("show_drift greeting", line(text));
  expect([status, stderr]).toEqual([0, ""]);
  return stdout.split("\n").filter((found) => found !== "" && !found.startsWith("runner "));
};

describe("a kind without a unit", () => {
  test("is applied, left alone while nothing has changed, changed, and removed", () => {
    expect(apply("hello")).toEqual({ status: 0, stdout: "started\n", stderr: "" });
    expect(read("hosts/greeting")).toMatch(/\nhello\n$/);
    expect(apply("hello")).toEqual({ status: 0, stdout: "unchanged\n", stderr: "" });
    expect(apply("good evening").stdout).toBe("restarted\n");
    expect(read("hosts/greeting")).toMatch(/\ngood evening\n$/);
    expect(readdirSync(join(shell.state, "services/greeting")).sort()).toEqual([
      "current",
      "releases",
      "secrets",
    ]);
    expect(remove()).toEqual({ status: 0, stdout: "removed\n", stderr: "" });
    expect(readdirSync(join(shell.directory, "hosts"))).toEqual(["other"]);
    expect(services()).toEqual([]);
  });

  test("is told of as drift where somebody changed it, and put back", () => {
    apply("hello");
    expect(drift("hello")).toEqual([]);
    shell.write("hosts/greeting", "# Managed by Podwatch.\nby hand\n");
    expect(drift("hello")).toEqual([`line changed ${shell.state}/../hosts/greeting`]);
    expect(apply("hello").stdout).toBe("restarted\n");
    expect(drift("hello")).toEqual([]);
  });

  test("goes back to the release before where it is not proven, and goes away where there is none", () => {
    apply("hello");
    const { status, stderr } = apply("broken");
    expect([status, stderr]).toEqual([
      1,
      "podwatch: greeting did not come up: it says that it is broken\n\nThe previous release is back and healthy.\n",
    ]);
    expect(read("hosts/greeting")).toMatch(/\nhello\n$/);
    expect(apply("hello").stdout).toBe("unchanged\n");
    remove();
    expect(apply("broken").stderr).toMatch(
      /It is removed again: there is no earlier release to go back to\.\n$/,
    );
    expect(existsSync(join(shell.directory, "hosts/greeting"))).toBe(false);
    expect(services()).toEqual([]);
  });

  test("is refused by its own check, and by what others have in its place, before anything is changed", () => {
    const empty = run("apply_service greeting", bundle("line", {}));
    expect([empty.status, empty.stderr]).toEqual([
      1,
      "podwatch: the line of greeting is empty; nothing was changed\n",
    ]);
    shell.write("hosts/greeting", "of somebody else's\n");
    expect(apply("hello").stderr).toMatch(
      /hosts\/greeting is not managed by Podwatch; move it away first\n$/,
    );
    expect(read("hosts/greeting")).toBe("of somebody else's\n");
    expect(run("refuse_strangers line/greeting").stderr).toMatch(/in its place:\n .*hosts\/greeting is not/);
    expect(services()).toEqual([]);
  });

  test.each([
    ["before it is brought into force", "line_activate() { kill -9 $$; }; "],
    ["before it is proven", "line_prove() { kill -9 $$; }; "],
    ["once it is proven", "record_success() { kill -9 $$; }; "],
  ])("that is killed %s is brought up by the next run, or goes back to what was proven", (_, killer) => {
    for (const [next, outcome] of [
      ["good evening", { status: 0, stdout: "restarted\n", stderr: "" }],
      ["broken", { status: 1, stderr: expect.stringContaining("The previous release is back and healthy.") }],
    ] as const) {
      apply("hello");
      expect(apply("good evening", killer).status).toBe(null);
      expect(drift("good evening").some((found) => found.startsWith("release unproven"))).toBe(true);
      expect(apply(next)).toMatchObject(outcome);
      expect(read("hosts/greeting")).toMatch(next === "broken" ? /\nhello\n$/ : /\ngood evening\n$/);
      remove();
    }
  });

  test("whose removal is killed is removed by the next", () => {
    apply("hello");
    expect(
      run(
        'rm() { case "$*" in *hosts/greeting) kill -9 $$ ;; esac; command rm "$@"; }; remove_service greeting',
      ).status,
    ).toBe(null);
    expect(remove().stdout).toBe("removed\n");
    expect(existsSync(join(shell.directory, "hosts/greeting"))).toBe(false);
    expect(services()).toEqual([]);
  });

  test("does not become one of another kind, which could not go back", () => {
    apply("hello");
    expect(run("apply_service greeting", bundle("clock", {})).stderr).toBe(
      "podwatch: greeting is a line on this host, and is to be a clock: remove it first\n",
    );
    expect(drift("hello")).toEqual([]);
  });

  test.each(["apply_service greeting", "show_drift greeting"])(
    "that the runner does not know is refused by %s",
    (call) => {
      expect(run(call, bundle("future", {})).stderr).toBe(
        "podwatch: the runner on this host does not know what greeting is, of the kind future: run pulumi up without --target\n",
      );
    },
  );

  test("has a status", () => {
    apply("hello");
    expect(run("show_status greeting").stdout).toMatch(
      /^service greeting\nrelease [0-9a-f]{16}\nready yes\n$/,
    );
    shell.write("hosts/greeting", "");
    expect(run("show_status greeting").stdout).toMatch(/\nready no\n$/);
  });
});

describe("a kind of systemd's own units", () => {
  const UNITS = ["native/podwatch-greeting.service", "native/podwatch-greeting.timer"];
  const timer = (schedule: string) =>
    bundle("clock", {
      "unit/podwatch-greeting.service": "ExecStart=echo hello",
      "unit/podwatch-greeting.timer": `OnCalendar=${schedule}\n  [Install]`,
    });
  const calls = () => read("podman/calls").trim().split("\n");

  beforeEach(() => {
    // Notes what changes something. What is started is active, until it is stopped, unless it shall not come up.
    shell.write(
      "bin/systemctl",
      `#!/bin/sh
cd "$PODMAN_STATE"
for unit; do :; done
case "$*" in
  "--quiet is-active "*) exec grep -qxF "$unit" active ;;
  show*) exit 0 ;;
esac
echo "$*" >>calls
case "$1" in
  restart) ! grep -q never "../native/$unit" || { echo "it never comes" >&2; exit 1; }; echo "$unit" >>active ;;
  stop) : >active ;;
esac
`,
    );
    chmodSync(join(shell.directory, "bin/systemctl"), 0o755);
  });
  const applyTimer = (schedule: string) => run("STEADY_SECONDS=0; apply_service greeting", timer(schedule));

  test("needs no more than their names", () => {
    expect(applyTimer("daily")).toEqual({ status: 0, stdout: "started\n", stderr: "" });
    expect(UNITS.map(read)).toEqual([expect.stringMatching(/hello\n$/), expect.stringMatching(/daily\n/)]);
    expect(calls().slice(-3)).toEqual([
      "daemon-reload",
      "--quiet enable podwatch-greeting.timer",
      "restart podwatch-greeting.timer",
    ]);
    expect(applyTimer("daily").stdout).toBe("unchanged\n");
    expect(applyTimer("hourly")).toEqual({ status: 0, stdout: "restarted\n", stderr: "" });
    const failed = applyTimer("never");
    expect(failed.stderr).toMatch(
      /^podwatch: greeting did not come up: .*it never comes\n[\s\S]*previous release is back and healthy/,
    );
    expect(read("native/podwatch-greeting.timer")).toMatch(/hourly\n/);
    shell.write("native/podwatch-greeting.timer", "# Managed by Podwatch.\n");
    expect(run("show_drift greeting", timer("hourly")).stdout).toMatch(/\nunit changed .*greeting\.timer\n$/);
    expect(remove().stdout).toBe("removed\n");
    expect(readdirSync(join(shell.directory, "native"))).toEqual([]);
    expect(services()).toEqual([]);
  });
});

test.each([
  ["a container", "container", "unit/podwatch-greeting.container"],
  ["the network", "network", "unit/podwatch.network"],
  ["a program of the host's", "native", "unit/podwatch-greeting.service"],
])("a bundle that names no kind is of that of its unit: %s", (_, kind, unit) => {
  shell.write(`release/${unit}`, "");
  expect(run('kind_of "$STATE/../release"').stdout).toBe(`${kind}\n`);
  shell.write("release/headers", "service greeting\nkind line\n");
  expect(run('kind_of "$STATE/../release"').stdout).toBe("line\n");
});
