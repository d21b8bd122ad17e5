import { quote } from "./shell";

/**
 * A command for this machine's own shell, without a log-in: it starts in the home
 * directory and without the environment of the program, which may contain passphrases.
 */
export function onThisMachine(line: string): string {
  return `cd && exec env -i HOME="$HOME" USER="$(id -un)" PATH="$PATH" ${line}`;
}

/** As {@link onThisMachine}, but does nothing on any other machine, since that is another host. */
export function onThisMachineOnly(line: string, machine: string): string {
  const elsewhere = `[ "$(cat /etc/machine-id)" = ${quote(machine)} ]`;
  return `${elsewhere} || { cat >/dev/null; echo "another machine: nothing to remove"; exit 0; }; ${onThisMachine(line)}`;
}
