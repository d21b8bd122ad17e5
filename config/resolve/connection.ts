// How a host is reached and the rights there, from its entry in the stack file.
import { z } from "zod";
import {
  isLocal,
  type Route,
  type SshRoute,
  type SshServer,
  type ThisMachine,
} from "../../connection/connection";
import { hasUnknown } from "../../lib/address";
import type { Context } from "../context";
import { type Path, quote, type Report } from "../problem";
import { hostEntry } from "../schema";
import { login } from "../schema/login";
import { isGroup, type Tree, valueAt } from "../walk";
import type { Grouped } from "./groups";
import { type Given, resolveLogin } from "./login";

/** The valid part of a host's entry; required settings may be missing. */
const { connection, address, become, becomePassword, via, waitForConnection } = hostEntry.shape;
export const someAccess = z
  .object({ ...login, connection, address, become, becomePassword, via, waitForConnection })
  .partial();
export const someLogin = z.object(login).partial();

type Access = z.output<typeof someAccess>;

/** One host's entry. */
export interface Entry extends Grouped {
  readonly name: string;
  readonly path: Path;
}

export function resolveConnection(
  access: Access,
  entry: Entry,
  entries: readonly Entry[],
  raw: Tree,
  context: Context,
  report: Report,
): Route | undefined {
  const { path } = entry;
  const given = groupAt(raw, path);
  const local = access.connection === "local";
  const route = local
    ? resolveLocal(given, path, context, report)
    : resolveSsh(access, entry, entries, raw, context, report);
  checkRights(access, given, path, local ? context.self().user : access.user, report);
  return route;
}

/** For a machine that is being made by the program that gives its address. */
const WAIT_FOR_NEW_HOST = "5m";

/** How long its SSH server is waited for. */
export function waitOf({ waitForConnection }: Access, route: Route, context: Context): string | undefined {
  if (waitForConnection !== undefined || isLocal(route)) return waitForConnection;
  const isNew = [route.host, route.proxy?.host ?? ""].some(
    (host) => hasUnknown(host) || context.isUnknown?.(host) === true,
  );
  return isNew ? WAIT_FOR_NEW_HOST : undefined;
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
  entry: Entry,
  entries: readonly Entry[],
  raw: Tree,
  context: Context,
  report: Report,
): SshRoute | undefined {
  const { path, sound } = entry;
  const given = groupAt(raw, path);
  if (given.address === undefined) {
    report(
      [...path, "address"],
      "is missing; write an IPv4 or IPv6 address or a DNS name, or connection: local to deploy to this machine",
    );
  }
  const server = resolveLogin(
    access,
    given,
    path,
    given.proxy !== undefined || given.via !== undefined,
    context,
    report,
  );
  if (given.proxy !== undefined && given.via !== undefined) {
    report([...path, "via"], `${quote(given.via)} is set together with proxy; keep one of them`);
  }
  const proxyPath = [...path, "proxy"];
  const proxy = isGroup(sound.proxy)
    ? resolveLogin(someLogin.parse(sound.proxy), groupAt(raw, proxyPath), proxyPath, false, context, report)
    : access.via === undefined
      ? undefined
      : resolveVia(access.via, entry, entries, raw, context, report);
  return server && { ...server, ...(proxy === undefined ? {} : { proxy }) };
}

/** The log-in of another host, which is the jump host of this one. */
function resolveVia(
  via: string,
  { name, path }: Entry,
  entries: readonly Entry[],
  raw: Tree,
  context: Context,
  report: Report,
): SshServer | undefined {
  const refuse = (text: string) => report([...path, "via"], `${quote(via)} ${text}`);
  const jump = entries.find((other) => other.name === via);
  if (via === name) {
    refuse("is this host itself; name the host that it is reached through, or remove this");
  } else if (jump === undefined) {
    const others = entries.map((other) => other.name).filter((other) => other !== name);
    refuse(
      others.length === 0
        ? "is no other host of this stack, which has only this one; write the jump host's address and log-in under proxy"
        : `is not a host of this stack; write one of ${others.join(", ")}, or the jump host's address and log-in under proxy`,
    );
  } else {
    const given = groupAt(raw, jump.path);
    if (jump.sound.connection === "local") {
      refuse(
        "is the machine that runs Pulumi (connection: local), so this host is reached directly; remove this",
      );
    } else if (given.proxy !== undefined || given.via !== undefined) {
      refuse(
        `is itself reached through ${typeof given.via === "string" ? given.via : "a proxy"}, and only one hop is possible; name a host that is reached directly`,
      );
    } else {
      // What is wrong with it is reported where it stands.
      return resolveLogin(someLogin.parse(jump.sound), given, jump.path, false, context, () => {});
    }
  }
  return undefined;
}

/** The machine that the program runs on: no log-in, but the machine has to be identified. */
function resolveLocal(given: Given, path: Path, context: Context, report: Report): ThisMachine | undefined {
  for (const name of [...Object.keys(login), "sshConfig", "proxy", "via", "waitForConnection"]) {
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
