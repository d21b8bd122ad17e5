// Data of a program that ran on the host before are copied into a volume that has none.
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RunnerShell } from "./runnerShell";

/** Volumes are directories below `volumes`; the check of the copy succeeds unless there is a file `corrupt` in it. */
const PODMAN = `#!/bin/sh
cd "$PODMAN_STATE/../volumes"
for last; do :; done
case "$1 $2" in
  "volume exists") [ -d "$last" ] ;;
  "volume create") mkdir -p "$last/_data"; : >"$last/ours" ;;
  "volume rm") rm -rf "$last" ;;
  "volume inspect") case $4 in *Mountpoint*) echo "$PWD/$last/_data" ;; *) [ ! -e "$last/ours" ] || echo web ;; esac ;;
  "run --rm") cat >/dev/null; ! [ -e podwatch-web-import/_data/corrupt ] || { echo "a block is broken"; exit 1; } ;;
esac
`;

let shell: RunnerShell;
let from: string;

beforeEach(() => {
  shell = new RunnerShell();
  from = join(shell.directory, "before");
  shell.write("bin/podman", PODMAN);
  // The files belong to who runs the test.
  shell.write("bin/chown", "#!/bin/sh\n");
  for (const name of ["podman", "chown"]) chmodSync(join(shell.directory, "bin", name), 0o755);
  mkdirSync(join(shell.directory, "volumes"));
  shell.write("before/lock", "");
  shell.write("before/wal/00000001", "samples");
  shell.write(
    "state/services/web/candidate/current/headers",
    `image x:1\nuser 65534:65534\nimport ${from} lock\nadvice import stop it\n`,
  );
  shell.write("state/services/web/candidate/current/hooks/import", ":\n");
});

afterEach(() => shell.remove());

const take = (before = "") =>
  shell.run(`${before} clean_up=discard_candidate; import_data`, { variables: shell.variables() });
const volumes = () => readdirSync(join(shell.directory, "volumes"));
const inVolume = () => readdirSync(join(shell.directory, "volumes/podwatch-web/_data")).sort();

test("they are copied once, without the lock, and stay where they are", () => {
  expect(take()).toMatchObject({ status: 0, stderr: "" });
  expect([volumes(), inVolume()]).toEqual([["podwatch-web"], [".podwatch-imported", "wal"]]);
  expect(readFileSync(join(from, "wal/00000001"), "utf8")).toBe("samples");
  shell.write("before/wal/00000002", "more");
  expect(take().status).toBe(0);
  expect(readdirSync(join(shell.directory, "volumes/podwatch-web/_data/wal"))).toEqual(["00000001"]);
});

test.each<[what: string, prepare: () => string, said: RegExp]>([
  [
    "while they are in use",
    () => `exec 6<${from}/lock; flock 6;`,
    /before is in use: the program that writes there still runs/,
  ],
  ["without the directory", () => `rm -r ${from};`, /before is not a directory on this host/],
  [
    "if the copy is not accepted",
    () => `: >${from}/corrupt;`,
    /cannot use the data in .*before: a block is broken/,
  ],
  [
    "without room",
    () => "df() { echo; echo a b c 1 e f; };",
    /before have \d+ MiB, and where podman keeps volumes 0 MiB are free/,
  ],
])("%s nothing is changed", (_, prepare, said) => {
  const { status, stderr } = take(prepare());
  expect(status).toBe(1);
  expect(stderr).toMatch(said);
  expect(stderr).toMatch(/; nothing was changed: stop it\n$/);
  expect(volumes()).toEqual([]);
  expect(existsSync(join(shell.state, "services/web/candidate"))).toBe(false);
});

test("data of its own are left alone", () => {
  shell.write("volumes/podwatch-web/_data/wal/1", "own");
  expect(take().stderr).toMatch(/web has data of its own on this host already; nothing was changed/);
  expect(inVolume()).toEqual(["wal"]);
});

test("what an interrupted run has copied is dropped, and copied anew", () => {
  shell.write("volumes/podwatch-web-import/_data/wal/half", "ha");
  shell.write("volumes/podwatch-web-import/ours", "");
  expect(take().status).toBe(0);
  expect(readdirSync(join(shell.directory, "volumes/podwatch-web/_data/wal"))).toEqual(["00000001"]);
});
