// Leaving a program on a host for a command that will run it.
import { handOverCommand, type Program } from "../lib/handOver";
import type { Connection } from "./connection";
import { visit } from "./enter";
import type { Run } from "./ssh";

/**
 * Logs in to a host that was looked at before, and leaves a program there.
 *
 * @throws Error that says in one line what is wrong with the host, and what to do
 */
export async function handOver(connection: Connection, program: Program): Promise<void> {
  const { name, route } = connection;
  try {
    await visit(connection, (run) => leave(run, program, route.user));
  } catch (error) {
    throw new Error(`host ${name}: ${(error as Error).message}`);
  }
}

/** @throws Error where there is no room for it */
export async function leave(run: Run, program: Program, user = "root"): Promise<void> {
  const { code, stderr } = await run(handOverCommand(program), program.text);
  if (code === 0) return;
  const reason = stderr.trim().split("\n").at(-1) || "the connection was lost";
  throw new Error(
    `${user} cannot keep in ~/.podwatch what Podwatch is about to run (${reason}); ` +
      `make room on its file system, or let root see to it that ${user} may write there`,
  );
}
