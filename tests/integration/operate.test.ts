// The commands that look after hosts, on two hosts of one stack: on the second, sudo asks for a password, and there is
// an Alertmanager that would tell somebody. On both, the login shell prints whatever a login shell may.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sudoersLines } from "../../connection/sudo";
import { digestOf, runnerProgram } from "../../lib/handOver";
import { Bucket } from "./support/bucket";
import {
  type Damage,
  EDITED,
  LOST,
  MASKED,
  NETWORK,
  NO_STATE,
  REPLACED,
  RUNNER,
  SECRET,
  UNIT,
} from "./support/damage";
import { ENGINE, withDocker } from "./support/engine";
import { faultTest, recorded } from "./support/faults";
import { eventually, LabHost, must, run } from "./support/lab";
import { nightly } from "./support/nightly";
import { type NodeMirror, nodeMirror } from "./support/nodeMirror";
import { makeNoisy, makeTreacherous, ranByRoot } from "./support/noise";
import { drift, operate, operateJson, type Status } from "./support/operate";
import { query } from "./support/queries";
import { connection, Stack } from "./support/stack";

jest.setTimeout(300_000);

/** Where the engine keeps its volumes. */
const VOLUMES = withDocker ? "/var/lib/docker/volumes" : "/var/lib/containers/storage/volumes";

/** Where the runner is. */
const INSTALLED = "/var/lib/podwatch/runner";

let one: LabHost;
let two: LabHost;
let stack: Stack;
let secrets: Record<string, string>;

const settings = () => ({
  // Often scraped, so that verify soon sees all targets.
  prometheus: { scrapeInterval: "2s" },
  hosts: {
    [one.name]: {
      ...connection("operator", one),
      name: undefined,
      gateways: { gid: 990, sources: ["deribit", "late"], scrapeInterval: "2s" },
    },
    [two.name]: {
      ...connection("guarded", two),
      name: undefined,
      alertmanager: { receivers: { oncall: { webhook: {} } } },
    },
  },
});

beforeAll(async () => {
  [one, two] = await Promise.all([LabHost.boot("test-operate"), LabHost.boot("test-operate-two")]);
  await Promise.all([makeNoisy(one, "operator"), makeNoisy(two, "guarded")]);
  await makeTreacherous(one, "operator");
  await allowOnlyPodwatch(sudoersLines("operator", "/home/operator"));
  await one.gateway("start", "deribit");
  stack = await Stack.create("operate", settings());
  const password = (await readFile(".lab/guarded.password", "utf8")).trim();
  secrets = {
    [`hosts["${two.name}"].becomePassword`]: password,
    [`hosts["${two.name}"].alertmanager.receivers.oncall.webhook.url`]: "http://127.0.0.1:9/",
  };
  await stack.configure(settings(), secrets);
  await stack.up();
});

afterAll(async () => {
  await stack?.dispose();
  await one?.down();
  await two?.down();
});

/** On the first host sudoers allows no more than what is called. */
async function allowOnlyPodwatch(lines: string): Promise<void> {
  await one.exec(
    `cat >/etc/sudoers.d/operator <<'END'\n${lines}END\nchmod 440 /etc/sudoers.d/*; visudo --check --quiet`,
  );
}

const started = (host: LabHost) =>
  host.exec(
    `${ENGINE} inspect -f '{{.Name}} {{.State.StartedAt}}' podwatch-grafana podwatch-nginx podwatch-prometheus | sed 's,^/,,'`,
  );

describe("healthy hosts", () => {
  test("status", async () => {
    const result = await operate(stack, "status");
    expect(result).toHaveExited(0);
    expect(result.stdout).toMatch(/^test-operate +prometheus +active +yes /m);
    expect(result.stdout).toMatch(/^test-operate-two +grafana +active +yes /m);
    const { json } = await operateJson<Status>(stack, "status");
    expect(json.healthy).toBe(true);
    expect(
      json.hosts.map(({ name, services }) => [name, services.map((one) => `${one.name} ${one.healthy}`)]),
    ).toEqual([
      [one.name, ["network true", "grafana true", "nginx true", "prometheus true"]],
      [two.name, ["network true", "alertmanager true", "grafana true", "nginx true", "prometheus true"]],
    ]);
  });

  test("verify names a gateway that is down, and no secret is in its output", async () => {
    const first = await operate(stack, "verify", "--timeout", "4");
    expect(first).toHaveExited(3);
    expect(first.stdout).toMatch(/^FAILED {2}test-operate {2}targets: roq-gateways\/late is down \(.*502/m);
    expect(first.stdout).toMatch(/^ok {6}test-operate-two {2}targets: 2 up$/m);
    await one.gateway("start", "late");
    const second = await operate(stack, "verify");
    expect(second).toHaveExited(0);
    expect(second.stdout).toMatch(/^ok {6}test-operate {2}targets: 3 up$/m);
    expect(second.stdout).toMatch(/^ok {6}test-operate-two {2}an alert: PodwatchVerify is listed/m);
    expect(second.stdout).toMatch(/^ok {6}test-operate-two {2}alerts of Prometheus: Watchdog has come/m);
    expect(second.stdout).toMatch(/test-operate {2}dashboard Gateways: \d+ of \d+ panels with data/);
    for (const { grafana } of Object.values(await installations())) {
      expect(first.stdout + second.stdout).not.toContain(grafana.password);
    }
  });

  test("a changed secret restarts only its service", async () => {
    const running = [await started(one), await started(two)];
    await stack.up("--replace", `**${one.name}-grafana-admin-password`);
    const now = [await started(one), await started(two)];
    expect(now[1]).toBe(running[1]);
    const names = (text = "", other = "") =>
      text
        .split("\n")
        .filter((line) => !other.includes(line))
        .map((line) => line.split(" ")[0]);
    expect(names(now[0], running[0])).toEqual(["podwatch-grafana"]);
    expect((await operate(stack, "logs", "--service", "grafana", "--lines", "2")).stdout).not.toMatch(
      /Willkommen|bye/,
    );
  });

  test("without drift, repair changes nothing", async () => {
    const running = [await started(one), await started(two)];
    const drift = await operate(stack, "drift");
    expect(drift).toHaveExited(0);
    expect(drift.stdout).toBe("no drift\n");
    const repair = await operate(stack, "repair");
    expect(repair).toHaveExited(0);
    expect(repair.stdout).toBe(
      "host test-operate: nothing to repair\nhost test-operate-two: nothing to repair\n",
    );
    expect([await started(one), await started(two)]).toEqual(running);
  });
});

describe("drift and repair", () => {
  // What is done to the first host, and to the second; of one host in the order of the services.
  const ROUNDS = [
    [
      [SECRET, EDITED],
      [UNIT, MASKED],
    ],
    [[NETWORK], [LOST, REPLACED]],
    [[RUNNER], [NO_STATE]],
  ].map(([first = [], second = []]) => {
    const both = [...first, ...second];
    return [both.map(({ kind }) => kind).join(", "), first, second] as const;
  });

  test.each(ROUNDS)("by hand: %s: is found and repaired", (_kinds, first, second) => {
    const cause = (host: LabHost, damages: readonly Damage[]) =>
      host.exec(damages.map(({ script }) => script).join("\n"));
    const round = async () => {
      await Promise.all([cause(one, first), cause(two, second)]);
      const result = await drift(stack);
      expect(result).toHaveExited(2);
      const { found } = result;
      for (const [host, damages] of [
        [one, first],
        [two, second],
      ] as const) {
        const expected = damages.flatMap((damage) => damage.expected);
        expect(found[host.name]).toHaveLength(expected.length);
        expect(found[host.name]).toEqual(expect.arrayContaining(expected));
      }
      const repaired = await operate(stack, "repair");
      expect(repaired).toHaveExited(0);
      expect(repaired.stdout).toMatch(
        /^host test-operate: put back [a-z, ]+\nhost test-operate-two: put back [a-z, ]+\n$/,
      );
      expect(await drift(stack)).toEqual({ code: 0, found: { [one.name]: [], [two.name]: [] } });
    };
    // Each kind is a fault of its own in docs/reliability.md.
    return [...first, ...second].reduce(
      (body, { kind }) =>
        () =>
          recorded(`by hand: ${kind}`, "found by `npm run drift`, repaired by `npm run repair`", body),
      round,
    )();
  });

  test("a runner of another version is not put back by this one", async () => {
    const byAnother = await stack.copy();
    try {
      const { text } = runnerProgram();
      await byAnother.edit((state) => state.replaceAll(digestOf(text), digestOf("another")));
      await one.exec(`rm ${INSTALLED}`);
      const refused = await operate(byAnother, "repair");
      expect(refused).toHaveExited(1);
      const wayOut =
        "another version of Podwatch has deployed this host: repair it with that one, or run pulumi up";
      expect(refused.stdout).toBe(`host test-operate: ${wayOut}\nhost test-operate-two: ${wayOut}\n`);
      expect(await one.exec(`ls ${INSTALLED} 2>/dev/null || :`)).toBe("");
    } finally {
      await byAnother.dispose();
    }
    const repaired = await operate(stack, "repair");
    expect(repaired).toHaveExited(0);
    expect(repaired.stdout).toBe(
      "host test-operate: put back runner\nhost test-operate-two: nothing to repair\n",
    );
  });

  test("Pulumi has nothing to do after all that, and Grafana still takes the stack's password", async () => {
    expect(Object.keys(await stack.up())).toEqual(["unchanged"]);
    expect(await operate(stack, "status")).toHaveExited(0);
    // The other host is verified once its alerts have come again.
    const verified = await operate(stack, "verify", "--host", one.name);
    expect(verified).toHaveExited(0);
    expect(verified.stdout).toMatch(/^ok {6}test-operate {2}grafana log-in: admin$/m);
  });
});

describe("hosts with problems", () => {
  test("status of a service that is down, and of a host that cannot be reached", async () => {
    await one.exec("systemctl stop podwatch-prometheus");
    const stopped = await operate(stack, "status");
    expect(stopped).toHaveExited(3);
    expect(stopped.stdout).toMatch(/^test-operate +prometheus +inactive +no /m);
    await two.exec("systemctl stop ssh.socket ssh.service");
    try {
      const cut = await operate(stack, "status");
      expect(cut).toHaveExited(1);
      expect(cut.stdout).toMatch(/^host test-operate-two: .*cannot be reached/m);
      expect(cut.stdout).toMatch(/^test-operate +prometheus +inactive +no /m);
    } finally {
      await two.exec("systemctl start ssh.service");
      await one.exec("systemctl start podwatch-prometheus");
    }
  });

  test("logs of one service; when following ends, nothing is left behind", async () => {
    const here = ["--host", one.name];
    const logs = await operate(stack, "logs", ...here, "--service", "prometheus", "--lines", "5");
    expect(logs).toHaveExited(0);
    expect(logs.stdout).toMatch(/^test-operate prometheus \| .*Server is ready/m);
    expect(logs.stdout).not.toContain("nginx |");
    const readers = async () => Number(await one.exec("pgrep -c journalctl || :"));
    const following = spawn("node", ["operate/run.js", "logs", "--stack", stack.name, "-f"], {
      env: { ...process.env, ...stack.environment(), PODWATCH_PULUMI: "lab/toolchain/pulumi" },
      stdio: "ignore",
    });
    const ended = once(following, "exit");
    await eventually(20, readers, (count) => count > 0);
    following.kill();
    await ended;
    await eventually(20, readers, (count) => count === 0);
  });
});

/** Since when Prometheus has samples of the gateway, which only the first host has. */
const oldest = async (host: LabHost) => {
  const [sample] = await query(host, "min_over_time(timestamp(up{instance='deribit'})[1h:5s])");
  return sample?.value;
};

describe("backup and restore", () => {
  let directory: string;
  const backup = () => join(directory, "backup");
  const here = () => ["--host", one.name];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "podwatch-backup-"));
  });

  afterAll(() => rm(directory, { recursive: true, force: true }));

  test("backup writes archives that only their owner can read, and all services run again", async () => {
    await grafana(one, "folders", { uid: "kept", title: "Kept over the backup" });
    const saved = await operate(stack, "backup", ...here(), "--to", backup());
    expect(saved).toHaveExited(0);
    expect(saved.stdout).toMatch(/^host test-operate: grafana: \d+ bytes in test-operate-grafana.tar$/m);
    for (const file of ["manifest.json", "test-operate-grafana.tar", "test-operate-prometheus.tar"]) {
      expect((await stat(join(backup(), file))).mode & 0o777).toBe(0o600);
    }
    expect(await operate(stack, "status")).toHaveExited(0);
    expect((await operate(stack, "backup", ...here(), "--to", backup())).stderr).toMatch(
      /is not empty: name a new directory/,
    );
  });

  faultTest(
    "a full disk where a backup is written",
    "told; nothing is kept, and the service runs again",
    async () => {
      // More than fits into the pipes between the host and here.
      const ballast = `"$(${ENGINE} volume inspect -f '{{.Mountpoint}}' podwatch-prometheus)/ballast"`;
      await one.exec(`head -c 8000000 /dev/urandom >${ballast}`);
      const small = join(directory, "small");
      await mkdir(small);
      await must("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", small]);
      try {
        const failed = await operate(
          stack,
          "backup",
          ...here(),
          "--service",
          "prometheus",
          "--to",
          join(small, "to"),
        );
        expect(failed).toHaveExited(1);
        expect(failed.stdout).toMatch(/^host test-operate: prometheus: ENOSPC: .*; nothing was kept of it$/m);
        expect(await readdir(join(small, "to"))).toEqual(["manifest.json"]);
      } finally {
        await must("umount", [small]);
        await one.exec(`rm ${ballast}`);
      }
      await eventually(
        20,
        () => operate(stack, "status", ...here()),
        ({ code }) => code === 0,
      );
    },
  );

  test("existing data are not overwritten without --force", async () => {
    const refused = await operate(stack, "restore", ...here(), "--from", backup());
    expect(refused).toHaveExited(1);
    expect(refused.stdout).toMatch(/grafana has data on this host already; to replace them, say --force/);
  });

  faultTest("a changed or truncated backup, at its restore", "refused before a host is changed", async () => {
    const archive = join(backup(), "test-operate-prometheus.tar");
    const whole = await readFile(archive);
    await writeFile(archive, whole.subarray(0, whole.length - 512));
    const refused = await operate(stack, "restore", ...here(), "--from", backup(), "--force");
    expect(refused).toHaveExited(1);
    expect(refused.stderr).toMatch(/test-operate-prometheus.tar was changed or truncated since the backup/);
    await writeFile(archive, whole);
  });

  /** Calls the runner's own restore with a file that `restore` itself would refuse. */
  const restoring = (file: string, digest: string) =>
    run("sh", [
      "-c",
      `lab/lab exec ${one.name} sh /var/lib/podwatch/runner restore grafana ${digest} force <${file}`,
    ]);
  const sha256 = (content: Buffer | string) => createHash("sha256").update(content).digest("hex");

  test("an invalid or wrong archive leaves the data unchanged", async () => {
    const file = join(directory, "text");
    await writeFile(file, "no archive");
    expect((await restoring(file, "0".repeat(64))).stderr).toMatch(
      /^podwatch: the archive did not arrive whole$/m,
    );
    expect((await restoring(file, sha256("no archive"))).stderr).toMatch(
      /^podwatch: the archive cannot be unpacked: /m,
    );
    expect(await operate(stack, "status", ...here())).toHaveExited(0);
    expect(await one.exec(`${ENGINE} volume ls -q | grep restore || :`)).toBe("");
  });

  test("if the service does not come up with restored data, the previous data come back", async () => {
    await mkdir(join(directory, "bad"));
    await writeFile(join(directory, "bad", "grafana.db"), "no data base");
    const archive = join(directory, "bad.tar");
    await must("tar", ["-cf", archive, "-C", join(directory, "bad"), "."]);
    expect((await restoring(archive, sha256(await readFile(archive)))).stderr).toMatch(
      /grafana does not come up with these data: .*Those of before are back/,
    );
    expect(await grafana(one, "folders/kept")).toMatchObject({ title: "Kept over the backup" });
  });

  test("a host with another name, and sudo by password, gets the samples and the folder of the old one", async () => {
    const there = ["--host", two.name, "--from", backup()];
    expect(await oldest(two)).toBeUndefined();
    const { stderr } = await operate(stack, "restore", ...there, "--force");
    expect(stderr).toMatch(/has no data of test-operate-two.*choose with --from-host/);
    const restored = await operate(stack, "restore", ...there, "--from-host", one.name, "--force");
    expect(restored).toHaveExited(0);
    expect(restored.stdout).toBe("host test-operate-two: restored grafana, prometheus\n");
    const since = await oldest(one);
    expect(Math.abs(((await oldest(two)) ?? 0) - (since ?? Number.NaN))).toBeLessThan(30);
    expect(await grafana(two, "folders/kept")).toMatchObject({ title: "Kept over the backup" });
    expect(await operate(stack, "verify")).toHaveExited(0);
    expect((await operate(stack, "drift")).stdout).toBe("no drift\n");
    expect(await two.exec(`${ENGINE} volume ls -q | sort`)).toBe(
      "podwatch-alertmanager\npodwatch-grafana\npodwatch-prometheus\n",
    );
  });
});

test("sudo rules that allow only the runner's calls allow nothing else", async () => {
  for (const line of [
    "sudo -n sh -c id",
    "sudo -n /bin/sh -c id",
    `sudo -n ${ENGINE} ps`,
    "sudo -n /bin/sh /var/lib/podwatch/../podwatch/x",
  ]) {
    const { code, stdout } = await run("lab/lab", ["ssh", `operator@${one.name}`, line]);
    expect([line, code, stdout.includes("uid=0")]).toEqual([line, 1, false]);
  }
});

test("a version that sudoers does not list is refused with the lines to add, and nothing is changed", async () => {
  const running = await started(one);
  const lines = sudoersLines("operator", "/home/operator");
  await allowOnlyPodwatch(lines.replaceAll(/[0-9a-f]{64}/g, "0".repeat(64)));
  const output = await stack.failingUp("--replace", `**${one.name}-runner-gate`);
  expect(output).toMatch(/sudo lets operator install only another version of Podwatch's runner/);
  for (const line of lines.split("\n")) {
    expect(output).toContain(line);
  }
  await allowOnlyPodwatch(lines);
  expect(await started(one)).toBe(running);
});

test("secret versions with shell output from a former release are corrected by the next up, without a restart", async () => {
  const running = [await started(one), await started(two)];
  const spoil = [
    [/<podwatch-version:([0-9a-f]{16})>/g, "$1"],
    [/(put-secret [a-z-]+)/g, "$1 # before"],
    [/(apply (?:grafana|alertmanager) )([0-9a-f]{16})/g, "$1'Willkommen\\n$2'"],
  ] as const;
  await stack.edit((text) => spoil.reduce((spoilt, [from, to]) => spoilt.replaceAll(from, to), text));
  expect(await stack.state()).toContain("'Willkommen");
  expect(await stack.up("--replace", `**${one.name}-runner-gate`)).toMatchObject({ updated: 6 });
  expect([await started(one), await started(two)]).toEqual(running);
  expect(await stack.state()).not.toContain("'Willkommen");
});

test("after all that, root has run no program of the login user, though sudo keeps the user's PATH", async () => {
  expect(await ranByRoot(one)).toEqual([]);
  expect(await one.exec("cat /tmp/ran")).toContain("cat\n");
});

// The last of all: Prometheus tells one that was started anew of old alerts only after a minute.
test("verify of a host whose Alertmanager is down", async () => {
  await two.exec("systemctl stop podwatch-alertmanager");
  const verified = await operate(stack, "verify", "--host", two.name, "--timeout", "2");
  expect(verified).toHaveExited(3);
  expect(verified.stdout).toMatch(/^FAILED {2}test-operate-two {2}an alert: .*no (?:such )?container/im);
  expect(verified.stdout).toMatch(/^FAILED {2}test-operate-two {2}alerts of Prometheus: .* status 502/m);
});

test("status, drift and the like work on a host behind a jump host given by name", async () => {
  await two.exec("systemctl start podwatch-alertmanager");
  const { hosts, ...others } = settings();
  await stack.configure(
    { ...others, hosts: { ...hosts, [two.name]: { ...hosts[two.name], via: one.name } } },
    secrets,
  );
  // The runner and all that is applied, nothing of which is made anew.
  expect(await stack.up()).not.toHaveProperty("replaced");
  const logins = await one.exec(
    "journalctl -q -u ssh --grep 'Accepted publickey for operator' -o cat | wc -l",
  );
  const { code, stdout } = await operate(stack, "status", "--host", two.name);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^test-operate-two +grafana +active +yes /m)]);
  const after = await one.exec(
    "journalctl -q -u ssh --grep 'Accepted publickey for operator' -o cat | wc -l",
  );
  expect(Number(after)).toBeGreaterThan(Number(logins));
});

describe("backups that hosts make by themselves", () => {
  let mirror: NodeMirror;
  /** The first host makes them every few seconds. */
  const saving = (schedule: string, backup: object = {}) => {
    const { hosts, ...others } = settings();
    return {
      ...others,
      nodeExporter: { release: mirror.release },
      backup: { enabled: true, randomDelay: "0s", keep: { last: 2 }, ...backup },
      hosts: { ...hosts, [one.name]: { ...hosts[one.name], backup: { schedule } } },
    };
  };
  const REPOSITORY = "/var/backups/podwatch/test-operate";
  const gauge = async (host: LabHost, name: string) =>
    (await query(host, `podwatch_backup_${name}`))[0]?.value;
  const listed = async (host: LabHost) => {
    const { code, json } = await operateJson<Listed>(stack, "backups", "--host", host.name);
    expect(code).toBe(0);
    return json.hosts.flatMap(({ backups }) => backups);
  };
  const lose = (host: LabHost, ...services: string[]) =>
    host.exec(
      services
        .map(
          (name) =>
            `systemctl stop podwatch-${name}; find "$(${ENGINE} volume inspect -f '{{.Mountpoint}}' podwatch-${name})" -mindepth 1 -delete; systemctl start podwatch-${name}`,
        )
        .join("\n"),
    );

  beforeAll(async () => {
    mirror = await nodeMirror();
    await two.exec("systemctl start podwatch-alertmanager");
  });

  afterAll(() => mirror?.close());

  test("the first is made right after the deployment, and the next by the timer, while nothing stops", async () => {
    await stack.configure(saving("*:*:00/10"), secrets);
    await stack.up();
    const running = await started(one);
    await eventually(
      60,
      () => gauge(one, "last_run_success"),
      (good) => good === 1,
    );
    await eventually(
      60,
      () => gauge(two, "last_run_success"),
      (good) => good === 1,
    );
    const first = (await gauge(one, "last_success_timestamp_seconds")) ?? 0;
    await eventually(
      60,
      () => gauge(one, "last_success_timestamp_seconds"),
      (last) => Number(last) > first,
    );
    expect(await one.exec("systemctl show -p LastTriggerUSec --value podwatch-backup.timer")).toMatch(/\d/);
    // No more of them than are looked at.
    await one.exec("systemctl stop podwatch-backup.timer podwatch-backup.service");
    expect(Object.keys(await stack.up())).toEqual(["unchanged"]);
    expect(await started(one)).toBe(running);
    expect(new Set((await listed(two)).map(({ service }) => service))).toEqual(
      new Set(["alertmanager", "grafana", "prometheus"]),
    );
    expect((await listed(two)).every(({ service, bytes }) => bytes > 0 || service === "alertmanager")).toBe(
      true,
    );
  });

  test("a changed schedule moves the timer only; status, drift and logs know of it", async () => {
    const running = await started(one);
    await stack.configure(saving("*-*-* 03:00"), secrets);
    expect(await stack.up()).toMatchObject({ updated: 1 });
    expect(await one.exec("systemctl show -p NextElapseUSecRealtime --value podwatch-backup.timer")).toMatch(
      /03:00:00/,
    );
    expect(await started(one)).toBe(running);
    expect((await operate(stack, "status", "--host", one.name)).stdout).toMatch(/backup +active +yes/);
    expect((await operate(stack, "logs", "--host", one.name, "--service", "backup")).stdout).toMatch(
      /saving grafana/,
    );
    await one.exec("systemctl disable podwatch-backup.timer");
    expect((await operate(stack, "drift")).stdout).toMatch(/podwatch-backup\.timer/);
    expect(await operate(stack, "repair")).toHaveExited(0);
    expect(await one.exec("systemctl is-enabled podwatch-backup.timer")).toBe("enabled\n");
  });

  test("no more are kept than keep says, and nobody but root can read them or their password", async () => {
    const kept = async () =>
      (await listed(one)).filter(({ service }) => service === "grafana").map(({ run }) => run);
    const before = await kept();
    expect(before.length).toBeGreaterThanOrEqual(2);
    await one.exec("systemctl start podwatch-backup.service");
    expect(await kept()).toEqual([before.at(-1), expect.any(String)]);
    expect(await one.exec(`stat -c '%a %U' /var/backups/podwatch ${REPOSITORY}`)).toBe(
      "700 root\n700 root\n",
    );
    const password = (await installations())[one.name]?.backups.password ?? "";
    expect(password).toMatch(/^.{40}$/);
    expect(
      await one.exec(`grep -rlF ${password} /var/lib/podwatch /etc/systemd /var/log 2>/dev/null || :`),
    ).toMatch(/^\/var\/lib\/podwatch\/secrets\/podwatch-backup-password\/[0-9a-f]+\n$/);
    expect(await one.exec("find /var/lib/podwatch/secrets -type f ! -name used -perm /077")).toBe("");
  });

  test("lost data come back from the newest", async () => {
    await grafana(one, "folders", { uid: "saved", title: "Saved by the host" });
    await one.exec("systemctl start podwatch-backup.service");
    const since = await oldest(one);
    await lose(one, "grafana", "prometheus");
    await eventually(
      60,
      () => oldest(one),
      (now) => Number(now) > Number(since) + 5,
    );
    const refused = await operate(stack, "restore", "--host", one.name, "--snapshot", "latest");
    expect(refused.stdout).toMatch(/grafana has data on this host already; to replace them, say --force/);
    const restored = await operate(stack, "restore", "--host", one.name, "--snapshot", "latest", "--force");
    expect(restored).toHaveExited(0);
    expect(restored.stdout).toBe("host test-operate: restored grafana, prometheus\n");
    expect(await grafana(one, "folders/saved")).toMatchObject({ title: "Saved by the host" });
    expect(Math.abs(Number(await oldest(one)) - Number(since))).toBeLessThan(30);
    expect(await one.exec(`${ENGINE} volume ls -q | sort`)).toBe("podwatch-grafana\npodwatch-prometheus\n");
  });

  test("another host gets those of this one, and its own silences back", async () => {
    const silence = {
      matchers: [{ name: "a", value: "b", isRegex: false, isEqual: true }],
      startsAt: "2020-01-01T00:00:00Z",
      endsAt: "2099-01-01T00:00:00Z",
      createdBy: "test",
      comment: "kept",
    };
    const silences = async () => (await two.fetch("/alertmanager/api/v2/silences")).body;
    await two.fetch("/alertmanager/api/v2/silences", {
      data: JSON.stringify(silence),
      headers: { "Content-Type": "application/json" },
    });
    // It writes its silences when it ends, and every 15 minutes.
    await two.exec("systemctl restart podwatch-alertmanager && systemctl start podwatch-backup.service");
    await lose(two, "alertmanager");
    expect(await eventually(20, silences, (body) => body.startsWith("["))).not.toContain("kept");
    const there = ["restore", "--host", two.name, "--force", "--snapshot"] as const;
    expect(await operate(stack, ...there, "latest", "--service", "alertmanager")).toHaveExited(0);
    expect(await silences()).toContain("kept");
    const other = await operate(stack, ...there, "latest", "--from-host", one.name);
    expect(other).toHaveExited(0);
    expect(other.stdout).toBe("host test-operate-two: restored grafana, prometheus\n");
    expect(await grafana(two, "folders/saved")).toMatchObject({ title: "Saved by the host" });
    expect((await operate(stack, ...there, "20200101T000000Z")).stdout).toMatch(
      /there is no backup 20200101T000000Z of/,
    );
  });

  faultTest("a backup that fails, or is killed", "told by a metric; nothing stays frozen", async () => {
    await one.exec(`mv ${REPOSITORY}/config ${REPOSITORY}/away`);
    await one.exec("! systemctl start podwatch-backup.service");
    await eventually(
      30,
      () => gauge(one, "last_run_success"),
      (good) => good === 0,
    );
    expect(await gauge(one, "last_success_timestamp_seconds")).toBeGreaterThan(0);
    await one.exec(`mv ${REPOSITORY}/away ${REPOSITORY}/config`);
    await one.exec(
      `${ENGINE} pause podwatch-grafana; systemctl start --no-block podwatch-backup.service; sleep 1; systemctl kill -s KILL --kill-whom=main podwatch-backup.service; until [ "$(systemctl is-active podwatch-backup.service)" = failed ]; do sleep 0.2; done`,
    );
    await eventually(
      30,
      () => operate(stack, "status", "--host", one.name),
      ({ code }) => code === 0,
    );
    expect(await one.exec(`ls -d ${VOLUMES}/*/podwatch-backup 2>/dev/null || :`)).toBe("");
  });

  nightly("what was made outlives its removal with its password, and goes on with another one", async () => {
    await one.exec("systemctl stop podwatch-backup.timer");
    const before = await listed(one);
    await stack.configure(settings(), secrets);
    await stack.up();
    expect(
      await one.exec(
        `stat -c %a ${REPOSITORY}.password; systemctl list-unit-files 'podwatch-backup*' --no-legend || :`,
      ),
    ).toBe("600\n");
    await stack.configure(saving("*-*-* 03:00"), secrets);
    await stack.up();
    expect((await listed(one)).map(({ run }) => run)).toEqual(expect.arrayContaining([before.at(-1)?.run]));
    expect(await one.exec(`ls ${REPOSITORY}.password 2>/dev/null || :`)).toBe("");
    await stack.configure(saving("*-*-* 25:00"), secrets);
    const output = await stack.failingUp();
    expect(output).toMatch(
      /systemd on this host cannot keep the schedule "\*-\*-\* 25:00" of backup; nothing was changed: correct podwatch:backup.schedule/,
    );
    await stack.configure(settings(), secrets);
    await stack.up();
  });

  describe("in a bucket, whose server has a CA of its own", () => {
    const bucket = new Bucket();
    const path = "backup.s3.secretAccessKey";
    const inBucket = (more: object = {}) =>
      stack.configure(saving("*-*-* 03:00", { s3: { ...bucket.settings, ...more } }), {
        ...secrets,
        [path]: bucket.secretAccessKey,
      });

    beforeAll(() => bucket.start());
    afterAll(() => bucket.stop());

    nightly("without that CA nothing is deployed, and why is shown", async () => {
      await inBucket();
      const output = await stack.failingUp();
      expect(output).toMatch(
        /there can be no backups in s3:https:\/\/10\.99\.0\.1:9443\/saved\/podwatch\/test-operate: .*certificate signed by unknown authority; correct podwatch:backup\.s3/,
      );
      expect(output).not.toContain(bucket.secretAccessKey);
    });

    nightly("each host has its own, encrypted, and lost data come back from it", async () => {
      await inBucket({ ca: bucket.ca });
      await stack.up();
      await eventually(
        60,
        async () => bucket.list("podwatch"),
        (hosts) => hosts.join() === `${one.name},${two.name}`,
      );
      // The first backup is begun by itself; another one waits for its end.
      await one.exec("systemctl start podwatch-backup.service");
      await grafana(one, "folders", { uid: "bucket", title: "Saved in a bucket" });
      await one.exec("systemctl start podwatch-backup.service");
      expect(bucket.list("podwatch", one.name)).toEqual(
        expect.arrayContaining(["config", "data", "snapshots"]),
      );
      expect((await listed(one)).map(({ service }) => service)).toEqual(
        expect.arrayContaining(["grafana", "prometheus"]),
      );
      expect((await operate(stack, "verify", "--host", one.name)).stdout).toMatch(
        /^ok {6}test-operate {2}the last good backup: \d{8}T\d{6}Z, \d min ago$/m,
      );
      await lose(one, "grafana");
      const restored = await operate(
        stack,
        "restore",
        "--host",
        one.name,
        "--snapshot",
        "latest",
        "--service",
        "grafana",
        "--force",
      );
      expect(restored).toHaveExited(0);
      expect(await grafana(one, "folders/bucket")).toMatchObject({ title: "Saved in a bucket" });
      expect(
        await one.exec(
          `grep -rlF ${bucket.secretAccessKey} /var/lib/podwatch /etc/systemd /var/log 2>/dev/null | grep -v /secrets/ || :`,
        ),
      ).toBe("");
    });
  });
});

describe("some hosts of a stack, and one after another", () => {
  /** The stack file with another interval for both hosts, and what the first one has besides. */
  const changed = async (evaluationInterval: string, ofOne: object = {}) => {
    const { hosts, prometheus } = settings();
    const first = { ...hosts[one.name], gateways: { gid: 990 }, ...ofOne };
    const both = { [one.name]: first, [two.name]: hosts[two.name] };
    await stack.configure({ prometheus: { ...prometheus, evaluationInterval }, hosts: both }, secrets);
  };
  const deploy = (action: string, ...args: string[]) =>
    operate(stack, action, "--config-file", stack.configFile, ...args);
  /** The interval in force on each host. */
  const intervals = () =>
    Promise.all(
      [one, two].map(async (host) => {
        const text = await host.exec(
          "cat /var/lib/podwatch/services/prometheus/current/files/prometheus.yml",
        );
        return /evaluation_interval: (\S+)/.exec(text)?.[1];
      }),
    );

  test("up --host deploys to that host, and names others that differ; preview --host shows one", async () => {
    await changed("7s");
    const [, before] = await intervals();
    expect(await deploy("preview", "--host", one.name)).toMatchObject({ code: 0 });
    const { code, stderr } = await deploy("up", "--host", one.name, "--yes");
    expect(code).toBe(0);
    expect(stderr).toMatch(/^podwatch: other hosts differ from the stack file: test-operate-two \(\d+\)$/m);
    expect(await intervals()).toEqual(["7s", before]);
    expect(await deploy("up", "--host", "test-operate-tow", "--yes")).toMatchObject({
      code: 1,
      stderr: 'podwatch: the stack has no host "test-operate-tow": use test-operate, test-operate-two\n',
    });
  });

  test("up --rolling stops at the first host that fails, and says what is left", async () => {
    await changed("8s", { prometheus: { arguments: ["--no-such-argument"] } });
    const before = await intervals();
    const { code, stderr } = await deploy("up", "--rolling", "--yes");
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/^podwatch: up of test-operate failed: stopped$/m);
    expect(stderr).toMatch(/^podwatch: done: none; not touched: test-operate-two$/m);
    expect(stderr).toMatch(/--rolling --host test-operate,test-operate-two$/m);
    expect(await intervals()).toEqual(before);
  });

  test("it verifies each host before the next one, and goes on to the end", async () => {
    await changed("8s");
    const { code, stdout, stderr } = await deploy("up", "--rolling", "--pause", "1", "--yes");
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/up of test-operate \(1 of 2\)[\s\S]*waiting 1 s/),
    ]);
    const verified = stdout.indexOf("ok      test-operate  targets:");
    expect(verified).toBeGreaterThan(0);
    expect(stdout.indexOf("podwatch-test-operate-two-prometheus-service updating")).toBeGreaterThan(verified);
    expect(stdout).toMatch(/^ok {6}test-operate-two {2}targets:/m);
    expect(await intervals()).toEqual(["8s", "8s"]);
  });

  test("destroy --host removes what is on that host, and nothing else", async () => {
    const running = await started(one);
    expect(await deploy("destroy", "--host", two.name, "--yes")).toMatchObject({ code: 0 });
    // An engine removes a container some moments after its service has stopped.
    const left = () =>
      two.exec(`${ENGINE} ps --all --format '{{.Names}} {{.Status}}'; ls /var/lib/podwatch 2>/dev/null || :`);
    await eventually(10, left, (said) => said === "");
    expect(await started(one)).toBe(running);
    expect(await drift(stack)).toEqual({ code: 0, found: { [one.name]: [] } });
  });
});

interface Listed {
  readonly hosts: ReadonlyArray<{
    readonly backups: ReadonlyArray<{
      readonly run: string;
      readonly service: string;
      readonly bytes: number;
    }>;
  }>;
}

type Installations = Record<
  string,
  { grafana: { user: string; password: string }; backups: { repository: string; password: string } }
>;

const installations = () => stack.output<Installations>("installations");

/** Asks the Grafana of a host as the stack's administrator. */
async function grafana(host: LabHost, path: string, body?: unknown): Promise<unknown> {
  const { user, password } = (await installations())[host.name]?.grafana ?? { user: "", password: "" };
  const answer = await host.fetch(`/grafana/api/${path}`, {
    user: `${user}:${password}`,
    ...(body === undefined
      ? {}
      : { data: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
  });
  return JSON.parse(answer.body);
}
