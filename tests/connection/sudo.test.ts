// The line that asks sudo, run by a shell with a stand-in; the real one is asked in tests/integration/sudoPassword.test.ts.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sudoersLines, sudoRefusal, sudoScript } from "../../connection/sudo";
import { attempt } from "../lib/shellRun";

let bin: string;

beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), "podwatch-sudo-"));
});

afterEach(() => rmSync(bin, { recursive: true }));

/** Runs the line where sudo answers so to `-l`, and to anything else. */
function ask({ list, rest }: { list: string; rest: string }, withPassword = false, installed = false) {
  const script = `#!/bin/sh\n[ "$1 $2 $3 $4" != "-k -S -p " ] || { shift 4; IFS= read -r given; [ "$given" = secret ] || exit 9; set -- -n "$@"; }\ncase "$*" in "-n -l") cat <<'END'\n${list}\nEND\n;; *) ${rest} ;; esac\n`;
  writeFileSync(join(bin, "sudo"), script);
  chmodSync(join(bin, "sudo"), 0o755);
  const env = { PATH: `${bin}:${process.env.PATH}`, HOME: bin };
  return attempt(sudoScript(withPassword, installed), { input: withPassword ? "secret\n" : "", env });
}

const REFUSES = "echo 'sudo: a password is required' >&2; exit 1";
const LINES = sudoersLines("ops", "/home/ops");

describe.each([false, true])("with a password: %s", (withPassword) => {
  test("all is allowed", () => {
    const rest = '[ "$*" = "-n /bin/sh -c /bin/true" ]';
    expect(ask({ list: "(ALL) ALL", rest }, withPassword).status).toBe(0);
  });

  test("only this version may be installed", () => {
    expect(ask({ list: LINES, rest: REFUSES }, withPassword).status).toBe(0);
  });

  test("only another version may be installed: told with the lines", () => {
    const list = LINES.replaceAll(/[0-9a-f]{64}/g, "0".repeat(64));
    const { status, stderr } = ask({ list, rest: REFUSES }, withPassword);
    const refusal = sudoRefusal({ user: "ops", home: "/home/ops", withPassword }, status ?? 0, stderr);
    expect(refusal).toBe(
      "sudo lets ops install only another version of Podwatch's runner; let root put this into /etc/sudoers.d/podwatch, " +
        `with visudo:\n${sudoersLines("ops", "/home/ops", withPassword)}`,
    );
  });

  test("nothing of it is allowed", () => {
    expect(ask({ list: "(root) /bin/ls", rest: REFUSES }, withPassword).status).toBe(1);
  });

  test("where the runner is, it is called itself", () => {
    const rest = '[ "$*" = "-n /bin/sh /var/lib/podwatch/runner status" ]';
    expect(ask({ list: "", rest }, withPassword, true).status).toBe(0);
  });
});

test("sudo is not there", () => {
  const { status, stderr } = attempt(sudoScript(false, false), {
    env: { PATH: "/nowhere" },
    shell: "/bin/sh",
  });
  expect(sudoRefusal({ user: "ops", home: "", withPassword: false }, status ?? 0, stderr)).toBe(
    "sudo is not installed on this host: install it, log in as root, or set become: false",
  );
});

// As sudo 1.9.16 says it, and before.
test.each([
  ["sudo: sorry, you must have a tty to run sudo", 'let root add the line "Defaults:ops !requiretty" to'],
  ["/bin/sh: 1: /bin/true: Permission denied", 'let root add the line "Defaults:ops !noexec" to'],
  [
    "ops is not in the sudoers file.  This incident will be reported.",
    'let root add the line "ops ALL=(root) ALL" to',
  ],
  [
    "Sorry, user ops is not allowed to execute '/bin/sh -c /bin/true' as root on mon1.",
    "npm run sudoers -- --user ops prints",
  ],
  [
    "sudo: Account or password is expired, reset your password and try again\nsudo: unable to change expired password",
    "the password of ops on this host has expired",
  ],
  [
    "sudo: account validation failure, is your account locked?\nsudo: a password is required",
    "the account of ops on this host has expired or is locked",
  ],
  [
    "sudo: effective uid is not 0, is /usr/bin/sudo on a file system with the 'nosuid' option set",
    "cannot make anybody root",
  ],
  [
    'sudo: The "no new privileges" flag is set, which prevents sudo from running as root.',
    "cannot make anybody root",
  ],
  ["sudo: /etc/sudoers is world writable\nsudo: no valid sudoers sources found, quitting", "visudo -c"],
  [
    "sudo: a password is required",
    "set becomePassword, allow ops sudo without a password, or set become: false",
  ],
])("%j is told with its way out", (errors, wayOut) => {
  const refusal = sudoRefusal(
    { user: "ops", home: "/home/ops", withPassword: false },
    1,
    `${LECTURE}${errors}\n`,
  );
  expect(refusal).toContain(wayOut);
  expect(refusal).toContain(errors.split("\n").at(-1));
  expect(refusal).not.toContain("lecture");
});

const LECTURE = "\nWe trust you have received the usual lecture from the local System\nAdministrator.\n\n";
