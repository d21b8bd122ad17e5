import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually, LabHost, must } from "./support/lab";
import { nightly } from "./support/nightly";
import { type NodeMirror, nodeMirror } from "./support/nodeMirror";
import { operate } from "./support/operate";
import { promises } from "./support/promises";
import { query, targets } from "./support/queries";
import { rootlessSnapshot, snapshot } from "./support/snapshot";
import { connection, Stack } from "./support/stack";

jest.setTimeout(300_000);

const PORT = 8080;

const shows = promises("podman, rootless", {
  check: "yes",
  reload: "yes",
  rollBack: "yes",
  drift: "yes",
  secret: "yes",
  rootless: "yes",
  reboot: "yes",
});
const offers = promises("podman", { rootless: "yes: the next column" });

/** What users add to a service, with a secret of their own. */
const OWN_SECRET = `first $line 'q' "%n"`;
const ODD = `two words, "quoted", $HOME 50%`;
const files = mkdtempSync(join(tmpdir(), "podwatch-rootless-"));

describe("a deployment without root", () => {
  let host: LabHost;
  let neighbour: LabHost;
  let mirror: NodeMirror;
  let stack: Stack;
  let before: string[];
  const settings = (more: Record<string, unknown> = {}) => ({
    host: { ...connection("rootless", host), become: false },
    nodeExporter: { enabled: true, release: mirror.release },
    ...more,
    // Often scraped: to see that it is healthy takes a scrape.
    prometheus: { scrapeInterval: "2s", ...additions, ...(more.prometheus as object | undefined) },
  });
  const additions = {
    arguments: ["--query.lookback-delta=3m"],
    environment: { ODD },
    secretEnvironment: { OWN_TOKEN: "own" },
    files: { "/etc/own/list": join(files, "list") },
    volumes: ["/srv/of-the-host:/srv/of-the-host:ro"],
    resources: { memory: "1G", cpus: 1.5, pids: 300, openFiles: 2048 },
  };
  const configure = (sections: Record<string, unknown>) =>
    stack.configure(sections, { "prometheus.secrets.own": OWN_SECRET });

  beforeAll(async () => {
    [host, neighbour, mirror] = await Promise.all([
      LabHost.boot("test-rootless"),
      LabHost.boot("test-rootless-neighbour"),
      nodeMirror(),
    ]);
    await host.gateway("start", "deribit");
    // podman makes its own storage when it is first used.
    await rootlessSnapshot(host);
    await host.exec("mkdir -p /srv/of-the-host && echo here >/srv/of-the-host/file");
    before = await snapshot(host);
    writeFileSync(join(files, "list"), "of the user\n");
    stack = await Stack.create("rootless", settings());
    await configure(settings());
  });

  afterAll(async () => {
    rmSync(files, { recursive: true });
    mirror?.close();
    await stack?.dispose();
    await host?.down();
    await neighbour?.down();
  });

  const started = () =>
    host.execRootless(
      "podman inspect -f '{{.Name}} {{.Id}}' podwatch-grafana podwatch-nginx podwatch-prometheus",
    );

  async function healthy(): Promise<void> {
    const expected = {
      "node/test-rootless": 1,
      "prometheus/localhost:9090": 1,
      "roq-gateways/deribit": 1,
    };
    await eventually(
      60,
      () => targets(host, PORT),
      (found) => JSON.stringify(found) === JSON.stringify(expected),
    );
    await eventually(
      30,
      () => host.fetch("/grafana/api/health", { port: PORT }),
      ({ status }) => status === 200,
    );
  }

  test("up makes it healthy, and nothing is owned by root", async () => {
    await stack.up();
    await healthy();
    expect(
      await host.exec("podman ps -aq; ls /etc/containers/systemd 2>/dev/null | grep podwatch || :"),
    ).toBe("");
    const owners = await host.exec(
      "ps -eo user:20,args | grep -E '(prometheus|nginx|grafana) ' | grep -v grep | awk '{ print $1 }' | sort -u",
    );
    expect(owners.split("\n").filter(Boolean)).not.toContain("root");
    shows("rootless");
    offers("rootless");
  });

  test("what the user adds to a service is there: arguments, variables, secrets, files, volumes, limits", async () => {
    const inside = (script: string) =>
      host.execRootless(`podman exec -i podwatch-prometheus sh -s <<'END'\n${script}\nEND`);
    expect(await inside("tr '\\0' '\\n' </proc/1/cmdline | tail -n 1")).toBe("--query.lookback-delta=3m\n");
    expect(await inside('printf "%s" "$ODD"')).toBe(ODD);
    expect(
      await inside('[ "$OWN_TOKEN" = "$(cat /run/secrets/prometheus.own)" ] && printf "%s" "$OWN_TOKEN"'),
    ).toBe(OWN_SECRET);
    expect(
      await host.exec("grep -rlF 'first $line' /home/rootless/.config /run/user/*/systemd || true"),
    ).toBe("");
    expect((await host.execRootless("podman inspect podwatch-prometheus")).includes("first $line")).toBe(
      false,
    );
    shows("secret");
    expect(await inside("cat /etc/own/list /srv/of-the-host/file")).toBe("of the user\nhere\n");
    expect(await inside("echo x 2>/dev/null >/srv/of-the-host/file || echo read-only")).toBe("read-only\n");
    expect(await inside("ulimit -n")).toBe("2048\n");
    const limits = await host.execRootless(
      "systemctl --user show --property MemoryMax,TasksMax,CPUQuotaPerSecUSec podwatch-prometheus",
    );
    expect(limits.trim().split("\n").sort()).toEqual([
      "CPUQuotaPerSecUSec=1.500000s",
      `MemoryMax=${1024 ** 3}`,
      "TasksMax=300",
    ]);
  });

  test("only the front listens, on the loopback address and a port above 1023", async () => {
    const listeners = await host.exec("ss -Hltn | awk '{ print $4 }' | grep -v -e ':22$' | sort -u");
    expect(listeners.split("\n").filter(Boolean)).toEqual([`127.0.0.1:${PORT}`]);
  });

  test("gateways of the login user and of their groups are reached", async () => {
    const { status } = await host.fetch("/roq/service/deribit/metrics", { port: PORT });
    expect(status).toBe(200);
  });

  test("the node exporter is a user service, and measures the whole host", async () => {
    const owner = await host.exec("ps -o user:20= -p $(pgrep -x node_exporter)");
    expect(owner.trim()).toBe("rootless");
    expect(await host.exec("ls /etc/systemd/system | grep podwatch || :")).toBe("");
    for (const seen of [
      'node_systemd_unit_state{name="ssh.service", state="active"} == 1',
      'node_filesystem_readonly{mountpoint="/home"} == 0',
      "node_memory_MemTotal_bytes",
    ]) {
      expect([seen, (await query(host, seen, PORT)).length]).toEqual([seen, 1]);
    }
  });

  test("a second up changes nothing, and a changed line restarts nothing", async () => {
    const running = await started();
    expect(Object.keys(await stack.up())).toEqual(["unchanged"]);
    await configure(settings({ gateways: { scrapeInterval: "7s" } }));
    expect(await stack.up()).toMatchObject({ updated: 1 });
    expect(await started()).toBe(running);
    shows("reload");
  });

  nightly("a refused file changes nothing, and a release that does not come up is rolled back", async () => {
    const running = await started();
    const broken = { targets: ["a:1"], extra: { relabel_configs: [{ action: "nonsense" }] } };
    await configure(
      settings({
        prometheus: { scrapeJobs: [{ name: "broken", ...broken }] },
        grafana: { arguments: ["--no-such-argument"] },
      }),
    );
    const output = await stack.failingUp("--continue-on-error");
    expect(output).toMatch(/prometheus refuses its new configuration; nothing was changed:[\s\S]*nonsense/);
    const others = (all: string) => all.split("\n").filter((line) => !line.includes("podwatch-grafana"));
    expect(others(await started())).toEqual(others(running));
    shows("check");
    expect(output).toMatch(/grafana did not come up: [\s\S]*The previous release is back and healthy/);
    await healthy();
    shows("rollBack");
    await configure(settings());
    await stack.up();
  });

  nightly("drift is found and repaired", async () => {
    await host.execRootless(`systemctl --user stop podwatch-grafana
      echo >>~/.local/share/podwatch/services/prometheus/current/files/prometheus.yml`);
    const { stdout } = await operate(stack, "drift");
    expect(stdout).toMatch(/grafana +unit +stopped/);
    expect(stdout).toMatch(/prometheus +file +changed/);
    expect(await operate(stack, "repair")).toHaveExited(0);
    expect(await operate(stack, "drift")).toHaveExited(0);
    await healthy();
    shows("drift");
  });

  test("everything is healthy again by itself after a reboot", async () => {
    await host.reboot();
    await healthy();
    shows("reboot");
  });

  /** Open to others, over IPv6 as well, which containers have then, too. */
  const open = (more: Record<string, unknown> = {}) =>
    settings({
      front: { bind: "::", insecure: "a test", tls: false },
      blackboxExporter: { targets: [{ name: "door", module: "tcp", target: `[${neighbour.address6}]:22` }] },
      ...more,
    });

  test("another host finds only SSH, and the front if the stack opens it, over IPv4 and IPv6", async () => {
    const openPorts = async (address: string) => {
      const scan = `for port in $(seq 1 10000); do { : 3<>/dev/tcp/${address}/$port && echo $port; } 2>/dev/null; done; :`;
      const output = await must("lab/lab", ["exec", neighbour.name, "bash", "-c", scan]);
      return output.split("\n").filter(Boolean).map(Number);
    };
    expect(await openPorts(host.address6)).toEqual([22]);
    await configure(open());
    await stack.up();
    expect(await openPorts(host.address)).toEqual([22, PORT]);
    expect(await openPorts(host.address6)).toEqual([22, PORT]);
    await eventually(
      30,
      () => query(host, 'probe_success{instance="door"} == 1', PORT),
      (samples) => samples.length === 1,
    );
    // The containers' own addresses lead nowhere: their network is not the host's.
    const addresses = await host.execRootless(
      "podman inspect -f '{{with .NetworkSettings.Networks.podwatch}}{{.IPAddress}} {{.GlobalIPv6Address}}{{end}}' podwatch-prometheus",
    );
    const [v4 = "", v6 = ""] = addresses.trim().split(" ");
    await neighbour.exec(
      `ip route add ${v4} via ${host.address}; ip -6 route add ${v6} via ${host.address6}`,
    );
    for (const address of [v4, v6]) {
      const asked = await neighbour.tryExec(`timeout 3 bash -c ': 3<>/dev/tcp/${address}/9090'`);
      expect([address, asked.code === 0]).toEqual([address, false]);
    }
  });

  test("destroy leaves the host as it was", async () => {
    await configure(open({ prometheus: { data: "delete" }, grafana: { data: "delete" } }));
    await stack.up();
    await stack.destroy();
    expect(await rootlessSnapshot(host)).toEqual(["network podman"]);
    expect(await snapshot(host)).toEqual(before);
  });
});
