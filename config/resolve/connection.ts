// How a host is reached and the rights there, from its entry in the stack file.
import { z } from "zod";
import type { Route, SshRoute, ThisMachine } from "../../connection/connection";
import type { Context } from "../context";
import type { Path, Report } from "../problem";
import { hostEntry } from "../schema";
import { login } from "../schema/login";
import { isGroup, type Tree, valueAt } from "../walk";
import { type Given, resolveLogin } from "./login";

/** The valid part of a host's entry; required settings may be missing. */
const { role, connection, address, become, becomePassword } = hostEntry.shape;
export const someAccess = z.object({ ...login, role, connection, address, become, becomePassword }).partial();
export const someLogin = z.object(login).partial();

type Access = z.output<typeof someAccess>;

/** One host's entry. */
export interface Entry {
  readonly path: Path;
  /** The valid part of it. */
  readonly sound: Tree;
}

export function resolveConnection(
  access: Access,
  { path, sound }: Entry,
  raw: Tree,
  context: Context,
  report: Report,
): Route | undefined {
  const given = groupAt(raw, path);
  const local = access.connection === "local";
  const route = local
    ? resolveLocal(given, path, context, report)
    : resolveSsh(access, { path, sound }, raw, context, report);
  checkRights(access, given, path, local ? context.self().user : access.user, report);
  return route;
}

function checkRights(
  { connection, become = true }: Access,
  given: Given,
  path: Path,
  user: string | undefined,
  report: Report,
): void {
  const local = connection === "local";
  const isRoot = user === "root";
  if (!become && isRoot) {
    const instead = local ? "run Pulumi as the user" : "set the user";
    report(
      [...path, "become"],
      `false means rootless containers, but the user is root; ${instead} who is to own them, or remove this`,
    );
  }
  if (given.becomePassword !== undefined && !become) {
    report([...path, "becomePassword"], "is not used with become: false; remove one of the two");
  } else if (given.becomePassword !== undefined && isRoot) {
    const instead = local ? "run Pulumi as another user" : "set the user to log in as";
    report([...path, "becomePassword"], `is not used by root, who needs no sudo; remove it, or ${instead}`);
  }
}

function resolveSsh(
  access: Access,
  { path, sound }: Entry,
  raw: Tree,
  context: Context,
  report: Report,
): SshRoute | undefined {
  const given = groupAt(raw, path);
  if (given.address === undefined) {
    report(
      [...path, "address"],
      "is missing; write an IPv4 or IPv6 address or a DNS name, or connection: local to deploy to this machine",
    );
  }
  const server = resolveLogin(access, given, path, given.proxy !== undefined, context, report);
  const proxyPath = [...path, "proxy"];
  const proxy = isGroup(sound.proxy)
    ? resolveLogin(someLogin.parse(sound.proxy), groupAt(raw, proxyPath), proxyPath, false, context, report)
    : undefined;
  return server && { ...server, ...(proxy === undefined ? {} : { proxy }) };
}

/** The machine that the program runs on: no log-in, but the machine has to be identified. */
function resolveLocal(given: Given, path: Path, context: Context, report: Report): ThisMachine | undefined {
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

function groupAt(raw: Tree, path: Path): Record<string, unknown> {
  const value = valueAt(raw, path);
  return isGroup(value) ? value : {};
}
