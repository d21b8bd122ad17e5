// The log-in before the first command on a host, against SSH servers inside the test.
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { notesHook } from "../../components/remote/notes";
import { type Preflight, preflightHooks } from "../../components/remote/preflight";
import { installRunner } from "../../components/remote/runnerCommand";
import type { Connection, SshRoute } from "../../connection/connection";
import { visitHost } from "../../connection/ssh";
import { fitProgram, runnerProgram } from "../../lib/handOver";
import type { AddressNeed } from "../../lib/hostAddresses";
import { newKey, type SshServer, startSshServer } from "../toolchain/sshServer";
import { deploy } from "./mocks";

const key = newKey();
const path = process.env.PATH;
let server: SshServer;
let bin: string;
let home: string;
const others: Array<SshServer | Server> = [];

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "podwatch-preflight-home-"));
  server = await startSshServer({ authorizedKeys: [key.public], home });
  bin = mkdtempSync(join(tmpdir(), "podwatch-preflight-"));
  process.env.PATH = `${bin}:${path}`;
});

afterEach(async () => {
  process.env.PATH = path;
  rmSync(bin, { recursive: true });
  rmSync(home, { recursive: true });
  await server.close();
  for (const other of others.splice(0)) await other.close();
});

/** A stand-in for sudo; the real one is asked in the integration tests. */
function sudo(script: string): void {
  writeFileSync(join(bin, "sudo"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, "sudo"), 0o755);
}

function connection(changed: object = {}): SshRoute {
  const { port, hostKey } = server;
  const patience = { dialErrorLimit: 0, perDialTimeout: 5 };
  return { host: "127.0.0.1", port, user: "ops", hostKey, privateKey: key.private, ...patience, ...changed };
}

type SudoPassword = { readonly password: pulumi.Output<string> };

/** The hooks of a host that has a command of its own, since only such a hook is there to be run. */
function entranceHooks(
  route: SshRoute,
  rights: Connection["rights"] | SudoPassword = "own",
  pings = false,
  addressNeeds: readonly AddressNeed[] = [],
): Preflight {
  const sudo =
    typeof rights === "object"
      ? ({ rights: "sudo-with-password", sudoPassword: rights.password } as const)
      : { rights };
  const to = { name: "mon1", route, scope: "rootful" as const, ...sudo };
  const preflight = preflightHooks(to, { pings, addressNeeds });
  installRunner(
    "runner",
    {
      host: { connection: to, owner: "podwatch-mon1", preflight, notes: notesHook("mon1") },
      replaceWith: [],
    },
    {},
  );
  return preflight;
}

const MOMENT = { urn: "", id: "", name: "", type: "" };

/** Runs the hook as often as it is said, as the commands of one host do. */
async function ask(
  to: SshRoute,
  rights: Connection["rights"] | SudoPassword = "own",
  times = 1,
  by: keyof Preflight = "runner",
  pings = false,
  addressNeeds: readonly AddressNeed[] = [],
): Promise<void> {
  const { result: hooks } = await deploy(() => entranceHooks(to, rights, pings, addressNeeds));
  await Promise.all(Array.from({ length: times }, () => hooks[by].callback(MOMENT)));
}

test("a host that accepts the log-in is checked once for all its commands", async () => {
  await ask(connection(), "own", 5);
  expect(server.connections).toBe(1);
  expect(server.logins).toEqual([{ user: "ops", method: "publickey" }]);
  // Looks, and hands the runner over.
  expect(server.scripts).toHaveLength(2);
});

test("a host whose kernel lets the user's group send pings, or is not asked to", async () => {
  await withPingGroups("0 2147483647", () => ask(connection(), "own", 1, "runner", true));
  await withPingGroups("1 0", () => ask(connection()));
});

test("a host whose kernel does not let the user's group send pings", async () => {
  await expect(withPingGroups("1 0", () => ask(connection(), "own", 1, "runner", true))).rejects.toThrow(
    /^host mon1: without root, its user may not send pings \(net\.ipv4\.ping_group_range is 1 0, and their group \d+\), .*remove these targets from blackboxExporter\.targets$/,
  );
});

/** A stand-in for `cat` says what the kernel would; a real one is asked in the integration tests. */
async function withPingGroups(range: string, check: () => Promise<void>): Promise<void> {
  const cat = join(bin, "cat");
  writeFileSync(cat, `#!/bin/sh\nprintf '%s\\n' '${range.replace(" ", "\t")}'\n`);
  chmodSync(cat, 0o755);
  await check();
}

test("behind a proxy, both have to let the user in", async () => {
  const proxy = await startSshServer({ password: "jump $ecret", forwarding: true });
  others.push(proxy);
  const through = { host: "127.0.0.1", port: proxy.port, user: "jump", hostKey: proxy.hostKey };
  await ask(connection({ proxy: { ...through, password: "jump $ecret" } }));
  expect(proxy.logins).toEqual([{ user: "jump", method: "password" }]);
  expect(server.scripts).toHaveLength(2);
  await expect(ask(connection({ proxy: { ...through, password: "wrong" } }))).rejects.toThrow(
    new RegExp(`^host mon1: 127\\.0\\.0\\.1:${proxy.port} does not let jump in; check user, and `),
  );
});

test("a host without its runner is reported by the commands that need it", async () => {
  const message =
    /^host mon1: Podwatch is gone from this host; .* deploy again with: pulumi up --replace '\*\*-runner\*'$/;
  await expect(ask(connection(), "own", 1, "service")).rejects.toThrow(message);
  await ask(connection(), "own", 1, "runner");
});

test("what the gate has found does not hide from others that the runner is lost", async () => {
  const { result: hooks } = await deploy(() => entranceHooks(connection()));
  await hooks.gate.callback(MOMENT);
  expect(server.connections).toBe(1);
  const service = hooks.service.callback(MOMENT);
  await expect(service).rejects.toThrow("Podwatch is gone from this host");
});

/** What waits on the host, for whom. */
function waiting(): Record<string, string> {
  const files = readdirSync(join(home, ".podwatch"));
  return Object.fromEntries(
    files.map((file) => [file.replace(/@.*/, ""), readFileSync(join(home, ".podwatch", file), "utf8")]),
  );
}

test("each command finds what it runs, and the host that the gate has looked at is not looked at again", async () => {
  const { result: hooks } = await deploy(() => entranceHooks(connection()));
  await hooks.gate.callback(MOMENT);
  expect(waiting()).toEqual({ fit: fitProgram().text });
  for (const step of ["gate", "runner", "runner", "service"] as const) {
    await hooks[step].callback(MOMENT);
  }
  expect(waiting()).toEqual({
    fit: fitProgram().text,
    runner: runnerProgram().text,
  });
  expect(server.connections).toBe(2);
});

test("a runner without a gate comes by the log-in that looks at the host", async () => {
  await ask(connection());
  expect(waiting()).toEqual({ runner: runnerProgram().text });
  expect(server.connections).toBe(1);
});

test.each(["gate", "runner"] as const)(
  "what the %s's command runs is not left where something is wrong",
  async (step) => {
    await expect(withPingGroups("1 0", () => ask(connection(), "own", 1, step, true))).rejects.toThrow();
    sudo("exit 1");
    await expect(ask(connection(), "sudo", 1, step)).rejects.toThrow(/^host mon1: sudo does not let ops in/);
    expect(existsSync(join(home, ".podwatch"))).toBe(false);
  },
);

test("a home directory without room for it is reported, also after the gate's look", async () => {
  const message =
    /^host mon1: ops cannot keep in ~\/\.podwatch what Podwatch is about to run \(.*\); make room on its file system/;
  // A stand-in for mv: root, who may run this test, may write everywhere.
  writeFileSync(
    join(bin, "mv"),
    '#!/bin/sh\ncase $1 in *runner*) echo "mv: No space left on device" >&2; exit 1 ;; esac\nexec /bin/mv "$@"\n',
  );
  chmodSync(join(bin, "mv"), 0o755);
  await expect(ask(connection())).rejects.toThrow(message);
  const { result: hooks } = await deploy(() => entranceHooks(connection()));
  await hooks.gate.callback(MOMENT);
  await expect(hooks.runner.callback(MOMENT)).rejects.toThrow(message);
});

test("another host key than the pinned one ends it before anybody logs in", async () => {
  const pinned = newKey().public.trim();
  await expect(ask(connection({ hostKey: pinned }))).rejects.toThrow(
    /^host mon1: 127\.0\.0\.1:\d+ shows another host key than the one that is pinned\. If the host was reinstalled/,
  );
  expect(server.logins).toEqual([]);
});

test("a key that the host does not know", async () => {
  await expect(ask(connection({ privateKey: newKey().private }))).rejects.toThrow(
    /^host mon1: 127\.0\.0\.1:\d+ does not let ops in; check user, and privateKeyFile/,
  );
});

test("an unreachable IPv6 address is reported in brackets", async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, "::1", resolve));
  const { port } = other.address() as { port: number };
  await new Promise((resolve) => other.close(resolve));
  await expect(ask(connection({ host: "::1", port }))).rejects.toThrow(
    `host mon1: [::1]:${port} cannot be reached (connect ECONNREFUSED ::1:${port}); check that it is up`,
  );
});

test("a host that does not have an address which the stack file names", async () => {
  const need = (value: string) => ({ what: "own" as const, setting: "podwatch:front.bind", value });
  await ask(connection(), "own", 1, "runner", false, [need("127.0.0.1"), need("::1")]);
  await expect(ask(connection(), "own", 1, "runner", false, [need("fd00::99")])).rejects.toThrow(
    /^host mon1: podwatch:front\.bind "fd00::99" is not an address of this host; write one of its own: /,
  );
});

test.each([
  ["closes the connection", /^host mon1: 127\.0\.0\.1:\d+ (closes the connection|cannot be reached)/],
  [
    "refuses the connection",
    /^host mon1: 127\.0\.0\.1:\d+ cannot be reached \(.*ECONNREFUSED.*\); check that it is up/,
  ],
])("a server that %s", async (what, message) => {
  const other = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const { port } = other.address() as { port: number };
  if (what === "closes the connection") others.push(other);
  else await new Promise((resolve) => other.close(resolve));
  await expect(ask(connection({ port }))).rejects.toThrow(message);
});

test("a host that lets the user in and then does nothing is given up", async () => {
  const { port, hostKey } = server;
  const to = { host: "127.0.0.1", port, user: "ops", hostKey, privateKey: key.private };
  await expect(visitHost(to, undefined, (run) => run("sleep 60", ""), 300)).rejects.toThrow(
    /^127\.0\.0\.1:\d+ lets ops in, but has not run a command within 0\.3 s; is it overloaded/,
  );
});

describe("a clock", () => {
  /** A stand-in for date that goes wrong by so many seconds, and what is told of it. */
  const told = async (off: number) => {
    const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue();
    writeFileSync(join(bin, "date"), `#!/bin/sh\necho $(($(/bin/date +%s) + ${off}))\n`);
    chmodSync(join(bin, "date"), 0o755);
    await ask(connection());
    return warn.mock.calls.map(([message]) => message);
  };

  afterEach(() => jest.restoreAllMocks());

  test.each([
    [7200, /^host mon1: its clock is (7200|7199) s ahead of this machine's\. .*timedatectl set-ntp true/],
    [-3600, /^host mon1: its clock is 360[01] s behind this machine's\. /],
  ])("that is off by %d s is told", async (off, message) => {
    expect(await told(off)).toEqual([expect.stringMatching(message)]);
  });

  test("is not taken from the login shell's output", async () => {
    const warn = jest.spyOn(pulumi.log, "warn").mockResolvedValue();
    const noisy = await startSshServer({
      authorizedKeys: [key.public],
      home,
      loginShell: (line) => ["bash", "--norc", "-c", 'echo 42; eval "$1"; echo 43', "bash", line],
    });
    others.push(noisy);
    await ask(connection({ port: noisy.port, hostKey: noisy.hostKey }));
    expect(warn).not.toHaveBeenCalled();
  });

  test.each([0, 20, -20])("that is off by %d s is not worth a word", async (off) => {
    expect(await told(off)).toEqual([]);
  });
});

describe("the home directory", () => {
  const withHome = async (directory: string) => {
    const other = await startSshServer({
      authorizedKeys: [key.public],
      loginShell: (line) => ["bash", "--norc", "-c", `HOME=${directory}; eval "$1"`, "bash", line],
    });
    others.push(other);
    return connection({ port: other.port, hostKey: other.hostKey });
  };

  test("that is missing is reported before anything is copied there", async () => {
    await expect(ask(await withHome("/nowhere/ops"))).rejects.toThrow(
      /^host mon1: the home directory of ops, \/nowhere\/ops, is missing or cannot be written to; .*mkhomedir_helper ops/,
    );
  });

  test("is not needed where the runner only has to be called", async () => {
    sudo("true");
    await expect(ask(await withHome("/nowhere/ops"), "sudo", 1, "service")).rejects.toThrow(
      /Podwatch is gone from this host/,
    );
  });
});

describe("sudo", () => {
  const password = { password: pulumi.secret("sudo $ecret") };

  test("that lets the user in, with or without a password", async () => {
    sudo(
      '[ "$*" = "-n /bin/sh -c /bin/true" ] || [ "$*=$(cat)" = "-k -S -p  /bin/sh -c /bin/true=sudo \\$ecret" ]',
    );
    await ask(connection(), "sudo");
    await ask(connection(), password);
  });

  test("that asks for a password that is not set", async () => {
    sudo("echo 'sudo: a password is required' >&2; exit 1");
    await expect(ask(connection(), "sudo")).rejects.toThrow(
      /^host mon1: sudo does not let ops in without a password \(sudo: a password is required\); set becomePassword/,
    );
  });

  test("that does not take the password, which shows nowhere", async () => {
    sudo("cat >/dev/null; echo 'sudo: 1 incorrect password attempt' >&2; exit 1");
    const refusal = await ask(connection(), password).catch((error: Error) => error.message);
    expect(refusal).toMatch(
      /^host mon1: sudo does not accept becomePassword for ops \(sudo: 1 incorrect password attempt\); correct it/,
    );
    expect(refusal).not.toContain("$ecret");
    expect(server.scripts.join()).not.toContain("$ecret");
  });
});
