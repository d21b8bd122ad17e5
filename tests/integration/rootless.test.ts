import { eventually, LabHost, must } from "./support/lab";
import { type NodeMirror, nodeMirror } from "./support/nodeMirror";
import { query, targets } from "./support/queries";
import { rootlessSnapshot, snapshot } from "./support/snapshot";
import { connection, Stack } from "./support/stack";

jest.setTimeout(300_000);

const PORT = 8080;

describe("a deployment without root", () => {
  let host: LabHost;
  let neighbour: LabHost;
  let mirror: NodeMirror;
  let stack: Stack;
  let before: string[];
  const settings = (more: object = {}) => ({
    host: { ...connection("rootless", host), become: false },
    nodeExporter: { enabled: true, release: mirror.release },
    // Often scraped: to see that it is healthy takes a scrape.
    prometheus: { scrapeInterval: "2s" },
    ...more,
  });

  beforeAll(async () => {
    [host, neighbour, mirror] = await Promise.all([
      LabHost.boot("test-rootless"),
      LabHost.boot("test-rootless-neighbour"),
      nodeMirror(),
    ]);
    await host.gateway("start", "deribit");
    // podman makes its own storage when it is first used.
    await rootlessSnapshot(host);
    before = await snapshot(host);
    stack = await Stack.create("rootless", settings());
  });

  afterAll(async () => {
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
    await stack.configure(settings({ gateways: { scrapeInterval: "7s" } }));
    expect(await stack.up()).toMatchObject({ updated: 1 });
    expect(await started()).toBe(running);
  });

  test("everything is healthy again by itself after a reboot", async () => {
    await host.reboot();
    await healthy();
  });

  /** Open to others, over IPv6 as well, which containers have then, too. */
  const open = (more: object = {}) =>
    settings({
      front: { bind: "::" },
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
    await stack.configure(open());
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
    await stack.configure(open({ prometheus: { data: "delete" }, grafana: { data: "delete" } }));
    await stack.up();
    await stack.destroy();
    expect(await rootlessSnapshot(host)).toEqual(["network podman"]);
    expect(await snapshot(host)).toEqual(before);
  });
});
