// States written by versions whose Host recorded nothing: the record is read from names of resources and command lines.
// Remove this file when no such state is left.
import type { Connection, Route } from "../connection/connection";
import type { HostRecord } from "../connection/record";
import { field, LOCAL_COMMAND, nameOf, type Resource } from "./resources";

/** The name of every command that installs a runner ends so. */
const RUNNER = "-runner";

/** @param commands those that run something on a host */
export function formerRecords(commands: readonly Resource[]): HostRecord[] {
  return commands
    .filter(({ urn }) => nameOf(urn).endsWith(RUNNER))
    .map((runner) => ({
      connection: readConnection(runner),
      engine: "podman",
      runner: nameOf(runner.urn),
      ...readNames(commands.filter(({ dependencies = [] }) => dependencies.includes(runner.urn))),
    }));
}

function readNames(own: readonly Resource[]): Pick<HostRecord, "services" | "secrets"> {
  const called = (verb: RegExp, prefix = "") =>
    Object.fromEntries(
      own.flatMap((command) => {
        const [, name] = verb.exec(field<string>(command, "create")) ?? [];
        return name === undefined ? [] : [[prefix + name, nameOf(command.urn)]];
      }),
    );
  return {
    services: called(/\/runner apply ([a-z0-9-]+)/),
    secrets: called(/\/runner put-secret ([A-Za-z0-9._-]+)/, "podwatch-"),
  };
}

function readConnection(runner: Resource): Connection {
  const name = nameOf(runner.urn).slice("podwatch-".length, -RUNNER.length);
  const remove = field<string>(runner, "delete");
  const scope = remove.includes("/var/lib/podwatch/runner") ? "rootful" : "rootless";
  const common = { name, route: readRoute(runner), scope } as const;
  if (remove.includes("read -r password")) {
    const sudoPassword = field<string>(runner, "stdin").replace(/\n$/, "");
    return { ...common, rights: "sudo-with-password", sudoPassword };
  }
  return { ...common, rights: remove.includes("sudo -n ") ? "sudo" : "own" };
}

function readRoute(runner: Resource): Route {
  if (runner.type !== LOCAL_COMMAND) {
    return field<Route>(runner, "connection");
  }
  const [, machine, user] = field<readonly unknown[]>(runner, "triggers");
  return { machine: String(machine), user: String(user) };
}
