// The node exporter on a monitor and on a target: measured by Prometheus, and by nobody else.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import versions from "../../versions.json";
import { faultTest } from "./support/faults";
import { eventually, LabHost } from "./support/lab";
import { MACHINE, type NodeMirror, nodeMirror } from "./support/nodeMirror";
import { operate } from "./support/operate";
import { query, targets } from "./support/queries";
import { silence } from "./support/silence";
import { snapshot } from "./support/snapshot";
import { connection, Stack } from "./support/stack";

jest.setTimeout(400_000);

const { version } = versions.programs.node_exporter;

/** The lowest figure is the best of `systemd-analyze security`, from 0 to 10. */
const EXPOSURE = 2;

let monitor: LabHost;
let web: LabHost;
let mirror: NodeMirror;
let stack: Stack;
let before: string[][];

beforeAll(async () => {
  [monitor, web, mirror] = await Promise.all([
    LabHost.boot("test-node-mon"),
    LabHost.boot("test-node-web"),
    nodeMirror(),
  ]);
  // A target needs no podman; what it has is looked at before and after.
  before = await Promise.all([snapshot(monitor), snapshot(web)]);
  await web.exec("mv /usr/bin/podman /usr/bin/podman.away");
  stack = await Stack.create("node", settings());
  await stack.up();
});

afterAll(async () => {
  mirror?.close();
  await stack?.dispose();
  await monitor?.down();
  await web?.down();
});

function settings(nodeExporter: object = {}) {
  const entry = (host: LabHost) => {
    const { name: _, ...rest } = connection("operator", host);
    return rest;
  };
  return {
    hosts: { mon: entry(monitor), web: { ...entry(web), role: "target" } },
    grafana: { enabled: false },
    gateways: { enabled: false },
    prometheus: { scrapeInterval: "1s", evaluationInterval: "1s", data: "delete" },
    alerts: { HostUnitFailed: { for: "0s" } },
    nodeExporter: { enabled: true, release: mirror.release, ...nodeExporter },
    checks: CHECKS,
  };
}

/** Of the user's own: the first four hold on each host. */
const CHECKS = {
  queries: { "no target is down": { query: "up == 0", returns: "nothing" } },
  ports: {
    "SSH is open": { port: 22 },
    "the exporter is closed to others": { port: 9100, open: false },
    "the target's exporter is open to the monitor": { port: 9100, from: "mon" },
  },
  commands: {
    "the exporter runs": {
      command: "grep -c . && systemctl is-active -q podwatch-node-exporter",
      input: "package.json",
    },
    "here is no host": { command: 'echo "$PODWATCH_HOST" >&2; test "$PODWATCH_HOST" = web', from: "here" },
  },
  urls: { "the start page": { url: "/", text: "Prometheus" } },
};

/** What a host gets from the target's port: a status, or 0. */
async function status(host: LabHost, address = web.address): Promise<number> {
  const { stdout } = await host.tryExec(
    `curl -s -o /dev/null -m 3 -w '%{http_code}' 'http://${address}:9100/metrics' || :`,
  );
  return Number(stdout);
}

const isUp = (found: Record<string, number>) => found["node/mon"] === 1 && found["node/web"] === 1;

test("both targets are up, each under its host's name", async () => {
  expect(await eventually(30, () => targets(monitor), isUp)).toMatchObject({ "node/mon": 1, "node/web": 1 });
  expect(mirror.asked).toEqual(
    Array(2).fill(`/v${version}/node_exporter-${version}.linux-${MACHINE}.tar.gz`),
  );
  const names = await query(monitor, "node_uname_info");
  expect(Object.fromEntries(names.map(({ metric }) => [metric.instance, metric.nodename]))).toEqual({
    mon: "test-node-mon",
    web: "test-node-web",
  });
});

test("the metrics that the host alerts query exist", async () => {
  // Of units, D-Bus tells users only that the host knows by name.
  expect(
    await query(monitor, 'node_systemd_unit_state{name="dbus.service", state="active"} == 1'),
  ).toHaveLength(2);
  for (const metric of [
    "node_timex_offset_seconds",
    "node_boot_time_seconds",
    "node_memory_MemTotal_bytes",
  ]) {
    expect([metric, (await query(monitor, metric)).length]).toEqual([metric, 2]);
  }
  // The host's own view: to the service itself, everything is read-only.
  expect((await query(monitor, 'node_filesystem_readonly{mountpoint="/home"} == 0')).length).toBe(2);
});

test("verify checks the services of the target, which has no front", async () => {
  const verified = await operate(stack, "verify", "--host", "web");
  expect(verified.stdout).toMatch(/^ok {6}web {2}services: node-exporter is ready$/m);
});

describe("checks of the stack file", () => {
  test("hold or fail, each where it is made, and are told to pipelines as tests", async () => {
    const directory = mkdtempSync(join(tmpdir(), "podwatch-checks-"));
    const junit = join(directory, "verify.xml");
    const { code, stdout } = await operate(stack, "verify", "--timeout", "20", "--junit", junit);
    expect(code).toBe(3);
    const told = stdout.split("\n").filter((line) => / (query|url|port|command) /.test(line));
    expect(told.sort()).toEqual([
      "FAILED  mon  command here is no host: it ended with 1: mon",
      "FAILED  mon  port the target's exporter is open to the monitor: 9100 is not open: (SSH) Channel open failure: Connection refused",
      "ok      mon  command the exporter runs: ended with 0",
      "ok      mon  port SSH is open: 22 is open",
      "ok      mon  port the exporter is closed to others: 9100 is closed",
      "ok      mon  query no target is down: nothing",
      "ok      mon  url the start page: status 200",
      "ok      web  command here is no host: ended with 0",
      "ok      web  command the exporter runs: ended with 0",
      "ok      web  port SSH is open: 22 is open",
      "ok      web  port the exporter is closed to others: 9100 is closed",
      "ok      web  port the target's exporter is open to the monitor: 9100 is open",
    ]);
    const xml = readFileSync(junit, "utf8");
    rmSync(directory, { recursive: true });
    expect(xml.match(/<failure /g)).toHaveLength(2);
    expect(xml).toContain('<testcase classname="web" name="services">');
  });

  test("another one touches no host", async () => {
    const checks = { ...CHECKS, ports: { "SSH is open": { port: 22 } } };
    await stack.configure({ ...settings(), checks });
    expect(await stack.up()).toEqual({ unchanged: expect.any(Number) });
  });
});

test("only Prometheus' host reaches the exporter of the target, and nobody that of the monitor", async () => {
  expect(await status(monitor)).toBe(200);
  expect(await status(web)).toBe(0);
  await expect(
    fetch(`http://${web.address}:9100/metrics`, { signal: AbortSignal.timeout(3000) }),
  ).rejects.toThrow();
  expect(await monitor.exec("ss -Hltn 'sport = :9100'")).toBe("");
});

test("its unit is sandboxed", async () => {
  const judgement = await web.exec(
    "systemd-analyze security --no-pager podwatch-node-exporter.service | tail -n 1",
  );
  const [, exposure = "10"] = /: ([\d.]+) /.exec(judgement) ?? [];
  expect(Number(exposure)).toBeLessThanOrEqual(EXPOSURE);
  const user = await web.exec("ps -o user= -p $(systemctl show -P MainPID podwatch-node-exporter)");
  expect(user.trim()).toBe("podwatch-node");
});

test("a failed unit raises an alert, which is resolved once the unit is repaired", async () => {
  const alerts = () => query(monitor, 'ALERTS{alertname="HostUnitFailed", alertstate="firing"}');
  expect(await alerts()).toEqual([]);
  await web.exec("systemd-run --quiet --unit=nightly /bin/false");
  const [alert] = await eventually(30, alerts, (found) => found.length > 0);
  expect(alert?.metric).toMatchObject({ instance: "web", name: "nightly.service", severity: "warning" });
  await web.exec("systemctl reset-failed nightly.service");
  await eventually(30, alerts, (found) => found.length === 0);
});

test("metrics of a textfile arrive", async () => {
  await web.exec("echo 'backup_finished 42' >/var/lib/podwatch/textfile/backup.prom");
  const found = await eventually(
    15,
    () => query(monitor, "backup_finished"),
    (samples) => samples.length > 0,
  );
  expect(found).toEqual([{ metric: expect.objectContaining({ instance: "web", job: "node" }), value: 42 }]);
});

test("a second run changes nothing, and there is no drift", async () => {
  expect((await stack.up()).unchanged).toBeGreaterThan(5);
  expect(await operate(stack, "drift")).toHaveExited(0);
});

test("manual changes on the host are detected and repaired", async () => {
  await web.exec(`
    cd /var/lib/podwatch/programs/*/
    cp node_exporter other && echo lied >>other && mv other node_exporter
    systemctl stop podwatch-node-exporter.socket podwatch-node-exporter
    userdel podwatch-node`);
  const drift = await operate(stack, "drift");
  expect(drift).toHaveExited(2);
  expect(drift.stdout).toContain("podwatch-node-exporter.socket");
  expect(drift.stdout).toMatch(/program +changed/);
  expect(drift.stdout).toMatch(/account +missing +podwatch-node/);
  expect(await operate(stack, "repair")).toHaveExited(0);
  expect(await operate(stack, "drift")).toHaveExited(0);
  await eventually(20, () => targets(monitor), isUp);
});

test("the user's extra arguments reach the program unchanged", async () => {
  const units = '--collector.systemd.unit-include=(dbus|it\'s "100%" ${HOME}|a b)\\.service$';
  await stack.configure(settings({ arguments: [units] }));
  await stack.up();
  const process = await web.exec(
    "tr '\\0' '\\n' </proc/$(systemctl show -P MainPID podwatch-node-exporter)/cmdline",
  );
  expect(process.trim().split("\n").at(-1)).toBe(units);
  const names = async () =>
    new Set(
      (await query(monitor, 'node_systemd_unit_state{instance="web"}')).map(({ metric }) => metric.name),
    );
  await eventually(20, names, (found) => found.size === 1 && found.has("dbus.service"));
});

faultTest("a node exporter that fails to start", "the previous release is restored, healthy", async () => {
  await stack.configure(settings({ collectors: { enable: ["systemd", "no_such"] } }));
  const output = await stack.failingUp();
  expect(output).toContain("node-exporter did not come up: it ended again and again right after its start");
  expect(output).toContain("unknown long flag '--collector.no_such'");
  expect(output).toContain("The previous release is back and healthy.");
  await eventually(20, () => targets(monitor), isUp);
});

faultTest("a node exporter with a wrong checksum", "refused before anything is changed", async () => {
  const { nodeExporter } = settings();
  const release = { ...nodeExporter.release, sha256: { [MACHINE]: "ab".repeat(32) } };
  await stack.configure(settings({ release }));
  const output = await stack.failingUp();
  expect(output).toContain(
    `is not what was expected: its sha256 is ${mirror.sha256}, not ${"ab".repeat(32)}`,
  );
  expect(await web.exec("ls /var/lib/podwatch/programs | wc -l")).toBe("1\n");
});

faultTest("another program uses the node exporter's port", "the error names the port", async () => {
  await web.exec("systemd-run --quiet --unit=other systemd-socket-activate -l 9101 /bin/cat");
  await stack.configure(settings({ port: 9101 }));
  // The old socket is ours and open: the new port is what is asked for.
  expect(await stack.failingUp()).toContain("port 9101 is taken on this host by another program");
  // It ends by itself where Prometheus has asked it already.
  await web.exec("systemctl stop other.service || :");
});

test("the distribution's program is used once it is installed; the downloaded one is removed", async () => {
  await stack.configure(settings({ from: "package" }));
  expect(await stack.failingUp()).toContain(
    "the program /usr/bin/prometheus-node-exporter is not on this host",
  );
  const copy = "cp /var/lib/podwatch/programs/*/node_exporter /usr/bin/prometheus-node-exporter";
  await Promise.all([monitor.exec(copy), web.exec(copy)]);
  await stack.up();
  await eventually(20, () => targets(monitor), isUp);
  expect(await web.exec("systemctl show -P ExecStart podwatch-node-exporter")).toContain(
    "/usr/bin/prometheus-node-exporter",
  );
  expect(await web.tryExec("ls /var/lib/podwatch/programs")).not.toHaveExited(0);
});

test("a target scraped over IPv6 accepts only the monitor's IPv6 address", async () => {
  const { hosts, ...rest } = settings({ from: "package" });
  const nodeExporter = { bind: web.address6, allowFrom: [monitor.address6] };
  await stack.configure({ ...rest, hosts: { ...hosts, web: { ...hosts.web, nodeExporter } } });
  await stack.up();
  await eventually(30, () => targets(monitor), isUp);
  const asked = `[${web.address6}]`;
  expect(await status(monitor, asked)).toBe(200);
  expect(await status(web, asked)).toBe(0);
  expect(await status(monitor)).toBe(0);
  await expect(
    fetch(`http://${asked}:9100/metrics`, { signal: AbortSignal.timeout(3000) }),
  ).rejects.toThrow();
});

faultTest(
  "`pulumi destroy --continue-on-error` with a target that accepts the connection and never answers",
  "fails after 20 s with a one-line error; nothing is removed there, the other host is removed",
  async () => {
    const answerAgain = await silence(web);
    const output = await stack.failingDestroy("--continue-on-error");
    await answerAgain();
    expect(output).toMatch(
      /host web: \S+:22 does not answer as an SSH server within 20 s \(it takes the connection and says nothing\)/,
    );
    expect(await web.exec("systemctl is-active podwatch-node-exporter.socket")).toBe("active\n");
    expect(await monitor.exec("ls -d /var/lib/podwatch || :")).toBe("");
  },
);

test("destroy leaves nothing", async () => {
  await stack.destroy();
  await web.exec("mv /usr/bin/podman.away /usr/bin/podman");
  const remove = "rm /usr/bin/prometheus-node-exporter; ls -d /run/podwatch || :";
  expect(await monitor.exec(remove)).toBe("");
  expect(await web.exec(remove)).toBe("");
  expect(await Promise.all([snapshot(monitor), snapshot(web)])).toEqual(before);
});
