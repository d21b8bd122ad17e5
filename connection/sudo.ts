// How a login user becomes root: the test before the first change, the meaning of refusals, and lines for sudoers.
import { digestOf, fitProgram, runnerProgram } from "../lib/handOver";

/** Exit codes of {@link sudoScript}, besides sudo's own. */
const NO_SUDO = 45;
const OTHER_VERSION = 46;

/**
 * A line for sh that succeeds if sudo allows what Podwatch runs, tested with harmless commands. With a password,
 * that comes on standard input.
 *
 * If sudoers allows only specific commands, an installed runner is called itself, and for one yet to be installed
 * sudoers has to contain its digest. Before that a shell starts a program, which `Defaults noexec` forbids.
 */
export function sudoScript(withPassword: boolean, installed: boolean): string {
  const ask = withPassword
    ? `IFS= read -r password; ask() { printf "%s\\n" "$password" | sudo -k -S -p "" "$@"; }`
    : 'ask() { sudo -n "$@" </dev/null; }';
  const tried = installed
    ? "ask /bin/sh /var/lib/podwatch/runner status"
    : `ask /bin/sh -c /bin/true || { code=$?; case $(ask -l 2>/dev/null) in ${inAnyOrder(digests())}) ;; *podwatch/runner*podwatch/fit*) exit ${OTHER_VERSION} ;; *) exit $code ;; esac; }`;
  return `export LC_ALL=C; command -v sudo >/dev/null || exit ${NO_SUDO}; ${ask}; ${tried}`;
}

/** Why {@link sudoScript} failed, and the fix. */
export function sudoRefusal(
  { user, home, withPassword }: { user: string; home: string; withPassword: boolean },
  code: number,
  errors: string,
): string {
  if (code === NO_SUDO) {
    return "sudo is not installed on this host: install it, log in as root, or set become: false";
  }
  if (code === OTHER_VERSION) {
    return `sudo lets ${user} install only another version of Podwatch's runner; let root put this into /etc/sudoers.d/podwatch, with visudo:\n${sudoersLines(user, home, withPassword)}`;
  }
  const explained = REFUSALS.find(([pattern]) => pattern.test(errors));
  const reason = errors.trim().split("\n").at(-1) ?? "";
  if (explained !== undefined) {
    return `${explained[1](user)} (${reason})`;
  }
  return withPassword
    ? `sudo does not accept becomePassword for ${user} (${reason}); correct it with pulumi config set --secret, or ` +
        "remove it if sudo asks for none"
    : `sudo does not let ${user} in without a password (${reason}); set becomePassword, allow ${user} sudo without a ` +
        "password, or set become: false";
}

/** Messages of sudo up to version 1.9.16. */
const REFUSALS: ReadonlyArray<readonly [RegExp, (user: string) => string]> = [
  [
    /must have a tty/,
    (user) =>
      `sudo requires a terminal (Defaults requiretty), which a program does not have; let root add the line "Defaults:${user} !requiretty" to a file in /etc/sudoers.d`,
  ],
  [
    /^(?!sudo: ).*: Permission denied$/m,
    (user) =>
      `sudo prevents commands from starting others (Defaults noexec), so podman cannot be called; let root add the line "Defaults:${user} !noexec" to a file in /etc/sudoers.d`,
  ],
  [
    /is not in the sudoers file|may not run sudo/,
    (user) =>
      `${user} is not in sudoers; let root add the line "${user} ALL=(root) ALL" to a file in /etc/sudoers.d, log in as somebody else, or set become: false`,
  ],
  [
    /not allowed to execute/,
    (user) =>
      `sudoers allows ${user} only other commands; npm run sudoers -- --user ${user} prints the lines that are needed`,
  ],
  [
    /password is expired|expired password|[Pp]assword expired/,
    (user) => `the password of ${user} on this host has expired; log in and set another one (passwd)`,
  ],
  [
    /account validation failure|[Aa]ccount.*expired/,
    (user) =>
      `the account of ${user} on this host has expired or is locked; let root check it (chage -l ${user})`,
  ],
  [
    /effective uid is not 0|no new privileges|setuid bit/,
    () =>
      "sudo cannot make anybody root on this host: it is mounted nosuid, lacks its setuid bit, or sshd may gain no privileges",
  ],
  [
    /no valid sudoers sources|unable to open \/etc\/sudoers|is owned by uid|is world writable|unable to initialize policy/,
    () => "sudo cannot read its own settings on this host; let root check them with visudo -c",
  ],
];

/**
 * The minimal lines for sudoers. They restrict which commands run, not what can be
 * done: whoever deploys a container can mount the whole host into it.
 */
export function sudoersLines(user: string, home: string, withPassword = false): string {
  const [runner, fit] = digests();
  return [
    "Cmnd_Alias PODWATCH = /bin/sh /var/lib/podwatch/runner *, \\",
    `  sha256:${runner} ${home}/.podwatch/runner *, \\`,
    `  sha256:${fit} ${home}/.podwatch/fit *`,
    `${user} ALL=(root) ${withPassword ? "" : "NOPASSWD: "}PODWATCH`,
    "",
  ].join("\n");
}

function digests(): [runner: string, fit: string] {
  return [digestOf(runnerProgram().text), digestOf(fitProgram().text)];
}

function inAnyOrder([a, b]: readonly [string, string]): string {
  return `*${a}*${b}* | *${b}*${a}*`;
}
