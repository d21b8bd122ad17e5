// What goes before a removal, run by Node.js as the command provider runs it, against servers inside the test.
import { execFile } from "node:child_process";
import { createServer, type Server, type Socket } from "node:net";
import { ANSWERS_PROGRAM, answersQuestion } from "../../lib/answers";

const servers: Server[] = [];
const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

/** A server that does this with each connection; its port. */
async function listening(answer: (socket: Socket) => void, port = 0): Promise<number> {
  const server = createServer((socket) => {
    sockets.push(socket.on("error", () => undefined));
    answer(socket);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return (server.address() as { port: number }).port;
}

/** Runs the script for a port, with half a second of patience unless more is said. */
function ask(port: number, within = 500, host = "127.0.0.1"): Promise<{ code: number; stderr: string }> {
  return new Promise((resolve) => {
    const question = answersQuestion("mon1", host, port, within);
    execFile(process.execPath, ["-e", ANSWERS_PROGRAM, question], (error, _, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stderr }),
    );
  });
}

const refusal = (port: number, reason: string) =>
  `podwatch: host mon1: 127.0.0.1:${port} does not answer as an SSH server within 0.5 s (${reason}). Nothing was removed there. ` +
  "Check that it is up; if it is gone for good, docs/operating.md tells how to let Pulumi forget it\n";

test("a server that greets is good enough, whatever it says before", async () => {
  const port = await listening((socket) => socket.write("Welcome\r\nSSH-2.0-Test\r\n"));
  expect(await ask(port, 20_000)).toEqual({ code: 0, stderr: "" });
});

test.each<[what: string, answer: (socket: Socket) => void, reason: string]>([
  ["says nothing", () => undefined, "it takes the connection and says nothing"],
  ["hangs up", (socket) => socket.end(), "it ends the connection"],
])("a server that %s is told, in time", async (_, answer, reason) => {
  const port = await listening(answer);
  expect(await ask(port)).toEqual({ code: 1, stderr: refusal(port, reason) });
});

test("a closed port is reported in time", async () => {
  const port = await listening(() => undefined);
  await new Promise((resolve) => servers.splice(0)[0]?.close(resolve));
  expect(await ask(port)).toEqual({
    code: 1,
    stderr: refusal(port, `connect ECONNREFUSED 127.0.0.1:${port}`),
  });
});

test("an IPv6 address stands in brackets before its port", async () => {
  const port = await listening(() => undefined);
  await new Promise((resolve) => servers.splice(0)[0]?.close(resolve));
  const { stderr } = await ask(port, 500, "::1");
  expect(stderr).toContain(
    `podwatch: host mon1: [::1]:${port} does not answer as an SSH server within 0.5 s`,
  );
});

test("a server that comes up meanwhile is waited for", async () => {
  const port = await listening(() => undefined);
  await new Promise((resolve) => servers.splice(0)[0]?.close(resolve));
  const answer = ask(port, 20_000);
  await new Promise((resolve) => setTimeout(resolve, 300));
  await listening((socket) => socket.write("SSH-2.0-Test\r\n"), port);
  expect(await answer).toEqual({ code: 0, stderr: "" });
});
