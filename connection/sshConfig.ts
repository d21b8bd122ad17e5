// What `ssh -G` says of a destination.

export interface SshConfig {
  readonly hostName: string;
  readonly port: number;
  readonly user: string;
  /** In ssh's order, as written: with `~` and tokens such as `%d`. */
  readonly identityFiles: readonly string[];
  /** The user's files before the system's. */
  readonly knownHostsFiles: readonly string[];
  /** Name under which the host key is kept, if not the address. */
  readonly hostKeyAlias?: string;
  /** `[user@]host[:port]`, several separated by commas. */
  readonly proxyJump?: string;
  readonly proxyCommand?: string;
}

export function parseSshConfig(text: string): SshConfig {
  const lines = text.split("\n").map((line) => /^(\S+) (.*)$/.exec(line.trim()));
  const all = (key: string) => lines.flatMap((line) => (line?.[1] === key ? [line[2] ?? ""] : []));
  const one = (key: string) => all(key).find((value) => value !== "none");
  const files = (key: string) => (one(key) ?? "").split(/\s+/).filter((file) => file !== "");
  const [hostKeyAlias, proxyJump, proxyCommand] = ["hostkeyalias", "proxyjump", "proxycommand"].map(one);
  return {
    hostName: one("hostname") ?? "",
    port: Number(one("port") ?? 22),
    user: one("user") ?? "",
    identityFiles: all("identityfile").filter((file) => file !== "none"),
    knownHostsFiles: [...files("userknownhostsfile"), ...files("globalknownhostsfile")],
    ...(hostKeyAlias === undefined ? {} : { hostKeyAlias }),
    ...(proxyJump === undefined ? {} : { proxyJump }),
    ...(proxyCommand === undefined ? {} : { proxyCommand }),
  };
}

/** A destination as `ProxyJump` has it: `[user@]host[:port]` or `ssh://[user@]host[:port]`. */
export interface Destination {
  readonly host: string;
  readonly user?: string;
  readonly port?: number;
}

export function parseDestination(text: string): Destination {
  const [, user, bracketed, bare, port] =
    /^(?:ssh:\/\/)?(?:([^@]*)@)?(?:\[([^\]]+)\]|([^:]+|[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:]*))(?::(\d+))?\/?$/.exec(
      text,
    ) ?? [];
  return {
    host: bracketed ?? bare ?? text,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port: Number(port) }),
  };
}
