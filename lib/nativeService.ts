import type { Resources } from "./additions";
import type { Scope } from "./scope";

/** A native service: a program of the host, sandboxed by systemd, which opens its sockets. */
export interface NativeService {
  readonly kind: "native";
  /** Name of the service, e.g. `node-exporter`. */
  readonly name: string;
  /** One line for `systemctl status`. */
  readonly description: string;
  readonly program: Program;
  /** The system user created for it; a rootless service runs as the login user. */
  readonly account: string;
  readonly args: readonly string[];
  /** Further arguments, without expansion. */
  readonly literalArgs?: readonly string[];
  /** The user's environment variables. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** The user's limits, in place of the usual ones. */
  readonly resources?: Resources;
  /** Its unix socket, and who may connect besides its owner. */
  readonly socket: { readonly path: string; readonly group?: number };
  /** A port of the host, closed to all but a few addresses; absent: none. */
  readonly port?: OpenPort;
  /** Directories of the host that have to be there. */
  readonly directories: readonly string[];
  /** Scripts that run on the host at each step of its life cycle. */
  readonly hooks: { readonly ready: string };
  /** How long the service may take until it is ready, in seconds. */
  readonly readyWithin: number;
}

/** The source of the program. */
export type Program =
  /** The distribution's package. */
  | { readonly path: string; readonly package: string }
  /** A release, kept under a name that no other release has. */
  | { readonly name: string; readonly file: string; readonly archives: readonly Archive[] };

export interface Archive {
  /** Its machine, as printed by `uname -m`. */
  readonly machine: string;
  readonly sha256: string;
  /** Path of the program in the archive, which is a tar file packed by gzip. */
  readonly member: string;
  readonly url: string;
}

export interface OpenPort {
  /** Address of the host; absent: all. */
  readonly bind?: string;
  readonly port: number;
  readonly allowFrom: readonly string[];
}

/** Where sockets are; `%t` is the user's own directory for them (systemd.unit(5) "Specifiers"). */
export const SOCKET_DIRECTORY: Readonly<Record<Scope, string>> = {
  rootful: "/run/podwatch",
  rootless: "%t/podwatch",
};
