// A host that is the machine the program runs on: no log-in, but the machine has to be identified.
import type { Context } from "../context";
import type { Path, Report } from "../problem";
import type { LocalConnection } from "../schema";
import { login } from "../schema/login";
import type { Given } from "./login";

export function resolveLocal(
  given: Given,
  path: Path,
  context: Context,
  report: Report,
): LocalConnection | undefined {
  for (const name of [...Object.keys(login), "proxy"]) {
    if (given[name] !== undefined) {
      report(
        [...path, name],
        "is for SSH and not used with connection: local, where commands run as the user who runs Pulumi; remove one of the two",
      );
    }
  }
  const { machineId, user } = context.self();
  if (machineId === undefined) {
    report(
      [...path, "connection"],
      '"local" needs a Linux machine with systemd, and this one has no /etc/machine-id; run Pulumi on the host itself, or write connection: ssh',
    );
    return undefined;
  }
  return { machine: machineId, user };
}
