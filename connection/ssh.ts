import type { Duplex } from "node:stream";
import type { Client, ConnectConfig } from "ssh2";
import { inUrl } from "../lib/address";
import { attach } from "./attach";
import type { SshServer } from "./connection";
import { Frame } from "./frame";
import type { Outcome, Session, Streams } from "./session";

/** No SSH server answers, at least not yet. */
export class NoAnswer extends Error {}

/** Time-out of a log-in, in milliseconds. */
const LOG_IN_WITHIN = 20_000;

/** Time-out of a trivial command, in milliseconds. */
const RUN_WITHIN = 30_000;

/** Time-out for closing a session cleanly, in milliseconds. */
const CLOSE_WITHIN = 2_000;

/** Interval of keep-alives, in milliseconds; the third unanswered one ends the session. */
const KEEP_ALIVE = 15_000;

/** Runs a short command. */
export type Run = (script: string, input: string) => Promise<Outcome>;

/**
 * Logs in to a host, through a proxy if there is one, for a few short commands.
 *
 * @throws Error that says in one line what is wrong with the host or its settings, and the fix
 */
export async function visitHost<T>(
  server: SshServer,
  proxy: SshServer | undefined,
  work: (run: Run) => Promise<T>,
  within = RUN_WITHIN,
): Promise<T> {
  const session = await logIn(server, proxy);
  const { host, port = 22, user = "root" } = server;
  const silent = `${inUrl(host)}:${port} lets ${user} in, but has not run a command within ${within / 1000} s; is it overloaded, or has a disk failed?`;
  try {
    return await work(async (script, input) => {
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(silent)), within);
      });
      try {
        return await Promise.race([session.run(script, { input }), patience]);
      } finally {
        clearTimeout(timer);
      }
    });
  } finally {
    session.close();
  }
}

/**
 * Logs in to a host, through a proxy if there is one.
 *
 * @throws Error as {@link visitHost} does
 */
export async function logIn(server: SshServer, proxy?: SshServer): Promise<Session> {
  // Loaded only here, since a run without changes does not need it.
  const { Client } = await import("ssh2");
  const clients: Client[] = [];
  const enter = async (to: SshServer, sock?: ConnectConfig["sock"]) => {
    const client = new Client();
    clients.push(client);
    await logInTo(client, to, sock);
    return client;
  };
  const close = () => {
    for (const client of clients.toReversed()) {
      client.end();
      // A silent peer would not close its side.
      setTimeout(() => client.destroy(), CLOSE_WITHIN).unref();
    }
  };
  try {
    const sock = proxy && (await forward(await enter(proxy), server));
    const client = await enter(server, sock);
    return {
      run: (command, streams = {}) => execute(client, server.user ?? "root", command, streams),
      attach: (command) => attach(client, command),
      connect: (host, port) => connect(client, host, port),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

function logInTo(client: Client, server: SshServer, sock: ConnectConfig["sock"]): Promise<void> {
  const { host, port = 22, user = "root" } = server;
  const at = `${inUrl(host)}:${port}`;
  const [keyType, pinned] = server.hostKey?.trim().split(/\s+/) ?? [];
  let otherKey = false;
  let connected = false;
  let booting = false;
  return new Promise((resolve, reject) => {
    client.on("ready", resolve);
    client.on("handshake", () => {
      connected = true;
    });
    // While systemd boots, only root is let in; pam_nologin(8).
    client.on("banner", (text) => {
      booting ||= /pam_nologin|is booting up/.test(text);
    });
    client.on("error", (error: Error & { level?: string }) => {
      const lost = ["client-socket", "client-timeout"].includes(error.level ?? "");
      const early = !connected && !["handshake", "agent"].includes(error.level ?? "");
      const Kind = !otherKey && (lost || early || booting) ? NoAnswer : Error;
      reject(new Kind(explain(error, at, user, otherKey)));
    });
    client.on("close", () => {
      const Kind = connected && !booting ? Error : NoAnswer;
      reject(
        new Kind(`${at} closes the connection; is it an SSH server, and may this machine connect to it?`),
      );
    });
    client.connect({
      host,
      port,
      username: user,
      readyTimeout: LOG_IN_WITHIN,
      keepaliveInterval: KEEP_ALIVE,
      tryKeyboard: server.password !== undefined,
      hostVerifier: (key: Buffer) => {
        otherKey = pinned !== undefined && key.toString("base64") !== pinned;
        return !otherKey;
      },
      ...(keyType === undefined ? {} : { algorithms: { serverHostKey: [keyType as never] } }),
      ...(server.privateKey === undefined ? {} : { privateKey: server.privateKey }),
      ...(server.privateKeyPassword === undefined ? {} : { passphrase: server.privateKeyPassword }),
      ...(server.password === undefined ? {} : { password: server.password }),
      ...(server.agentSocketPath === undefined ? {} : { agent: server.agentSocketPath }),
      ...(sock === undefined ? {} : { sock }),
    });
    client.on("keyboard-interactive", (_name, _instructions, _language, prompts, finish) =>
      finish(prompts.map(() => server.password ?? "")),
    );
  });
}

function explain(error: Error & { level?: string }, at: string, user: string, otherKey: boolean): string {
  if (otherKey || /no matching host key/i.test(error.message)) {
    return (
      `${at} shows another host key than the one that is pinned. If the host was reinstalled, compare the new key on its ` +
      "console (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub) and put it into hostKey or knownHostsFile; " +
      "otherwise this may be a man in the middle"
    );
  }
  switch (error.level) {
    case "client-timeout":
      return `${at} does not answer as an SSH server within ${LOG_IN_WITHIN / 1000} s; check that it is up, and address and port`;
    case "client-authentication":
      return (
        `${at} does not let ${user} in; check user, and privateKeyFile, privateKey, agent or password, and ` +
        `~${user}/.ssh/authorized_keys on the host`
      );
    default:
      return `${at} cannot be reached (${error.message}); check that it is up, and address and port`;
  }
}

/** The jump host tried; RFC 4254, 5.1. */
const CONNECT_FAILED = 2;

async function forward(client: Client, to: SshServer): Promise<ConnectConfig["sock"]> {
  const { host, port = 22 } = to;
  try {
    return await connect(client, host, port);
  } catch (error) {
    const { message: reason, reason: code } = error as Error & { reason?: number };
    const Kind = code === CONNECT_FAILED ? NoAnswer : Error;
    throw new Kind(`the proxy cannot reach ${inUrl(host)}:${port} (${reason}); check its AllowTcpForwarding`);
  }
}

function connect(client: Client, host: string, port: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    client.forwardOut("127.0.0.1", 0, host, port, (error, stream) =>
      error ? reject(error) : resolve(stream),
    );
  });
}

function execute(client: Client, user: string, script: string, streams: Streams): Promise<Outcome> {
  const frame = new Frame();
  return new Promise((resolve, reject) => {
    client.exec(frame.line, (error, stream) => {
      if (error) {
        reject(error);
        return;
      }
      const running = {
        stdin: stream,
        stdout: stream,
        stderr: stream.stderr,
        ended: new Promise<number | undefined>((end) =>
          stream.on("close", (code: number | null | undefined) => end(code ?? undefined)),
        ),
        leave: () => stream.close(),
      };
      frame.exchange(running, user, script, streams).then(resolve, reject);
    });
  });
}
