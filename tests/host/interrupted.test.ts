// A run can be killed at any moment. Each test stops the runner where it hurts (a stand-in for podman or systemctl kills
// it), and looks at what the next run makes of what was left.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { networkBundle } from "../../engines/podman/bundle";
import { secretInput, secretVersion } from "../../lib/secretVersion";
import { RunnerShell } from "./runnerShell";

let shell: RunnerShell;
let variables: Record<string, string>;

beforeEach(() => {
  shell = new RunnerShell();
  variables = { ...shell.variables(), secrets: "podwatch-token 00aa" };
});

afterEach(() => shell.remove());

const run = (line: string, input = "") => shell.run(line, { variables, input });
const read = (path: string) => readFileSync(join(shell.directory, path), "utf8");
const list = (path: string) => readdirSync(join(shell.directory, path)).sort();
const exists = (path: string) => existsSync(join(shell.directory, path));

/** A podman that notes what it is called with, and kills the runner at the call that begins with these words. */
const noting = (fatal = "nothing") =>
  `podman() {
    case "$*" in "container inspect "*) echo web; return ;; esac
    echo "podman $*" >>"$PODMAN_STATE/calls"; case "$*" in "${fatal}"*) kill -9 $$ ;; esac; }`;
const calls = () => (exists("podman/calls") ? read("podman/calls").trim().split("\n") : []);

describe("a bundle that did not arrive as a whole", () => {
  const BUNDLE = networkBundle("[Network]\nSubnet=10.89.1.0/24\n");
  const receive = (bundle: string) => run('mkdir -p "$home"; receive_bundle', bundle);

  test("is refused, wherever it was cut", () => {
    for (let length = BUNDLE.length - 2; length >= 0; length -= 7) {
      const { status, stderr } = receive(BUNDLE.slice(0, length));
      expect([length, status, stderr]).toEqual([
        length,
        1,
        "podwatch: what has to be applied to web did not arrive as a whole; run pulumi up again\n",
      ]);
    }
  });

  test("is taken when it is sent again", () => {
    receive(BUNDLE.slice(0, 60));
    expect(receive(BUNDLE)).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(list("state/services/web/candidate/current")).toEqual(["headers", "unit"]);
    expect(read("state/services/web/candidate/current/unit/podwatch.network")).toMatch(
      /\nSubnet=10.89.1.0\/24\n$/,
    );
  });
});

describe("a release that is replaced by one of the same name", () => {
  test("comes back where neither was left in place", () => {
    shell.write("state/services/web/releases/replaced/headers", "service web\n");
    run('ln -s releases/0123 "$home/current"; restore_replaced');
    expect(read("state/services/web/releases/0123/headers")).toBe("service web\n");
    expect(list("state/services/web/releases")).toEqual(["0123"]);
  });

  test("is seen by the container until the new one is in place, and whole", () => {
    shell.write("state/services/web/releases/0123/headers", "old\n");
    shell.write("state/services/web/candidate/current/headers", "new\n");
    const line = `activate() { :; }; candidate=$home/candidate/current; id=0123; secrets=; ln -s releases/0123 "$home/current"
      seen() { cat "$home/current/headers" || echo none; }
      mv() { seen; command mv "$@"; }; rm() { seen; command rm "$@"; }
      switch_to_candidate; seen; readlink "$home/current"`;
    const { status, stdout } = run(line);
    expect([status, [...new Set(stdout.trim().split("\n"))]]).toEqual([0, ["old", "new", "releases/0123"]]);
  });

  test.each([
    ["before the new one came", undefined, "old\n"],
    ["once the new one was there", "new\n", "new\n"],
  ])("gives the place back that it was left at, %s", (_, there, seen) => {
    shell.write("state/services/web/releases/replaced/headers", "old\n");
    if (there !== undefined) shell.write("state/services/web/releases/0123/headers", there);
    run('ln -s releases/replaced "$home/current"; echo releases/0123 >"$home/pending"; restore_replaced');
    expect(run('readlink "$home/current"').stdout).toBe("releases/0123\n");
    expect(read("state/services/web/current/headers")).toBe(seen);
  });

  test("stays where the new one is in place", () => {
    shell.write("state/services/web/releases/replaced/headers", "old\n");
    shell.write("state/services/web/releases/0123/headers", "new\n");
    run('ln -s releases/0123 "$home/current"; restore_replaced');
    expect(list("state/services/web/releases/0123")).toEqual(["headers"]);
    expect(read("state/services/web/current/headers")).toBe("new\n");
  });
});

test("a release that is the same as the one in force is not moved under the container's feet", () => {
  for (const place of ["releases/0123", "candidate/current"]) {
    shell.write(`state/services/web/${place}/headers`, "service web\n");
  }
  const before = run('stat -c %i "$home/releases/0123"').stdout;
  const line = `activate() { :; }; candidate=$home/candidate/current; id=0123; secrets=; ln -s releases/0123 "$home/current"
    switch_to_candidate; echo "$activation"; stat -c %i "$home/current/"`;
  expect(run(line)).toEqual({ status: 0, stdout: `started\n${before}`, stderr: "" });
  expect(list("state/services/web")).toEqual(["current", "releases", "secrets"]);
});

describe("a release that was killed before it was proven", () => {
  beforeEach(() => {
    shell.write("state/services/web/releases/old/headers", "service web\n");
    shell.write("state/services/web/candidate/current/headers", "service web\nnew\n");
    run('ln -s releases/old "$home/current"');
  });
  const killed = () =>
    run(
      `activate() { kill -9 $$; }; candidate=$home/candidate/current; id=0123; secrets=; switch_to_candidate`,
    );

  test("is in place, with the name of the one before", () => {
    expect(killed().status).toBe(null);
    expect(run('readlink "$home/current"; last_proven_release').stdout).toBe("releases/0123\nreleases/old\n");
  });

  test("is not taken for settled, be it running and ready", () => {
    killed();
    shell.write("state/services/web/candidate/current/headers", "service web\nnew\n");
    const isSettled = () =>
      run(`has_units_of() { :; }; have_secrets_changed() { return 1; }; has_program() { :; }; systemctl() { :; }
        candidate=$home/candidate/current; id=0123; ! is_settled || echo settled`).stdout;
    expect(isSettled()).toBe("");
    run('rm "$home/pending"');
    expect(isSettled()).toBe("settled\n");
  });
});

test("the record of the secrets is written in one step", () => {
  shell.write("state/services/web/secrets", "podwatch-token 0011 id-1\n");
  run("podman_secret_id() { kill -9 $$; }; record_success");
  expect(read("state/services/web/secrets")).toBe("podwatch-token 0011 id-1\n");
});

describe("a secret that podman was about to get", () => {
  test.each(["secret rm", "secret create"])("is known to be ours after a kill at `podman %s`", (fatal) => {
    const before = secretVersion(run("put_secret token", secretInput("zero")).stdout);
    run(`use_secret podwatch-token ${before}`);
    const version = secretVersion(run("put_secret token", secretInput("one")).stdout);
    const killed = run(
      `podman() { case "$*" in "${fatal}"*) kill -9 $$ ;; esac; command podman "$@"; }; use_secret podwatch-token ${version}`,
    );
    expect(killed.status).toBe(null);
    expect(run(`use_secret podwatch-token ${version}; put_secret token`, secretInput("one"))).toMatchObject({
      status: 0,
      stderr: "",
    });
    expect(read("podman/secrets/podwatch-token")).toBe("one");
  });

  test("is known to be ours after a kill right after it", () => {
    const version = secretVersion(run("put_secret token", secretInput("one")).stdout);
    run(
      `podman() { command podman "$@" || return; [ "$2" != create ] || kill -9 $$; }; use_secret podwatch-token ${version}`,
    );
    expect(read("podman/secrets/podwatch-token")).toBe("one");
    expect(run(`put_secret token`, secretInput("two"))).toMatchObject({ status: 0, stderr: "" });
    run("remove_secret token");
    expect(exists("podman/secrets/podwatch-token")).toBe(false);
  });
});

describe("images", () => {
  const records = () => list("state/images").map((name) => read(`state/images/${name}`).trim());

  test("one whose pull was cut off is known to be ours", () => {
    run(
      `podman() { case "$1" in image) return 1 ;; pull) ;; esac; }; timeout() { kill -9 $$; }; ensure_image reg/web:1`,
    );
    expect(records()).toEqual(["reg/web:1"]);
  });

  test("those that nothing needs are dropped, even if there is nothing else to do", () => {
    run("podman() { return 1; }; timeout() { :; }; for tag in 1 2 3 4; do ensure_image reg/web:$tag; done");
    expect(records()).toHaveLength(4);
    shell.write("state/services/web/releases/now/headers", "image reg/web:1\n");
    shell.write("state/services/other/releases/going/headers", "image reg/web:2\n");
    shell.write("state/services/third/candidate/current/headers", "image reg/web:3\n");
    run(`${noting()}; ln -s releases/now "$home/current"; secrets=; tidy_up`);
    expect(calls()).toEqual(["podman image rm reg/web:4"]);
    expect(records().sort()).toEqual(["reg/web:1", "reg/web:2", "reg/web:3"]);
  });

  test("one stays whose service makes its candidate its release at this very moment", () => {
    run("podman() { return 1; }; timeout() { :; }; ensure_image reg/web:1");
    shell.write("state/services/web/candidate/current/headers", "image reg/web:1\n");
    run(`grep() {
      command grep "$@" && return
      [ ! -e "$STATE/services/web/candidate" ] || mv "$STATE/services/web/candidate" "$STATE/services/web/releases"
      return 1
    }; drop_unused_images`);
    expect(records()).toEqual(["reg/web:1"]);
  });

  test("an earlier release goes with its image, and old values of secrets go too", () => {
    const version = secretVersion(run("put_secret token", secretInput("one")).stdout);
    run(`use_secret podwatch-token ${version}; touch -d '1 minute ago' "$STATE/secrets/podwatch-token/"*`);
    const next = secretVersion(run("put_secret token", secretInput("two")).stdout);
    run(
      `use_secret podwatch-token ${next}; podman() { return 1; }; timeout() { :; }; ensure_image reg/web:1`,
    );
    shell.write("state/services/web/releases/old/headers", "image reg/web:1\n");
    shell.write("state/services/web/releases/now/headers", "");
    run('podman() { :; }; ln -s releases/now "$home/current"; drop_what_is_over');
    expect(list("state/services/web/releases")).toEqual(["now"]);
    expect(list("state/images")).toEqual([]);
    run(`podman() { :; }; secrets='podwatch-token ${next}'; tidy_up`);
    expect(list("state/secrets/podwatch-token")).toEqual([".sums", next, "used"].sort());
  });
});

describe("services that a change of the network stops", () => {
  /** A systemctl that notes, and kills the runner at the call that begins with these words. */
  const systemctl = (fatal = "nothing") => `systemctl() {
      case "$*" in list-units*) printf 'podwatch-%s.service loaded\\n' web theirs network; return ;; esac
      echo "$*" >>"$PODMAN_STATE/calls"; case "$*" in "${fatal}"*) kill -9 $$ ;; esac; }; podman() { :; }`;
  const activate = (how: string, fatal?: string) =>
    run(
      `kind=network; unit=podwatch.network; home=$STATE/services/network; release=$home/current; ${systemctl(fatal)}; of_kind activate ${how}`,
    );

  beforeEach(() => {
    shell.write("state/services/network/current/unit/podwatch.network", "[Network]\n");
    shell.write("units/podwatch-web.container", "# Managed by Podwatch.\n[Container]\n");
    shell.write("units/podwatch-theirs.container", "[Container]\n");
    shell.write("state/services/web/current/headers", "service web\n");
  });

  test.each(["stop", "start"])("are started by the next run after a kill at `systemctl %s`", (fatal) => {
    activate("restarted", fatal);
    expect(calls().at(-1)).toContain(fatal);
    expect(activate("started").status).toBe(0);
    expect(calls().at(-1)).toBe("start podwatch-network.service podwatch-web.service");
    expect(exists("state/services/network/stopped")).toBe(false);
  });

  test.each([
    ["if they were removed since", 'rm "$UNITS/podwatch-web.container"'],
    ["if their files were lost", 'rm -r "$STATE/services/web"'],
  ])("are not started %s", (_, happened) => {
    activate("restarted", "stop");
    run(happened);
    activate("started");
    expect(calls().at(-1)).toBe("start podwatch-network.service");
  });

  test("are stopped and not started where $STATE was lost", () => {
    run('rm -r "$STATE/services/web"');
    activate("restarted");
    expect(calls()).toEqual([
      "stop podwatch-web.service podwatch-network.service",
      "daemon-reload",
      "start podwatch-network.service",
    ]);
  });
});

describe("containers of others in our network", () => {
  /** A podman that knows these containers in the network, and notes what else it is asked. */
  const podman = (...names: string[]) =>
    `podman() { case "$*" in "ps "*) printf '%s\\n' ${names.join(" ")} ;; *) echo "podman $*" >>"$PODMAN_STATE/calls" ;; esac; }; systemctl() { :; }`;
  const network =
    "kind=network; unit=podwatch.network; home=$STATE/services/network; candidate=$home/candidate/current; release=$candidate";
  const refusal =
    /^podwatch: the network podwatch cannot be changed or removed while containers .* use it \(theirs podwatch-too\); remove them first/;

  beforeEach(() => {
    shell.write("units/podwatch.network", "# Managed by Podwatch.\n[Network]\n");
    shell.write("units/podwatch-web.container", "# Managed by Podwatch.\n[Container]\n");
    shell.write("state/services/network/candidate/current/unit/podwatch.network", "[Network]\nother\n");
  });

  test.each(["refuse_foreign", "remove_service network"])("are not taken along by %s", (line) => {
    const { status, stderr } = run(
      `${network}; ${podman("podwatch-web", "theirs", "podwatch-too")}; ${line}`,
    );
    expect([status, stderr]).toEqual([1, expect.stringMatching(refusal)]);
    expect(calls()).toEqual([]);
    expect(exists("units/podwatch.network")).toBe(true);
  });

  test("matter only where the network has to be changed", () => {
    run(`${network}; cp "$UNITS/podwatch.network" "$candidate/unit/"`);
    expect(run(`${network}; ${podman("theirs")}; refuse_foreign`)).toMatchObject({ status: 0, stderr: "" });
  });

  test("stay, while what was left of ours goes", () => {
    run(`${network}; ${podman("podwatch-web", "theirs", "podwatch-theirs")}; of_kind activate restarted`);
    expect(calls()).toEqual(["podman rm --force --ignore podwatch-web", "podman network rm podwatch"]);
  });
});

test("a data volume that others use is not taken away under them", () => {
  shell.write("units/podwatch-web.container", "# Managed by Podwatch.\n[Container]\n");
  shell.write("state/services/web/current/headers", "service web\ndata delete\n");
  const podman =
    'podman() { case "$*" in "volume rm podwatch-web") return 2 ;; "volume inspect "*) echo web ;; esac; }';
  expect(run(`systemctl() { :; }; ${podman}; remove_service web`)).toMatchObject({
    status: 1,
    stderr:
      "podwatch: the data volume podwatch-web cannot be removed; is it used by a container that is not managed by Podwatch?\n",
  });
  expect(exists("state/services/web/current/headers")).toBe(true);
});

describe("a removal", () => {
  beforeEach(() => {
    shell.write("units/podwatch-web.container", "# Managed by Podwatch.\n[Container]\n");
    shell.write("units/.podwatch-web.container.new", "");
    shell.write("state/services/web/current/headers", "service web\n");
    shell.write("state/locks/web", "");
  });

  test.each(["rm --force --ignore podwatch-web", "rm --force --ignore podwatch-web-check"])(
    "is taken up again after a kill at `podman %s`",
    (fatal) => {
      run(`systemctl() { :; }; ${noting(fatal)}; remove_service web`);
      expect(calls().at(-1)).toBe(`podman ${fatal}`);
      expect(run(`systemctl() { :; }; ${noting()}; remove_service web`)).toMatchObject({
        status: 0,
        stdout: "removed\n",
      });
      expect(calls().slice(-2)).toEqual(
        expect.arrayContaining(["podman rm --force --ignore podwatch-web-check"]),
      );
      for (const place of ["units", "state/services"]) expect(list(place)).toEqual([]);
      expect(list("state/locks")).toEqual(["reloading", "reloads"]);
    },
  );

  test("keeps the proof that the container is ours until the container is gone", () => {
    run(`systemctl() { :; }; ${noting("rm --force --ignore podwatch-web")}; remove_service web`);
    expect(exists("units/podwatch-web.container")).toBe(true);
  });
});

test("a volume of somebody else's is refused", () => {
  shell.write("state/services/web/candidate/current/headers", "data keep\n");
  const refuse = (label: string) =>
    run(`candidate=$home/candidate/current
      podman() { case "$*" in "container exists"*) return 1 ;; "volume exists"*) ;; "volume inspect"*) echo "${label}" ;; esac; }
      refuse_foreign`);
  expect(refuse("web")).toMatchObject({ status: 0, stderr: "" });
  expect(refuse("")).toMatchObject({
    status: 1,
    stderr:
      "podwatch: there is already a volume named podwatch-web that is not managed by Podwatch; rename or remove it first\n",
  });
});

describe("the lock", () => {
  const LOCK = `. ${join(__dirname, "../../host/lock.sh")}`;
  const untilHeld = (file: string) => `until [ -e ${file} ] && ! flock -n ${file} true; do sleep 0.05; done`;

  /** Somebody holds the lock, whose file was made with that umask, and nobody waits for long. */
  const heldBySomebody = (umask: string) => `
    (umask ${umask}; exec 7>"$STATE/locks/web"; flock 7; exec sleep 60) >/dev/null 2>&1 & trap "kill $!" EXIT
    ${untilHeld('"$STATE/locks/web"')}
    PODWATCH_LOCK_SECONDS=1; ${LOCK}; lock web`;

  test("that anybody may have opened, as of a former version, is not waited for any longer", () => {
    expect(run(`${heldBySomebody("022")}; echo got`)).toEqual({ status: 0, stdout: "got\n", stderr: "" });
    expect(run('stat -c %a "$STATE/locks/web"').stdout).toBe("600\n");
  });

  test("and all that is kept is its owner's alone, whatever the umask and what was there", () => {
    const line = `rm -r "$STATE"; umask 000; mkdir -p "$STATE/services"; umask 027; ${LOCK}; lock web; mkdir "$STATE/services/web"`;
    expect(run(`${line}; stat -c "%a %n" "$STATE" "$STATE"/* "$STATE"/*/*`).stdout).toBe(
      [
        "711 ",
        "700 /images",
        "700 /locks",
        "700 /secrets",
        "700 /services",
        "600 /locks/web",
        "755 /services/web",
        "",
      ]
        .map((line) => line.replace(" ", ` ${shell.state}`))
        .join("\n"),
    );
  });

  test.each([".", "images", "locks", "secrets", "services"])(
    "the mode of %s is put right where it has changed",
    (directory) => {
      const line = `${LOCK}; lock web; chmod 755 "$STATE/${directory}"; lock web; stat -c %a "$STATE/${directory}"`;
      expect(run(line).stdout).toBe(directory === "." ? "711\n" : "700\n");
    },
  );

  test("is waited for, but not for ever", () => {
    expect(run(heldBySomebody("077"))).toEqual({
      status: 1,
      stdout: "",
      stderr:
        "podwatch: another deployment has been at work on web for 1 s; wait for it, then run pulumi up again\n",
    });
  });

  test("whose file was removed while it was waited for is not taken for the new one", () => {
    // Time for the other to wait for the lock, which nobody can see it do.
    const remover = `sleep 0.5; rm "$1"; flock -o "$1" sh -c "sleep 0.6; echo first" & ${untilHeld('"$1"')}`;
    const line = `PODWATCH_LOCK_SECONDS=10; ${LOCK}
      flock -o "$STATE/locks/web" sh -c '${remover}' sh "$STATE/locks/web" &
      ${untilHeld('"$STATE/locks/web"')}; lock web; echo second; wait`;
    expect(run(line)).toEqual({ status: 0, stdout: "first\nsecond\n", stderr: "" });
  });
});
