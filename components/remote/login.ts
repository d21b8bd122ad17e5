import type { Client, ConnectConfig } from "ssh2";

/** One SSH server on the way to a host, as the command provider is told of it. */
export interface Server {
  readonly host: string;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  /** Pinned key, `<type> <base64>`. */
  readonly hostKey?: string | undefined;
  readonly privateKey?: string | undefined;
  readonly privateKeyPassword?: string | undefined;
  readonly password?: string | undefined;
  readonly agentSocketPath?: string | undefined;
}

/** How long a server may take to let us in, in milliseconds. */
const LOG_IN_WITHIN = 20_000;

/** What became of a command on a host. */
export interface Outcome {
  readonly code: number;
  readonly stderr: string;
}

/**
 * Logs in to a host, through a proxy if there is one, and runs a command there.
 *
 * @throws Error that says in one line what is wrong with the host, its settings, and what to do
 */
export async function runOnHost(
  server: Server,
  proxy: Server | undefined,
  script: string,
  input: string,
): Promise<Outcome> {
  // Loaded only here: a run that changes nothing does without it.
  const { Client } = await import("ssh2");
  const clients: Client[] = [];
  const logIn = async (to: Server, sock?: ConnectConfig["sock"]) => {
    const client = new Client();
    clients.push(client);
    await logInTo(client, to, sock);
    return client;
  };
  try {
    const sock = proxy && (await forward(await logIn(proxy), server));
    return await execute(await logIn(server, sock), script, input);
  } finally {
    for (const client of clients.reverse()) {
      client.end();
    }
  }
}

function logInTo(client: Client, server: Server, sock: ConnectConfig["sock"]): Promise<void> {
  const { host, port = 22, user = "root" } = server;
  const at = `${host}:${port}`;
  const [keyType, pinned] = server.hostKey?.trim().split(/\s+/) ?? [];
  let otherKey = false;
  return new Promise((resolve, reject) => {
    client.on("ready", resolve);
    client.on("error", (error) => reject(new Error(explain(error, at, user, otherKey))));
    client.on("close", () =>
      reject(
        new Error(`${at} closes the connection; is it an SSH server, and may this machine connect to it?`),
      ),
    );
    client.connect({
      host,
      port,
      username: user,
      readyTimeout: LOG_IN_WITHIN,
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
      "otherwise somebody may be in between"
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

function forward(client: Client, to: Server): Promise<ConnectConfig["sock"]> {
  const { host, port = 22 } = to;
  return new Promise((resolve, reject) => {
    client.forwardOut("127.0.0.1", 0, host, port, (error, stream) =>
      error
        ? reject(
            new Error(
              `the proxy cannot reach ${host}:${port} (${error.message}); check its AllowTcpForwarding`,
            ),
          )
        : resolve(stream),
    );
  });
}

function execute(client: Client, script: string, input: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    client.exec(script, (error, stream) => {
      if (error) {
        reject(error);
        return;
      }
      let stderr = "";
      stream.stderr.on("data", (data: Buffer) => {
        stderr += data.toString();
      });
      stream.on("close", (code: number | null) => resolve({ code: code ?? -1, stderr }));
      stream.resume();
      stream.end(input);
    });
  });
}
