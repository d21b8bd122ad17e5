// Login shells that print, as those of users often do.
import { withDocker } from "./engine";
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

/** What every deployment calls, as a program of the user's own would take its place. */
const COMMON = `sh sed awk cat grep find podman ${withDocker ? "docker " : ""}systemctl true mkdir sha256sum flock id`;

/** From now on sudo keeps the PATH of a user, whose own programs note who runs them. */
export async function makeTreacherous(host: LabHost, user: string): Promise<void> {
  await host.exec(`echo 'Defaults !secure_path' >/etc/sudoers.d/path
    install -d -o ${user} ~${user}/bin; : >/tmp/ran; chmod 666 /tmp/ran
    for name in ${COMMON}; do
      printf '#!/bin/sh\\necho "$(/usr/bin/id -u) %s" >>/tmp/ran\\nexec /usr/bin/%s "$@"\\n' "$name" "$name" >~${user}/bin/$name
      chmod 755 ~${user}/bin/$name
    done
    printf 'PATH=$HOME/bin:$PATH\\nexport ENV=/nowhere CDPATH=/ GREP_OPTIONS=-v\\n' >>~${user}/.bashrc`);
}

/** The programs of the user's own that root has run since. */
export async function ranByRoot(host: LabHost): Promise<string[]> {
  const ran = await host.exec("sort -u /tmp/ran");
  return ran.split("\n").filter((line) => line.startsWith("0 "));
}
