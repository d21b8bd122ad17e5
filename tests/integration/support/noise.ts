// Login shells that print, as those of users often do.
import type { LabHost } from "./lab";

/** What a start file may print before and after each command, on both of its outputs. */
const START_FILE = `
echo 'Willkommen auf diesem Host'
echo 0123456789abcdef
echo 1234567890
echo 'podwatch: no reason at all' >&2
printf '\\033[1;32mops@host\\033[0m:~$ '
trap 'echo 42; echo bye >&2; printf 0123456789abcdef' EXIT
`;

/** From now on a user's login shell prints in every way. */
export async function makeNoisy(host: LabHost, user: string): Promise<void> {
  await host.exec(`cat >~${user}/.bashrc <<'END'\n${START_FILE}END\n`);
}

export async function makeQuiet(host: LabHost, user: string): Promise<void> {
  await host.exec(`rm ~${user}/.bashrc`);
}
