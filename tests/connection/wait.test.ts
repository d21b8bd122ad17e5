// A host that is being made is asked again until its SSH server answers, and no longer than it is said.
import { connect, createServer, type Server, type Socket } from "node:net";
import { checkHost } from "../../connection/check";
import type { SshRoute } from "../../connection/connection";
import { newKey, type SshServer, startSshServer } from "../toolchain/sshServer";

const key = newKey();
let server: SshServer;
const others: Server[] = [];
const sockets: Socket[] = [];

beforeEach(async () => {
  server = await startSshServer({ authorizedKeys: [key.public] });
});

afterEach(async () => {
  await server.close();
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const other of others.splice(0)) other.close();
});

/** Listens on a port of its own, or on one that is free. */
function listen(behave: (socket: Socket) => void, port = 0): Promise<number> {
  const other = createServer((socket) => {
    sockets.push(socket.on("error", () => {}));
    behave(socket);
  });
  others.push(other);
  return new Promise((resolve) =>
    other.listen(port, "127.0.0.1", () => resolve((other.address() as { port: number }).port)),
  );
}

/** A port on which nobody listens, yet. */
async function freePort(): Promise<number> {
  const port = await listen(() => {});
  await new Promise((resolve) => others.pop()?.close(resolve));
  return port;
}

async function check(changed: Partial<SshRoute>, within?: string) {
  const told: string[] = [];
  const { port, hostKey } = server;
  const route = { host: "127.0.0.1", port, user: "ops", hostKey, privateKey: key.private, ...changed };
  const wait = within === undefined ? undefined : { within, tell: (line: string) => told.push(line) };
  const begun = Date.now();
  const failed = await checkHost(
    { name: "mon1", route, scope: "rootful", rights: "own" },
    { wait, withRunner: false },
  ).then(
    () => undefined,
    (error: Error) => error.message,
  );
  return { failed, told, seconds: (Date.now() - begun) / 1000 };
}

test("a server that starts meanwhile is reached, and people are told that it is waited", async () => {
  const port = await freePort();
  setTimeout(() => {
    void listen((socket) => {
      socket.pipe(connect(server.port, "127.0.0.1").on("error", () => {})).pipe(socket);
    }, port);
  }, 500);
  const { failed, told } = await check({ port }, "1m");
  expect(failed).toBeUndefined();
  expect(told).toEqual([
    expect.stringMatching(
      /^waits for its SSH server, since 0 s of at most 1m: 127\.0\.0\.1:\d+ cannot be reached \(connect ECONNREFUSED .*\)$/,
    ),
  ]);
  expect(server.logins).toHaveLength(1);
});

test.each<[string, (socket: Socket) => void, RegExp]>([
  ["takes no connection", () => {}, /^host mon1: 127\.0\.0\.1:\d+ cannot be reached \(connect ECONNREFUSED/],
  ["ends each connection", (socket) => socket.destroy(), /^host mon1: 127\.0\.0\.1:\d+ (cannot be|closes)/],
  ["says nothing", () => {}, /^host mon1: its SSH server does not answer, /],
])("one that %s is an error when the time is over", async (what, behave, message) => {
  const port = what === "takes no connection" ? await freePort() : await listen(behave);
  const { failed, seconds } = await check({ port }, "2s500ms");
  expect(failed).toMatch(message);
  expect(failed).toMatch(
    /, after 2s500ms of waiting; check that the machine .* write a longer waitForConnection$/,
  );
  expect(seconds).toBeLessThan(5);
});

test("a host behind a jump host is waited for, too", async () => {
  const proxy = await startSshServer({ password: "jump", forwarding: true });
  const through = {
    host: "127.0.0.1",
    port: proxy.port,
    user: "jump",
    hostKey: proxy.hostKey,
    password: "jump",
  };
  const { failed, told } = await check({ port: await freePort(), proxy: through }, "1s");
  expect(failed).toMatch(/^host mon1: the proxy cannot reach 127\.0\.0\.1:\d+ \(.*\), after 1s of waiting; /);
  expect(told).toEqual([]);
  await proxy.close();
});

test("a log-in that is rejected, and another host key, are errors at once", async () => {
  const rejected = await check({ privateKey: newKey().private }, "1m");
  expect(rejected.failed).toMatch(/^host mon1: 127\.0\.0\.1:\d+ does not let ops in; /);
  expect(rejected.told).toEqual([]);
  const other = await check({ hostKey: newKey().public.trim() }, "1m");
  expect(other.failed).toMatch(/^host mon1: 127\.0\.0\.1:\d+ shows another host key /);
  expect(server.connections).toBe(2);
});

test("without the setting, nobody waits", async () => {
  const { failed, seconds } = await check({ port: await freePort() });
  expect(failed).toMatch(/cannot be reached .*; check that it is up, and address and port$/);
  expect(seconds).toBeLessThan(2);
});
