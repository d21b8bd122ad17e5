// The check before the first command on a host, against servers on loopback.
import { createServer, type Server, type Socket } from "node:net";
import type { Access } from "../../components/remote/access";
import { reachableHook } from "../../components/remote/diagnosis";
import { installRunner } from "../../components/remote/runnerCommand";
import { deploy } from "./mocks";

const servers: Server[] = [];

afterAll(() => {
  for (const server of servers) server.close();
});

/** Port of a server that does this with each connection. */
async function listen(answer: (socket: Socket) => void): Promise<number> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

let hosts = 0;

/** Runs the hook of a new host, as often as it is said. */
async function ask(connection: Access["connection"], times = 1): Promise<void> {
  hosts += 1;
  const access: Access = { name: `host-${hosts}`, connection, scope: "rootful", sudo: "none" };
  const { result: hook } = await deploy(() => {
    installRunner(access.name, { access, replaceWith: [] }, {});
    return reachableHook(access);
  });
  const moment = { urn: "", id: "", name: "", type: "" };
  await Promise.all(Array.from({ length: times }, () => hook.callback(moment)));
}

test("a host that greets is asked once for all its commands", async () => {
  let connections = 0;
  const port = await listen((socket) => {
    connections += 1;
    socket.end("SSH-2.0-test\r\n");
  });
  await ask({ host: "127.0.0.1", port }, 5);
  expect(connections).toBe(1);
});

test("a host that closes the connection is named, with the way out", async () => {
  const port = await listen((socket) => socket.end());
  await expect(ask({ host: "127.0.0.1", port })).rejects.toThrow(
    /^host host-\d+: 127\.0\.0\.1:\d+ closes the connection; is it an SSH server/,
  );
});

test("a host that refuses the connection is named", async () => {
  const port = await listen(() => {});
  await new Promise((resolve) => servers.pop()?.close(resolve));
  await expect(ask({ host: "127.0.0.1", port })).rejects.toThrow(
    new RegExp(`^host host-\\d+: 127\\.0\\.0\\.1:${port} cannot be reached: connect ECONNREFUSED`),
  );
});

test("behind a proxy, the proxy is the one that has to answer", async () => {
  const port = await listen((socket) => socket.end("SSH-2.0-test\r\n"));
  await ask({ host: "10.99.255.254", proxy: { host: "127.0.0.1", port } });
});
