// How the stand-in for command:remote:Command connects: keys, host keys, retries, proxies, input and environment.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../until";
import { failure, Provider, type Values } from "./plugin";
import { newKey, type SshServer, type SshServerOptions, startSshServer } from "./sshServer";

jest.setTimeout(60_000);

const key = newKey();
const cleanups: (() => unknown)[] = [];
let provider: Provider;

beforeAll(async () => {
  // Long enough for any script that does not read its input to have ended, however busy this machine is.
  provider = await Provider.start("command", "command:remote:Command", { PODWATCH_STDIN_HOLD: "500" });
});
afterAll(() => provider.stop());
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function ssh(options: SshServerOptions = {}): Promise<SshServer> {
  const server = await startSshServer({ authorizedKeys: [key.public], ...options });
  cleanups.push(() => server.close());
  return server;
}

/** A server that is not SSH. */
async function tcp(serve: (socket: Socket) => void): Promise<number> {
  const server: Server = createServer(serve).listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanups.push(() => server.close());
  return (server.address() as { port: number }).port;
}

const to = ({ port, hostKey }: { port: number; hostKey?: string }): Values => ({
  host: "127.0.0.1",
  port,
  user: "root",
  privateKey: key.private,
  dialErrorLimit: 0,
  perDialTimeout: 15,
  ...(hostKey && { hostKey }),
});

const run = async (connection: Values, inputs: Values = {}, options = {}) =>
  (await provider.create({ connection, create: "echo ok", ...inputs }, options)).outputs;
const refused = async (connection: Values, inputs: Values = {}, options = {}) =>
  (await failure(run(connection, inputs, options))).message;

describe("logging in", () => {
  test("with a key, an encrypted key, a key with CRLF", async () => {
    const encrypted = newKey("open");
    const server = await ssh({ authorizedKeys: [key.public, encrypted.public] });
    expect(await run(to(server))).toMatchObject({ stdout: "ok" });
    expect(await run({ ...to(server), privateKey: key.private.replaceAll("\n", "\r\n") })).toMatchObject({
      stdout: "ok",
    });
    const given = { ...to(server), privateKey: encrypted.private };
    expect(await run({ ...given, privateKeyPassword: "open" })).toMatchObject({ stdout: "ok" });
    expect(await refused({ ...given, privateKeyPassword: "shut" })).toBe(
      "x509: decryption password incorrect",
    );
    expect(await refused(given)).toBe("ssh: this private key is passphrase protected");
    expect(await refused({ ...given, privateKey: "rubbish" })).toBe("ssh: no key found");
  });

  test("with a password, asked for outright or interactively, also after a key that is not known", async () => {
    const stranger = newKey().private;
    for (const keyboardInteractive of [false, true]) {
      const server = await ssh({ password: "pw", keyboardInteractive });
      expect(await run({ ...to(server), privateKey: stranger, password: "pw" })).toMatchObject({
        stdout: "ok",
      });
      expect(server.logins).toEqual([
        { user: "root", method: keyboardInteractive ? "keyboard-interactive" : "password" },
      ]);
    }
  });

  test("a key or password that is refused names the methods tried", async () => {
    const server = await ssh();
    const start =
      "after 0 failed attempts: ssh: handshake failed: ssh: unable to authenticate, attempted methods";
    const end = "no supported methods remain";
    expect(await refused({ ...to(server), privateKey: newKey().private })).toBe(
      `${start} [none publickey], ${end}`,
    );
    const passwords = await ssh({ authorizedKeys: undefined as never, password: "right" });
    const { privateKey: _, ...bare } = to(passwords);
    expect(await refused({ ...bare, password: "wrong" })).toBe(`${start} [none password], ${end}`);
    expect(await refused(bare)).toBe(`${start} [none], ${end}`);
  });

  test("with a real agent, when no key is given", async () => {
    const server = await ssh();
    const directory = mkdtempSync(join(tmpdir(), "podwatch-agent-"));
    const socket = join(directory, "socket");
    const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
    cleanups.push(async () => {
      agent.kill();
      await once(agent, "exit");
      rmSync(directory, { recursive: true });
    });
    await until("the agent is there", () => existsSync(socket));
    execFileSync("ssh-add", ["-q", "-"], {
      input: key.private,
      env: { ...process.env, SSH_AUTH_SOCK: socket },
    });
    const { privateKey: _, ...bare } = to(server);
    expect(await run({ ...bare, agentSocketPath: socket })).toMatchObject({ stdout: "ok" });
  });

  test("an agent that is named but not there is an error, even with a good key", async () => {
    const server = await ssh();
    expect(await refused({ ...to(server), agentSocketPath: "/nonexistent/agent" })).toBe(
      "dial unix /nonexistent/agent: connect: no such file or directory",
    );
    expect(server.connections).toBe(0);
  });
});

describe("the host key", () => {
  test("is taken as a key, with a comment, or as a line of known_hosts", async () => {
    const server = await ssh();
    for (const hostKey of [
      server.hostKey,
      `${server.hostKey} comment\n`,
      `[127.0.0.1]:22 ${server.hostKey}`,
      `# a comment\n${server.hostKey}\n${newKey().public}\n`,
    ]) {
      expect(await run({ ...to(server), hostKey })).toMatchObject({ stdout: "ok" });
    }
  });

  test("of another host is refused, and no script runs", async () => {
    const server = await ssh();
    expect(await refused({ ...to(server), hostKey: newKey().public })).toBe(
      "after 0 failed attempts: ssh: handshake failed: ssh: host key mismatch",
    );
    expect(server.scripts).toEqual([]);
    expect(server.logins).toEqual([]);
  });

  test("of another kind is refused", async () => {
    const server = await ssh();
    const hostKey =
      "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBEmKSENjQEezOmxkZMy7opKgwFB9nkt5YRrYMjNuG5N87uRgg6CLrbo5wAdT/y6v0mKV0U2w0WZ2YB/++Tpockg=";
    expect(await refused({ ...to(server), hostKey })).toMatch(/ssh: no common algorithm for host key/);
  });

  test.each(["", "ssh-ed25519", "ssh-ed25519 AAAA", "rubbish"])(
    "that is none, %j, is refused at once",
    async (hostKey) => {
      const server = await ssh();
      expect(await refused({ ...to(server), hostKey, dialErrorLimit: 10 })).toBe(
        "failed to parse host key: ssh: no key found",
      );
      expect(server.connections).toBe(0);
    },
  );

  test("that is not given lets any host pass", async () => {
    expect(await run(to({ port: (await ssh()).port }))).toMatchObject({ stdout: "ok" });
  });
});

describe("retries", () => {
  test("each failed attempt shows; one more than the limit is made; pauses grow", async () => {
    const port = await freePort();
    const from = provider.logs.length;
    const start = Date.now();
    expect(await refused({ ...to({ port }), dialErrorLimit: 3 })).toBe(
      `after 3 failed attempts: dial tcp 127.0.0.1:${port}: connect: connection refused`,
    );
    // 0.1 + 0.15 + 0.225 s of pauses
    expect(Date.now() - start).toBeGreaterThanOrEqual(470);
    const lines = provider.logs.slice(from);
    expect(lines.map(({ message }) => message)).toEqual([1, 2, 3].map((n) => `Dial ${n}/3 failed: retrying`));
    expect(lines.every(({ severity, ephemeral }) => severity === "info" && ephemeral)).toBe(true);
  });

  test("a host that comes up in the meantime is reached", async () => {
    const port = await freePort();
    const running = run({ ...to({ port }), dialErrorLimit: -1 });
    const retries = () =>
      provider.logs.filter(({ message }) => /^Dial \d+\/inf failed: retrying$/.test(message));
    await until("it was tried twice", () => retries().length > 1);
    await ssh({ port });
    expect(await running).toMatchObject({ stdout: "ok" });
  });

  test("they end with the resource's time-out", async () => {
    const port = await freePort();
    expect(await refused({ ...to({ port }), dialErrorLimit: -1 }, {}, { timeout: 1 })).toBe(
      "context deadline exceeded",
    );
  });

  test("a wrong key or host key is tried again too", async () => {
    const server = await ssh();
    const given = { ...to(server), hostKey: newKey().public, dialErrorLimit: 2 };
    expect(await refused(given)).toMatch(/^after 2 failed attempts: .*host key mismatch$/);
    expect(server.connections).toBe(3);
  });

  test("a server that hangs up, and a name that does not exist", async () => {
    const port = await tcp((socket) => socket.end());
    expect(await refused(to({ port }))).toMatch(/^after 0 failed attempts: ssh: handshake failed: /);
    expect(await refused({ ...to({ port }), host: "nowhere.invalid" })).toBe(
      "after 0 failed attempts: dial tcp: lookup nowhere.invalid: no such host",
    );
  });

  test("a server that takes the connection and stays silent is waited for, whatever perDialTimeout says", async () => {
    const sockets: Socket[] = [];
    const port = await tcp((socket) => sockets.push(socket));
    const outcome = run({ ...to({ port }), perDialTimeout: 1 }).then(
      () => "ran",
      () => "failed",
    );
    const waited = new Promise((resolve) => setTimeout(() => resolve("still waiting"), 2000));
    expect(await Promise.race([outcome, waited])).toBe("still waiting");
    for (const socket of sockets) socket.destroy();
    expect(await outcome).toBe("failed");
  });
});

describe("standard input", () => {
  test("reaches the script whole, to its end", async () => {
    const server = await ssh();
    const stdin = "line\n".repeat(200_000);
    expect(await run(to(server), { create: "wc -c", stdin })).toMatchObject({ stdout: "1000000" });
    expect(await run(to(server), { create: "cat", stdin: undefined })).toMatchObject({ stdout: "" });
  });

  test("that is not read to its end fails a script that succeeded", async () => {
    const server = await ssh();
    const message = 'EOF: running "echo done":\ndone\n';
    expect(await refused(to(server), { create: "echo done", stdin: "x" })).toBe(message);
    expect(await refused(to(server), { create: "echo done", stdin: "x".repeat(5_000_000) })).toBe(message);
    expect(await refused(to(server), { create: "read line; echo $line", stdin: "a\nb\n" })).toMatch(/^EOF: /);
  });

  test("that is not read does not hide the script's own failure", async () => {
    const server = await ssh();
    expect(await refused(to(server), { create: "exit 4", stdin: "x" })).toMatch(
      /^Process exited with status 4/,
    );
  });

  test("a delete that does not read it fails as well", async () => {
    const server = await ssh();
    const olds = { connection: to(server), create: "cat", delete: "true", stdin: "x" };
    expect((await failure(provider.delete(olds))).message).toBe('EOF: running "true":\n');
  });
});

describe("environment", () => {
  test("a variable that the server takes is set; one that it refuses is an error, and nothing runs", async () => {
    const server = await ssh({ acceptEnv: ["GOOD"] });
    const create = "echo $GOOD";
    expect(await run(to(server), { create, environment: { GOOD: "a\nb" } })).toMatchObject({ stdout: "a b" });
    expect(await refused(to(server), { create, environment: { BAD: "1" } })).toBe(
      'could not set environment variable "BAD": ssh: setenv failed',
    );
    expect(server.scripts).toHaveLength(1);
    const { severity, message, ephemeral } = provider.logs.at(-1) ?? {};
    expect({ severity, ephemeral }).toEqual({ severity: "error", ephemeral: false });
    expect(message).toMatch(
      /^Unable to set 'BAD'\. This only works if your SSH server is configured to accept\n/,
    );
  });

  test("earlier output is passed on to update and delete, only warned about if refused, and can be switched off", async () => {
    const taking = await ssh({ acceptEnv: ["PULUMI_COMMAND_STDOUT", "PULUMI_COMMAND_STDERR"] });
    const inputs = (server: SshServer) => ({
      connection: to(server),
      create: 'echo "[$PULUMI_COMMAND_STDOUT]"',
    });
    const olds = { stdout: "old", stderr: "" };
    expect(await provider.update(olds, inputs(taking))).toMatchObject({ stdout: "[old]" });

    const refusing = await ssh();
    let from = provider.logs.length;
    expect(await provider.update(olds, inputs(refusing))).toMatchObject({ stdout: "[]" });
    const warnings = provider.logs.slice(from).filter(({ severity }) => severity === "warning");
    expect(warnings.map(({ message }) => message.split(".")[0])).toEqual([
      "Unable to set 'PULUMI_COMMAND_STDOUT'",
    ]);

    from = provider.logs.length;
    await provider.update(olds, { ...inputs(refusing), addPreviousOutputInEnv: false });
    expect(provider.logs.slice(from).filter(({ severity }) => severity === "warning")).toEqual([]);
  });
});

describe("a lost connection", () => {
  test("in the middle of a script is an error that says so", async () => {
    const server = await ssh();
    const running = refused(to(server), { create: "echo begun; sleep 60" });
    await until("the script has begun", () => provider.logs.some(({ message }) => message === "begun"));
    server.cut();
    expect(await running).toBe(
      'wait: remote command exited without exit status or exit signal: running "echo begun; sleep 60":\nbegun\n',
    );
  });
});

describe("a proxy", () => {
  test("leads to the host, with its own key and host key", async () => {
    const bastion = await ssh({ forwarding: true });
    const server = await ssh();
    expect(await run({ ...to(server), proxy: to(bastion) })).toMatchObject({ stdout: "ok" });
    expect([bastion.logins.length, server.logins.length]).toEqual([1, 1]);
    expect(bastion.scripts).toEqual([]);
  });

  test("names itself in its errors", async () => {
    const bastion = await ssh({ forwarding: true });
    const server = await ssh();
    const mismatch = "after 0 failed attempts: ssh: handshake failed: ssh: host key mismatch";
    const stranger = newKey().public;
    expect(await refused({ ...to(server), proxy: { ...to(bastion), hostKey: stranger } })).toBe(
      `proxy: ${mismatch}`,
    );
    expect(await refused({ ...to(server), hostKey: stranger, proxy: to(bastion) })).toBe(
      `proxy: ${mismatch}`,
    );
  });

  test("hides, as the real provider does, why the host behind it refused, once it has been tried again", async () => {
    const bastion = await ssh({ forwarding: true });
    const given = { ...to(await ssh()), hostKey: newKey().public, dialErrorLimit: 1, proxy: to(bastion) };
    expect(await refused(given)).toBe("proxy: after 1 failed attempts: ssh: handshake failed: EOF");
  });

  test("that does not forward is an error", async () => {
    const server = await ssh();
    expect(await refused({ ...to(server), proxy: to(await ssh()) })).toMatch(
      /^proxy: after 0 failed attempts: ssh: rejected: /,
    );
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
