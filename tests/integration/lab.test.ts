// The lab's hosts, for real: needs root, systemd-nspawn and the package registries, as `make up` does.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkout, footprint, host, hosts, lab, labOutput, run } from "./labHosts";
import { eventually } from "./support/lab";

const [one, two] = ["labtest-one", "labtest-two"] as const;
const state = join(checkout, ".lab");

jest.setTimeout(300_000);

beforeAll(async () => {
  await labOutput("down", one, two);
  // The first time, the hosts' root image and the images of the registry are made.
  await labOutput("up", one, two);
}, 900_000);

afterAll(async () => {
  await labOutput("down", one, two);
});

describe("up", () => {
  test("gives each host an address of its own, and dev's to nobody else", async () => {
    const all = await hosts();
    const mine = all.filter((h) => h.name === one || h.name === two);
    expect(mine.map((h) => h.state)).toEqual(["up", "up"]);
    expect(new Set(all.map((h) => h.address)).size).toBe(all.length);
    for (const h of mine) {
      expect(h.address).toMatch(/^10\.99\.0\.(1[1-9]|[2-9]\d|1\d\d|2[0-4]\d|25[0-4])$/);
      expect(h.address6).toBe(h.address.replace("10.99.0.", "fd10:99::"));
    }
  });

  test("is idempotent, also when run twice at once", async () => {
    const started = await labOutput("exec", one, "stat", "-c", "%Y", "/proc/1");
    const runs = await Promise.all([lab("up", one), lab("up", one)]);
    for (const result of runs) {
      expect(result).toHaveExited(0);
      expect(result.stderr).toContain(`${one} is up already`);
    }
    expect(await labOutput("exec", one, "stat", "-c", "%Y", "/proc/1")).toBe(started);
  });

  test("a host that another command is just making or removing is not listed, and hides no other", async () => {
    const half = join(state, "hosts", "labtest-half");
    mkdirSync(half);
    try {
      const names = (await hosts()).map(({ name }) => name);
      expect(names).toContain(one);
      expect(names).not.toContain("labtest-half");
      expect(await labOutput("list")).toContain(one);
    } finally {
      rmSync(half, { recursive: true });
    }
  });

  test("ends when the system is fully booted", async () => {
    // "running" comes a moment after the last start job.
    expect(await labOutput("exec", one, "systemctl", "is-system-running", "--wait")).toBe("running");
  });

  test("refuses names that cannot be a host's, before it does anything", async () => {
    for (const name of ["UPPER", "-x", "a/b", "a b", "x".repeat(33)]) {
      const refused = await lab("up", name);
      expect(refused).toHaveExited(2);
      expect(refused.stderr).toContain(`"${name}" is no host name`);
    }
  });

  test("refuses an ordinary user, and a second checkout, without making anything", async () => {
    const other = mkdtempSync(join(tmpdir(), "podwatch-checkout-"));
    try {
      await run("sh", ["-c", `cp -R '${checkout}/lab' '${other}/lab' && chmod 755 '${other}'`]);
      const command = join(other, "lab", "lab");
      const user = ["--reuid=65534", "--regid=65534", "--clear-groups", command, "up"];
      const unprivileged = await run("setpriv", user, "", { cwd: "/" });
      expect(unprivileged).toHaveExited(1);
      expect(unprivileged.stderr).toMatch(/^lab: error: must run as root .*; try sudo lab\/lab\n$/);

      const second = await run(command, ["up"]);
      expect(second).toHaveExited(1);
      expect(second.stderr).toBe(
        `lab: error: the lab's network podwatch0 is held by ${checkout}: run lab/lab down there first\n`,
      );
      expect(existsSync(join(other, ".lab"))).toBe(false);
    } finally {
      rmSync(other, { recursive: true });
    }
  });
});

describe("users", () => {
  const password = () => readFileSync(join(state, "guarded.password"), "utf8").trim();

  test("all three log in with the key, each as the right user", async () => {
    expect(await labOutput("ssh", one, "id", "-un")).toBe("operator");
    expect(await labOutput("ssh", `guarded@${one}`, "id -Gn")).toBe("guarded sudo");
    expect(await labOutput("ssh", `rootless@${one}`, "id -Gn; grep -c ^rootless: /etc/subuid")).toBe(
      "rootless roq\n1",
    );
  });

  test("operator has sudo, rootless has none, guarded needs the password", async () => {
    expect(await labOutput("ssh", one, "sudo -n id -u")).toBe("0");
    expect(await lab("ssh", `rootless@${one}`, "sudo -n true")).toHaveExited(1);
    const none = await lab("ssh", `guarded@${one}`, "sudo -n true");
    expect(none.stderr).toContain("a password is required");
    const sudo = (input: string) =>
      run(join(checkout, "lab/lab"), ["ssh", `guarded@${one}`, "sudo -k -S -p '' id -u"], `${input}\n`);
    expect((await sudo(password())).stdout).toBe("0\n");
    expect(await sudo("wrong")).toHaveExited(1);
  });

  test("only the owner can read key and password", () => {
    for (const file of ["ssh/id_ed25519", "guarded.password", `ssh/host-${one}`]) {
      expect({ file, mode: statSync(join(state, file)).mode & 0o777 }).toEqual({ file, mode: 0o600 });
    }
  });

  test("the user rootless may enable their own lingering", async () => {
    expect(
      await labOutput("ssh", `rootless@${one}`, "loginctl enable-linger && ls /var/lib/systemd/linger"),
    ).toBe("rootless");
  });
});

describe("host keys", () => {
  test.each(["address", "address6"] as const)(
    "are pinned: one line for its %s, the key that the host really shows",
    async (which) => {
      const { [which]: address, hostKey } = await host(one);
      const pinned = readFileSync(join(state, "known_hosts"), "utf8")
        .split("\n")
        .filter((line) => line.startsWith(`${address} `));
      expect(pinned).toEqual([`${address} ${hostKey}`]);
      const shown = await run("ssh-keyscan", ["-T", "30", address]);
      expect(shown.stdout.trim().split("\n")).toEqual([`${address} ${hostKey}`]);
    },
  );

  test("another host's key is refused", async () => {
    const file = join(state, "known_hosts");
    const right = readFileSync(file, "utf8");
    const [mine, others] = [await host(one), await host(two)];
    try {
      writeFileSync(file, right.replace(mine.hostKey, others.hostKey));
      const refused = await lab("ssh", one, "true");
      expect(refused).toHaveExited(255);
      expect(refused.stderr).toContain("Host key verification failed");
    } finally {
      writeFileSync(file, right);
    }
  });
});

describe("network", () => {
  const reach = (address: string, port: number) =>
    lab("exec", one, "timeout", "30", "bash", "-c", `exec 3<>/dev/tcp/${address}/${port}`);

  test("a host reaches its neighbour and this machine; other destinations fail at once", async () => {
    const { address, address6 } = await host(two);
    for (const neighbour of [address, address6]) expect(await reach(neighbour, 22)).toHaveExited(0);
    // 124 would be the end of its time.
    for (const beyond of ["198.51.100.1", "10.99.7.7", "2001:db8::1", "fd10:99:0:7::7"]) {
      expect(await reach(beyond, 80)).toHaveExited(1);
    }
  });
});

describe("podman", () => {
  // A program that needs nothing else makes the smallest image there is.
  const script = [
    "tar -C /usr/local/bin -c lab-gateway | podman import --quiet - localhost/tiny >/dev/null",
    "podman run --rm localhost/tiny /lab-gateway -name '' 2>&1",
    "podman rmi --force localhost/tiny >/dev/null",
  ].join("; ");

  test.each([
    ["root", one, `sudo sh -c ${JSON.stringify(script)}`],
    ["an ordinary user", `rootless@${one}`, script],
  ])("runs containers as %s", async (_who, target, command) => {
    expect(await labOutput("ssh", target, command)).toContain('lab-gateway: -name "" is no gateway name');
  });
});

describe("gateways", () => {
  const metrics = (path = "/metrics?format=prometheus", name = "deribit") =>
    labOutput(
      "exec",
      one,
      "curl",
      "-sS",
      "-m",
      "20",
      "-w",
      "\n%{http_code}",
      "--unix-socket",
      `/run/roq/service/${name}.sock`,
      `http://gateway${path}`,
    );

  test("serve moving metrics in the gateways' format on their sockets", async () => {
    await labOutput("gateway", one, "start", "deribit", "coinbase-pro");
    expect(await labOutput("gateway", one, "list")).toBe("coinbase-pro active\nderibit active");
    expect(await labOutput("exec", one, "stat", "-c", "%A %U %G", "/run/roq/service/deribit.sock")).toBe(
      "srwxrwxr-x roq roq",
    );
    const first = await metrics();
    expect(first).toMatch(/\n200$/);
    expect(first.match(/^# TYPE roq_profile histogram$/gm)?.length).toBeGreaterThan(1);
    expect(first).toMatch(/^roq_latency_count\{source="deribit", connection="2:md", function="ping"\} \d+$/m);
    expect(first).toMatch(/^roq_heartbeat_latency_sum\{sender="trader", receiver="deribit"\} \d+$/m);
    await eventually(10, metrics, (later) => later !== first);
    expect(await metrics("/other")).toMatch(/\n404$/);
  });

  test("one that is killed leaves its socket behind, and replaces it when restarted", async () => {
    const socket = "/run/roq/service/deribit.sock";
    const inode = () => labOutput("exec", one, "stat", "-c", "%i", socket);
    const onHost = (script: string) => labOutput("exec", one, "sh", "-c", script);
    // In one go, before systemd starts it again.
    const [stale, refused] = (
      await onHost(`systemctl kill --signal=KILL lab-gateway@deribit; stat -c %i ${socket}
        curl -sS --unix-socket ${socket} http://x/ 2>/dev/null; echo $?`)
    ).split("\n");
    expect(refused).toBe("7");
    await onHost(
      `for i in $(seq 300); do curl -s -o /dev/null --unix-socket ${socket} http://x/metrics && exit; sleep 0.1; done; exit 1`,
    );
    expect(await metrics()).toMatch(/\n200$/);
    expect(await inode()).not.toBe(stale);
  });

  test("one that is stopped stays stopped; names that the bridge would not pass are refused", async () => {
    await labOutput("gateway", one, "stop", "coinbase-pro");
    expect(await labOutput("gateway", one, "list")).toBe("deribit active");
    expect(await lab("exec", one, "test", "-e", "/run/roq/service/coinbase-pro.sock")).toHaveExited(1);
    const refused = await lab("gateway", one, "start", "a/b");
    expect(refused).toHaveExited(2);
    expect(refused.stderr).toContain('"a/b" is no gateway name');
  });
});

describe("disks", () => {
  const size = (directory: string) =>
    labOutput("exec", one, "findmnt", "-nbo", "FSTYPE,SIZE", "--mountpoint", directory);

  test("a host gets one that can be filled without using space elsewhere", async () => {
    await labOutput("disk", one, "/srv/small");
    const [type, bytes] = (await size("/srv/small")).split(/ +/);
    expect(type).toBe("ext4");
    expect(Number(bytes)).toBeLessThan(64 * 2 ** 20);
    const { code, stderr } = await lab("exec", one, "fallocate", "-l", "64M", "/srv/small/file");
    expect([code, stderr]).toEqual([1, expect.stringContaining("No space left on device")]);
  });

  test("not twice at one mount point, and only at valid ones", async () => {
    const again = await lab("disk", one, "/srv/small");
    expect(again).toHaveExited(1);
    expect(again.stderr).toContain(`something is mounted at /srv/small of "${one}" already`);
    const odd = await lab("disk", one, "../small");
    expect(odd).toHaveExited(2);
    expect(odd.stderr).toContain('"../small" is no directory for a disk');
  });
});

describe("reboot", () => {
  test("really reboots; disk, users' files, journal, gateways and lingering persist", async () => {
    const booted = () => labOutput("exec", one, "stat", "-c", "%Z", "/proc/1");
    await labOutput("ssh", one, "echo kept >kept; sudo sh -c 'echo kept >/etc/kept'");
    const old = await booted();
    await labOutput("reboot", one);
    expect(Number(await booted())).toBeGreaterThan(Number(old));
    expect(await labOutput("ssh", one, "cat kept /etc/kept")).toBe("kept\nkept");
    expect(await labOutput("gateway", one, "list")).toBe("deribit active");
    expect(await labOutput("exec", one, "stat", "-c", "%A %U", "/run/roq/client")).toBe("drwxr-xr-x roq");
    expect(await labOutput("exec", one, "loginctl", "show-user", "rootless", "-P", "Linger")).toBe("yes");
    expect(
      (await labOutput("exec", one, "journalctl", "-q", "--list-boots")).split("\n").length,
    ).toBeGreaterThan(1);
  });

  test("exec works while SSH is down", async () => {
    await labOutput("exec", two, "systemctl", "stop", "ssh");
    expect(await lab("ssh", two, "true")).toHaveExited(255);
    expect(await labOutput("exec", two, "hostname")).toBe(two);
    await labOutput("exec", two, "systemctl", "start", "ssh");
  });
});

describe("down", () => {
  test("a host whose processes died is listed as dead, and recreated by up", async () => {
    await run("sh", [
      "-c",
      `for f in /sys/fs/cgroup/podwatch-${two} /sys/fs/cgroup/unified/podwatch-${two}; do [ ! -d $f ] || echo 1 >$f/cgroup.kill; done`,
    ]);
    await eventually(
      10,
      () => host(two),
      ({ state }) => state === "dead",
    );
    const refused = await lab("ssh", two, "true");
    expect(refused).toHaveExited(1);
    expect(refused.stderr).toContain(`remove and make it again with lab/lab down ${two}`);
    await labOutput("up", two);
    expect((await host(two)).state).toBe("up");
  });

  test("leaves no mount, interface, route, rule, group, process or file", async () => {
    await labOutput("disk", two, "/srv/small");
    const running = await footprint("labtest-");
    for (const kind of ["disks", "interfaces", "cgroups", "processes", "files"]) {
      expect({ kind, found: running[kind]?.length }).not.toEqual({ kind, found: 0 });
    }
    await labOutput("down", one, two);
    const nothing = {
      mounts: [],
      interfaces: [],
      cgroups: [],
      processes: [],
      disks: [],
      files: [],
      routes: [],
      rules: [],
    };
    expect(await footprint("labtest-")).toEqual(nothing);
    // Another host, say dev, keeps the network; with the last one it goes.
    if ((await hosts()).length > 0) return;
    expect(await footprint("10\\.99\\.|fd10:99:|podwatch|nspawn")).toEqual(nothing);
  });
});
