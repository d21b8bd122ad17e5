// Exporters on deployed hosts: what they measure arrives in Prometheus, under the names that operators know.
import type { Server } from "node:tls";
import { ENGINE, podmanTest, withDocker } from "./support/engine";
import { faultTest, recorded } from "./support/faults";
import { eventually, HERE, HERE6, LabHost } from "./support/lab";
import { query } from "./support/queries";
import { connection, Stack } from "./support/stack";
import { port, tlsServer } from "./support/tls";

jest.setTimeout(300_000);

let monitor: LabHost;
let target: LabHost;
let tls: Server;
let stack: Stack;

beforeAll(async () => {
  [monitor, target, tls] = await Promise.all([
    LabHost.boot("test-exporters"),
    LabHost.boot("test-target"),
    tlsServer(),
  ]);
  stack = await Stack.create("exporters", settings());
  await stack.up();
});

afterAll(async () => {
  tls?.close();
  await stack?.dispose();
  await monitor?.down();
  await target?.down();
});

/** The name server of the containers' network, and the name that it has for the front. */
const NAMES = withDocker
  ? { server: "127.0.0.11", front: "podwatch-nginx" }
  : { server: "10.89.77.1", front: "podwatch-nginx.dns.podman" };

/** A target of each kind that answers, and, as `not-...`, one that does not. */
function probes() {
  return [
    { name: "page", target: "http://podwatch-nginx:8080/", interval: "1s" },
    { name: "page-of-monitor", module: "titled", target: "http://podwatch-nginx:8080/", interval: "1s" },
    { name: "not-page", target: "http://podwatch-nginx:8080/nothing", interval: "1s" },
    { name: "door", module: "tcp", target: `${target.address}:22`, interval: "1s" },
    { name: "not-door", module: "tcp", target: `${target.address}:23`, interval: "1s" },
    { name: "host", module: "icmp", target: target.address, interval: "1s" },
    { name: "not-host", module: "icmp", target: "10.99.0.250", interval: "1s" },
    { name: "door-over-ipv6", module: "tcp", target: `[${target.address6}]:22`, interval: "1s" },
    { name: "not-door-over-ipv6", module: "tcp", target: `[${target.address6}]:23`, interval: "1s" },
    { name: "host-over-ipv6", module: "icmp", target: target.address6, interval: "1s" },
    { name: "not-host-over-ipv6", module: "icmp", target: "fd10:99::250", interval: "1s" },
    { name: "names", module: "names", target: NAMES.server, interval: "1s" },
    { name: "signed", module: "untrusted", target: `${HERE}:${port(tls)}`, interval: "1s" },
    { name: "not-signed", module: "tls", target: `${HERE}:${port(tls)}`, interval: "1s" },
  ];
}

const modules = (title: string) => ({
  titled: { prober: "http", http: { fail_if_body_not_matches_regexp: [`on ${title}<`] } },
  names: {
    prober: "dns",
    dns: { preferred_ip_protocol: "ip4", query_name: NAMES.front, query_type: "A" },
  },
  untrusted: { prober: "tcp", tcp: { tls: true, tls_config: { insecure_skip_verify: true } } },
});

function settings(more: Record<string, object> = {}, title = "test-exporters") {
  return {
    // The one host of all tests that is reached over IPv6.
    host: connection("operator", { name: monitor.name, address: monitor.address6 }),
    grafana: { enabled: false },
    gateways: { enabled: false },
    prometheus: { scrapeInterval: "1s", evaluationInterval: "1s" },
    blackboxExporter: { targets: probes(), modules: modules(title) },
    nginxExporter: { enabled: true },
    ...more,
  };
}

/** Values of a metric by the label `instance`. */
async function byInstance(host: LabHost, expression: string, port?: number): Promise<Record<string, number>> {
  const samples = await query(host, expression, port);
  return Object.fromEntries(samples.map(({ metric, value }) => [metric.instance, value]).sort());
}

const outcome = (names: readonly string[]) =>
  Object.fromEntries([...names].sort().map((name) => [name, name.startsWith("not-") ? 0 : 1]));

describe("the blackbox exporter", () => {
  test("reports targets as up or down correctly, with each kind of probe", async () => {
    const expected = outcome(probes().map(({ name }) => name));
    await eventually(
      40,
      () => byInstance(monitor, "probe_success"),
      (found) => JSON.stringify(found) === JSON.stringify(expected),
    );
    // A busy machine may take longer than a second for a probe now and then.
    await eventually(
      20,
      () => byInstance(monitor, 'up{job="blackbox"}'),
      (found) => Object.values(found).every((up) => up === 1),
    );
    await eventually(
      20,
      () => byInstance(monitor, 'up{job="blackbox-exporter"}'),
      (found) => JSON.stringify(found) === JSON.stringify({ "test-exporters": 1 }),
    );
  });

  test("reports when a certificate expires, and which target was probed", async () => {
    const [sample] = await query(monitor, 'probe_ssl_earliest_cert_expiry{instance="signed"} - time()');
    expect((sample?.value ?? 0) / 86_400).toBeCloseTo(30, 0);
    expect(sample?.metric).toMatchObject({
      job: "blackbox",
      module: "untrusted",
      target: `${HERE}:${port(tls)}`,
    });
  });

  test("applies a changed module without a restart", async () => {
    const started = () =>
      monitor.exec(`${ENGINE} inspect -f '{{.State.StartedAt}}' podwatch-blackbox-exporter`);
    const before = await started();
    await stack.configure(settings({}, "another"));
    expect(await stack.up()).toMatchObject({ updated: 1 });
    expect(await started()).toBe(before);
    await eventually(
      20,
      () => byInstance(monitor, 'probe_success{instance="page-of-monitor"}'),
      (found) => found["page-of-monitor"] === 0,
    );
  });

  faultTest(
    "a module that the blackbox exporter rejects",
    "refused by its own check; nothing is changed",
    async () => {
      const broken = {
        targets: probes(),
        modules: { ...modules("x"), odd: { prober: "http", http: { colour: 1 } } },
      };
      await stack.configure(settings({ blackboxExporter: broken }));
      const output = await stack.failingUp();
      expect(output).toContain("blackbox-exporter refuses its new configuration; nothing was changed:");
      expect(output).toContain("field colour not found");
      await stack.configure(settings({}, "another"));
      expect((await stack.up()).updated ?? 0).toBe(0);
    },
  );

  faultTest(
    "a configuration that passes the check, and that the blackbox exporter rejects at its start",
    "the previous release is restored, healthy",
    async () => {
      const runner = "sh /var/lib/podwatch/runner apply blackbox-exporter";
      const bundle = await appliedBundle("blackbox-exporter");
      const unchecked = bundle
        .replace(/^part hooks\/check\n(?: {2}.*\n)*/m, "")
        .replace(/^ {2}modules:\n/m, "  modules:\n    odd: { prober: http, http: { colour: 1 } }\n");
      const refused = await monitor.tryExec(heredoc(runner, unchecked));
      expect(refused).toHaveExited(1);
      expect(refused.stderr).toMatch(
        /blackbox_exporter refused the new configuration[\s\S]*The previous release is back and healthy/,
      );
      expect(await monitor.exec(heredoc(runner, bundle))).toBe("unchanged\n");
      await eventually(
        20,
        () => byInstance(monitor, 'probe_success{instance="page"}'),
        (found) => found.page === 1,
      );
    },
  );

  test("shows its page at the front, which passes on no probes", async () => {
    expect((await monitor.fetch("/blackbox/")).body).toContain("Blackbox Exporter");
    expect((await monitor.fetch("/blackbox/probe?module=tcp&target=10.99.0.1:22")).status).toBe(403);
    expect((await monitor.fetch("/blackbox/-/reload", { data: "" })).status).toBe(403);
  });
});

describe("the NGINX exporter", () => {
  test("exports the front's metrics, under the host's name", async () => {
    await eventually(
      20,
      () => byInstance(monitor, 'up{job="nginx"} == 1 and on(instance) nginx_up == 1'),
      (found) => found["test-exporters"] === 1,
    );
    // Two probes a second ask the front for a page.
    const requests = async () =>
      (await byInstance(monitor, "nginx_http_requests_total"))["test-exporters"] ?? 0;
    const before = await requests();
    await eventually(20, requests, (now) => now > before + 2);
  });

  test("cannot be reached from outside, nor can the status page that it scrapes", async () => {
    expect((await monitor.fetch("/status")).status).toBe(404);
    expect(await monitor.exec(`${ENGINE} port podwatch-nginx-exporter`)).toBe("");
    expect((await monitor.exec(`${ENGINE} port podwatch-nginx`)).trim()).toBe("8080/tcp -> 127.0.0.1:80");
  });

  /** Asked inside Prometheus' container, since the way through the front is closed. */
  async function inside(expression: string): Promise<Array<Record<string, string>>> {
    const url = `http://127.0.0.1:9090/prometheus/api/v1/query?query=${encodeURIComponent(expression)}`;
    const script = `${ENGINE} exec podwatch-prometheus wget -q -T 5 -O - '${url}'`;
    const { data } = JSON.parse(await monitor.exec(script)) as {
      data: { result: Array<{ metric: Record<string, string> }> };
    };
    return data.result.map(({ metric }) => metric);
  }

  /** Waits until these alerts about the front are active, and no others. */
  const active = (...alerts: string[]) =>
    eventually(
      60,
      async () =>
        (await inside('ALERTS{job="nginx", alertname=~"NginxDown|InstanceDown"}')).map(
          ({ alertname }) => alertname,
        ),
      (found) => found.join() === alerts.join(),
    );
  const well = () =>
    eventually(
      60,
      () => inside('up{job="nginx"} == 1 and on(instance) nginx_up == 1'),
      (found) => found.length === 1,
    );

  test("an alert fires when the front is down, and is resolved once it is back", async () => {
    await well();
    await active();
    await monitor.exec("systemctl stop podwatch-nginx");
    await active("NginxDown");
    await monitor.exec("systemctl start podwatch-nginx");
    await well();
    await active();
  });

  test("the same alert fires when the front hangs", async () => {
    await monitor.exec("pkill -STOP -x nginx");
    try {
      await active("NginxDown");
      expect(await inside('up{job="nginx"} == 0 unless on(instance) nginx_up')).toHaveLength(1);
    } finally {
      await monitor.exec("pkill -CONT -x nginx");
    }
    await well();
    await active();
  });
});

describe("pings from a host without root", () => {
  let rootless: Stack;

  beforeAll(async () => {
    rootless = await Stack.create("pings", {
      host: { ...connection("rootless", target), become: false },
      grafana: { enabled: false },
      gateways: { enabled: false },
      prometheus: { scrapeInterval: "1s", data: "delete" },
      blackboxExporter: {
        targets: [
          { name: "here", module: "icmp", target: HERE },
          { name: "here-over-ipv6", module: "icmp", target: HERE6 },
          { name: "door-over-ipv6", module: "tcp", target: `[${monitor.address6}]:22` },
        ],
      },
    });
  });

  afterAll(() => rootless?.dispose());

  const WHY_NOT = "which runs no containers of the login user";

  const [fault, result] = ["rootless pings that the kernel does not allow", "an error, nothing is changed"];

  podmanTest(`${fault}: ${result}`, WHY_NOT, () =>
    recorded(fault, result, async () => {
      await target.exec('sysctl -q -w net.ipv4.ping_group_range="1 0"');
      expect(await rootless.failingUp()).toContain(
        "host test-target: without root, its user may not send pings (net.ipv4.ping_group_range is 1 0, and their group ",
      );
      expect(await target.execRootless("ls -A ~/.local/share/podwatch 2>&1 || :")).toContain("No such file");
    }),
  );

  podmanTest("reach the same targets as from the host itself", WHY_NOT, async () => {
    await target.exec('sysctl -q -w net.ipv4.ping_group_range="0 2147483647"');
    await rootless.up();
    await eventually(
      30,
      () => byInstance(target, "probe_success", 8080),
      (found) => Object.values(found).join() === "1,1,1",
    );
  });
});

/** What Pulumi has applied of a service. */
async function appliedBundle(service: string): Promise<string> {
  const { deployment } = JSON.parse(await stack.state()) as {
    deployment: { resources: Array<{ urn: string; inputs?: { stdin?: string } }> };
  };
  return deployment.resources.find(({ urn }) => urn.endsWith(`-${service}-service`))?.inputs?.stdin ?? "";
}

function heredoc(command: string, input: string): string {
  return `${command} <<'END OF INPUT'\n${input}END OF INPUT\n`;
}
