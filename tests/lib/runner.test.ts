// The command lines are run by the shells that a login user may have, with a stand-in for sudo on PATH.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { digestOf, handOverCommand } from "../../lib/handOver";
import {
  digestIn,
  installCommand,
  type Rights,
  runnerCommand,
  runnerCommandStaged,
  runnerCommandWithPassword,
  scriptCommand,
  stageCommand,
  unstageCommand,
  withNote,
} from "../../lib/runner";
import { runnerScript } from "../../lib/runnerScript";
import type { Scope } from "../../lib/scope";
import { fileText, line } from "./arbitraries";
import { attempt, SHELLS } from "./shellRun";

const PASSWORD = " pass word $x 'q' \\n ";

/**
 * A stand-in for sudo. Like the real one it reads exactly one line, byte by byte, when it is asked to (-S) and
 * wants a password, and none when the user needs none; it refuses what else it is called with.
 */
const SUDO = `#!/bin/sh
free() { [ "$SUDO_MODE" = free ]; }
stop() { printf '%s\\n' "$1" >&2; exit 1; }
case "$1 $2 $3 $4" in
  "-n "*)
    free || stop "sudo: a password is required"
    shift ;;
  "-k -S -p ")
    if ! free; then
      IFS= read -r line || stop "sudo: no password was provided"
      [ "$line" = "$SUDO_PASSWORD" ] || stop "sudo: 1 incorrect password attempt"
    fi
    shift 4 ;;
  *) stop "stand-in for sudo: called with $*" ;;
esac
export AS_ROOT=yes
exec "$@"
`;

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "podwatch-runner-"));
  mkdirSync(join(home, "bin"));
  writeFileSync(join(home, "bin/sudo"), SUDO);
  chmodSync(join(home, "bin/sudo"), 0o755);
});

afterEach(() => {
  rmSync(home, { recursive: true });
});

/** A runner that notes its arguments, its rights and its standard input. */
const RUNNER = 'printf "%s\\n" "$*" >called; printf "%s" "$AS_ROOT" >rights; cat >received';

interface Login {
  readonly shell: string;
  readonly sudo: "free" | "password";
  readonly input?: string;
}

/** Runs a command as SSH does: the login shell gets it as one word, in the user's home. */
function login(text: string, { shell, sudo, input = "" }: Login) {
  return attempt(text, {
    shell,
    input,
    cwd: home,
    env: {
      HOME: home,
      PATH: `${join(home, "bin")}:${process.env.PATH}`,
      SUDO_MODE: sudo,
      SUDO_PASSWORD: PASSWORD,
      AS_ROOT: "no",
    },
  });
}

function installed(text: string): string {
  return text.replaceAll("/var/lib/podwatch/runner", join(home, "runner"));
}

function noted(name: "called" | "rights" | "received"): string {
  return readFileSync(join(home, name), "utf8");
}

describe.each(SHELLS)("in %s", (shell) => {
  beforeEach(() => writeFileSync(join(home, "runner"), RUNNER));

  test.each([
    { rights: "own", asRoot: "no" },
    { rights: "sudo", asRoot: "yes" },
  ] as const)("with $rights rights the runner gets the bundle, all of it", ({ rights, asRoot }) => {
    fc.assert(
      fc.property(fileText, (bundle) => {
        const text = installed(runnerCommand("rootful", rights, ["apply", "prometheus"]));
        expect(login(text, { shell, sudo: "free", input: bundle })).toMatchObject({ status: 0, stderr: "" });
        expect([noted("called"), noted("rights"), noted("received")]).toEqual([
          "apply prometheus\n",
          asRoot,
          bundle,
        ]);
      }),
      { numRuns: 10 },
    );
  });

  test.each(["password", "free"] as const)("sudo (%s) gets the password, the runner all the rest", (sudo) => {
    fc.assert(
      fc.property(fileText, (secret) => {
        const text = installed(runnerCommandWithPassword(["put-secret", "token"]));
        const input = `${PASSWORD}\n${secret}`;
        expect(login(text, { shell, sudo, input })).toMatchObject({ status: 0, stdout: "", stderr: "" });
        expect([noted("called"), noted("rights"), noted("received")]).toEqual([
          "put-secret token\n",
          "yes",
          secret,
        ]);
      }),
      { numRuns: 10 },
    );
  });

  test("a secret without a line break at its end arrives without one", () => {
    const text = installed(runnerCommandWithPassword(["put-secret", "token"]));
    login(text, { shell, sudo: "password", input: `${PASSWORD}\nno end` });
    expect(noted("received")).toBe("no end");
  });

  test.each(["password", "free"] as const)(
    "a bundle is staged, applied with sudo (%s), and taken away",
    (sudo) => {
      const bundle = "podwatch-bundle 1\npart files/x\n  $HOME \\ 'x'\n";
      expect(login(stageCommand("web"), { shell, sudo, input: bundle })).toMatchObject({
        status: 0,
        stderr: "",
      });
      expect(readFileSync(join(home, ".podwatch/web"), "utf8")).toBe(bundle);
      expect(statSync(join(home, ".podwatch/web")).mode & 0o777).toBe(0o600);
      expect(statSync(join(home, ".podwatch")).mode & 0o777).toBe(0o700);

      const apply = withNote(installed(runnerCommandStaged(["apply", "web"], "web")), "bundle 0123");
      expect(login(apply, { shell, sudo, input: `${PASSWORD}\n` })).toMatchObject({ status: 0, stderr: "" });
      expect([noted("called"), noted("rights"), noted("received")]).toEqual(["apply web\n", "yes", bundle]);

      expect(login(unstageCommand("web"), { shell, sudo, input: bundle })).toMatchObject({ status: 0 });
      expect(existsSync(join(home, ".podwatch"))).toBe(false);
    },
  );

  test("taking one bundle away leaves the others", () => {
    for (const name of ["web", "other"]) login(stageCommand(name), { shell, sudo: "free", input: "x\n" });
    expect(login(unstageCommand("web"), { shell, sudo: "free" })).toMatchObject({ status: 0, stderr: "" });
    expect(readdirSync(join(home, ".podwatch"))).toEqual(["other"]);
  });

  /** The only one that waits. */
  function waiting(): string {
    return `.podwatch/${readdirSync(join(home, ".podwatch")).join()}`;
  }

  /** Hands a runner over, and gives the command that installs it. */
  function handOver(text: string, rights: Rights, scope: Scope = "rootful"): string {
    const program = { name: "runner", text } as const;
    expect(login(handOverCommand(program), { shell, sudo: "free", input: text })).toMatchObject({
      status: 0,
      stdout: "",
      stderr: "",
    });
    return installCommand(rights, scope, "mon", program);
  }

  test.each([
    { rights: "own", scope: "rootless", sudo: "free", asRoot: "no" },
    { rights: "sudo", scope: "rootful", sudo: "free", asRoot: "yes" },
    { rights: "sudo-with-password", scope: "rootful", sudo: "free", asRoot: "yes" },
    { rights: "sudo-with-password", scope: "rootful", sudo: "password", asRoot: "yes" },
  ] as const)(
    "the runner that was handed over is installed with $rights rights (sudo $sudo), and leaves nothing",
    ({ rights, scope, sudo, asRoot }) => {
      const before = readdirSync(home);
      const script = `#!/bin/sh\n${RUNNER}; cp "$0" installed`;
      const text = handOver(script, rights, scope);
      const input = rights === "sudo-with-password" ? `${PASSWORD}\n` : "";
      expect(login(text, { shell, sudo, input })).toMatchObject({ status: 0, stderr: "" });
      expect([noted("called"), noted("rights"), noted("received")]).toEqual([
        `install ${scope} --owner=mon\n`,
        asRoot,
        "",
      ]);
      expect(readFileSync(join(home, "installed"), "utf8")).toBe(script);
      expect(readdirSync(home).sort()).toEqual(
        [...before, "called", "installed", "received", "rights"].sort(),
      );
    },
  );

  test("nobody else may read or write what was handed over, whatever the user's umask", () => {
    const program = { name: "runner", text: "" } as const;
    login(`umask 0; ${handOverCommand(program)}`, { shell, sudo: "free", input: "a secret" });
    const modes = [".podwatch", waiting()].map((path) => statSync(join(home, path)).mode & 0o777);
    expect(modes).toEqual([0o700, 0o600]);
  });

  test("what nobody has come for is gone after an hour", () => {
    const program = { name: "runner", text: "" } as const;
    const keep = () => login(handOverCommand(program), { shell, sudo: "free" });
    keep();
    const former = join(home, waiting());
    keep();
    expect(readdirSync(join(home, ".podwatch"))).toHaveLength(2);
    utimesSync(former, Date.now() / 1000 - 3700, Date.now() / 1000 - 3700);
    writeFileSync(join(home, ".podwatch/web@mon"), "a bundle");
    utimesSync(join(home, ".podwatch/web@mon"), 0, 0);
    keep();
    expect(existsSync(former)).toBe(false);
    expect(readdirSync(join(home, ".podwatch"))).toHaveLength(3);
  });

  test("of runners that come at once in the names of many, each has its turn", () => {
    const program = { name: "runner", text: "#!/bin/sh\necho done\n" } as const;
    writeFileSync(join(home, "script"), program.text);
    const one = (owner: string) =>
      `{ ${handOverCommand(program)} <script && ${installCommand("own", "rootful", owner, program)} </dev/null; } & `;
    const owners = Array.from({ length: 30 }, (_, index) => `host-${index}`);
    writeFileSync(join(home, "all"), `${owners.map(one).join("\n")}\nwait\n`);
    expect(login("sh ./all", { shell, sudo: "free", input: "" })).toMatchObject({
      stdout: "done\n".repeat(30),
      stderr: "",
    });
    expect(existsSync(join(home, ".podwatch"))).toBe(false);
  });

  test("what a runner leaves running keeps nobody waiting", () => {
    // What waits here keeps the directory from being made anew.
    login(stageCommand("web"), { shell, sudo: "free", input: "" });
    const script = "#!/bin/sh\nsleep 300 >/dev/null 2>&1 &\necho $! >>left\n";
    for (const _ of [1, 2]) login(handOver(script, "own"), { shell, sudo: "free" });
    const left = readFileSync(join(home, "left"), "utf8").trim().split("\n").map(Number);
    for (const one of left) process.kill(one);
    expect(left).toHaveLength(2);
  });

  test("nobody else may write to the runner while root is about to run it, whatever the user's umask", () => {
    const text = handOver('#!/bin/sh\nstat -c %a "${0%/*}" "$0"\n', "sudo");
    expect(login(`umask 0; ${text}`, { shell, sudo: "free" }).stdout).toBe("700\n700\n");
  });

  test("where nothing can be started from the user's home, the shell reads the runner", () => {
    // As on a file system without `exec`, to which access(2) says so.
    const text = handOver("#!/no/such/shell\necho done\n", "sudo").replace(
      "chmod 700 .podwatch/runner",
      "chmod 600 .podwatch/runner",
    );
    expect(login(text, { shell, sudo: "free" })).toMatchObject({ status: 0, stdout: "done\n" });
  });

  test.each([
    ["its end is missing", (text: string) => writeFileSync(join(home, waiting()), text.slice(0, -5))],
    ["another one is there", () => writeFileSync(join(home, waiting()), "#!/bin/sh\ntouch ran\n")],
    ["it is gone", () => rmSync(join(home, waiting()))],
    ["all of it is gone", () => rmSync(join(home, ".podwatch"), { recursive: true })],
  ])("a runner that is not there as it was handed over is not run: %s", (_, spoil) => {
    const script = "#!/bin/sh\ntouch ran\n: the end\n";
    const text = handOver(script, "own", "rootless");
    spoil(script);
    const result = login(text, { shell, sudo: "free" });
    expect([result.status, existsSync(join(home, "ran"))]).toEqual([1, false]);
    expect(result.stderr).toMatch(/^podwatch: what was handed over to be run is not there as it was: .*\n$/);
  });

  test("what fills the disk is not kept as if it were all", () => {
    const program = { name: "runner", text: "" } as const;
    const small = `ulimit -f 1; ${handOverCommand(program)}`;
    expect(login(small, { shell, sudo: "free", input: "x".repeat(4096) }).status).not.toBe(0);
    expect(readdirSync(join(home, ".podwatch"))).toEqual([]);
  });

  test.each([
    ["called", runnerCommandWithPassword(["remove", "web"])],
    ["called with a staged bundle", runnerCommandStaged(["apply", "web"], "web")],
  ])("a runner that fails, %s, fails the command with its own code", (_, text) => {
    writeFileSync(join(home, "runner"), "cat >/dev/null; exit 7");
    login(stageCommand("web"), { shell, sudo: "free", input: "x\n" });
    for (const sudo of ["free", "password"] as const) {
      expect(login(installed(text), { shell, sudo, input: `${PASSWORD}\n` }).status).toBe(7);
    }
  });

  test("a failed installation fails the command with its own code", () => {
    for (const sudo of ["free", "password"] as const) {
      const text = handOver("exit 9", "sudo-with-password");
      expect(login(text, { shell, sudo, input: `${PASSWORD}\n` }).status).toBe(9);
    }
    expect(login(handOver("exit 9", "own"), { shell, sudo: "free" }).status).toBe(9);
  });

  test("the digest in the command is the program's", () => {
    const program = { name: "runner", text: "exit 9" } as const;
    expect(digestIn(installCommand("sudo", "rootful", "mon", program))).toBe(digestOf("exit 9"));
    const former = `case $(sha256sum <.podwatch/runner) in ${digestOf("exit 9")}* | "") :`;
    expect(digestIn(former)).toBeUndefined();
  });

  test.each([
    { rights: "own", sudo: "free", asRoot: "no" },
    { rights: "sudo", sudo: "free", asRoot: "yes" },
    { rights: "sudo-with-password", sudo: "password", asRoot: "yes" },
    { rights: "sudo-with-password", sudo: "free", asRoot: "yes" },
  ] as const)("with $rights rights, sudo $sudo, a script runs to its end", ({ rights, sudo, asRoot }) => {
    const script = 'printf "%s\\n" "$AS_ROOT"\nprintf end\nexit 7\n';
    const input = rights === "sudo-with-password" ? `${PASSWORD}\n${script}` : script;
    const result = login(scriptCommand(rights), { shell, sudo, input });
    expect(result).toMatchObject({ status: 7, stdout: `${asRoot}\nend`, stderr: "" });
  });

  test("a wrong password never reaches the runner, nor any output", () => {
    const text = installed(runnerCommandWithPassword(["put-secret", "token"]));
    const result = login(text, { shell, sudo: "password", input: "wrong-pass\nthe secret" });
    expect(result.status).not.toBe(0);
    expect(result.stderr).toBe("sudo: 1 incorrect password attempt\n");
    expect(result.stdout).toBe("");
    expect(existsSync(join(home, "called"))).toBe(false);
  });

  test("whatever a note says, the command stays what it was", () => {
    fc.assert(
      fc.property(line, (note) => {
        const text = withNote("printf done", `${note}\n`);
        expect(login(text, { shell, sudo: "free" })).toMatchObject({ status: 0, stdout: "done", stderr: "" });
      }),
      { numRuns: 15 },
    );
  });
});

test.each(SHELLS)(
  "in %s, without a runner, as on a host that was reinstalled, nothing is left to remove",
  (shell) => {
    const input = "x".repeat(100_000);
    for (const words of [["remove", "web"], ["remove-secret", "token"], ["uninstall"]] as const) {
      for (const text of [
        runnerCommand("rootful", "own", words),
        runnerCommand("rootful", "sudo", words),
        runnerCommandWithPassword(words),
      ]) {
        expect(login(installed(text), { shell, sudo: "free", input })).toMatchObject({
          status: 0,
          stdout: "nothing to remove\n",
          stderr: "",
        });
      }
    }
    const apply = installed(runnerCommand("rootful", "own", ["apply", "web"]));
    expect(login(apply, { shell, sudo: "free" }).status).not.toBe(0);
  },
);

test("the runner is one valid script of every part", () => {
  for (const shell of SHELLS) {
    expect(attempt('exec "$@" -n', { shell, args: [shell], input: runnerScript() })).toMatchObject({
      status: 0,
      stderr: "",
    });
  }
  for (const [, text] of hostParts()) {
    expect(runnerScript()).toContain(text.replace(/^(#.*\n)+/, "").replace(/^ *#.*\n/gm, ""));
  }
});

test("the runner has none of the comments, and all of the rest", () => {
  // As bash prints what it has understood.
  const understood = (script: string) =>
    attempt('eval "$(cat)"\ndeclare -f', { shell: "bash", input: script.replace('\nmain "$@"', "") }).stdout;
  const parts = hostParts().filter(([name]) => !["main.sh", "start.sh"].includes(name));
  const functions = understood(parts.map(([, text]) => text).join("\n"));
  expect(functions.length).toBeGreaterThan(20_000);
  const inRunner = understood(runnerScript());
  for (const text of functions.split(/^(?=\w+ \(\))/m)) expect(inRunner).toContain(text.trimEnd());
  expect(runnerScript()).toMatch(/^#!\/bin\/sh\n# The Podwatch runner: /);
  expect(runnerScript().match(/^[ \t]*#.*/gm)).toHaveLength(3);
});

function hostParts(): Array<[name: string, text: string]> {
  const directory = join(__dirname, "../../host");
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".sh"))
    .map((name) => [name, readFileSync(join(directory, name), "utf8")]);
}

test("the runner's own parts name no setting: what users can do about an error comes with the bundle or from the program", () => {
  const setting = /podwatch:(?!ro,)\w|\b(front|nodeExporter|prometheus|grafana|gateways)\.[a-z]\w+/;
  for (const [name, text] of hostParts()) expect([name, setting.exec(text)?.[0]]).toEqual([name, undefined]);
  expect(runnerScript()).toContain("podwatch:front.bind");
});

test("rootless runners stand in the user's home", () => {
  expect(runnerCommand("rootless", "own", ["remove", "nginx"])).toContain(
    "exec /bin/sh .local/share/podwatch/runner remove nginx",
  );
});
