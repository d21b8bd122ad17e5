// The users that services run as which are no containers: made, recognised and removed.
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RunnerShell } from "./runnerShell";

const OURS = "podwatch-meter:x:990:990:Managed by Podwatch.:/nonexistent:/usr/sbin/nologin\n";
const THEIRS = "podwatch-meter:x:1001:1001:Mr. Meter:/home/meter:/bin/sh\n";

/** Stand-ins that keep users and groups in two files, in the format of passwd(5), and take no option that the real ones lack. */
const STANDINS = {
  getent: `#!/bin/sh
set -eu
cd "$PODMAN_STATE"
[ "$1" != -s ] || { [ "$2 $3 $#" = "files passwd 3" ]; exec cat users; }
case $1 in passwd) file=users ;; group) file=groups ;; *) exit 1 ;; esac
grep "^$2:" "$file" || exit 2
`,
  useradd: `#!/bin/sh
set -eu
cd "$PODMAN_STATE"
[ ! -e read-only ] || { echo "useradd: cannot open /etc/passwd" >&2; exit 1; }
own= home= shell= comment=
while [ $# -gt 1 ]; do
  case $1 in
    --system | --no-create-home) ;;
    --user-group) own=yes ;;
    --home-dir) home=$2 && shift ;;
    --shell) shell=$2 && shift ;;
    --comment) comment=$2 && shift ;;
    *) echo "stand-in for useradd: $1" >&2; exit 2 ;;
  esac
  shift
done
! grep -q "^$1:" users || { echo "useradd: user '$1' already exists" >&2; exit 9; }
echo "$1:x:990:990:$comment:$home:$shell" >>users
[ -z "$own" ] || echo "$1:x:990:" >>groups
`,
  userdel: `#!/bin/sh
set -eu
cd "$PODMAN_STATE"
[ ! -e busy ] || { echo "userdel: user $1 is currently used by process 7" >&2; exit 8; }
sed -i "/^$1:/d" users
[ -e keep-groups ] || sed -i "/^$1:/d" groups
`,
  groupdel: '#!/bin/sh\nset -eu\nsed -i "/^$1:/d" "$PODMAN_STATE/groups"\n',
};

const OTHERS = "root:x:0:0:root:/root:/bin/sh\nprometheus:x:110:110:Prometheus daemon:/var/lib:/bin/false\n";

let shell: RunnerShell;
let variables: Record<string, string>;

beforeEach(() => {
  shell = new RunnerShell();
  for (const [name, script] of Object.entries(STANDINS)) {
    shell.write(`bin/${name}`, script);
    chmodSync(join(shell.directory, "bin", name), 0o755);
  }
  shell.write("podman/users", OTHERS);
  shell.write("podman/groups", "root:x:0:\nprometheus:x:110:\n");
  shell.write("state/services/meter/candidate/current/headers", "service meter\naccount podwatch-meter\n");
  const home = `${shell.state}/services/meter`;
  variables = { home, candidate: `${home}/candidate/current`, service: "meter" };
});

afterEach(() => shell.remove());

const run = (line: string, more = {}) => shell.run(line, { variables: { ...variables, ...more } });
const users = () => readFileSync(join(shell.directory, "podman/users"), "utf8");
const groups = () => readFileSync(join(shell.directory, "podman/groups"), "utf8");
const usersAre = (text: string) => shell.write("podman/users", OTHERS + text);

test("is made once, without a password, shell or home, and what ran before is restarted", () => {
  expect(run("ensure_account; is_unproven; has_account")).toMatchObject({ status: 0, stderr: "" });
  expect(users()).toBe(OTHERS + OURS);
  expect(run('rm "$home/pending"; ensure_account; is_unproven').status).toBe(1);
  expect(users()).toBe(OTHERS + OURS);
});

test("is not asked for by services that have none", () => {
  shell.write("state/services/meter/candidate/current/headers", "service meter\nuser 65534:65534\n");
  expect(run("refuse_foreign_account; ensure_account; has_account")).toMatchObject({ status: 0, stderr: "" });
  expect(users()).toBe(OTHERS);
});

test("somebody else's of the same name is refused, is no proof, and stays", () => {
  usersAre(THEIRS);
  const { status, stderr } = run("refuse_foreign_account");
  expect(status).toBe(1);
  expect(stderr).toContain("there is already a user named podwatch-meter that is not managed by Podwatch");
  expect(run("has_account").status).toBe(1);
  run('rm -rf "$home"; drop_unused_accounts');
  expect(users()).toBe(OTHERS + THEIRS);
});

test("ours is not refused", () => {
  usersAre(OURS);
  expect(run("refuse_foreign_account; has_account")).toMatchObject({ status: 0, stderr: "" });
});

test("one that cannot be made is told with the reason", () => {
  shell.write("podman/read-only", "");
  const { status, stderr } = run("ensure_account");
  expect(status).toBe(1);
  expect(stderr).toContain(
    "the user podwatch-meter, whom meter is to run as, cannot be made: useradd: cannot open /etc/passwd",
  );
});

test("a host without useradd is told what to install", () => {
  const { status, stderr } = run("command() { return 1; }; ensure_account");
  expect(status).toBe(1);
  expect(stderr).toContain("the command useradd is not installed on this host");
});

test("gone while the service runs: it is not settled, and is restarted under the user made anew", () => {
  const more = {
    id: "one",
    kind: "native",
    unit: "podwatch-meter.service",
    container: "podwatch-meter",
    secrets: "",
  };
  for (const path of ["state/services/meter/candidate/current/unit", "native"]) {
    shell.write(`${path}/podwatch-meter.service`, "# Managed by Podwatch.\n[Unit]\n");
  }
  shell.write("podman/active", "podwatch-meter.service\n");
  run('mkdir "$home/releases"; cp -R "$candidate" "$home/releases/one"; point_current_at releases/one', more);
  usersAre(OURS);
  expect(run("is_settled; needed_activation", more)).toEqual({ status: 0, stdout: "updated\n", stderr: "" });
  usersAre("");
  expect(run("is_settled", more).status).toBe(1);
  expect(run("ensure_account; needed_activation", more).stdout).toBe("restarted\n");
});

test.each([
  ["missing", ""],
  ["replaced", THEIRS],
])("%s, it is told of as drift", (what, text) => {
  usersAre(OURS);
  expect(run("account_drift").stdout).toBe("");
  usersAre(text);
  expect(run("account_drift")).toEqual({ status: 0, stdout: `account ${what} podwatch-meter\n`, stderr: "" });
});

describe("goes, with its group,", () => {
  beforeEach(() => run("ensure_account"));

  test("with the last release that names it", () => {
    run('mkdir -p "$home/releases"; cp -R "$candidate" "$home/releases/one"; rm -rf "$home/candidate"');
    run("drop_unused_accounts");
    expect(users()).toBe(OTHERS + OURS);
    run('rm -rf "$home"; drop_unused_accounts');
    expect(users()).toBe(OTHERS);
    expect(groups()).toBe("root:x:0:\nprometheus:x:110:\n");
  });

  test("but not while only its candidate names it", () => {
    run("drop_unused_accounts");
    expect(users()).toBe(OTHERS + OURS);
  });

  test("where userdel leaves the group", () => {
    shell.write("podman/keep-groups", "");
    run('rm -rf "$home"; drop_unused_accounts');
    expect(groups()).toBe("root:x:0:\nprometheus:x:110:\n");
  });

  test("at a later run where it still runs something", () => {
    shell.write("podman/busy", "");
    expect(run('rm -rf "$home"; drop_unused_accounts').status).toBe(0);
    expect(users()).toBe(OTHERS + OURS);
  });

  test("but not at an ordinary user's, who may not", () => {
    run('rm -rf "$home"; drop_unused_accounts', { ROOTLESS: "yes" });
    expect(users()).toBe(OTHERS + OURS);
  });
});
