// `npm run ssh`: a log-in by what the deployment knows of a host.
import { enter } from "../connection/enter";
import { command } from "../lib/shell";
import type { DeployedHost } from "./state";

/**
 * Logs in to a host, with its pinned key and through its jump host; the keys stay in the memory of this process.
 *
 * @param words of the command, each of which arrives as it is; none: a login shell
 * @returns the exit code of the command
 */
export async function logInTo({ connection, name }: DeployedHost, words: readonly string[]): Promise<number> {
  const session = await enter(connection).catch((error: Error) => {
    throw new Error(`host ${name}: ${error.message}`);
  });
  try {
    return await session.attach(words.length === 0 ? undefined : command(words));
  } finally {
    session.close();
  }
}
