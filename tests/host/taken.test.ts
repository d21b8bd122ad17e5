// Disks that are taken from a host: who keeps data on them, and who uses them, here a directory that is no disk.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { RunnerShell } from "./runnerShell";

let shell: RunnerShell;

beforeEach(() => {
  shell = new RunnerShell();
});

afterEach(() => {
  shell.remove();
});

test("a service keeps data where its volumes are, or its backups", () => {
  const service = (name: string, headers: string) =>
    shell.write(`state/services/${name}/current/headers`, headers);
  service("web", "own-volume /srv/more/lists:/etc/lists:ro\n");
  service("probe", "own-volume /srv/moreover:/etc/lists:ro\nhost-directory /srv\n");
  service("backup", "kind timer\nhost-directory /srv/metrics\n");
  shell.write("state/services/backup/current/files/job", "host mon\ndirectory /srv/more\n");
  service("gone", "host-directory /srv/more\n");
  const kept = (...names: string[]) => shell.run(`kept_by /srv/more ${names.join(" ")}`).stdout.trim();
  expect(kept("web", "probe", "backup", "absent")).toBe("backup, web");
  expect(kept("probe")).toBe("");
});

test("who uses it is told by name: a program with an open file, and one whose working directory is there", async () => {
  shell.write("disk/inside/file", "");
  const at = `${shell.directory}/disk`;
  const strangers = () => shell.run(`numbers_at() { say 0:0; }; strangers_on ${at}`).stdout.trim();
  expect(strangers()).toBe("");
  const file = openSync(`${at}/inside/file`, "r");
  const reading = spawn("sleep", ["60"], { stdio: [file, "ignore", "ignore"] });
  closeSync(file);
  const inside = spawn("sleep", ["61"], { cwd: at, stdio: "ignore" });
  await Promise.all([once(reading, "spawn"), once(inside, "spawn")]);
  const told = [reading, inside].map(({ pid }) => `sleep (process ${pid})`).sort();
  try {
    expect(strangers().split(", ")).toEqual(told);
  } finally {
    reading.kill();
    inside.kill();
  }
});
