// What the stand-in for command:remote:Command plans and keeps. tests/toolchain/ssh.test.ts has the connections.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { until } from "../until";
import { failure, Provider, secret, UNKNOWN, type Values } from "./plugin";
import { newKey, type SshServer, startSshServer } from "./sshServer";

jest.setTimeout(60_000);

const REMOTE = "command:remote:Command";

let provider: Provider;
let server: SshServer;
const key = newKey();

beforeAll(async () => {
  provider = await Provider.start("command", REMOTE);
  server = await startSshServer({ authorizedKeys: [key.public] });
});
afterAll(async () => {
  await provider.stop();
  await server.close();
});

/** Inputs as they come out of a check: the connection has its defaults. */
async function inputs(given: Values): Promise<Values> {
  const connection = {
    host: "127.0.0.1",
    port: server.port,
    hostKey: server.hostKey,
    privateKey: key.private,
  };
  const { inputs: checked, failures } = await provider.check({ connection: secret(connection), ...given });
  expect(failures).toEqual([]);
  return checked;
}

describe("check", () => {
  test("fills in the connection's defaults and marks what is secret in it", async () => {
    const connection = {
      host: "h",
      privateKey: "k",
      password: "p",
      privateKeyPassword: "q",
      proxy: { host: "b", password: "r" },
    };
    const { inputs: checked, failures } = await provider.check({ connection, create: "true", update: null });
    expect(failures).toEqual([]);
    const defaults = { user: "root", port: 22, dialErrorLimit: 10, perDialTimeout: 15 };
    expect(checked).toEqual({
      create: "true",
      update: null,
      connection: {
        ...defaults,
        host: "h",
        privateKey: secret("k"),
        password: secret("p"),
        privateKeyPassword: secret("q"),
        proxy: { ...defaults, host: "b", password: secret("r") },
      },
    });
  });

  test("leaves a secret connection secret, an unknown one unknown, and values given as they are", async () => {
    const { inputs: checked } = await provider.check({
      connection: secret({ host: "h", port: 2222, user: "bob" }),
    });
    expect(checked.connection).toEqual(
      secret({ host: "h", port: 2222, user: "bob", dialErrorLimit: 10, perDialTimeout: 15 }),
    );
    const unknown = { connection: secret(UNKNOWN), stdin: UNKNOWN };
    expect(await provider.check(unknown)).toEqual({ inputs: unknown, failures: [] });
  });

  test.each<[Values, string]>([
    [{}, "connection: Missing required field 'connection' on 'CommandInputs'"],
    [{ connection: {} }, "connection: Missing required field 'host' on 'Connection'"],
    [{ connection: { host: "h", bogus: 1 } }, "connection: Unrecognized field 'bogus' on 'Connection'"],
    [
      { connection: { host: "h", port: "22" } },
      "connection: Field 'port' must be of type 'number'; got 'string' instead",
    ],
    [
      { connection: { host: "h", proxy: { host: "b", proxy: {} } } },
      "connection: Unrecognized field 'proxy' on 'Connection'",
    ],
    [
      { connection: { host: "h" }, create: 5 },
      "create: Field 'create' must be of type 'string'; got 'number' instead",
    ],
    [
      { connection: { host: "h" }, environment: { A: 5 } },
      "environment: Field 'environment.A' must be of type 'string'; got 'number' instead",
    ],
    [
      { connection: { host: "h" }, triggers: {} },
      "triggers: Field 'triggers' must be of type 'array'; got 'object' instead",
    ],
    [{ connection: { host: "h" }, command: "x" }, "command: Unrecognized field 'command' on 'CommandInputs'"],
  ])("refuses %j", async (given, expected) => {
    expect((await provider.check(given)).failures).toEqual([expected]);
  });

  test("takes what the real one takes: a fractional port, any logging, any trigger", async () => {
    const given = {
      connection: { host: "h", port: 22.5 },
      logging: "bogus",
      triggers: [1, { a: [true] }, null],
    };
    expect((await provider.check(given)).failures).toEqual([]);
  });

  test("CopyToRemote is refused by name", async () => {
    const { message } = await failure(provider.check({}, "command:remote:CopyToRemote"));
    expect(message).toMatch(
      /^command:remote:CopyToRemote is not supported by the stand-in for the command provider/,
    );
  });
});

describe("diff", () => {
  const connection = secret({ host: "h", user: "root" });
  const base = { connection, create: "a", environment: { A: "1" }, triggers: [1] };

  test.each<[string, Values, Values, string[]]>([
    ["nothing", {}, {}, []],
    ["create", { create: "b" }, { create: "UPDATE" }, []],
    ["delete added", { delete: "d" }, { delete: "ADD" }, []],
    ["create removed", { create: undefined }, { create: "DELETE" }, []],
    ["create set to null", { create: null }, { create: "DELETE" }, []],
    ["stdin not known yet", { stdin: UNKNOWN }, { stdin: "ADD" }, []],
    ["a variable", { environment: { A: "2" } }, { "environment.A": "UPDATE" }, []],
    ["a variable with a dot", { environment: { A: "1", "x.y": "2" } }, { 'environment["x.y"]': "ADD" }, []],
    ["connection", { connection: secret({ host: "h", user: "bob" }) }, { connection: "UPDATE" }, []],
    ["a trigger", { triggers: [2] }, { "triggers[0]": "UPDATE_REPLACE" }, ["triggers"]],
    ["a trigger not known yet", { triggers: [UNKNOWN] }, { "triggers[0]": "UPDATE_REPLACE" }, ["triggers"]],
    ["a trigger more", { triggers: [1, 2] }, { "triggers[1]": "ADD_REPLACE" }, ["triggers"]],
    ["a trigger less", { triggers: [] }, { "triggers[0]": "DELETE_REPLACE" }, ["triggers"]],
    ["triggers removed", { triggers: undefined }, { triggers: "DELETE_REPLACE" }, ["triggers"]],
    ["an equal secret", { create: secret("a") }, {}, []],
    ["a secret", { create: secret("b") }, { create: "UPDATE" }, []],
  ])("%s", async (_, change, detailed, replaces) => {
    const news = Object.fromEntries(
      Object.entries({ ...base, ...change }).filter(([, value]) => value !== undefined),
    );
    expect(await provider.diff(base, news, { stdout: "x", stderr: "" })).toEqual({
      changed: Object.keys(detailed).length > 0,
      diffs: Object.keys(change).filter(() => Object.keys(detailed).length > 0),
      replaces,
      detailed,
    });
  });
});

describe("create, update, delete", () => {
  const scripts = async (run: () => Promise<unknown>) => {
    const before = { scripts: server.scripts.length, connections: server.connections };
    await run();
    const ran = server.scripts.slice(before.scripts);
    // One connection for each script, none without one.
    expect(server.connections - before.connections).toBe(ran.length);
    return ran;
  };

  test("create keeps all inputs, and output without its last newline", async () => {
    const given = await inputs({
      create: "printf 'a \\r\\nb\\n\\n'; echo err >&2; cat",
      stdin: secret("in"),
    });
    const { id, outputs } = await provider.create(given);
    expect(id).toMatch(/^name[0-9a-f]{8}$/);
    expect(outputs).toEqual({ ...given, stdout: "a \r\nb\n\nin", stderr: "err" });
  });

  test("a preview connects to nobody", async () => {
    const given = await inputs({ create: "true" });
    const ran = await scripts(async () => {
      expect((await provider.create(given, { preview: true })).outputs).toMatchObject({
        stdout: UNKNOWN,
        stderr: UNKNOWN,
      });
      const planned = await provider.update({ ...given, stdout: "old" }, given, { preview: true });
      expect(planned).toMatchObject({ stdout: UNKNOWN, stderr: UNKNOWN });
    });
    expect(ran).toEqual([]);
  });

  test.each<[string, Values, string[], string]>([
    ["update where there is one", { create: "echo c", update: "echo u" }, ["echo u"], "u"],
    ["create where there is none", { create: "echo c" }, ["echo c"], "c"],
    ["an empty update as an empty script", { create: "echo c", update: "" }, [""], ""],
    ["nothing without either", { delete: "echo d" }, [], "old"],
  ])("update runs %s", async (_, given, expected, stdout) => {
    const news = await inputs(given);
    const ran = await scripts(async () => {
      expect(await provider.update({ ...news, stdout: "old" }, news)).toMatchObject({ stdout });
    });
    expect(ran).toEqual(expected);
  });

  test("without a create nothing runs, and nothing was printed", async () => {
    const given = await inputs({ delete: "true" });
    const ran = await scripts(async () =>
      expect((await provider.create(given)).outputs).toMatchObject({ stdout: "", stderr: "" }),
    );
    expect(ran).toEqual([]);
  });

  test("delete runs the script of the state, and none where it is empty or missing", async () => {
    const olds = await inputs({ create: "echo c", delete: "cat; echo d", stdin: "x" });
    expect(await scripts(() => provider.delete(olds))).toEqual(["cat; echo d"]);
    expect(await scripts(() => provider.delete({ ...olds, delete: "" }))).toEqual([]);
    expect(await scripts(async () => provider.delete(await inputs({ create: "echo c" })))).toEqual([]);
  });

  test("a failing script's error tells script and output, whatever logging says", async () => {
    const given = await inputs({ create: 'echo "é\tout"; exit 3', logging: "none" });
    expect(await failure(provider.create(given))).toEqual({
      code: "UNKNOWN",
      message: 'Process exited with status 3: running "echo \\"é\\tout\\"; exit 3":\né\tout\n',
    });
    const killed = await inputs({ create: "kill -9 $$" });
    expect((await failure(provider.create(killed))).message).toBe(
      'Process exited with status 137 from signal KILL: running "kill -9 $$":\n',
    );
  });

  test("output that is no text is an error after the script ran", async () => {
    const given = await inputs({ create: "printf '\\377'", logging: "none" });
    expect((await failure(provider.create(given))).message).toBe(
      "grpc: error while marshaling: string field contains invalid UTF-8",
    );
  });

  test("read gives back what it was given, and imports nothing", async () => {
    expect(await provider.read({ stdout: "x" }, { create: "c" })).toEqual({
      id: "some-id",
      outputs: { stdout: "x" },
      inputs: { create: "c" },
    });
    expect((await failure(provider.read({}, {}))).message).toMatch(/^importing is not supported/);
  });
});

describe("output while a script runs", () => {
  const shown = async (logging: string | undefined) => {
    const from = provider.logs.length;
    await provider.create(await inputs({ create: "echo out; echo err >&2", ...(logging && { logging }) }));
    const lines = provider.logs.slice(from);
    expect(lines.every(({ severity, ephemeral }) => severity === "info" && ephemeral)).toBe(true);
    return lines.map(({ message }) => message).sort();
  };

  test.each<[string | undefined, string[]]>([
    [undefined, ["err", "out"]],
    ["stdoutAndStderr", ["err", "out"]],
    ["stdout", ["out"]],
    ["stderr", ["err"]],
    ["none", []],
    ["bogus", []],
  ])("logging %s shows %j", async (logging, expected) => {
    expect(await shown(logging)).toEqual(expected);
  });

  test("lines come in order, as they are printed, the last one without a newline too", async () => {
    const from = provider.logs.length;
    const shown = () => provider.logs.slice(from).map(({ message }) => message);
    const go = join(mkdtempSync(join(tmpdir(), "podwatch-test-")), "go");
    const rest = "for i in 2 3 4 5; do echo $i; done; printf 6";
    const running = provider.create(
      await inputs({ create: `echo 1; until [ -e ${go} ]; do sleep 0.1; done; ${rest}` }),
    );
    await until("the first line is shown", () => shown().length > 0);
    expect(shown()).toEqual(["1"]);
    writeFileSync(go, "");
    await running;
    rmSync(dirname(go), { recursive: true });
    expect(shown()).toEqual(["1", "2", "3", "4", "5", "6"]);
    expect(provider.logs.at(-1)?.urn).toBe(provider.urn());
  });

  test("a line over 64 KiB, at which the real one hangs, is an error unless logging is off", async () => {
    const create = "head -c 70000 /dev/zero | tr '\\0' x";
    const { message } = await failure(provider.create(await inputs({ create })));
    expect(message).toMatch(/^the command printed a line longer than 65536 bytes/);
    const { outputs } = await provider.create(await inputs({ create, logging: "none" }));
    expect(outputs.stdout).toHaveLength(70000);
  });
});
