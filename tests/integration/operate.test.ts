// The commands that look after hosts, run as users run them.
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { recorded } from "./support/faults";
import { eventually, LabHost, must, type Result, run } from "./support/lab";
import { query } from "./support/queries";
import { connection, Stack } from "./support/stack";

jest.setTimeout(300_000);

/** Runs `npm run COMMAND`, without npm. */
function operate(stack: Stack, command: string, ...args: string[]): Promise<Result> {
  return run("node", ["operate/run.js", command, "--stack", stack.name, ...args], {
    env: { ...stack.environment(), PODWATCH_PULUMI: "lab/toolchain/pulumi" },
  });
}

async function json<T>(stack: Stack, command: string, ...args: string[]): Promise<T> {
  return JSON.parse((await operate(stack, command, "--json", ...args)).stdout);
}

interface Drift {
  hosts: Array<{ differences: Array<{ service: string; object: string; what: string; which: string }> }>;
}

async function drift(stack: Stack): Promise<string[]> {
  const { hosts } = await json<Drift>(stack, "drift");
  return hosts
    .flatMap(({ differences }) => differences)
    .map(({ service, object, what, which }) => `${service}: ${object} ${what} ${which}`);
}

interface Status {
  healthy: boolean;
  hosts: Array<{ name: string; error?: string; services: Array<Record<string, unknown>> }>;
}

describe("looking after a host", () => {
  let host: LabHost;
  let stack: Stack;
  const settings = (sources: unknown) => ({
    host: connection("operator", host),
    gateways: { gid: 990, sources },
  });

  beforeAll(async () => {
    host = await LabHost.boot("test-operate");
    await host.gateway("start", "deribit");
    stack = await Stack.create("operate", settings(["deribit"]));
    await stack.up();
  });

  afterAll(async () => {
    await stack?.dispose();
    await host?.down();
  });

  const started = () =>
    host.exec(
      "podman inspect -f '{{.Name}} {{.State.StartedAt}}' podwatch-grafana podwatch-nginx podwatch-prometheus",
    );

  test("status of a healthy host", async () => {
    const { code, stdout } = await operate(stack, "status");
    expect(stdout).toMatch(/^test-operate {2}prometheus {2}active {2}yes /m);
    expect(code).toBe(0);
    const { healthy, hosts } = await json<Status>(stack, "status");
    expect(healthy).toBe(true);
    expect(hosts[0]?.services.map(({ name, healthy }) => `${name} ${healthy}`)).toEqual([
      "network true",
      "grafana true",
      "nginx true",
      "prometheus true",
    ]);
  });

  test("verify of a healthy host, and no secret in its output", async () => {
    const { code, stdout } = await operate(stack, "verify");
    expect(stdout).toMatch(/^ok {6}test-operate {2}targets: 2 up$/m);
    expect(stdout).toMatch(/dashboard Gateways: \d+ of \d+ panels with data/);
    expect(code).toBe(0);
    const { "test-operate": installed } =
      await stack.output<Record<string, { grafana: { password: string } }>>("installations");
    expect(stdout).not.toContain(installed?.grafana.password);
  });

  test("verify names a gateway that is down", async () => {
    await stack.configure(settings(["deribit", "absent"]));
    await stack.up();
    const { code, stdout } = await operate(stack, "verify", "--timeout", "8");
    expect(stdout).toMatch(/^FAILED {2}test-operate {2}targets: roq-gateways\/absent is down \(.*502/m);
    expect(code).toBe(3);
    await stack.configure(settings(["deribit"]));
    await stack.up();
  });

  test("nothing has drifted, and repair touches nothing", async () => {
    const running = await started();
    const { code, stdout } = await operate(stack, "drift");
    expect([code, stdout]).toEqual([0, "no drift\n"]);
    expect((await operate(stack, "repair")).stdout).toBe("host test-operate: nothing to repair\n");
    expect(await started()).toBe(running);
  });

  const RELEASE = "/var/lib/podwatch/services";
  const KINDS: ReadonlyArray<[kind: string, script: string, expected: string[]]> = [
    [
      "a file edited, one added",
      `echo '# mine' >>${RELEASE}/prometheus/current/files/prometheus.yml; echo >${RELEASE}/nginx/current/files/mine`,
      ["nginx: file added files/mine", "prometheus: file changed files/prometheus.yml"],
    ],
    [
      "a unit changed and stopped, one deleted",
      `echo '# mine' >>/etc/containers/systemd/podwatch-prometheus.container; systemctl stop podwatch-prometheus
       rm /etc/containers/systemd/podwatch-grafana.container`,
      [
        "grafana: unit missing /etc/containers/systemd/podwatch-grafana.container",
        "prometheus: unit changed /etc/containers/systemd/podwatch-prometheus.container",
        "prometheus: unit stopped podwatch-prometheus.service",
      ],
    ],
    [
      "a unit masked and stopped",
      "systemctl mask --now podwatch-nginx",
      ["nginx: unit masked podwatch-nginx.service", "nginx: unit stopped podwatch-nginx.service"],
    ],
    [
      "a container replaced by one of another image",
      `systemctl stop podwatch-grafana
       podman run -d --name podwatch-grafana --entrypoint sleep $(podman inspect -f '{{.ImageName}}' podwatch-nginx) 1000`,
      [
        "grafana: unit stopped podwatch-grafana.service",
        expect.stringMatching(
          /^grafana: container replaced podwatch-grafana from docker.io\/library\/nginx:/,
        ),
      ] as string[],
    ],
    [
      "a secret changed",
      `podman secret rm podwatch-grafana-admin-password
       echo other | podman secret create podwatch-grafana-admin-password -`,
      ["grafana: secret changed podwatch-grafana-admin-password"],
    ],
    [
      "a secret lost with the runner's copy of it",
      "podman secret rm podwatch-grafana-admin-password; rm -rf /var/lib/podwatch/secrets",
      ["grafana: secret missing podwatch-grafana-admin-password"],
    ],
    [
      "the runner changed",
      "echo '# mine' >>/var/lib/podwatch/runner",
      [expect.stringMatching(/^runner: runner changed /)] as string[],
    ],
    [
      "the runner gone",
      "rm /var/lib/podwatch/runner",
      [expect.stringMatching(/^runner: runner broken /)] as string[],
    ],
    [
      "the network gone",
      "systemctl stop podwatch-grafana podwatch-nginx podwatch-prometheus; podman network rm podwatch",
      [
        "network: network missing podwatch",
        "grafana: unit stopped podwatch-grafana.service",
        "nginx: unit stopped podwatch-nginx.service",
        "prometheus: unit stopped podwatch-prometheus.service",
      ],
    ],
  ];

  test.each(KINDS)("%s: is found and repaired", (kind, script, expected) =>
    recorded(`by hand: ${kind}`, "found by `npm run drift`, put back by `npm run repair`", async () => {
      await host.exec(script);
      expect(await drift(stack)).toEqual(expected);
      expect((await operate(stack, "drift")).code).toBe(2);
      const { code, stdout } = await operate(stack, "repair");
      expect(stdout).toMatch(/^host test-operate: put back /);
      expect(stdout).not.toContain("still different");
      expect(code).toBe(0);
      expect(await drift(stack)).toEqual([]);
      expect((await operate(stack, "status")).code).toBe(0);
      expect(Object.keys(await stack.up())).toEqual(["unchanged"]);
    }),
  );

  test("Grafana still takes the stack's password after all that", async () => {
    expect((await operate(stack, "verify")).code).toBe(0);
  });

  test("status of a service that is down", async () => {
    await host.exec("systemctl stop podwatch-prometheus");
    const { code, stdout } = await operate(stack, "status");
    expect(stdout).toMatch(/^test-operate {2}prometheus {2}inactive {2}no /m);
    expect(code).toBe(3);
    await host.exec("systemctl start podwatch-prometheus");
    await eventually(
      30,
      () => operate(stack, "status"),
      (result) => result.code === 0,
    );
  });

  test("logs of one service, and the end of following leaves nothing behind", async () => {
    const { code, stdout } = await operate(stack, "logs", "--service", "prometheus", "--lines", "5");
    expect(stdout).toMatch(/^test-operate prometheus \| .*Server is ready/m);
    expect(stdout).not.toContain("nginx |");
    expect(code).toBe(0);
    const following = run("timeout", ["4", "node", "operate/run.js", "logs", "--stack", stack.name, "-f"], {
      env: { ...stack.environment(), PODWATCH_PULUMI: "lab/toolchain/pulumi" },
    });
    await eventually(
      4,
      () => host.exec("pgrep -c journalctl || :"),
      (count) => Number(count) > 0,
    );
    await following;
    await eventually(
      20,
      () => host.exec("pgrep -c journalctl || :"),
      (count) => Number(count) === 0,
    );
  });

  test("a host that cannot be reached is told with its name, and ends with 1", async () => {
    await host.exec("systemctl stop ssh.socket ssh.service");
    try {
      const { code, stdout } = await operate(stack, "status");
      expect(stdout).toMatch(/^host test-operate: .*cannot be reached/m);
      expect(code).toBe(1);
    } finally {
      await host.exec("systemctl start ssh.service");
    }
  });

  describe("backup and restore", () => {
    let directory: string;
    let other: LabHost;
    let elsewhere: Stack;
    let oldest: number;
    const backup = () => join(directory, "backup");

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), "podwatch-backup-"));
      other = await LabHost.boot("test-operate-new");
      elsewhere = await Stack.create("elsewhere", {
        host: connection("guarded", other),
        gateways: { gid: 990 },
      });
      const password = (await readFile(".lab/guarded.password", "utf8")).trim();
      await elsewhere.configure(
        { host: connection("guarded", other), gateways: { gid: 990 } },
        { "host.becomePassword": password },
      );
      await elsewhere.up();
    });

    afterAll(async () => {
      await elsewhere?.dispose();
      await other?.down();
      await rm(directory, { recursive: true, force: true });
    });

    async function grafana<T>(from: LabHost, of: Stack, path: string, body?: unknown): Promise<T> {
      const installed =
        await of.output<Record<string, { grafana: { user: string; password: string } }>>("installations");
      const { user, password } = Object.values(installed)[0]?.grafana ?? { user: "", password: "" };
      const answer = await from.fetch(`/grafana/api/${path}`, {
        user: `${user}:${password}`,
        ...(body === undefined
          ? {}
          : { data: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
      });
      return JSON.parse(answer.body);
    }

    test("backup writes archives that only their owner can read, and everything runs again", async () => {
      await grafana(host, stack, "folders", { uid: "kept", title: "Kept over the backup" });
      const [sample] = await query(host, "min_over_time(timestamp(up{job='prometheus'})[1h:5s])");
      oldest = sample?.value ?? 0;
      expect(oldest).toBeGreaterThan(0);
      const { code, stdout } = await operate(stack, "backup", "--to", backup());
      expect(stdout).toMatch(/^host test-operate: grafana: \d+ bytes in test-operate-grafana.tar$/m);
      expect(code).toBe(0);
      for (const file of ["manifest.json", "test-operate-grafana.tar", "test-operate-prometheus.tar"]) {
        expect((await stat(join(backup(), file))).mode & 0o777).toBe(0o600);
      }
      expect((await operate(stack, "verify")).code).toBe(0);
      expect((await operate(stack, "backup", "--to", backup())).stderr).toMatch(
        /is not empty: name a new directory/,
      );
    });

    test("data that are there are not overwritten without --force", async () => {
      const { code, stdout } = await operate(stack, "restore", "--from", backup());
      expect(stdout).toMatch(/grafana has data on this host already; to replace them, say --force/);
      expect(code).toBe(1);
    });

    test("a changed archive is refused before a host is touched", async () => {
      const archive = join(backup(), "test-operate-prometheus.tar");
      const whole = await readFile(archive);
      await writeFile(archive, whole.subarray(0, whole.length - 512));
      const { code, stderr } = await operate(stack, "restore", "--from", backup(), "--force");
      expect(stderr).toMatch(/test-operate-prometheus.tar was changed or cut off since the backup/);
      expect(code).toBe(1);
      await writeFile(archive, whole);
    });

    test("what is no archive, or not the right one, leaves the data as they were", async () => {
      const text = "no archive";
      const restoring = (digest: string) =>
        run(
          "lab/lab",
          ["exec", host.name, "sh", "/var/lib/podwatch/runner", "restore", "grafana", digest, "force"],
          {
            input: text,
          },
        );
      expect((await restoring("0".repeat(64))).stderr).toMatch(
        /^podwatch: the archive did not arrive whole$/m,
      );
      const digest = createHash("sha256").update(text).digest("hex");
      expect((await restoring(digest)).stderr).toMatch(/^podwatch: the archive cannot be unpacked: /m);
      expect((await operate(stack, "status")).code).toBe(0);
      expect(await host.exec("podman volume ls -q | grep restore || :")).toBe("");
    });

    test("data that the service does not come up with are taken back", async () => {
      await mkdir(join(directory, "bad"));
      await writeFile(join(directory, "bad", "grafana.db"), "no data base");
      const archive = join(directory, "bad.tar");
      await must("tar", ["-cf", archive, "-C", join(directory, "bad"), "."]);
      const digest = createHash("sha256")
        .update(await readFile(archive))
        .digest("hex");
      const { stderr } = await run("sh", [
        "-c",
        `lab/lab exec ${host.name} sh /var/lib/podwatch/runner restore grafana ${digest} force <${archive}`,
      ]);
      expect(stderr).toMatch(/grafana does not come up with these data: .*Those of before are back/);
      expect(await grafana(host, stack, "folders/kept")).toMatchObject({ title: "Kept over the backup" });
    });

    test("a new host, with another name and sudo by password, gets the samples and the folder of the old one", async () => {
      const [before] = await query(other, "min_over_time(timestamp(up{job='prometheus'})[1h:5s])");
      expect(before?.value).toBeGreaterThan(oldest);
      const { stderr } = await operate(elsewhere, "restore", "--from", backup(), "--force");
      expect(stderr).toMatch(/has no data of test-operate-new.*choose with --from-host/);
      const result = await operate(
        elsewhere,
        "restore",
        "--from",
        backup(),
        "--from-host",
        "test-operate",
        "--force",
      );
      expect(result).toMatchObject({
        code: 0,
        stdout: "host test-operate-new: restored grafana, prometheus\n",
      });
      const [restored] = await query(other, "min_over_time(timestamp(up{job='prometheus'})[1h:5s])");
      expect(Math.abs((restored?.value ?? 0) - oldest)).toBeLessThan(30);
      expect(await grafana(other, elsewhere, "folders/kept")).toMatchObject({
        title: "Kept over the backup",
      });
      expect((await operate(elsewhere, "verify")).code).toBe(0);
      expect((await operate(elsewhere, "drift")).stdout).toBe("no drift\n");
      expect(await other.exec("podman volume ls -q")).toBe("podwatch-grafana\npodwatch-prometheus\n");
    });
  });
});
