// Services that are no containers: their units, and the programs that are fetched for them.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RunnerShell } from "./runnerShell";

let shell: RunnerShell;
let variables: Record<string, string>;

const INSTALLED_UNIT = 'use_kind "$(installed_kind)"; say "$unit"';
const OURS = "# Managed by Podwatch.\n";

/** Stand-in for curl: gives the file \`archive\`, whatever the address, and notes that. */
const CURL = `#!/bin/sh
set -eu
for word; do last=$word; done
echo "$last" >>"$PODMAN_STATE/asked"
while [ "$1" != --output ]; do shift; done
cp "$PODMAN_STATE/archive" "$2" 2>/dev/null || { echo "curl: (7) nobody answers" >&2; exit 7; }
`;

const uname = (machine: string) => `#!/bin/sh\n[ "$*" = -m ] && echo ${machine}\n`;

beforeEach(() => {
  shell = new RunnerShell();
  for (const [name, script] of Object.entries({ curl: CURL, uname: uname("aarch64") })) {
    shell.write(`bin/${name}`, script);
    chmodSync(join(shell.directory, "bin", name), 0o755);
  }
  const home = `${shell.state}/services/meter`;
  variables = {
    home,
    candidate: `${home}/candidate/current`,
    kind: "native",
    unit: "podwatch-meter.service",
    container: "podwatch-meter",
    service: "meter",
    secrets: "",
  };
  for (const name of ["podwatch-meter.service", "podwatch-meter.socket"]) {
    shell.write(`state/services/meter/candidate/current/unit/${name}`, `${OURS}[Unit]\n`);
    shell.write(`native/${name}`, `${OURS}[Unit]\n`);
  }
});

afterEach(() => shell.remove());

const run = (line: string, more = {}) => shell.run(line, { variables: { ...variables, ...more } });
/** The same on another machine. */
function on(machine: string, line: string) {
  shell.write("bin/uname", uname(machine));
  return run(line);
}
const candidate = (path: string, text: string) =>
  shell.write(`state/services/meter/candidate/current/${path}`, text);

describe("units", () => {
  const same = () => run('has_units_of "$candidate"').status === 0;

  test("are the installed ones if both are the same", () => {
    expect(same()).toBe(true);
  });

  test.each<[what: string, change: () => void]>([
    ["service", () => candidate("unit/podwatch-meter.service", "[Service]\n")],
    ["socket", () => candidate("unit/podwatch-meter.socket", "[Socket]\n")],
  ])("are others if the %s is", (_, change) => {
    change();
    expect(same()).toBe(false);
  });

  test("are others if a socket is left over", () => {
    run('rm "$candidate/unit/podwatch-meter.socket"');
    expect(same()).toBe(false);
  });

  test("of somebody else's are left alone, the socket too", () => {
    shell.write("native/podwatch-meter.socket", "[Socket]\n");
    const { status, stderr } = run("refuse_foreign");
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /\/native\/podwatch-meter\.socket is not managed by Podwatch; move it away first\n$/,
    );
  });

  test.each([
    ["meter", "podwatch-meter.service"],
    ["nginx", "podwatch-nginx.container"],
    ["network", "podwatch.network"],
  ])("%s is installed as %s", (service, unit) => {
    // What masks a container's service stands where a native unit would.
    shell.write("native/podwatch-nginx.service", "");
    expect(run(INSTALLED_UNIT, { service, home: `${shell.state}/services/${service}` }).stdout).toBe(
      `${unit}\n`,
    );
  });

  test("a removal that was interrupted still knows what it removes", () => {
    shell.write("state/services/meter/releases/one/unit/podwatch-meter.service", OURS);
    expect(run(`rm "$NATIVE_UNITS"/*; ${INSTALLED_UNIT}`).stdout).toBe("podwatch-meter.service\n");
  });

  test.each<[what: string, change: () => void, outcome: string]>([
    ["nothing", () => {}, "updated"],
    ["the socket", () => candidate("unit/podwatch-meter.socket", OURS), "restarted"],
    ["a file that it cannot reload", () => candidate("files/a", "1\n"), "restarted"],
  ])("%s changed", (_, change, outcome) => {
    shell.write("podman/active", "podwatch-meter.service\n");
    shell.write("state/services/meter/releases/one/headers", "");
    candidate("headers", "service meter\n");
    run("point_current_at releases/one");
    change();
    expect(run("needed_activation")).toEqual({ status: 0, stdout: `${outcome}\n`, stderr: "" });
  });
});

describe("programs", () => {
  const PROGRAM = "#!/bin/sh\necho measured\n";
  const place = () => join(shell.state, "programs/meter-1.0");

  /** An archive as releases have it; the result is its digest. */
  function archive(): string {
    const directory = join(shell.directory, "pack/meter-1.0.linux-arm64");
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, "meter"), PROGRAM);
    const file = join(shell.directory, "podman/archive");
    execFileSync("tar", ["-czf", file, "-C", join(shell.directory, "pack"), "meter-1.0.linux-arm64"]);
    return createHash("sha256").update(readFileSync(file)).digest("hex");
  }

  function headers(sha256: string, machine = "aarch64"): void {
    const url = "https://releases.my-company.net/meter-1.0.linux-arm64.tar.gz";
    candidate(
      "headers",
      `service meter\nprogram meter-1.0 meter\ndownload ${machine} ${sha256} meter-1.0.linux-arm64/meter ${url}\n` +
        "download x86_64 00 meter-1.0.linux-amd64/meter https://releases.my-company.net/other\n",
    );
  }

  test("are fetched for the host's machine, once", () => {
    headers(archive());
    expect(run("ensure_program; ensure_program; is_unproven")).toMatchObject({ status: 0, stderr: "" });
    expect(readFileSync(join(shell.directory, "podman/asked"), "utf8")).toBe(
      "https://releases.my-company.net/meter-1.0.linux-arm64.tar.gz\n",
    );
    expect(execFileSync(join(place(), "meter"), { encoding: "utf8" })).toBe("measured\n");
  });

  test("are fetched again if somebody changed them", () => {
    headers(archive());
    run("ensure_program");
    writeFileSync(join(place(), "meter"), "#!/bin/sh\necho lied\n");
    expect(run("has_program").status).toBe(1);
    expect(run("ensure_program; is_unproven").status).toBe(0);
    expect(readFileSync(join(place(), "meter"), "utf8")).toBe(PROGRAM);
  });

  test("are refused if they are not what was expected", () => {
    const found = archive();
    headers("ab".repeat(32));
    const { status, stderr } = run("ensure_program");
    expect(status).toBe(1);
    expect(stderr).toContain(`its sha256 is ${found}, not ${"ab".repeat(32)}`);
    expect(existsSync(place())).toBe(false);
  });

  test.each([
    ["x86_64", "amd64"],
    ["aarch64", "arm64"],
    ["armv7l", "armv7"],
  ])("are refused for a machine whose checksum is not given: %s", (machine, word) => {
    candidate(
      "headers",
      "program meter-1.0 meter\ndownload sparc64 00 meter https://releases.my-company.net/other\n",
    );
    const { status, stderr } = on(machine, "ensure_program");
    expect(status).toBe(1);
    expect(stderr).toContain(
      `no checksum is known of meter-1.0 for this host's machine, ${machine}: write it as\n` +
        `podwatch:nodeExporter.release.sha256.${word} (it stands in sha256sums.txt beside the release), or set nodeExporter.from to package`,
    );
  });

  test("are refused for a machine that no checksum can be given for", () => {
    headers(archive(), "armv7l");
    const { status, stderr } = on("riscv64", "ensure_program");
    expect(status).toBe(1);
    expect(stderr).toContain("for this host's machine, riscv64,");
    expect(stderr).toContain("set\npodwatch:nodeExporter.from to package");
  });

  test("are refused in the words of the bundle, where it has any", () => {
    candidate("headers", "program meter-1.0 meter\nadvice machine.riscv64 choose another meter\n");
    expect(on("riscv64", "ensure_program").stderr).toMatch(/machine, riscv64: choose another meter\n$/);
  });

  test("that cannot be fetched are told with the reason and the way out", () => {
    headers("00");
    const { stderr } = run("ensure_program");
    expect(stderr).toContain("to this host: curl: (7) nobody answers\n");
    expect(stderr).toContain("podwatch:nodeExporter.release.mirror");
  });

  test("of the distribution's have to be there", () => {
    candidate("headers", "installed /usr/bin/no-such-meter meter-tools\n");
    const { status, stderr } = run("ensure_program");
    expect(status).toBe(1);
    expect(stderr).toContain("apt-get install --no-install-recommends meter-tools");
    candidate("headers", "installed /bin/sh meter-tools\n");
    expect(run("ensure_program")).toMatchObject({ status: 0, stdout: "", stderr: "" });
  });

  test("go with the last release that names them", () => {
    headers(archive());
    run("ensure_program");
    run('mkdir -p "$home/releases"; cp -R "$candidate" "$home/releases/one"; drop_unused_programs');
    expect(readdirSync(join(shell.state, "programs"))).toEqual(["meter-1.0"]);
    run('rm -rf "$home"; drop_unused_programs');
    expect(existsSync(join(shell.state, "programs"))).toBe(false);
  });
});
