// Work by a calendar through the whole life of a service, with stand-ins for systemd and podman. A real one is in tests/integration/operate.test.ts.
import { chmodSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { timerBundle } from "../../engines/systemd/timer";
import type { TimerService } from "../../lib/timerService";
import { RunnerShell } from "./runnerShell";

/** Notes what changes something; a unit that is started is active until it is stopped. */
const SYSTEMCTL = `#!/bin/sh
cd "$PODMAN_STATE"
for unit; do :; done
touch enabled
case "$*" in
  "--quiet is-active "*) exec grep -qxF "$unit" active ;;
  "is-enabled "*) if grep -qxF "$unit" enabled; then echo enabled; else echo disabled; exit 1; fi ;;
  "show "* | "reset-failed "*) ;;
  daemon-reload) ;;
  "--quiet enable podwatch-chore.timer") echo "$unit" >>enabled ;;
  "--quiet disable podwatch-chore."*) grep -vxF "$unit" enabled >left; mv left enabled ;;
  "restart podwatch-chore.timer") echo "$unit" >>active ;;
  "stop podwatch-chore."*) for unit; do grep -vxF "$unit" active >left; mv left active; done ;;
  *) echo "stand-in for systemctl: called with $*" >&2; exit 125 ;;
esac
`;

/** Knows the times of which it is told by the test, and refuses units with a key that systemd has not. */
const SYSTEMD_ANALYZE = `#!/bin/sh
case "$1" in
  calendar)
    [ $# = 2 ] || exit 125
    case $2 in
      daily) printf '  Original form: daily\\nNormalized form: *-*-* 00:00:00\\n    Next elapse: Tue 2030-01-01 00:00:00 UTC\\n' ;;
      "2001-01-01") printf 'Normalized form: 2001-01-01 00:00:00\\n    Next elapse: never\\n' ;;
      *) echo "Failed to parse calendar specification '$2': Invalid argument" >&2; exit 1 ;;
    esac ;;
  verify) ! grep -l Nonsense podwatch-* | sed 's/$/:3: Unknown key name/' | grep . ;;
esac
`;

const PODMAN = `#!/bin/sh
case "$*" in
  "version --format "*) echo 5.4.2 ;;
  "image exists "*) [ ! -e "$PODMAN_STATE/../no-image" ] ;;
  *) exit 125 ;;
esac
`;

let shell: RunnerShell;

beforeEach(() => {
  shell = new RunnerShell();
  const programs = { systemctl: SYSTEMCTL, "systemd-analyze": SYSTEMD_ANALYZE, podman: PODMAN };
  for (const [name, script] of Object.entries(programs)) {
    shell.write(`bin/${name}`, script);
    chmodSync(join(shell.directory, "bin", name), 0o755);
  }
  shell.write("runner", 'echo $2 >>"$PODMAN_STATE/../called"\n');
});

afterEach(() => shell.remove());

const read = (path: string) =>
  existsSync(join(shell.directory, path)) ? readFileSync(join(shell.directory, path), "utf8") : "";
const services = () => readdirSync(join(shell.state, "services"));

function chore(more: Partial<TimerService> = {}) {
  const service: TimerService = {
    kind: "timer",
    name: "chore",
    description: "A chore",
    schedule: "daily",
    randomDelay: 0,
    runs: ["save", "chore"],
    ends: ["save-ended", "chore"],
    within: 60,
    image: "docker.io/restic/restic:0.18.0",
    secrets: [],
    files: { job: "what to do\n" },
    directories: [`${shell.directory}/made/for/it`],
    hooks: {
      started: 'sh "$PODWATCH_RUNNER" called started\n',
      removed: 'sh "$PODWATCH_RUNNER" called removed\n',
    },
    advice: { schedule: "correct podwatch:chore.schedule" },
    ...more,
  };
  return timerBundle(service, { scope: "rootful" });
}

const run = (line: string, input = "") =>
  shell.run(`SELF=$STATE/../runner; check_what_podman_needs() { :; }; ${line}`, { input });
const apply = (text = chore()) => run("apply_service chore", text);
const drift = (text = chore()) =>
  run("show_drift chore", text)
    .stdout.split("\n")
    .filter((found) => found !== "" && !found.startsWith("runner "));
const done = (said: string) => ({ status: 0, stdout: `${said}\n`, stderr: "" });

test("its life: enabled and started, left alone, changed, and removed with its files", () => {
  expect(apply()).toEqual(done("started"));
  expect([read("podman/active"), read("podman/enabled")]).toEqual([
    "podwatch-chore.timer\n",
    "podwatch-chore.timer\n",
  ]);
  expect(readdirSync(join(shell.directory, "native")).sort()).toEqual([
    "podwatch-chore.service",
    "podwatch-chore.timer",
  ]);
  expect(existsSync(join(shell.directory, "made/for/it"))).toBe(true);
  expect(read("called")).toBe("started\n");
  expect(apply()).toEqual(done("unchanged"));
  expect(apply(chore({ randomDelay: 60 }))).toEqual(done("restarted"));
  expect(run("remove_service chore")).toEqual(done("removed"));
  expect(read("called")).toBe("started\nstarted\nremoved\n");
  expect([read("podman/active"), read("podman/enabled"), services()]).toEqual(["", "", []]);
  expect(readdirSync(join(shell.directory, "native"))).toEqual([]);
});

test.each([
  ["every now and then", "that systemd does not understand"],
  ["2001-01-01", "that never comes"],
])("the schedule %p, %s, is refused by the host before anything is changed", (schedule) => {
  const { status, stderr } = apply(chore({ schedule }));
  expect([status, stderr]).toEqual([
    1,
    `podwatch: systemd on this host cannot keep the schedule "${schedule}" of chore; nothing was changed: correct podwatch:chore.schedule\n`,
  ]);
  expect([services(), read("podman/active")]).toEqual([[], ""]);
});

test("so are units that systemd warns about", () => {
  expect(apply(chore({ description: "Nonsense" })).stderr).toMatch(
    /^podwatch: systemd refuses the units of chore; nothing was changed: podwatch-chore\.(service|timer):3: Unknown key/,
  );
  expect(services()).toEqual([]);
});

test("a timer that is disabled or stopped is drift, and comes back", () => {
  apply();
  expect(drift()).toEqual([]);
  shell.write("podman/enabled", "");
  expect(drift()).toEqual(["unit disabled podwatch-chore.timer"]);
  expect(apply()).toEqual(done("restarted"));
  shell.write("podman/active", "");
  expect(drift()).toEqual(["unit stopped podwatch-chore.timer"]);
  expect(apply()).toEqual(done("restarted"));
  expect(drift()).toEqual([]);
});

test("what its first run says fails the deployment, and nothing stays", () => {
  const failing = chore({
    hooks: { started: "echo the place cannot be reached >&2; exit 1\n", removed: "" },
  });
  const { status, stderr } = apply(failing);
  expect([status, stderr]).toEqual([1, expect.stringContaining("the place cannot be reached")]);
  expect([services(), read("podman/active"), read("podman/enabled")]).toEqual([[], "", ""]);
});

test("with a release before, that comes back", () => {
  apply();
  const { stderr } = apply(chore({ randomDelay: 9, hooks: { started: "exit 1\n", removed: "" } }));
  expect(stderr).toContain("The previous release is back and healthy.");
  expect(drift()).toEqual([]);
});

test("a removal whose hook fails is a removal", () => {
  expect(apply(chore({ hooks: { started: "", removed: "exit 1\n" } }))).toEqual(done("started"));
  expect(run("remove_service chore").stdout).toBe("removed\n");
  expect(services()).toEqual([]);
});
