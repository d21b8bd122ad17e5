// A piece of a foreign file, through the whole life of a service: the status block of Apache, with stand-ins for Apache and the exporter's
// container. A real Apache under load is in tests/integration/isa.test.ts.
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { apacheStatus } from "../../components/apache-exporter/status.render";
import { fragmentBundle } from "../../engines/fragment";
import { RunnerShell } from "./runnerShell";

/** Refuses what says BROKEN; notes each reload; the files in `conf` are its configuration. */
const APACHECTL = `#!/bin/sh
cd "$PODMAN_STATE/../conf"
case "$*" in
  -v) echo "Server version: Apache/$(cat ../version) (Debian)" ;;
  "-t -D DUMP_MODULES") echo "Loaded Modules:"; sed 's/^/ /' ../modules ;;
  "-t -D DUMP_INCLUDES") echo "Included configuration files:"; for file in *.conf; do echo "    (12) $PWD/$file"; done ;;
  configtest) ! grep -n BROKEN *.conf >&2 || { echo "Syntax error" >&2; exit 1; } ;;
  graceful) cat *.conf >../running; echo graceful >>../reloads ;;
  *) echo "stand-in for apachectl: called with $*" >&2; exit 125 ;;
esac
`;

/** Inside the exporter's container: Apache shows its status if its running configuration has a block, and does not say SILENT. */
const WGET = `#!/bin/sh
cd "$PODMAN_STATE/.."
if grep -q 'SetHandler server-status' running && ! grep -q SILENT running; then echo "Scoreboard: _W"; else echo "wget: 403 Forbidden"; exit 1; fi
`;

const PODMAN = `#!/bin/sh
case "$1" in
  exec) exec /bin/sh -s ;;
  *) exit 1 ;;
esac
`;

const OLD = `# BEGIN apache server status
<Location /server-status>
  SetHandler server-status
  Order Deny,Allow
  Deny from all
  Allow from 127.0.0.1 172.16.0.0/15
</Location>
# END apache server status
`;

let shell: RunnerShell;
let conf: string;

beforeEach(() => {
  shell = new RunnerShell();
  conf = join(shell.directory, "conf");
  for (const [name, script] of Object.entries({ apachectl: APACHECTL, wget: WGET, podman: PODMAN })) {
    program(name, script);
  }
  // Nobody's package has these files.
  program("dpkg-query", "#!/bin/sh\nexit 1\n");
  program("pgrep", "#!/bin/sh\nexit 1\n");
  shell.write("podman/active", "apache2.service\n");
  shell.write("version", "2.4.71");
  shell.write("modules", "status_module (shared)\n");
  shell.write("running", "");
  mkdirSync(conf);
});

afterEach(() => shell.remove());

function program(name: string, script: string) {
  shell.write(`bin/${name}`, script);
  chmodSync(join(shell.directory, "bin", name), 0o755);
}

const path = (name: string) => join(conf, name);
const read = (name: string) => readFileSync(path(name), "utf8");
const reloads = () => {
  const file = join(shell.directory, "reloads");
  return existsSync(file) ? readFileSync(file, "utf8").split("\n").length - 1 : 0;
};

function bundle(more: Partial<Parameters<typeof apacheStatus>[0]> = {}) {
  const input = {
    configFile: path("isa.conf"),
    host: "10.89.77.1",
    port: 80,
    subnet: "10.89.77.0/24",
    ...more,
  };
  return fragmentBundle({ ...apacheStatus(input), readyWithin: 0 });
}

const apply = (text = bundle()) => shell.run("apply_service apache-status", { input: text });
const remove = () => shell.run("remove_service apache-status </dev/null");
const drift = (text = bundle()) =>
  shell.run("SELF=/dev/null; show_drift apache-status", { input: text }).stdout.split("\n").slice(1, -1);

const block = (...access: string[]) =>
  `# BEGIN apache server status\n<Location /server-status>\n  SetHandler server-status\n${access.map((line) => `  ${line}\n`).join("")}</Location>\nExtendedStatus On\n# END apache server status\n`;
const BLOCK = block("Require local", "Require ip 10.89.77.0/24");

function expectSuccess({ status, stdout, stderr }: ReturnType<typeof apply>, said: string) {
  expect([status, stderr, stdout.split("\n")[0]]).toEqual([0, "", said]);
}

describe("its life", () => {
  test("a file is made for it, and goes with it", () => {
    expectSuccess(apply(), "started");
    expect(read("isa.conf")).toBe(BLOCK);
    expect(reloads()).toBe(1);
    expectSuccess(apply(), "unchanged");
    expect(reloads()).toBe(1);
    expectSuccess(remove(), "removed");
    expect(readdirSync(conf)).toEqual([]);
    expect(reloads()).toBe(2);
    expect(existsSync(join(shell.state, "services/apache-status"))).toBe(false);
  });

  test.each([
    ["usual text", "ServerTokens Prod\n\nTimeout 60\n"],
    ["a last line without an end", "ServerTokens Prod\nTimeout 60"],
    ["nothing in it", ""],
  ])("a file that is there, with %s, keeps its bytes, mode and owner", (_, before) => {
    writeFileSync(path("isa.conf"), before);
    chmodSync(path("isa.conf"), 0o640);
    const { uid, gid } = statSync(path("isa.conf"));
    expectSuccess(apply(), "started");
    expect(read("isa.conf")).toBe(before + (before === "" || before.endsWith("\n") ? "" : "\n") + BLOCK);
    expect(statSync(path("isa.conf"))).toMatchObject({ mode: 0o100640, uid, gid });
    expectSuccess(remove(), "removed");
    expect(read("isa.conf")).toBe(before);
    expect(statSync(path("isa.conf")).mode).toBe(0o100640);
    expect(readdirSync(conf)).toEqual(["isa.conf"]);
  });

  test("what the old set-up wrote is taken over where it stands", () => {
    writeFileSync(path("isa.conf"), `Timeout 60\n${OLD}KeepAlive On\n`);
    expectSuccess(apply(), "started");
    expect(read("isa.conf")).toBe(`Timeout 60\n${BLOCK}KeepAlive On\n`);
    expectSuccess(remove(), "removed");
    expect(read("isa.conf")).toBe("Timeout 60\nKeepAlive On\n");
  });

  test("a link stays one", () => {
    mkdirSync(join(shell.directory, "available"));
    writeFileSync(join(shell.directory, "available/isa.conf"), "Timeout 60\n");
    symlinkSync("../available/isa.conf", path("isa.conf"));
    expectSuccess(apply(), "started");
    expect(lstatSync(path("isa.conf")).isSymbolicLink()).toBe(true);
    expect(read("isa.conf")).toBe(`Timeout 60\n${BLOCK}`);
    expectSuccess(remove(), "removed");
    expect(read("isa.conf")).toBe("Timeout 60\n");
    expect(lstatSync(path("isa.conf")).isSymbolicLink()).toBe(true);
  });

  test("another network is another block; another file gets it in place of the first", () => {
    apply();
    expectSuccess(apply(bundle({ subnet: "10.1.0.0/16" })), "restarted");
    expect(read("isa.conf")).toBe(block("Require local", "Require ip 10.1.0.0/16"));
    writeFileSync(path("other.conf"), "Timeout 60\n");
    expectSuccess(apply(bundle({ configFile: path("other.conf") })), "restarted");
    expect(read("other.conf")).toBe(`Timeout 60\n${BLOCK}`);
    expect(existsSync(path("isa.conf"))).toBe(false);
    expectSuccess(remove(), "removed");
    expect(read("other.conf")).toBe("Timeout 60\n");
  });

  test("Apache 2.2 gets its own words", () => {
    shell.write("version", "2.2.15");
    expectSuccess(apply(), "started");
    expect(read("isa.conf")).toBe(
      block("Order Deny,Allow", "Deny from all", "Allow from 127.0.0.1 ::1 10.89.77.0/24"),
    );
  });

  test("an Apache that does not run is not started, and that is said", () => {
    shell.write("podman/active", "");
    const { status, stdout } = apply();
    expect([status, reloads()]).toEqual([0, 0]);
    expect(stdout).toContain("note: Apache does not run on this host");
    expect(read("isa.conf")).toBe(BLOCK);
  });
});

describe("drift", () => {
  test("a changed and a missing block are seen, and mended by applying it again", () => {
    apply();
    expect(drift()).toEqual([]);
    writeFileSync(path("isa.conf"), BLOCK.replace("Require local", "Require all granted"));
    expect(drift()).toEqual([`fragment changed ${path("isa.conf")}`]);
    expectSuccess(apply(), "restarted");
    writeFileSync(path("isa.conf"), "Timeout 60\n");
    expect(drift()).toEqual([`fragment missing ${path("isa.conf")}`]);
    expectSuccess(apply(), "restarted");
    expect(read("isa.conf")).toBe(`Timeout 60\n${BLOCK}`);
    expect(drift()).toEqual([]);
  });

  test("other lines of the file are nobody's business", () => {
    apply();
    writeFileSync(path("isa.conf"), `Timeout 60\n${BLOCK}KeepAlive On\n`);
    expect(drift()).toEqual([]);
  });
});

describe("is refused before anything is changed", () => {
  function refused(what: RegExp, before = "Timeout 60\n") {
    writeFileSync(path("isa.conf"), before);
    const { status, stderr } = apply();
    expect(status).toBe(1);
    expect(stderr.replaceAll("\n", " ")).toMatch(what);
    expect([read("isa.conf"), reloads()]).toEqual([before, 0]);
    expect(existsSync(join(shell.state, "services/apache-status"))).toBe(false);
  }

  test.each([
    "<Location /server-status>",
    '<Location "/server-status">',
    "  <location /server-status/>",
    "<LocationMatch ^/server-status$>",
    '<Location ~ "/server-status">',
  ])("beside %s of somebody else's, with its file and line", (line) => {
    writeFileSync(path("site.conf"), `Timeout 60\n${line}\n  SetHandler server-status\n</Location>\n`);
    refused(
      /already that is not Podwatch's: .*\/conf\/site\.conf, line 2 \(a file of \w+, changed on \d{4}-/,
    );
  });

  test("beside one in the same file, outside the markers", () => {
    refused(/isa\.conf, line 9 /, `${OLD}<Location /server-status>\n</Location>\n`);
  });

  test("beside the old set-up's in another file than the one named", () => {
    writeFileSync(path("EPFL_isa.conf"), OLD);
    refused(/EPFL_isa\.conf, line 2 .*its file in podwatch:apache\.configFile/);
  });

  test.each([
    "# <Location /server-status>",
    "<Location /server-status-of-mine>",
    "<Location /my/server-status.html>",
  ])("but not beside %s", (line) => {
    writeFileSync(path("site.conf"), `${line}\n`);
    expectSuccess(apply(), "started");
  });

  test("but not beside what its package brought, unless that was changed", () => {
    const text = "<Location /server-status>\n  Require local\n</Location>\n";
    writeFileSync(path("status.conf"), text);
    const query = (md5: string) =>
      `#!/bin/sh\ncase $1 in -S) echo "apache2: $2" ;; *) echo " ${path("status.conf")} ${md5}" ;; esac\n`;
    program("dpkg-query", query("another"));
    refused(/status\.conf, line 1/);
    program("dpkg-query", query('$(md5sum <"$PODMAN_STATE/../conf/status.conf" | cut -d " " -f 1)'));
    expectSuccess(apply(), "started");
  });

  test("without Apache, its module, a directory, or a configuration that Apache accepts", () => {
    shell.write("modules", "so_module (static)\n");
    refused(/has not loaded its module status: type a2enmod status/);
    shell.write("modules", "status_module (shared)\n");
    writeFileSync(path("site.conf"), "BROKEN\n");
    refused(/refuses its configuration as it is, so it could not be reloaded: .*BROKEN/);
    const elsewhere = apply(bundle({ configFile: "/nowhere/at/all.conf" }));
    expect(elsewhere.stderr).toMatch(/name the file in podwatch:apache\.configFile/);
    const { stderr } = apply(bundle().replaceAll("command -v apachectl || command -v apache2ctl", "false"));
    expect(stderr).toMatch(/Apache is not installed on this host/);
  });

  test.each([
    ["no end", "# BEGIN apache server status\nTimeout 60\n"],
    ["no begin", "Timeout 60\n# END apache server status\n"],
    ["two of them", OLD + OLD],
    ["the end first", "# END apache server status\n# BEGIN apache server status\n"],
  ])("between markers of which there is %s", (_, before) => {
    refused(
      /does not have the lines "# BEGIN apache server status" and "# END .*once each and in this order/,
      before,
    );
  });
});

describe("what does not work is taken back", () => {
  const broken = (word: string) => bundle().replace("Require local", `Require local ${word}`);

  test.each([
    ["Apache refuses", "BROKEN", 0],
    ["shows no status", "SILENT", 2],
  ])("on the first time, when it %s: the file is as before", (_, word, reloaded) => {
    writeFileSync(path("isa.conf"), `Timeout 60\n${OLD}`);
    const { status, stderr } = apply(broken(word));
    expect([status, read("isa.conf"), reloads()]).toEqual([1, `Timeout 60\n${OLD}`, reloaded]);
    expect(stderr).toMatch(
      word === "BROKEN" ? /Apache refuses its configuration with/ : /does not show its status/,
    );
    expect(readdirSync(conf)).toEqual(["isa.conf"]);
    expect(existsSync(join(shell.state, "services/apache-status"))).toBe(false);
  });

  test.each(["BROKEN", "SILENT"])("later: the block of before is back (%s)", (word) => {
    apply();
    const { status, stderr } = apply(broken(word));
    expect([status, read("isa.conf")]).toEqual([1, BLOCK]);
    expect(stderr).toContain("The previous release is back and healthy.");
    expect(readFileSync(join(shell.directory, "running"), "utf8")).toBe(BLOCK);
    expectSuccess(apply(), "unchanged");
  });

  test("a removal that Apache refuses changes nothing", () => {
    writeFileSync(path("isa.conf"), "Timeout 60\n");
    apply();
    program(
      "apachectl",
      APACHECTL.replace("configtest) ", "configtest) grep -q server-status *.conf || exit 1;"),
    );
    const { status, stderr } = remove();
    expect([status, read("isa.conf")]).toEqual([1, `Timeout 60\n${BLOCK}`]);
    expect(stderr).toMatch(/the piece of apache-status cannot be removed from .*isa\.conf: /);
    program("apachectl", APACHECTL);
    expectSuccess(remove(), "removed");
    expect(read("isa.conf")).toBe("Timeout 60\n");
  });

  test("what others broke does not keep it from being removed, without a reload", () => {
    apply();
    writeFileSync(path("site.conf"), "BROKEN\n");
    expectSuccess(remove(), "removed");
    expect([readdirSync(conf), reloads()]).toEqual([["site.conf"], 1]);
  });

  test.each(["put_piece() { kill -9 $$; }", "fragment_prove() { kill -9 $$; }"])(
    "a run that was killed in between is completed by the next: %s",
    (kill) => {
      writeFileSync(path("isa.conf"), `Timeout 60\n${OLD}`);
      expect(shell.run(`${kill}; apply_service apache-status`, { input: bundle() }).status).not.toBe(0);
      expectSuccess(apply(), "restarted");
      expect(read("isa.conf")).toBe(`Timeout 60\n${BLOCK}`);
      expectSuccess(remove(), "removed");
      expect(read("isa.conf")).toBe("Timeout 60\n");
    },
  );
});
