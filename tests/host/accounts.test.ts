// People who log in: what is refused of them before anything is changed. tests/integration/bastion.test.ts has them log in.
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { RunnerShell } from "./runnerShell";

const HEADERS = `service accounts
kind accounts
begin # Podwatch: begin
end # Podwatch: end
advice accounts podwatch:accounts
advice user-alice podwatch:accounts.users.alice
`;

/** Stand-ins that know the users and groups of two files, in the format of passwd(5), and run as nobody else. */
const STANDINS = {
  getent: '#!/bin/sh\ncd "$PODMAN_STATE"\ngrep "^$2:" "$1" || exit 2\n',
  id: '#!/bin/sh\n[ "$1" = -u ] && grep "^$2:" "$PODMAN_STATE/passwd" | cut -d : -f 3\n',
  runuser: '#!/bin/sh\n[ "$1 $3" = "-u --" ] || exit 125\nshift 3\nexec "$@"\n',
  usermod: "#!/bin/sh\nexit 125\n",
  visudo: "#!/bin/sh\necho 'sudoers:2: syntax error' >&2\nexit 1\n",
};

let shell: RunnerShell;

beforeEach(() => {
  shell = new RunnerShell();
  for (const [name, script] of Object.entries(STANDINS)) {
    shell.write(`bin/${name}`, script);
    chmodSync(join(shell.directory, "bin", name), 0o755);
  }
  shell.write("podman/group", "adm:x:4:\n");
  shell.write("podman/passwd", "");
});

afterEach(() => shell.remove());

/** Alice's home directory, which she may have. */
const home = () => join(shell.directory, "home");
const hasAccount = (number: number) =>
  shell.write("podman/passwd", `alice:x:${number}:${number}::${home()}:/bin/sh\n`);

function check(user = "alice /bin/sh adm", files: Readonly<Record<string, string>> = {}) {
  const of = "state/services/accounts";
  shell.write(`${of}/candidate/current/headers`, `${HEADERS}user ${user}\n`);
  for (const [path, text] of Object.entries(files))
    shell.write(`${of}/candidate/current/files/${path}`, text);
  const at = join(shell.directory, of);
  return shell.run("accounts_check", {
    variables: { home: at, candidate: `${at}/candidate/current`, service: "accounts", kind: "accounts" },
  });
}

test("a new user, and one whose account is there, may be given keys", () => {
  expect(check()).toMatchObject({ status: 0, stderr: "" });
  hasAccount(1000);
  shell.write("home/.ssh/authorized_keys", "ssh-ed25519 AAAA own\n# Podwatch: begin\nx\n# Podwatch: end\n");
  expect(check()).toMatchObject({ status: 0, stderr: "" });
});

const SETTING = "podwatch:accounts.users.alice";

test("what the host does not have is refused by the setting's name", () => {
  expect(check("alice /bin/nowhere").stderr).toContain(
    `the shell /bin/nowhere of ${SETTING} is not on this host`,
  );
  expect(check("alice /bin/sh adm,nowhere").stderr).toContain(
    `the group nowhere of ${SETTING} is not on this host`,
  );
  hasAccount(1000);
  expect(check().stderr).toContain(
    `the home directory ${home()} of alice, who has an account on this host already, is missing`,
  );
});

test("an account of the system is refused, but for one that was made here", () => {
  hasAccount(999);
  shell.write("home/.ssh/authorized_keys", "");
  expect(check()).toMatchObject({ status: 1 });
  expect(check().stderr).toContain(`${SETTING}: alice is an account of the system on this host`);
  shell.write("state/services/accounts/made", "alice\n");
  expect(check()).toMatchObject({ status: 0, stderr: "" });
});

test("lines of ours that are no pair are refused, with the name of the user's file", () => {
  hasAccount(1000);
  shell.write("home/.ssh/authorized_keys", "# Podwatch: begin\nssh-ed25519 AAAA own\n");
  expect(check().stderr).toContain(
    `${home()}/.ssh/authorized_keys does not have the lines "# Podwatch: begin"`,
  );
});

test("rights that sudo does not take are refused in its words", () => {
  expect(check(undefined, { sudoers: "alice what\n" }).stderr).toContain(
    "sudo refuses the rights of podwatch:accounts: sudoers:2: syntax error",
  );
});
