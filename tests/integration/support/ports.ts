// Whether ports of a host can be reached, from several sources.
import { must } from "./lab";

/** `open`, `closed` if the host refuses or says nothing. */
export type Seen = "open" | "closed";

/** Runs a script of bash somewhere, and returns what it prints. */
export type From = (script: string) => Promise<string>;

/** This machine, which is a host of the same network. */
export const fromHere: From = (script) => must("bash", ["-c", script]);

/** Tries to connect to all ports at all addresses at once; a connection counts only when it is accepted. */
export async function scan(
  from: From,
  addresses: readonly string[],
  ports: readonly number[],
): Promise<Record<string, Seen>> {
  const tries = addresses.flatMap((address) =>
    ports.map(
      (port) =>
        `{ timeout 3 bash -c '</dev/tcp/${address}/${port}' 2>/dev/null && echo '${address} ${port} open' || echo '${address} ${port} closed'; } &`,
    ),
  );
  const printed = await from(`${tries.join("\n")}\nwait`);
  const lines = printed.trim().split("\n");
  return Object.fromEntries(
    lines.map((line) => line.split(" ")).map(([a, p, seen]) => [`${a} ${p}`, seen as Seen]),
  );
}

/** A script for a host that listens on a port, at all its addresses. */
export const listener = (port: number) => `
  systemd-run --quiet --unit listen-${port} perl -MSocket=:all -e 'socket(S, PF_INET6, SOCK_STREAM, 0);
    setsockopt(S, SOL_SOCKET, SO_REUSEADDR, 1); bind(S, pack_sockaddr_in6(${port}, inet_pton(AF_INET6, q(::)))) or die;
    listen(S, 99); sleep'
  timeout 20 sh -c 'until ss -Hltn sport = :${port} | grep -q .; do sleep 0.1; done'
`;
