// How services that are applied side by side share what systemd does only for all of them at once.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { RunnerShell } from "./runnerShell";

let shell: RunnerShell;

beforeEach(() => {
  shell = new RunnerShell();
});

afterEach(() => shell.remove());

const run = (line: string) => shell.run(`cd "$PODMAN_STATE"; ${line}`);
const calls = () => readFileSync(join(shell.directory, "podman/calls"), "utf8").trim().split("\n");

/** systemd takes until the file `done` is there, and notes what it is asked; who is about to wait for it is noted, too. */
const SYSTEMD = `
  systemctl() { echo "$*" >>calls; until [ -e done ]; do sleep 0.01; done; }
  flock() { echo x >>waiting; command flock "$@"; }
  count() { [ ! -e "$1" ] || grep -c . "$1"; }`;

test("units that were placed while systemd read units are read by the next run, once for all of them", () => {
  const { status, stderr } = run(`${SYSTEMD}
    reload_systemd &
    until [ -e calls ]; do sleep 0.01; done
    for run in 1 2 3; do reload_systemd & done
    until [ "$(count waiting)" = 4 ]; do sleep 0.01; done
    touch done
    wait`);
  expect([status, stderr]).toEqual([0, ""]);
  expect(calls()).toEqual(["daemon-reload", "daemon-reload"]);
});

test("one after the other, each has its units read", () => {
  run(`${SYSTEMD}; touch done; reload_systemd; reload_systemd`);
  expect(calls()).toEqual(["daemon-reload", "daemon-reload"]);
});

test("a reading that another service began after our unit was placed is enough for us", () => {
  run(`${SYSTEMD}; touch done
    placed=$(begun_reloads)
    reload_systemd
    reload_systemd "$placed"`);
  expect(calls()).toEqual(["daemon-reload"]);
});

test.each([
  ["failed", "return 1"],
  ["was killed", "kill -9 $$"],
])("nobody goes by a reload that %s", (_, end) => {
  expect(run(`systemctl() { ${end}; }; reload_systemd`).status).not.toBe(0);
  run(`${SYSTEMD}; touch done; begun=0; cut() { echo 0; }; reload_systemd`);
  expect(calls()).toEqual(["daemon-reload"]);
});

test("where nothing can be written, each has its units read", () => {
  run(`${SYSTEMD}; touch done; mv() { return 1; }; reload_systemd && reload_systemd`);
  expect(calls()).toEqual(["daemon-reload", "daemon-reload"]);
});
