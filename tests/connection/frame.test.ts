// Login shells that print, read and refuse, of users on SSH servers inside the test and of the user of this machine.
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { PassThrough, Readable, Writable } from "node:stream";
import type { SshServer as Server } from "../../connection/connection";
import type { Session } from "../../connection/session";
import { logIn } from "../../connection/ssh";
import { thisMachine } from "../../connection/thisMachine";
import { newKey, type SshServer, startSshServer } from "../toolchain/sshServer";

const key = newKey();
let servers: Array<{ server: SshServer; session: Session }> = [];

afterEach(async () => {
  for (const { server, session } of servers) {
    session.close();
    await server.close();
  }
  servers = [];
});

/** A log-in of a user whose shell runs these lines around each command. */
function userWith(before: string, after = ""): Promise<Session> {
  return userOf((line) => ["bash", "--norc", "-c", `${before}\neval "$1"\n${after}`, "bash", line]);
}

async function userOf(loginShell: (line: string) => [string, ...string[]]): Promise<Session> {
  const server = await startSshServer({ authorizedKeys: [key.public], loginShell });
  const to: Server = {
    host: "127.0.0.1",
    port: server.port,
    user: "ops",
    hostKey: server.hostKey,
    privateKey: key.private,
  };
  const session = await logIn(to);
  servers.push({ server, session });
  return session;
}

const SCRIPT = "cat; printf 'to them' >&2; exit 7";
const ANSWER = { code: 7, stdout: "the input", stderr: "to them" };

describe("output of a login shell is ignored", () => {
  test.each([
    ["nothing", ""],
    ["a line", "echo Willkommen"],
    ["a line of digits", "echo 1234567890"],
    ["a line like the version of a secret", "echo 0123456789abcdef"],
    ["a prompt, without a line break", "printf 'ops@host:~$ '"],
    ["colours", "printf '\\033[1;32mhello\\033[0m\\n'"],
    ["a title for the terminal", "printf '\\033]0;ops@host\\007'"],
    ["to standard error", "echo 'podwatch: no reason at all' >&2"],
    ["a banner longer than a network packet", "seq 100000"],
    ["bytes that are no text", "printf '\\000\\377\\200'"],
    ["what it runs", "set -xv; exec 2>&1"],
  ])("%s, before it", async (_, before) => {
    const session = await userWith(before);
    expect(await session.run(SCRIPT, { input: "the input" })).toEqual(
      // Where both go the same way, they cannot be told apart.
      before.includes("exec 2>&1")
        ? { code: 7, stdout: "the inputto them", stderr: expect.any(String) }
        : ANSWER,
    );
  });

  test.each([
    ["a line", "echo bye"],
    ["to standard error", "echo 'podwatch: no reason at all' >&2"],
    ["a line, and ends well", "echo 0; exit 0"],
    ["a line, and ends badly", "echo 1; exit 3"],
  ])("%s, after it", async (_, after) => {
    expect(await (await userWith("", after)).run(SCRIPT, { input: "the input" })).toEqual(ANSWER);
  });

  test("before it and after it, as a shell's EXIT trap does", async () => {
    const session = await userWith("echo hello; trap 'echo bye; exit 1' EXIT");
    expect(await session.run(SCRIPT, { input: "the input" })).toEqual(ANSWER);
  });
});

/** Those that a login user may have, as far as they are here. */
const SHELLS = ["dash", "bash", "zsh", "mksh", "fish", "tcsh"].filter(
  (shell) => !spawnSync(shell, ["-c", "true"]).error,
);

test.each(SHELLS)("%s as the login shell", async (shell) => {
  const session = await userOf((line) => [shell, "-c", line]);
  const script = `printf '%s\\n' "it's" ! '\\'; ${SCRIPT}`;
  expect(await session.run(script, { input: "the input" })).toEqual({
    ...ANSWER,
    stdout: "it's\n!\n\\\nthe input",
  });
});

test("any bytes go there and come back as they were, also in pieces and slowly", async () => {
  const session = await userWith("echo hello", "echo bye");
  const bytes = randomBytes(3_000_000);
  const received: Buffer[] = [];
  const output = new Writable({
    highWaterMark: 1000,
    write(chunk: Buffer, _encoding, done) {
      received.push(chunk);
      setImmediate(done);
    },
  });
  const pieces = Readable.from([bytes.subarray(0, 1), bytes.subarray(1, 70_000), bytes.subarray(70_000)]);
  expect(await session.run("cat", { input: pieces.pipe(new PassThrough()), output })).toEqual({
    code: 0,
    stdout: "",
    stderr: "",
  });
  expect(Buffer.concat(received).equals(bytes)).toBe(true);
});

test("lines of a script that goes on come at once", async () => {
  const session = await userWith("echo hello");
  const output = new PassThrough();
  const line = new Promise((resolve) => output.once("data", (chunk) => resolve(String(chunk))));
  const ended = session.run(`echo ${"x".repeat(100)}; cat >/dev/null; sleep 60`, { output });
  expect(await line).toMatch(/^x+/);
  servers[0]?.server.cut();
  expect((await ended).code).toBe(-1);
});

test("output that cannot be written any more ends it, with the reason", async () => {
  const session = await userWith("");
  const output = new Writable({ write: (_chunk, _encoding, done) => done(new Error("no space left")) });
  await expect(session.run("seq 1000000", { output })).rejects.toThrow("no space left");
});

describe("reasons why a login shell runs no command are reported", () => {
  const eaten =
    /^a start file of ops's login shell \(.*\) reads the standard input that is meant for commands; let it do so in interactive shells only$/;

  test.each([
    ["a line", "read -r answer"],
    ["some bytes", "head -c 5 >/dev/null"],
    ["all", "cat >/dev/null"],
  ])("it reads %s of standard input", async (_, before) => {
    const session = await userWith(before);
    await expect(session.run("echo ran", { input: "the input\n" })).rejects.toThrow(eaten);
  });

  test("it refuses, as nologin and a forced command do", async () => {
    const session = await userWith("echo 'This account is not available.'; exit 1");
    await expect(session.run("echo ran")).rejects.toThrow(
      /^the login shell of ops runs no command: it ended with 1 and said "This account is not available\."; check what ssh ops@/,
    );
  });

  test("it says nothing at all", async () => {
    await expect((await userWith("exit 0")).run("echo ran")).rejects.toThrow(
      /ended with 0 and said nothing;/,
    );
  });
});

test("a script on this machine is framed, too", async () => {
  expect(await thisMachine().run(SCRIPT, { input: "the input" })).toEqual(ANSWER);
});
