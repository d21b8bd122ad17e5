// Packages of the distribution, through the whole life of a service, with a stand-in for each package manager. The real apt is in
// tests/integration/engine.test.ts.
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { enginePackages } from "../../components/engine/render";
import { packagesBundle } from "../../engines/systemd/packages";
import { MANAGERS, type Manager } from "./packageManagers";
import { RunnerShell } from "./runnerShell";

/** What the runner calls on a host; not the package managers that this machine has. */
const TOOLS =
  "awk basename cat chmod cmp cp cut dash date diff env find getconf grep head id ln ls mkdir mktemp mv paste readlink rm rmdir sed sh sha256sum sleep sort stat tail timeout touch tr true uname uniq wc";

const SYSTEMCTL = `#!/bin/sh
case "$*" in
  "--quiet is-enabled podman.socket") [ -e "$PODMAN_STATE/../socket-enabled" ] ;;
  *) exit 1 ;;
esac
`;

const BEFORE = ["base-files", "nftables"];
const OURS = ["aardvark-dns", "conmon", "netavark", "podman"];

let shell: RunnerShell;

beforeEach(() => {
  shell = new RunnerShell();
  for (const tool of TOOLS.split(" ")) link(tool);
  rmSync(join(shell.directory, "bin/podman"));
  program("systemctl", SYSTEMCTL);
  write("installed", BEFORE);
  write("os-release", ["ID=debian", 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"']);
});

afterEach(() => {
  expect(existsSync(join(shell.directory, "misused")) ? read("misused") : "").toBe("");
  shell.remove();
});

const write = (path: string, lines: readonly string[]) =>
  shell.write(path, lines.map((line) => `${line}\n`).join(""));
const read = (path: string) => readFileSync(join(shell.directory, path), "utf8");

function program(name: string, script: string) {
  shell.write(`bin/${name}`, script);
  chmodSync(join(shell.directory, "bin", name), 0o755);
}

function link(tool: string) {
  const found = ["/usr/bin", "/bin"].map((directory) => join(directory, tool)).find(existsSync);
  if (found) shell.write("tools/.directory", "");
  if (found) symlinkSync(found, join(shell.directory, "tools", tool));
}

/** A host with this package manager, and a podman of this version in its repository. */
function host(manager: Manager, podman: string = MANAGERS[manager].podman) {
  for (const [name, script] of Object.entries(MANAGERS[manager].programs)) program(name, script);
  write("repository", [
    `podman ${podman} conmon`,
    ...["conmon", "crun", "netavark", "aardvark-dns", "nftables", "iptables"].map((name) => `${name} 1.0`),
    "cri-o 1.0 conmon",
  ]);
}

function run(line: string, input = "") {
  return shell.run(
    `PATH=${shell.directory}/bin:${shell.directory}/tools; SELF=/dev/null; os_release() { cat "$STATE/../os-release"; }; ${line}`,
    { input },
  );
}

const bundle = (remove: boolean) => packagesBundle(enginePackages({ engine: "podman", remove }));
const apply = ({ remove = false, before = "" } = {}) => run(`${before}apply_service engine`, bundle(remove));
const remove = () => run("remove_service engine");
const packages = () =>
  read("installed")
    .trim()
    .split("\n")
    .filter((name) => name !== "gpg-pubkey")
    .sort();
const ours = (manager: Manager) => (manager === "apt" ? [...OURS, "crun", "iptables"].sort() : OURS);
const withOurs = (manager: Manager) => [...BEFORE, ...ours(manager)].sort();

const done = (said: string) => ({ status: 0, stdout: `${said}\n`, stderr: "" });

describe.each(Object.keys(MANAGERS) as Manager[])("with %s", (manager) => {
  beforeEach(() => host(manager));

  test("podman is installed where it is missing, once, and stays where the stack does not say otherwise", () => {
    expect(apply()).toEqual(done("started"));
    expect(packages()).toEqual(withOurs(manager));
    expect(read("state/services/engine/installed").trim().split("\n")).toEqual(ours(manager));
    expect(apply()).toEqual(done("unchanged"));
    expect(readdirSync(join(shell.state, "services/engine")).sort()).toEqual([
      "current",
      "installed",
      "releases",
      "secrets",
    ]);
    expect(remove()).toEqual(done("removed"));
    expect(packages()).toEqual(withOurs(manager));
  });

  test("with remove, all that came with it goes with it", () => {
    apply({ remove: true });
    expect(remove()).toEqual(done("removed"));
    expect(packages()).toEqual(BEFORE);
  });

  test("that the stack says remove only later is enough", () => {
    apply();
    expect(apply({ remove: true }).status).toBe(0);
    remove();
    expect(packages()).toEqual(BEFORE);
  });

  test("a podman that was there is left alone, also by a removal", () => {
    write("installed", [...BEFORE, "conmon", "podman"]);
    program("podman", "#!/bin/sh\n[ \"$1\" != --version ] || echo 'podman version 4.9.3'\n");
    expect(apply({ remove: true })).toEqual(done("started"));
    expect(remove()).toEqual(done("removed"));
    expect(packages()).toEqual([...BEFORE, "conmon", "podman"].sort());
  });

  test("what another package needs by now stays", () => {
    apply({ remove: true });
    write("installed", [...packages(), "cri-o"]);
    expect(remove()).toEqual(done("removed"));
    // All or nothing, except with apk, which leaves what is needed.
    const left = manager === "apk" ? [...BEFORE, "conmon", "cri-o"] : [...withOurs(manager), "cri-o"];
    expect(packages()).toEqual(left.sort());
  });

  test.each([
    ["4.3.1", "4.3.1"],
    ["3:4.2.0-1", "4.2.0"],
    ["0.9.10", "0.9.10"],
  ])(
    "podman %s of the distribution is too old, which is said before anything is installed",
    (version, named) => {
      host(manager, version);
      const { status, stderr } = apply();
      expect(status).toBe(1);
      expect(stderr).toMatch(
        new RegExp(
          `^podwatch: the podman of this host's distribution is ${named.replaceAll(".", "\\.")}\\S*, and 4\\.4 or newer is needed; nothing was changed: Debian GNU/Linux 12 \\(bookworm\\): upgrade to Debian 13`,
        ),
      );
      expect(packages()).toEqual(BEFORE);
      expect(existsSync(join(shell.state, "services/engine"))).toBe(false);
    },
  );

  test("podman 4.4, and one with a longer number, will do", () => {
    host(manager, "4.10.1");
    expect(apply()).toEqual(done("started"));
  });

  test("a repository that does not answer, and has no podman, is named", () => {
    write("repository", []);
    write("broken", []);
    const { status, stderr } = apply();
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^podwatch: the packages of this host's distribution have no podman; nothing was changed: Debian GNU\/Linux 12 [^\n]*\n(E: The repository|Error: Failed to download|Error: Repository 'base'|ERROR: the index)/,
    );
    expect(packages()).toEqual(BEFORE);
  });

  test("a package that cannot be had fails, with what the manager said", () => {
    write("repository", [`podman ${MANAGERS[manager].podman}`]);
    const { status, stderr } = apply();
    expect(status).toBe(1);
    expect(stderr).toMatch(/engine did not come up: its packages could not be installed: .*netavark|.*crun/);
    expect(packages()).toEqual(BEFORE);
    expect(existsSync(join(shell.state, "services/engine"))).toBe(false);
  });

  test("a podman that somebody removed is drift, and comes back", () => {
    apply({ remove: true });
    write(
      "installed",
      packages().filter((name) => name !== "podman"),
    );
    rmSync(join(shell.directory, "bin/podman"));
    expect(run("show_drift engine", bundle(true)).stdout).toContain("\nprogram missing podman\n");
    expect(apply({ remove: true })).toEqual(done("restarted"));
    remove();
    expect(packages()).toEqual(BEFORE);
  });
});

describe("with remove, podman stays where somebody else uses it:", () => {
  beforeEach(() => {
    host("apt");
    apply({ remove: true });
  });

  const stays = () => {
    expect(remove()).toEqual(done("removed"));
    expect(packages()).toEqual(withOurs("apt"));
  };

  test.each(["ps --all --quiet", "images --quiet", "volume ls --quiet"])(
    "podman %s lists something",
    (command) => {
      program(
        "podman",
        `#!/bin/sh\ncase "$*" in "${command}") echo 0123456789ab ;; --version) echo "podman version 5.4.2" ;; esac\n`,
      );
      stays();
    },
  );

  test("a Quadlet unit", () => {
    shell.write("units/users/1000/of-others.container", "[Container]\n");
    stays();
  });

  test("containers of another user, wherever the home is", () => {
    shell.write("srv/home/anna/.local/share/containers/storage/overlay/x", "");
    program("getent", `#!/bin/sh\necho "anna:x:1000:1000::${shell.directory}/srv/home/anna:/bin/sh"\n`);
    stays();
  });

  test("its socket is enabled", () => {
    shell.write("socket-enabled", "");
    stays();
  });

  test("and an empty directory of units is nobody's", () => {
    shell.write("units/users/x", "");
    rmSync(join(shell.directory, "units/users/x"));
    remove();
    expect(packages()).toEqual(BEFORE);
  });
});

describe("an installation", () => {
  beforeEach(() => host("apt"));

  test("that is killed in the middle is finished by the next run, and all of it is known as ours", () => {
    const killer = `echo $$ >"$STATE/../killer"; `;
    expect(apply({ remove: true, before: killer }).status).toBe(null);
    rmSync(join(shell.directory, "killer"));
    expect(packages()).not.toEqual(BEFORE);
    expect(apply({ remove: true }).status).toBe(0);
    expect(read("state/services/engine/installed").trim().split("\n")).toEqual(ours("apt"));
    remove();
    expect(packages()).toEqual(BEFORE);
  });

  test("that fails in the middle leaves nothing where the stack says remove", () => {
    shell.write("full", "");
    const { status, stderr } = apply({ remove: true });
    expect([status, stderr]).toEqual([
      1,
      expect.stringContaining("could not be installed: E: no space left"),
    ]);
    expect(packages()).toEqual(BEFORE);
  });
});

test.each([
  ["ubuntu", "Ubuntu 22.04.5 LTS", "upgrade to Ubuntu 24.04 or later"],
  ["rocky", "Rocky Linux 9.1 (Blue Onyx)", "update it (dnf upgrade); 8.10, and 9.2 or later"],
  ["opensuse-leap", "openSUSE Leap 15.3", "enable a repository of it that has a newer one, or upgrade it"],
  ["alpine", "Alpine Linux v3.16", "enable a repository of it that has a newer one, or upgrade it"],
])("the way of %s to a newer podman is its own", (id, name, way) => {
  host("dnf", "4.0.2");
  write("os-release", [`ID="${id}"`, `PRETTY_NAME="${name}"`]);
  expect(apply().stderr).toContain(`nothing was changed: ${name}: ${way}`);
});

test("a podman that is installed and too old is refused too", () => {
  host("apt");
  program("podman", "#!/bin/sh\necho 'podman version 4.3.1'\n");
  expect(apply().stderr).toMatch(
    /^podwatch: the podman installed here is 4\.3\.1, and 4\.4 or newer is needed/,
  );
});

test("a host without any of the managers is refused before anything else", () => {
  expect(run("kind=packages; planned=; packages_fit").stderr).toBe(
    "podwatch: this host has none of apt-get, dnf, zypper and apk, so podman cannot be installed: install it there yourself\n",
  );
});
