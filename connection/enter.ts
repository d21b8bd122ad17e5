// Logging in to a host, whichever way it is reached.
import { type Connection, isLocal } from "./connection";
import type { Outcome, Session } from "./session";
import { logIn, runOnHost } from "./ssh";
import { machineId, thisMachine } from "./thisMachine";

/** @throws Error that says in one line why not */
export async function enter({ route }: Pick<Connection, "route">): Promise<Session> {
  if (!isLocal(route)) {
    const { proxy, ...server } = route;
    return logIn(server, proxy);
  }
  if (machineId() !== route.machine) {
    throw new Error("it was deployed with connection: local, from itself; run this there");
  }
  return thisMachine();
}

/** Runs one short command, and gives up on a host that does not. */
export async function runOnce({ route }: Connection, script: string, input: string): Promise<Outcome> {
  if (isLocal(route)) {
    return thisMachine().run(script, { input });
  }
  const { proxy, ...server } = route;
  return runOnHost(server, proxy, script, input);
}
