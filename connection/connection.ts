// Who a host is, how it is reached, and which rights there are: everything that depends on it asks here.
import { type Rights, type RunnerWords, runnerCommand, runnerCommandWithPassword } from "../lib/runner";
import type { Scope } from "../lib/scope";

/** One SSH server, as the command provider and our own log-ins are told of it. */
export interface SshServer<Secret = string> {
  /** Like the key, it may be known only while a program runs, which makes the machine. */
  readonly host: string | Secret;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  /** Pinned key, `<type> <base64>`. */
  readonly hostKey?: string | Secret | undefined;
  readonly privateKey?: Secret | undefined;
  readonly privateKeyPassword?: Secret | undefined;
  readonly password?: Secret | undefined;
  readonly agentSocketPath?: string | undefined;
  /** How often the command provider dials again, and how long it waits each time, in seconds. */
  readonly dialErrorLimit?: number | undefined;
  readonly perDialTimeout?: number | undefined;
}

/** Over SSH, through a jump host if there is one. This is the command provider's `connection`. */
export interface SshRoute<Secret = string> extends SshServer<Secret> {
  readonly proxy?: SshServer<Secret> | undefined;
}

/** Not at all, because the host is the machine that the program runs on. */
export interface ThisMachine {
  /** What systemd knows the machine by, machine-id(5): another machine is another host. */
  readonly machine: string;
  /** Who runs the program. */
  readonly user: string;
}

/** How a host is reached. */
export type Route<Secret = string> = SshRoute<Secret> | ThisMachine;

/** `Secret` is plain text except in components, where it is a Pulumi secret. */
export interface Connection<Secret = string> {
  /** Name of the host in the stack file. */
  readonly name: string;
  readonly route: Route<Secret>;
  /** Whose the containers are. */
  readonly scope: Scope;
  /** How the login user gets the rights that the scope needs. */
  readonly rights: Rights;
  /** Given if and only if sudo asks for it. */
  readonly sudoPassword?: Secret | undefined;
}

/** What a stack file says of a connection. */
export interface ConnectionSettings<Secret = string> {
  readonly name: string;
  readonly connection: Route<Secret>;
  readonly become: boolean;
  readonly becomePassword?: Secret | undefined;
}

export function connectionOf<Secret>({
  name,
  connection: route,
  become,
  becomePassword,
}: ConnectionSettings<Secret>): Connection<Secret> {
  const common = { name, route, scope: become ? "rootful" : "rootless" } as const;
  if (!become || route.user === "root") return { ...common, rights: "own" };
  return becomePassword === undefined
    ? { ...common, rights: "sudo" }
    : { ...common, rights: "sudo-with-password", sudoPassword: becomePassword };
}

export function isLocal(route: object): route is ThisMachine {
  return "machine" in route;
}

/** What makes it this host and no other: where one of these changes, all is removed there and made anew. */
export function identity<Secret>({
  route,
  scope,
}: Connection<Secret>): readonly (string | number | Secret | undefined)[] {
  const owner = scope === "rootless" ? route.user : "root";
  return isLocal(route) ? ["local", route.machine, owner] : [route.host, route.port, owner];
}

/** Where it is, for people. */
export function address({ route }: Connection): string {
  return isLocal(route) ? "localhost" : route.host;
}

/** The server that has to answer before anything is removed from the host: behind a jump host, that one. */
export function firstServer<Secret>({ route }: Connection<Secret>): SshServer<Secret> | undefined {
  return isLocal(route) ? undefined : (route.proxy ?? route);
}

/** The same connection with each of its secrets passed through a function. */
export function mapSecrets<From, To>(
  connection: Connection<From>,
  map: (secret: From) => To,
): Connection<To> {
  const mapped = (value: object): object =>
    Object.fromEntries(
      Object.entries(value)
        .filter(([, inner]) => inner !== undefined)
        .map(([key, inner]) => {
          if (SECRETS.includes(key)) return [key, map(inner as From)];
          return [key, key === "route" || key === "proxy" ? mapped(inner as object) : inner];
        }),
    );
  return mapped(connection) as Connection<To>;
}

const SECRETS: readonly string[] = ["sudoPassword", "privateKey", "privateKeyPassword", "password"];

/** The command that calls the runner on the host. */
export function runnerLine({ scope, rights }: Connection<unknown>, words: RunnerWords): string {
  return rights === "sudo-with-password"
    ? runnerCommandWithPassword(words)
    : runnerCommand(scope, rights, words);
}
