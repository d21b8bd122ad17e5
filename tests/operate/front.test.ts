// What is said of a front that does not answer. It is asked in this machine's own network, as over SSH in the host's.
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { thisMachine } from "../../connection/thisMachine";
import { Front } from "../../operate/front";
import type { Host } from "../../operate/host";

type Connect = Host["connect"];
const servers: Server[] = [];
const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

/** The port of a server that does so with each connection. */
async function serve(address: string, taken: (socket: Socket) => void): Promise<number> {
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    taken(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  return (server.address() as AddressInfo).port;
}

const hello = (socket: Socket) =>
  socket.once("data", () =>
    socket.end("HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello"),
  );

function front(published: string, connect: Connect = thisMachine().connect): Front {
  return asked(`part unit/podwatch-nginx.container\n  PublishPort=${published}:8080\n`, connect);
}

function asked(bundle: string, connect: Connect = thisMachine().connect): Front {
  const deployed = { services: [{ name: "nginx", bundle }] };
  return new Front({ deployed, connect } as never, { connect: 200, answer: 400 });
}

const refusing =
  (message: string): Connect =>
  () =>
    Promise.reject(new Error(message));

test.each([
  ["0.0.0.0:", "127.0.0.1"],
  ["", "127.0.0.1"],
  ["127.0.0.1:", "127.0.0.1"],
  ["[::1]:", "::1"],
  ["[::]:", "::1"],
])("a front that is published as %sPORT answers at %s", async (bind, address) => {
  const port = await serve(address, hello);
  expect(await front(`${bind}${port}`).ask("/")).toEqual({ status: 200, body: "hello" });
});

test.each([
  (port: number) => `--publish=127.0.0.1:${port}:8080`,
  (port: number) => `"--publish=[::1]:${port}:8080"`,
])("so does one that Docker publishes (%#)", async (published) => {
  const address = published(0).includes("::1") ? "::1" : "127.0.0.1";
  const port = await serve(address, hello);
  const bundle = `part unit/podwatch-nginx.service\n  ExecStartPre=docker run \\\n    ${published(port)} \\\n`;
  expect(await asked(bundle).ask("/")).toEqual({ status: 200, body: "hello" });
});

test("one on an IPv6 address is asked under its name in brackets", async () => {
  const heard: string[] = [];
  const port = await serve("::1", (socket) => {
    socket.on("data", (data) => heard.push(String(data)));
    hello(socket);
  });
  await front(`[::1]:${port}`).ask("/");
  expect(heard.join("")).toContain(`\r\nhost: [::1]:${port}\r\n`);
});

test.each([
  ["NGINX's own page", 'www-authenticate: Basic realm="x"\r\n', "<hr><center>nginx/1.30.6</center>", true],
  [
    "what is behind it, in JSON",
    'www-authenticate: Basic realm="x"\r\n',
    '{"message":"Unauthorized"}',
    false,
  ],
  ["a page without a realm", "", "<center>nginx</center>", false],
])("a status of 401 by %s", async (_, header, page, byFront) => {
  const port = await serve("127.0.0.1", (socket) =>
    socket.once("data", () =>
      socket.end(
        `HTTP/1.1 401 Unauthorized\r\n${header}content-length: ${page.length}\r\nconnection: close\r\n\r\n${page}`,
      ),
    ),
  );
  const asked = front(`127.0.0.1:${port}`).ask("/grafana/api/user", { auth: "admin:x" });
  if (byFront) await expect(asked).rejects.toThrow(/^the front itself requires a log-in \(status 401\), /);
  else expect(await asked).toEqual({ status: 401, body: page });
});

const LOOK = "npm run status shows the state of NGINX";

test.each(["127.0.0.1", "::1"])("nothing listens at %s", async (address) => {
  const port = await serve(address, hello);
  for (const server of servers.splice(0)) server.close();
  const place = address === "::1" ? `[::1]:${port}` : `127.0.0.1:${port}`;
  await expect(front(place).ask("/")).rejects.toThrow(`nothing listens at ${place} on the host; ${LOOK}`);
});

test.each<[string, (socket: Socket) => void]>([
  ["closed", (socket) => socket.end()],
  ["closed after the question", (socket) => socket.once("data", () => socket.end())],
  ["reset", (socket) => socket.resetAndDestroy()],
  ["reset after the question", (socket) => socket.once("data", () => socket.resetAndDestroy())],
])("a connection that is %s is not called a socket that hung up", async (_, taken) => {
  const place = `[::1]:${await serve("::1", taken)}`;
  await expect(front(place).ask("/")).rejects.toThrow(
    `${place} on the host accepts the connection and closes it without an answer: what listens there does not lead to NGINX; ${LOOK}`,
  );
});

test("an answer that does not come, or breaks off, is given up", async () => {
  const silent = `[::1]:${await serve("::1", () => {})}`;
  await expect(front(silent).ask("/start")).rejects.toThrow("/start is not answered within 0.4 s");
  const slow = `[::1]:${await serve("::1", (socket) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhe"))}`;
  await expect(front(slow).ask("/start")).rejects.toThrow("/start is not answered within 0.4 s");
  const broken = `[::1]:${await serve("::1", (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhe"))}`;
  await expect(front(broken).ask("/start")).rejects.toThrow(
    "/start is answered incompletely: the connection ended",
  );
});

test("a program that does not speak HTTP is reported", async () => {
  const place = `[::1]:${await serve("::1", (socket) => socket.end("SSH-2.0-OpenSSH_10.0\r\n"))}`;
  await expect(front(place).ask("/")).rejects.toThrow(
    `what answers at ${place} on the host does not speak HTTP; is it another program's port?`,
  );
});

test("a connection that is not made in time is given up, and closed if it comes later", async () => {
  let come: (stream: Duplex) => void = () => {};
  const asked = front("[fd00::5]:80", () => new Promise((resolve) => (come = resolve))).ask("/");
  await expect(asked).rejects.toThrow(
    `[fd00::5]:80 on the host does not accept a connection (no connection within 0.2 s): packets to it are dropped, by a firewall or because NGINX is gone; ${LOOK}`,
  );
  const late = new Duplex({ read() {} });
  come(late);
  await new Promise(setImmediate);
  expect(late.destroyed).toBe(true);
});

// In the words of OpenSSH's server, and of Node.js.
test.each([
  ["(SSH) Channel open failure: Connection refused", `nothing listens at [fd00::5]:80 on the host; ${LOOK}`],
  [
    "(SSH) Channel open failure: Connection timed out",
    "[fd00::5]:80 on the host does not accept a connection ((SSH) Channel open failure: Connection timed out): packets to it are dropped",
  ],
  [
    "(SSH) Channel open failure: Network is unreachable",
    "the host has no route to its own [fd00::5]:80 ((SSH) Channel open failure: Network is unreachable): the address, or IPv6 as a whole, is gone from it",
  ],
  [
    "connect EADDRNOTAVAIL fd00::5:80",
    "the host has no route to its own [fd00::5]:80 (connect EADDRNOTAVAIL fd00::5:80)",
  ],
  [
    "(SSH) Channel open failure: open failed",
    "the host has no route to its own [fd00::5]:80 ((SSH) Channel open failure: open failed): the address, or IPv6 as a whole, is gone from it",
  ],
  [
    "(SSH) Channel open failure: odd",
    `nothing answers at [fd00::5]:80 on the host ((SSH) Channel open failure: odd); ${LOOK}`,
  ],
  [
    "(SSH) Channel open failure: Administratively prohibited",
    "the SSH server forwards no connections, which verify needs",
  ],
])("%s is explained", async (reason, told) => {
  await expect(front("[fd00::5]:80", refusing(reason)).ask("/")).rejects.toThrow(told);
});

test("a front with log-ins is told the token of these commands, unless a service has a log-in of its own", async () => {
  const heard: string[] = [];
  const port = await serve("127.0.0.1", (socket) => {
    socket.on("data", (data) => heard.push(/^authorization: .*$/im.exec(String(data))?.[0] ?? "none"));
    hello(socket);
  });
  const bundle = `part unit/podwatch-nginx.container\n  PublishPort=127.0.0.1:${port}:8080\n`;
  const deployed = { services: [{ name: "nginx", bundle }], frontToken: "the-token" };
  const guarded = new Front({ deployed, connect: thisMachine().connect } as never);
  await guarded.ask("/");
  await guarded.ask("/grafana/", { auth: "ann:secret" });
  await front(`127.0.0.1:${port}`).ask("/");
  expect(heard).toEqual([
    "authorization: Bearer the-token",
    expect.stringMatching(/^authorization: Basic /i),
    "none",
  ]);
});
