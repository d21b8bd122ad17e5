// A start that fails: once more, if it was by chance.
import { RunnerShell } from "./runnerShell";

let shell: RunnerShell;

beforeEach(() => {
  shell = new RunnerShell();
});

afterEach(() => shell.remove());

const RACE = "Error: netavark: aardvark-dns failed to start: Error from child process";

/** Starts a container that fails so often, with this in the journal; how often that was tried, and what became of it. */
function started(failures: number, journal: string, engine = "podman") {
  const unit = engine === "podman" ? "podwatch-web.container" : "podwatch-web.service";
  const { stdout } = shell.run(
    `prepare_start() { :; }
    journal_since() { echo '${journal}'; }
    restart_container() {
      echo x >>"$STATE/tries"
      [ "$(grep -c x "$STATE/tries")" -gt ${failures} ] || { echo "Job failed."; return 1; }
    }
    if container_activate restarted; then echo started; else echo "$reason"; fi
    grep -c x "$STATE/tries"`,
    { variables: { ...shell.variables(), engine, unit, since: "" } },
  );
  return stdout.trim().split("\n");
}

test.each([
  ["podman's DNS server did not start", 1, RACE, ["started", "2"]],
  ["it does not start the second time either", 2, RACE, ["systemd could not start it: Job failed.", "2"]],
  ["anything else", 1, "Error: no such image", ["systemd could not start it: Job failed.", "1"]],
  ["nothing", 0, "", ["started", "1"]],
])("%s", (_, failures, journal, outcome) => {
  expect(started(failures, journal)).toEqual(outcome);
});

test("Docker has no such error", () => {
  expect(started(1, RACE, "docker")).toEqual(["systemd could not start it: Job failed.", "1"]);
});
