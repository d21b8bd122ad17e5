// What an apply looks at before it changes anything, and what it need not look at again.
import { RunnerShell } from "./runnerShell";

let shell: RunnerShell;
let variables: Record<string, string>;

/** A service that runs, and a candidate with the same unit and other files. */
beforeEach(() => {
  shell = new RunnerShell();
  variables = shell.variables();
  shell.write("units/podwatch-web.container", "[Container]\n");
  shell.write("podman/active", "podwatch-web.service\n");
  shell.write("state/services/web/candidate/current/headers", "image example.com/web:1\n");
  shell.write("state/services/web/candidate/current/unit/podwatch-web.container", "[Container]\n");
  shell.write("state/services/web/candidate/current/hooks/check", "");
});

afterEach(() => shell.remove());

/** The looks that are taken, in their order. */
function looks(more = ""): string[] {
  const note = `check_unit() { say unit; }; run_check() { echo files >&3; ${more} }`;
  const { stdout } = shell.run(`exec 3>&1; ${note}; of_kind check 2>&1`, { variables });
  return stdout.trim().split("\n");
}

test("of a service that runs by the same unit, only the files are checked", () => {
  expect(looks()).toEqual(["files"]);
});

test.each<[what: string, change: () => void]>([
  ["is another one", () => shell.write("units/podwatch-web.container", "[Container]\nUser=1\n")],
  ["is not there yet", () => shell.run('rm "$UNITS/$unit"', { variables })],
  ["does not run", () => shell.write("podman/active", "")],
  ["was never proven", () => shell.write("state/services/web/pending", "")],
])("a unit that %s is checked before the files", (_, change) => {
  change();
  expect(looks()).toEqual(["unit", "files"]);
});

test("what the checker complains of is told", () => {
  expect(looks("echo line 7; return 1;")).toEqual([
    "files",
    "podwatch: web refuses its new configuration; nothing was changed:",
    "line 7",
  ]);
});

describe("a check in a container", () => {
  /** Stand-in for podman: `left` is the label of a container by the name of the check's, `status` what a check ends with. */
  const PODMAN = `podman() {
    echo "$1 $2" >&3
    case "$1 $2" in
      "run --rm") [ -z "\${left+set}" ] || return 125; echo complaint; return "$status" ;;
      "container exists") [ -n "\${left+set}" ] ;;
      "container inspect") echo "$left" ;;
      "rm --force") unset left ;;
    esac
  }; timeout() { shift 3; "$@"; }`;
  const accepted = (given: string) => {
    const line = `exec 3>"$home/calls"; ${PODMAN}; ${given}; if is_accepted; then say accepted; else say "$report"; fi`;
    const { stdout } = shell.run(
      `candidate=$home/candidate/current; ${line}; sed 's/^/podman /' "$home/calls"`,
      {
        variables,
      },
    );
    return stdout.trim().split("\n");
  };

  test("costs one call of podman, whatever the checker says", () => {
    expect(accepted("status=0")).toEqual(["accepted", "podman run --rm"]);
    expect(accepted("status=1")).toEqual(["complaint", "podman run --rm"]);
  });

  test("begins once more where an interrupted run has left its container", () => {
    const again = ["container exists", "container inspect", "rm --force", "container exists", "run --rm"];
    const calls = ["run --rm", ...again].map((call) => `podman ${call}`);
    expect(accepted("left=web; status=0")).toEqual(["accepted", ...calls]);
    expect(accepted("left=web; status=1")).toEqual(["complaint", ...calls]);
  });

  test("leaves alone a container of somebody else's that has its name", () => {
    const [says, ...calls] = accepted("left=; status=0");
    expect(says).toBe(
      "there is already a container named podwatch-web-check that is not managed by Podwatch; rename or remove it first",
    );
    expect(calls).not.toContain("podman rm --force");
  });
});

describe("the check of a host for containers", () => {
  const outcome = (given: string) => {
    const podman = `podman() {
      echo "$1" >&3
      case "$1" in
        info) echo "WARN[0000] something" >&2; echo "5.4.2 $STATE" ;;
        version) echo 5.4.2 ;;
        ps) printf '%s\\n' podwatch-web other ;;
      esac
    }`;
    const names =
      "for service in web db; do use_kind container; container=podwatch-$service; of_kind stranger; done";
    return shell.run(
      `refuse_full() { :; }; check_what_podman_needs() { :; }; exec 3>&1; ${podman}; rm -f "$UNITS"/*; ${given}; of_kind fit; ${names}`,
      {
        variables,
      },
    );
  };

  test("asks podman twice for all of them, and tells which is somebody else's", () => {
    const stranger =
      "there is already a container named podwatch-web that is not managed by Podwatch; rename or remove it first";
    expect(outcome("has_services() { return 1; }").stdout).toBe(`info\nps\n${stranger}\n`);
    expect(outcome("has_services() { :; }").stdout).toBe(`version\nps\n${stranger}\n`);
  });
});

describe("a bundle", () => {
  const unpack = (paths: readonly string[]) => {
    const parts = paths.map((path) => `part ${path}\n  text of ${path}\n`);
    shell.write("bundle", `service web\n${parts.join("")}end\n`);
    return shell.run(
      `mkdir -p "${shell.directory}/new one"; unpack_bundle "${shell.directory}/bundle" "${shell.directory}/new one"
      cd "${shell.directory}/new one"; find . -type f | sort; cat files/a/b/c`,
      { variables },
    );
  };

  test("is unpacked into directories of any depth, below a path with blanks", () => {
    expect(unpack(["files/e", "hooks/ready", "files/x/y", "files/xx/y"].toSorted()).stdout).toBe(
      ["./files/e", "./files/x/y", "./files/xx/y", "./headers", "./hooks/ready", ""].join("\n"),
    );
    expect(unpack(["files/a/b/c", "files/a/d"]).stdout).toMatch(/text of files\/a\/b\/c\n$/);
  });

  test.each(["/etc/passwd", "files/../../x", "files/$(id)"])("with the path %s is refused", (path) => {
    expect(unpack([path])).toMatchObject({
      status: 1,
      stdout: "",
      stderr: `podwatch: the bundle has an unsafe path: ${path}\n`,
    });
  });
});

test("the check sees empty files where the service will find its secrets", () => {
  shell.write(
    "state/services/web/candidate/current/headers",
    "image example.com/web:1\nsecret podwatch-web-password.a.b\nsecret podwatch-web-password.a-b\n",
  );
  const { stdout } = shell.run(
    'candidate=$home/candidate/current; make_empty_secrets; cd "$home/candidate/secrets" && wc -c *',
    { variables },
  );
  expect(
    stdout
      .trim()
      .split("\n")
      .map((line) => line.trim().split(/\s+/)),
  ).toEqual([
    ["0", "web-password.a-b"],
    ["0", "web-password.a.b"],
    ["0", "total"],
  ]);
});

test("a version that is not named is that of the very secret, whatever stands for any character elsewhere", () => {
  const [dot, dash] = ["podwatch-web-password.a.b", "podwatch-web-password.a-b"];
  shell.write("state/services/web/candidate/current/headers", `secret ${dash}\nsecret ${dot}\n`);
  shell.write("state/services/web/secrets", `${dash} 01 x\n${dot} 02 y\n`);
  shell.write(`state/secrets/${dash}/01`, "one");
  shell.write(`state/secrets/${dot}/02`, "two");
  const { stdout } = shell.run("candidate=$home/candidate/current; wanted_secrets", { variables });
  expect(stdout).toBe(`${dash} 01\n${dot} 02\n`);
});

describe("a port of a service that is to come", () => {
  const taken = (setting: string, place: string, sockets: string, runs = "false") =>
    shell.run(
      `sockets() { printf '%s\\n' '${sockets}'; }; runs_podwatch() { ${runs}; }; stranger_at_our_port ${place}=${setting}`,
    );
  const listening = (local: string, state = "0A") =>
    `   0: ${local} 00000000:0000 ${state} 00000000:00000000`;
  const OWN4 = "0100007F:0050";
  const ALL4 = "00000000:0050";
  const ALL6 = `${"0".repeat(32)}:0050`;
  const OWN6 = `${"0".repeat(24)}01000000:0050`;
  const OWN4_IN_6 = "0000000000000000FFFF00000100007F:0050";

  test.each([
    ["127.0.0.1:80", OWN4],
    ["127.0.0.1:80", ALL4],
    ["127.0.0.1:80", ALL6],
    ["127.0.0.1:80", OWN4_IN_6],
    ["0.0.0.0:80", OWN4],
    [":::80", OWN4],
    [":::80", OWN6],
    ["::1:80", ALL6],
  ])("%s cannot be had beside %s", (place, local) => {
    expect(taken("podwatch:front.port", place, listening(local)).stdout).toBe(
      "another program listens on port 80 already (ss -ltnp tells which); stop it, or set podwatch:front.port to a port that is free\n",
    );
    expect(taken("podwatch:front.port", place, listening(local), "true")).toMatchObject({
      status: 0,
      stdout: "",
    });
  });

  test.each([
    ["127.0.0.1:80", listening("0100007F:0051")],
    ["127.0.0.1:80", listening(OWN4, "01")],
    ["127.0.0.1:80", listening("0200007F:0050")],
    ["0.0.0.0:80", listening(OWN6)],
  ])("%s can be had beside %s", (place, sockets) => {
    expect(taken("podwatch:front.port", place, sockets)).toMatchObject({ status: 0, stdout: "", stderr: "" });
  });

  test("of several, each that is taken is told with its setting", () => {
    const words = "container/nginx=0.0.0.0:80=podwatch:front.port,0.0.0.0:8080=podwatch:front.statusPort";
    const found = (sockets: readonly string[]) =>
      shell.run(
        `sockets() { printf '%s\\n' ${sockets.map((line) => `'${listening(line)}'`).join(" ")}; }
        runs_podwatch() { false; }; stranger_of_our_names() { :; }; refuse_strangers ${words}`,
      );
    expect(found(["00000000:0051"])).toMatchObject({ status: 0, stderr: "" });
    const told = (port: number, setting: string) =>
      `another program listens on port ${port} already \\(ss -ltnp tells which\\); stop it, or set podwatch:${setting} to a port that is free`;
    expect(found(["00000000:1F90"]).stderr).toMatch(
      new RegExp(`in its place:\n  ${told(8080, "front.statusPort")}\n$`),
    );
    expect(found(["00000000:1F90", ALL4]).stderr).toMatch(
      new RegExp(`\n  ${told(80, "front.port")}\n  ${told(8080, "front.statusPort")}\n$`),
    );
  });

  test("the node exporter's is told with its setting", () => {
    expect(taken("podwatch:nodeExporter.port", ":::9100", listening("00000000:238C")).stdout).toMatch(
      /port 9100 .*podwatch:nodeExporter\.port/,
    );
  });
});
