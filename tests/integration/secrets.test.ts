import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SECRETS } from "../components/stackFile";
import { ENGINE, unitFile } from "./support/engine";
import { CHECKOUT, LabHost, must, run } from "./support/lab";
import { nightly } from "./support/nightly";
import { watchProcesses } from "./support/processes";
import { promises } from "./support/promises";
import {
  HOST_PLACES,
  privateStretches,
  readableByEverybody,
  type Secrets,
  secretsBelow,
  secretsIn,
  secretsOnHost,
  watchChildren,
} from "./support/secretScan";
import { connection, Stack } from "./support/stack";

jest.setTimeout(300_000);

const shows = promises("podman", { secret: "yes" });

// Every assertion is on what was found, never on the text that it was found in: that might be a secret.

describe("secrets are stored nowhere in clear text", () => {
  const MARK = "/etc/podwatch-test-mark";
  let host: LabHost;
  let stack: Stack;
  let temporary: string;
  const formerly = process.env.TMPDIR;
  let secrets: { becomePassword: string; privateKey: string; adminPassword: string };

  const key = (suffix: string) => readFileSync(join(CHECKOUT, ".lab", "ssh", `id_ed25519${suffix}`), "utf8");
  const settings = (more: object = {}) => {
    const { privateKeyFile: _, ...login } = connection("guarded", host);
    return { host: login, gateways: { gid: 990 }, ...more };
  };
  const configure = (more: object = {}, changed: Partial<typeof secrets> = {}) => {
    const { becomePassword, adminPassword } = { ...secrets, ...changed };
    return stack.configure(settings(more), {
      "host.becomePassword": becomePassword,
      "host.privateKey": key(""),
      "grafana.adminPassword": adminPassword,
    });
  };
  const login = async (password: string) =>
    (await host.fetch("/grafana/api/user", { user: `admin:${password}` })).status;

  const password = async () => {
    const all = await stack.output<Record<string, { grafana: { password: string } }>>("installations");
    return all["test-secrets"]?.grafana.password ?? "";
  };
  const backend = () => stack.environment().PODWATCH_STATE ?? "";

  /** When each container was started, without Grafana's. */
  const others = () =>
    host.exec(
      `${ENGINE} inspect -f '{{.Name}} {{.State.StartedAt}} {{.Id}}' podwatch-nginx podwatch-prometheus`,
    );

  beforeAll(async () => {
    host = await LabHost.boot("test-secrets");
    await host.exec(`touch ${MARK}`);
    secrets = {
      // What formats, quoting and JSON take for their own.
      becomePassword: `${randomBytes(12).toString("hex")}%s%d\\ "é' <&>{$x}`,
      privateKey: privateStretches(key(""), key(".pub")),
      adminPassword: `"${randomBytes(12).toString("base64url")}" 100%`,
    };
    await must("lab/lab", ["exec", host.name, "chpasswd"], { input: `guarded:${secrets.becomePassword}\n` });
    stack = await Stack.create("secrets", settings());
    temporary = mkdtempSync(join(tmpdir(), "podwatch-test-tmp-"));
    process.env.TMPDIR = temporary;
  });

  afterAll(async () => {
    if (formerly === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = formerly;
    if (temporary) rmSync(temporary, { recursive: true, force: true });
    await stack?.dispose();
    await host?.down();
  });

  test("a deployment shows no secret to anybody", async () => {
    await configure();
    const hostProcesses = await watchProcesses(host);
    const children = watchChildren();
    const { code, stdout, stderr } = await stack.run(
      "up",
      "--yes",
      "--skip-preview",
      "-v=9",
      "--logtostderr",
    );
    const seen = children();
    const onHost = await hostProcesses();
    expect({ code, stdout: secretsIn(stdout, secrets).length === 0 ? stdout : "" }).toHaveExited(0);
    expect(await login(secrets.adminPassword)).toBe(200);

    // The CLI at its most talkative, on standard output and standard error; all of them are encrypted settings.
    expect(stderr.length).toBeGreaterThan(100_000);
    expect(secretsIn(stdout + stderr, secrets)).toEqual([]);

    // Pulumi hands the configuration to the program in a variable of its process; nothing else has any.
    const shown = seen.flatMap(({ program, commandLine, environment }) => [
      ...secretsIn(commandLine, secrets).map((what) => `argument of ${program}: ${what}`),
      ...[...environment]
        .filter(
          ([name, value]) =>
            !(name === "PULUMI_CONFIG" && program.endsWith("@pulumi/pulumi/cmd/run/index.js")) &&
            secretsIn(value, secrets).length > 0,
        )
        .map(([name]) => `${name} of ${program}`),
    ]);
    expect(shown).toEqual([]);
    for (const part of ["bin/pulumi up", "cmd/run/index.js", "resource-command"]) {
      expect(seen.some(({ program }) => program.includes(part))).toBe(true);
    }
    expect(onHost.includes("podwatch/runner")).toBe(true);
    expect(secretsIn(onHost, secrets)).toEqual([]);

    expect(await secretsOnHost(host, secrets)).toEqual([]);
    expect(await readableByEverybody(host, MARK, secrets)).toEqual([]);
    expect(secretsIn(await stack.state(), secrets)).toEqual([]);
    expect(secretsBelow(backend(), secrets)).toEqual([]);
    expect(secretsBelow(temporary, secrets)).toEqual([]);
    shows("secret");
  });

  test("each search finds a value planted in its place", async () => {
    const word = `planted-${randomBytes(9).toString("hex")}`;
    const planted: Secrets = { planted: word };
    const hostProcesses = await watchProcesses(host);
    // Long enough to be seen by who looks again and again.
    await host.exec(`sh -c 'sleep 3' ${word}; logger ${word}
      ${ENGINE} run --detach --name planted --label word=${word} --entrypoint sh "$(${ENGINE} images -q | head -n 1)" -c 'echo ${word}' >/dev/null
      ${ENGINE} wait planted >/dev/null
      echo '# ${word}' >${unitFile("planted")}.conf
      mkdir /var/lib/podwatch/services/planted && echo ${word} >/var/lib/podwatch/services/planted/file
      echo ${word} >/tmp/planted`);
    try {
      expect((await secretsOnHost(host, planted)).sort()).toEqual(
        Object.keys(HOST_PLACES)
          .map((place) => `${place}: planted`)
          .sort(),
      );
      expect(await readableByEverybody(host, MARK, planted)).toContain("/tmp/planted");
    } finally {
      await host.exec(
        `${ENGINE} rm planted >/dev/null; rm -r ${unitFile("planted")}.conf /var/lib/podwatch/services/planted /tmp/planted`,
      );
    }
    expect(secretsIn(await hostProcesses(), planted)).toEqual(["planted"]);

    const children = watchChildren();
    await must("sh", ["-c", "sleep 3", word], { env: { PLANTED: word } });
    const seen = children();
    expect(seen.some(({ commandLine }) => secretsIn(commandLine, planted).length > 0)).toBe(true);
    expect(seen.some(({ environment }) => environment.get("PLANTED") === word)).toBe(true);

    for (const directory of [backend(), temporary]) {
      mkdirSync(join(directory, "planted"));
      writeFileSync(
        join(directory, "planted", "file"),
        JSON.stringify(JSON.stringify({ word: `"${word}" %` })),
      );
      expect(secretsBelow(directory, planted)).toEqual(["planted/file: planted"]);
      rmSync(join(directory, "planted"), { recursive: true });
    }
    expect(secretsIn(`${key("")}${key(".pub")}`, secrets)).toEqual(["privateKey"]);
    expect(secretsIn(key(".pub"), secrets)).toEqual([]);
    for (const before of ["", "a", "ab"]) {
      expect(secretsIn(Buffer.from(`${before}${word} and more`).toString("base64"), planted)).toEqual([
        "planted",
      ]);
    }
  });

  test("a failing deployment shows no secret", async () => {
    const extra = { relabel_configs: [{ action: "nonsense" }] };
    await configure({ prometheus: { scrapeJobs: [{ name: "broken", targets: ["a:1"], extra }] } });
    const refused = await stack.failingUp();
    expect(refused.includes("prometheus refuses its new configuration")).toBe(true);
    expect(secretsIn(refused, secrets)).toEqual([]);

    const wrong = { becomePassword: `wrong-${randomBytes(9).toString("hex")}%s` };
    await configure({ prometheus: { scrapeInterval: "11s" } }, wrong);
    const locked = await stack.failingUp();
    expect(locked.includes("sudo does not accept becomePassword")).toBe(true);
    expect(secretsIn(locked, { ...secrets, wrong: wrong.becomePassword })).toEqual([]);
    expect(
      secretsIn(await host.exec("journalctl --no-pager --all"), { ...secrets, wrong: wrong.becomePassword }),
    ).toEqual([]);

    // docs/operating.md says so: Pulumi masks what stands in the stack file, and the former password does not any more.
    const traced = await stack.failingUp("-v=7", "--logtostderr");
    expect(secretsIn(traced, { ...secrets, wrong: wrong.becomePassword })).toEqual(["becomePassword"]);
  });

  test("a password is changed by the configuration, and by --replace; nothing but Grafana restarts", async () => {
    const before = await others();
    await stack.configure(settings(), {
      "host.becomePassword": secrets.becomePassword,
      "host.privateKey": key(""),
    });
    await stack.up();
    const generated = await password();
    expect(generated === secrets.adminPassword).toBe(false);
    expect([await login(generated), await login(secrets.adminPassword)]).toEqual([200, 401]);

    await stack.up("--replace", "**grafana-admin-password");
    const replaced = await password();
    expect(replaced === generated).toBe(false);
    expect([await login(replaced), await login(generated)]).toEqual([200, 401]);
    expect((await others()) === before).toBe(true);

    const all: Secrets = { ...secrets, generated, replaced };
    expect(secretsIn(await stack.state(), all)).toEqual([]);
    expect(await secretsOnHost(host, all)).toEqual([]);
    expect(await readableByEverybody(host, MARK, all)).toEqual([]);
  });

  describe("what Pulumi shows when it is asked for more is what docs/operating.md says", () => {
    const KINDS = ["encrypted settings", "keys from files", "generated passwords"] as const;
    /** Each way by its name on the page, with the runs that stand for it. */
    const WAYS: Readonly<Record<string, () => Promise<string>>> = {
      "`--debug`, `-v=1` to `-v=6`, `--otel-traces`": async () => {
        const traces = `file://${join(temporary, "traces")}`;
        return (
          (await told("up", "-v=6", "--logtostderr", "--debug", "--otel-traces", traces)) + left(/^traces$/)
        );
      },
      "`-v=7` and above": async () =>
        // Without --logtostderr it stands in a file.
        (await told("up", "-v=7", "--logtostderr")) +
        (await told("up", "-v=9", "--logflow")) +
        left(/^pulumi\..*\.log\.INFO\./),
      "`--tracing`, `PULUMI_DEBUG_GRPC`": async () => {
        const traced = await told("up", `--tracing=file:${join(temporary, "trace")}`);
        const traces = left(/^trace$/);
        process.env.PULUMI_DEBUG_GRPC = join(temporary, "grpc");
        const called = await told("up").finally(() => {
          delete process.env.PULUMI_DEBUG_GRPC;
        });
        const calls = left(/^grpc$/);
        // Each of the two shows all of them.
        expect(secretsIn(traces, shown)).toEqual(secretsIn(calls, shown));
        return traced + traces + called + calls;
      },
    };
    let shown: Secrets;

    /** All that a run prints, which changes nothing; it has to succeed. */
    async function told(command: "up" | "preview", ...args: string[]): Promise<string> {
      const more = command === "up" ? ["--yes", "--skip-preview"] : [];
      const { code, stdout, stderr } = await stack.run(command, ...more, ...args);
      expect(code).toBe(0);
      return stdout + stderr;
    }

    /** The files that a run has left in the temporary directory, which go. */
    function left(pattern: RegExp): string {
      const files = readdirSync(temporary)
        .filter((name) => pattern.test(name))
        .map((name) => join(temporary, name));
      expect(files).not.toEqual([]);
      const text = files.map((file) => readFileSync(file, "utf8")).join("\n");
      for (const file of files) rmSync(file);
      return text;
    }

    beforeAll(async () => {
      const { becomePassword } = secrets;
      const sections = { host: connection("guarded", host), gateways: { gid: 990 } };
      await stack.configure(sections, { "host.becomePassword": becomePassword });
      await stack.up();
      shown = {
        "encrypted settings": becomePassword,
        "keys from files": secrets.privateKey,
        "generated passwords": await password(),
      };
    });

    test("nothing by default", async () => {
      const outputs = ["stack", "output", "--json", "--stack", stack.name];
      const printed = [
        await told("up"),
        await told("preview", "--diff", "--json"),
        await stack.state(),
        await must("lab/toolchain/pulumi", outputs, { env: stack.environment() }),
      ];
      expect(printed.flatMap((text) => secretsIn(text, shown))).toEqual([]);
    });

    nightly.each(Object.keys(WAYS))("%s", async (way) => {
      const found = secretsIn((await WAYS[way]?.()) ?? "", shown);
      expect(documented()[way]).toEqual(
        KINDS.map((kind) =>
          found.includes(kind) ? "**in clear**" : expect.stringMatching(/^(masked|not shown)$/),
        ),
      );
    });

    test("no other case is documented there", () =>
      expect(Object.keys(documented())).toEqual(Object.keys(WAYS)));

    /** The table of the page: the cells of each row behind its first one. */
    function documented(): Record<string, string[]> {
      const page = readFileSync(join(CHECKOUT, "docs/operating.md"), "utf8");
      const [, rows = ""] =
        /\n\| asked for more with \|[^\n]*\n\|-[^\n]*\n((?:\|[^\n]*\n)+)/.exec(page) ?? [];
      const cells = rows
        .trim()
        .split("\n")
        .map((row) =>
          row
            .split("|")
            .map((cell) => cell.trim())
            .slice(1, -1),
        );
      return Object.fromEntries(cells.map(([way = "", ...rest]) => [way, rest]));
    }
  });

  test("the kept files have none, and never had", async () => {
    const { becomePassword, adminPassword } = SECRETS;
    const kept: Secrets = { ...secrets, "given to sudo": becomePassword, "given to Grafana": adminPassword };
    expect(secretsBelow(join(CHECKOUT, "tests", "golden"), kept)).toEqual([]);
    const history = await run("git", ["log", "-p", "--format=", "--", "tests/golden"]);
    expect(secretsIn(history.stdout, kept)).toEqual([]);
    expect(/BEGIN [A-Z ]*PRIVATE KEY/.test(history.stdout)).toBe(false);
  });
});
