// An SSH server inside the test: real protocol, real shell, and a record of what clients did.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";
import { homedir } from "node:os";
import { type Connection, Server, type ServerChannel, utils } from "ssh2";

export interface SshServerOptions {
  /** Public keys that may log in, in authorized_keys format. */
  authorizedKeys?: string[];
  password?: string;
  keyboardInteractive?: boolean;
  /** Names of variables that a session may set. */
  acceptEnv?: string[];
  /** Whether clients may reach other addresses through this server. */
  forwarding?: boolean;
  /** Private host key; a fresh ed25519 key unless given. */
  hostKey?: string;
  port?: number;
  /** Where scripts start; the home directory of whoever runs the test unless given. */
  home?: string;
  /** What runs a command line, itself a command; bash without start files unless given. */
  loginShell?: (line: string) => [file: string, ...args: string[]];
}

export interface SshServer {
  port: number;
  /** The host's public key, as a `hostKey` setting takes it. */
  hostKey: string;
  /** How many connections were made, and how many of them logged in. */
  connections: number;
  logins: { user: string; method: string }[];
  scripts: string[];
  /** Cuts every connection. */
  cut(): void;
  close(): Promise<void>;
}

export function newKey(passphrase?: string): { private: string; public: string } {
  const options = passphrase ? { passphrase, cipher: "aes256-ctr" as const, rounds: 16 } : undefined;
  const key = options ? utils.generateKeyPairSync("ed25519", options) : utils.generateKeyPairSync("ed25519");
  // One of 200 keys that ssh2 makes it cannot read itself.
  return utils.parseKey(key.private, passphrase) instanceof Error ? newKey(passphrase) : key;
}

export async function startSshServer(options: SshServerOptions = {}): Promise<SshServer> {
  const privateKey = options.hostKey ?? newKey().private;
  const parsed = utils.parseKey(privateKey);
  if (parsed instanceof Error) throw parsed;
  const clients = new Set<Connection>();
  const running = new Set<ChildProcess>();
  const record: SshServer = {
    port: 0,
    hostKey: `${parsed.type} ${parsed.getPublicSSH().toString("base64")}`,
    connections: 0,
    logins: [],
    scripts: [],
    cut: () => clients.forEach((client) => void client.end()),
    close: async () => {
      for (const client of clients) client.end();
      for (const script of running) if (script.pid) process.kill(-script.pid, "SIGKILL");
      server.close();
      await once(server, "close");
    },
  };
  const server = new Server({ hostKeys: [privateKey] }, (client) => {
    record.connections++;
    clients.add(client);
    client.on("close", () => clients.delete(client));
    client.on("error", () => undefined);
    client.on("authentication", (context) => {
      if (context.method === "keyboard-interactive" && options.keyboardInteractive) {
        context.prompt("Password:", ([answer]) => {
          if (answer !== options.password) return context.reject();
          record.logins.push({ user: context.username, method: context.method });
          context.accept();
        });
        return;
      }
      if (!allowed(context, options)) return context.reject(methods(options));
      if (!("signature" in context) || context.signature !== undefined) {
        record.logins.push({ user: context.username, method: context.method });
      }
      context.accept();
    });
    client.on("ready", () => {
      client.on("session", (accept) => serveSession(accept(), options, record, running));
      if (!options.forwarding) return;
      client.on("tcpip", (accept, reject, { destIP, destPort }) => {
        const socket = connect(destPort, destIP);
        socket.once("error", () => reject());
        socket.once("connect", () => {
          const channel = accept();
          socket.pipe(channel).pipe(socket);
          socket.on("error", () => channel.end());
        });
      });
    });
  });
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  record.port = (server.address() as AddressInfo).port;
  return record;
}

function methods({ authorizedKeys, password, keyboardInteractive }: SshServerOptions) {
  const offered: ("publickey" | "password" | "keyboard-interactive")[] = [];
  if (authorizedKeys) offered.push("publickey");
  if (password !== undefined) offered.push(keyboardInteractive ? "keyboard-interactive" : "password");
  return offered;
}

function allowed(given: unknown, options: SshServerOptions): boolean {
  const context = given as {
    method: string;
    password?: string;
    key?: { data: Buffer };
    blob?: Buffer;
    signature?: Buffer;
    hashAlgo?: string;
  };
  if (context.method === "password")
    return !options.keyboardInteractive && context.password === options.password;
  if (context.method !== "publickey") return false;
  for (const line of options.authorizedKeys ?? []) {
    const key = utils.parseKey(line);
    if (key instanceof Error || !context.key?.data.equals(key.getPublicSSH())) continue;
    if (!context.signature || !context.blob) return true;
    return key.verify(context.blob, context.signature, context.hashAlgo) === true;
  }
  return false;
}

function serveSession(
  given: unknown,
  options: SshServerOptions,
  record: SshServer,
  running: Set<ChildProcess>,
): void {
  const session = given as {
    on(event: string, listener: (accept: () => ServerChannel, reject: () => void, info: never) => void): void;
  };
  const variables: Record<string, string> = {};
  session.on("env", (accept, reject, { key, val }: { key: string; val: string }) => {
    if (!options.acceptEnv?.includes(key)) return reject?.();
    variables[key] = val;
    accept?.();
  });
  session.on("exec", (accept, _reject, { command }: { command: string }) => {
    const channel = accept();
    record.scripts.push(command);
    const [shell, ...args] = options.loginShell?.(command) ?? ["bash", "--norc", "-c", command];
    const child = spawn(shell, args, {
      detached: true,
      ...(options.home === undefined ? {} : { cwd: options.home }),
      env: { PATH: process.env.PATH, HOME: options.home ?? homedir(), ...variables },
    });
    running.add(child);
    child.stdout.on("data", (data) => channel.write(data));
    child.stderr.on("data", (data) => channel.stderr.write(data));
    child.stdin.on("error", () => undefined);
    channel.pipe(child.stdin);
    channel.on("error", () => undefined);
    child.once("close", (code, signal) => {
      running.delete(child);
      if (code === null) channel.exit((signal ?? "SIGKILL").replace(/^SIG/, ""), false, "");
      else channel.exit(code);
      channel.close();
    });
  });
}
