// The clock by systemd-timesyncd, with stand-ins for its commands. tests/integration/bastion.test.ts has it and chrony themselves.
import { chmodSync, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { RunnerShell } from "./runnerShell";

const SYSTEMCTL = `#!/bin/sh
case "$*" in
  "cat systemd-timesyncd.service" | "--quiet is-active systemd-timesyncd.service") [ -e "$PODMAN_STATE/timesyncd" ] ;;
  "cat "*) exit 1 ;;
  *) echo "$*" >>"$PODMAN_STATE/calls" ;;
esac
`;
/** Answers as soon as timesyncd was restarted. */
const TIMEDATECTL = `#!/bin/sh
cd "$PODMAN_STATE"
case "$*" in
  "show --property=Timezone --value") cat zone ;;
  "set-timezone "*) echo "$2" >zone ;;
  "show-timesync --property=NTPMessage") [ ! -e answers ] || echo "NTPMessage={ Leap=0, Version=4, Mode=4, Stratum=2 }" ;;
  *) exit 125 ;;
esac
`;
const HEADERS = `service time
kind time
begin # Podwatch: begin
end # Podwatch: end
advice servers podwatch:time.servers
advice zone podwatch:time.zone
`;
const SERVERS = `server ntp1.example.org
server ntp2.example.org
`;
const PIECE = "[Time]\nNTP=\nNTP=ntp1.example.org ntp2.example.org\n";

let shell: RunnerShell;

beforeEach(() => {
  shell = new RunnerShell(["kinds/time.sh"]);
  for (const [name, script] of Object.entries({ systemctl: SYSTEMCTL, timedatectl: TIMEDATECTL })) {
    shell.write(`bin/${name}`, script);
    chmodSync(join(shell.directory, "bin", name), 0o755);
  }
  shell.write("podman/zone", "Etc/UTC\n");
  shell.write("podman/timesyncd", "");
});

afterEach(() => shell.remove());

const HOME = "state/services/time";
const PLACE = "etc/systemd/timesyncd.conf.d/podwatch.conf";
const at = (path: string) => join(shell.directory, path);
const read = (path: string) => readFileSync(at(path), "utf8");

/** Runs a line with a release that has these headers; those of the servers bring what is told to them. */
function run(line: string, headers = SERVERS) {
  shell.write(`${HOME}/current/headers`, HEADERS + headers);
  if (headers.includes("server ")) shell.write(`${HOME}/current/files/timesyncd`, PIECE);
  return shell.run(line, {
    variables: {
      home: at(HOME),
      candidate: at(`${HOME}/current`),
      release: at(`${HOME}/current`),
      service: "time",
      kind: "time",
      reason: "",
    },
  });
}

test("it is told the servers in the place of all others, and restarted", () => {
  expect(run('umask 077; time_check && time_activate started; printf %s "$reason"')).toMatchObject({
    status: 0,
    stdout: "",
    stderr: "",
  });
  expect(read(PLACE)).toBe(`# Podwatch: begin\n${PIECE}# Podwatch: end\n`);
  // It is read by a user of timesyncd's own.
  expect([PLACE, dirname(PLACE)].map((path) => statSync(at(path)).mode & 0o777)).toEqual([0o644, 0o755]);
  expect(read("podman/calls")).toBe(
    "--quiet enable systemd-timesyncd.service\nrestart systemd-timesyncd.service\n",
  );
  expect(run("time_drift").stdout).toBe("");
  shell.write(PLACE, read(PLACE).replace("ntp2", "ntp3"));
  expect(run("time_drift").stdout).toBe(`file changed ${at(PLACE)}\n`);
});

test("what another time service was told is taken back from it", () => {
  shell.write("etc/chrony.conf", "own\n# Podwatch: begin\nserver a\n# Podwatch: end\n");
  shell.write(`${HOME}/place`, `${at("etc/chrony.conf")}\n`);
  expect(run("time_activate restarted").status).toBe(0);
  expect(read("etc/chrony.conf")).toBe("own\n");
  expect(read(PLACE)).toBe(`# Podwatch: begin\n${PIECE}# Podwatch: end\n`);
});

test("servers that do not answer are told by the setting's name", () => {
  shell.write("podman/answers", "");
  expect(run("time_prove").status).toBe(0);
  expect(run("has_time").status).toBe(0);
  shell.write("bin/timedatectl", "#!/bin/sh\necho NTPMessage=\n");
  expect(run("has_time").status).toBe(1);
});

test("a host without a time service is refused, and a zone that it does not know", () => {
  expect(run("time_check", "zone Nowhere/Berlin\n").stderr).toContain(
    "this host does not know the time zone Nowhere/Berlin of podwatch:time.zone",
  );
  shell.write("bin/systemctl", "#!/bin/sh\nexit 1\n");
  expect(run("time_check").stderr).toContain(
    "this host has neither chrony nor systemd-timesyncd, one of which podwatch:time.servers is for; nothing was changed",
  );
});

test("what was before comes back when it is removed, other lines of the file stay", () => {
  shell.write(PLACE, "[Time]\nPollIntervalMaxSec=60\n");
  run("time_activate started", `${SERVERS}zone Europe/Berlin\n`);
  expect(read("podman/zone")).toBe("Europe/Berlin\n");
  run("time_activate restarted", `${SERVERS}zone Asia/Tokyo\n`);
  expect(run("time_remove").status).toBe(0);
  expect(read("podman/zone")).toBe("Etc/UTC\n");
  expect(read(PLACE)).toBe("[Time]\nPollIntervalMaxSec=60\n");
  shell.write(PLACE, "");
  run("time_activate started");
  run("time_remove");
  expect(existsSync(at(PLACE))).toBe(false);
  shell.write(PLACE, "[Time]\n# no end");
  run("time_activate started");
  run("time_remove");
  expect(read(PLACE)).toBe("[Time]\n# no end");
  expect(readdirSync(at(HOME)).sort()).toEqual(["current"]);
});
