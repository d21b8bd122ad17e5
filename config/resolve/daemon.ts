// Hosts whose engine is told by a daemon's API what to run: nobody logs in there.
import type { ThisMachine } from "../../connection/connection";
import { type Path, quote, type Report } from "../problem";
import type { HostSettings } from "../schema";
import { login } from "../schema/login";
import { isGroup, type Tree, valueAt } from "../walk";
import { type Layered, locateIn } from "./locate";

/** What stands for the way to it. */
export const NOT_REACHED: ThisMachine = { machine: "docker-api", user: "docker-api" };

const LOG_INS = [
  ...Object.keys(login),
  "address",
  "connection",
  "becomePassword",
  "sshConfig",
  "proxy",
  "via",
  "waitForConnection",
  "machine",
  "role",
];

interface Entry {
  readonly path: Path;
}

/** Refuses what is about a log-in to such a host, and any other host beside it. */
export function checkDaemons(
  hosts: readonly Entry[],
  all: readonly Entry[],
  raw: Tree,
  report: Report,
): void {
  for (const { path } of hosts) {
    const written = valueAt(raw, path);
    for (const key of isGroup(written) ? LOG_INS.filter((name) => written[name] !== undefined) : []) {
      report(
        [...path, key],
        "is for hosts that are logged in to, and the engine docker-api asks a daemon; remove it, or write where the daemon is: podwatch:engine.daemon",
      );
    }
    if (all.length > 1)
      report(
        path,
        "has the engine docker-api, which is for a stack of one host; remove the other hosts, or choose another engine",
      );
  }
}

/** The provider builds images at the daemon that Docker's own command line finds, whatever it is told itself. */
export function checkBuilds(
  hosts: ReadonlyArray<Layered & { readonly settings: HostSettings }>,
  report: Report,
): void {
  for (const { settings, ...host } of hosts) {
    const { engine, builds } = settings;
    if (engine.name !== "docker-api" || engine.daemon === undefined || Object.keys(builds).length === 0)
      continue;
    report(
      locateIn("engine", host)(["daemon"]),
      `${quote(engine.daemon)} cannot be where an image is built, which the stack needs; remove it, and set the variable DOCKER_HOST to it`,
    );
  }
}
