// Logging in to a host, whichever way it is reached.
import { type Connection, isLocal } from "./connection";
import type { Session } from "./session";
import { logIn, type Run, visitHost } from "./ssh";
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

/** Logs in for a few short commands, and gives up on a host that does not run them. */
export async function visit<T>({ route }: Connection, work: (run: Run) => Promise<T>): Promise<T> {
  if (isLocal(route)) {
    return work((script, input) => thisMachine().run(script, { input }));
  }
  const { proxy, ...server } = route;
  return visitHost(server, proxy, work);
}
