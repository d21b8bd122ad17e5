// How a program gets to a host that has no runner yet: it is handed over by the log-in that looks at the host first, waits in the
// login user's home, and is run by a command that has only its digest. So Pulumi's state, which is written as a whole with
// each change, has none of its text.
import { createHash } from "node:crypto";
import { fitScript, runnerScript } from "./runnerScript";
import { command } from "./shell";

/** A program that is handed over. */
export interface Program {
  /** What it is called in the login user's home while it is run; sudoers contains it. */
  readonly name: "fit" | "runner";
  readonly text: string;
}

/** The same for all hosts, so put together once. */
let fit: Program | undefined;
let runner: Program | undefined;

/** Checks whether a host is suitable. */
export function fitProgram(): Program {
  fit ??= { name: "fit", text: fitScript() };
  return fit;
}

/** Stays on the host, and does there what is asked of it later. */
export function runnerProgram(): Program {
  runner ??= { name: "runner", text: runnerScript() };
  return runner;
}

/** Where things wait, in the login user's home. */
export const WAITING = ".podwatch";

/** How long a program waits, in minutes, that nobody comes for: a deployment was interrupted. */
const WAITS = 60;

/** The command that keeps a program that comes on standard input, for the login user only, for one command that takes it. */
export function handOverCommand(program: Program): string {
  const path = `${waiting(program)}.$$`;
  // Where another deployment has just removed the directory, it is made again.
  const make = `mkdir -p ${WAITING} && chmod 700 ${WAITING} && : >${path}.new`;
  const forgotten = `find ${WAITING} -type f '(' -name 'fit@*' -o -name 'runner@*' ')' -mmin +${WAITS} -exec rm -f {} + 2>/dev/null || :`;
  const script = `umask 077; { ${make}; } 2>/dev/null || { ${make}; } && cat >${path}.new && mv ${path}.new ${path} || { code=$?; rm -f ${path}.new; exit $code; }; ${forgotten}`;
  return command(["/bin/sh", "-c", script]);
}

/** A line for sh that moves one of those that wait to a path; two deployments at once have handed over one each. */
export function takeLine(program: Program, path: string): string {
  return `for one in ${waiting(program)}.*; do [ "$one" = "\${one%.new}" ] && mv "$one" ${path} 2>/dev/null && break; done`;
}

function waiting({ name, text }: Program): string {
  return `${WAITING}/${name}@${digestOf(text).slice(0, 16)}`;
}

/** By what a program is recognised. */
export function digestOf(program: string): string {
  return createHash("sha256").update(program).digest("hex");
}
