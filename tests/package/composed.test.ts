// A program that composes a host by hand gets what a stack file with the same settings gets.
import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { MonitoringStack as CheckedStack } from "../../components/monitoringStack";
import * as podwatch from "../../package/index";
import { COMMAND, deploy, plainText, type Recorded, Secret } from "../components/mocks";
import { beside, login, settingsOf } from "../components/stackFile";

/** Sections as in a stack file. */
const sections = {
  front: { port: 8080 },
  gateways: { gid: 990 },
  network: { subnet: "10.88.1.0/24" },
  prometheus: { retention: { time: "30d" }, scrapeJobs: [{ name: "db", targets: ["db1.internal:9100"] }] },
  alerts: { GatewayDown: { for: "5m" } },
  grafana: { adminUser: "ann", adminPassword: "s3cret-password" },
  alertmanager: {
    receivers: { chat: { slack: { apiUrl: "https://hooks.slack.com/s3cret", channel: "#a" } } },
  },
  blackboxExporter: { targets: [{ name: "shop", target: "https://shop.my-company.net" }] },
  nodeExporter: { collectors: { enable: ["processes"] } },
};

const later = (text: string) => pulumi.output(Promise.resolve(text));

/** The same, component by component, with Outputs for secrets. */
function compose() {
  const { front, gateways, alerts } = sections;
  const host = new podwatch.Host("h", { ...login, name: "mon1", front, gateways });
  const network = new podwatch.PodNetwork("n", { host, ...sections.network });
  const on = { host, network };
  const node = new podwatch.NodeExporter("node", { host, ...sections.nodeExporter });
  const alertmanager = new podwatch.Alertmanager("a", {
    ...on,
    receivers: { chat: { slack: { apiUrl: later("https://hooks.slack.com/s3cret"), channel: "#a" } } },
  });
  const blackbox = new podwatch.BlackboxExporter("x", { ...on, ...(sections.blackboxExporter as object) });
  const prometheus = new podwatch.Prometheus("p", { ...on, ...sections.prometheus, alerts });
  const grafana = new podwatch.Grafana("g", {
    ...on,
    ...sections.grafana,
    adminPassword: later("s3cret-password"),
  });
  const bridge = new podwatch.NginxBridge("b", {
    ...on,
    backends: [grafana.backend, prometheus.backend, alertmanager.backend, blackbox.backend],
  });
  return { host, network, node, alertmanager, blackbox, prometheus, grafana, bridge };
}

/** What arrives on the host, in plain text, by what it is for. */
function arriving(resources: readonly Recorded[]): Record<string, unknown> {
  return Object.fromEntries(
    resources
      .filter(({ type }) => type === COMMAND)
      .map(({ inputs: { create, stdin } }) => [
        // Owner and versions of secrets depend on the names of resources.
        String(create).replace(/--owner=\S+| [0-9a-f]{16}\b/g, ""),
        stdin instanceof Secret ? stdin.value : stdin,
      ]),
  );
}

test("composed by hand, everything arrives that a stack file brings", async () => {
  const nodeExporter = { ...sections.nodeExporter, enabled: true };
  const nginxExporter = { enabled: false };
  const settings = settingsOf({ host: { ...login, name: "mon1" }, ...sections, nodeExporter, nginxExporter });
  const stack = await deploy(() => new CheckedStack("m", settings));
  const composed = await deploy(() => beside({}, compose));
  expect(arriving(composed.resources)).toEqual(arriving(stack.resources));
  expect(plainText(composed.resources)).not.toContain("s3cret");
});

test("what installs podman comes before all others", async () => {
  const { resources } = await deploy(() =>
    beside({}, () => {
      const host = new podwatch.Host("h", { ...login, name: "mon1" });
      new podwatch.ContainerEngine("e", { host, remove: true });
      const network = new podwatch.PodNetwork("n", { host });
      new podwatch.NginxBridge("b", { host, network });
    }),
  );
  const command = (name: string) => resources.find((other) => other.name === name);
  expect(command("e-service")?.inputs.stdin).toMatch(/\nkind packages\n[\s\S]*\nremove yes\n/);
  for (const name of ["n-service", "b-service"])
    expect(command(name)?.dependsOn).toEqual(expect.arrayContaining(["e-service"]));
});

test("exceptions from the policy are told", async () => {
  const warn = jest.spyOn(pulumi.log, "warn").mockImplementation(async () => {});
  const policy = { exceptions: { backups: "nothing of worth is on it", "backup-alerts": "there are none" } };
  await deploy(() => new podwatch.MonitoringStack("m", { host: { ...login, name: "mon1" }, policy }));
  expect(warn.mock.calls.map(([message]) => message)).toContain(
    "policy: backups is not enforced: nothing of worth is on it",
  );
  warn.mockRestore();
});

test("every command of a host waits for the check of all that is composed on it", async () => {
  const { resources } = await deploy(() => beside({}, compose));
  const gate = resources.find(({ name }) => name === "h-runner-gate");
  expect(gate?.inputs.create).toMatch(
    / fit .*container\/alertmanager .*network\/network .*container\/nginx=/,
  );
  expect(resources.find(({ name }) => name === "h-answers")?.dependsOn).toEqual(
    expect.arrayContaining(["a-service", "b-service", "g-service", "n-service", "node-service", "p-service"]),
  );
});

test("the Prometheus of one host scrapes the node exporters of others", async () => {
  const { resources } = await deploy(() =>
    beside({}, () => {
      const shop = new podwatch.Host("shop", { ...login, address: "10.1.2.4", role: "target" });
      const node = new podwatch.NodeExporter("shop-node", { host: shop, allowFrom: ["10.1.2.3"] });
      const host = new podwatch.Host("mon1", login);
      const network = new podwatch.PodNetwork("n", { host });
      new podwatch.Prometheus("p", { host, network, nodeExporters: [node] });
    }),
  );
  const stdin = (name: string) => resources.find((other) => other.name === name)?.inputs.stdin;
  expect(stdin("p-service")).toContain("- '10.1.2.4:9100'");
  expect(stdin("shop-node-service")).toContain("listen 10.1.2.4 9100\n");
});

test("addresses of hosts may be Outputs, here and where they are scraped", async () => {
  const { resources } = await deploy(() =>
    beside({}, () => {
      const shop = new podwatch.Host("shop", { ...login, address: later("10.1.2.4"), role: "target" });
      const node = new podwatch.NodeExporter("shop-node", { host: shop, allowFrom: ["10.1.2.3"] });
      const host = new podwatch.Host("mon1", { ...login, address: later("10.1.2.3") });
      const network = new podwatch.PodNetwork("n", { host });
      new podwatch.Prometheus("p", { host, network, nodeExporters: [node] });
      new podwatch.NginxBridge("b", { host, network });
    }),
  );
  const inputs = (name: string) => resources.find((other) => other.name === name)?.inputs ?? {};
  const address = (name: string) => (inputs(name).connection as { value: { host: string } }).value.host;
  expect(inputs("p-service").stdin).toContain("- '10.1.2.4:9100'");
  expect([address("p-service"), address("shop-node-service")]).toEqual(["10.1.2.3", "10.1.2.4"]);
});

const UNKNOWN = "unknown setting; did you mean";
const HOST = { ...login, name: "mon1" };

test.each<[string, (host: podwatch.Host, network: podwatch.PodNetwork) => unknown, string[]]>([
  [
    "settings as in a stack file",
    (host, network) =>
      new podwatch.Prometheus("p", {
        host,
        network,
        retention: { time: "15 days" },
        scrapeJobs: [{ name: "prometheus" }],
      }),
    [
      "Prometheus p has 3 problems; no host was touched:",
      expect.stringMatching(/^ {2}retention\.time: "15 days" is not a duration; write /) as unknown as string,
      expect.stringMatching(/^ {2}scrapeJobs\[0\]\.name: "prometheus" is /) as unknown as string,
      expect.stringMatching(/^ {2}scrapeJobs\[0\]\.targets: is missing; /) as unknown as string,
    ],
  ],
  [
    "an unknown setting",
    (host, network) => new podwatch.Grafana("g", { host, network, ...{ adminUsr: "ann" } }),
    [
      "Grafana g has one problem; no host was touched:",
      expect.stringContaining(`  adminUsr: ${UNKNOWN}`) as unknown as string,
    ],
  ],
  [
    "an Output that has to be known",
    (host, network) =>
      new podwatch.Grafana("g", { host, network, ...{ adminUser: later("ann") as unknown as string } }),
    [
      "Grafana g has one problem; no host was touched:",
      expect.stringContaining("  adminUser: is an Output, but its text has to be known") as unknown as string,
    ],
  ],
  [
    "a setting of another section",
    (host, network) => new podwatch.NginxBridge("b", { host, network, gateways: { uid: 0 } }),
    [
      "NginxBridge b has one problem; no host was touched:",
      expect.stringMatching(/^ {2}gateways\.uid: 0 is not a numeric id/) as unknown as string,
    ],
  ],
  [
    "a service that a target has not",
    (_, network) => {
      const host = new podwatch.Host("t", { ...login, address: "10.1.2.4", role: "target" });
      return new podwatch.Prometheus("p", { host, network });
    },
    [
      "Prometheus p has one problem; no host was touched:",
      expect.stringMatching(/^ {2}prometheus: is not used with role: target/) as unknown as string,
    ],
  ],
  [
    "two of a kind",
    (host, network) => [1, 2].map((number) => new podwatch.Grafana(`g${number}`, { host, network })),
    ["Grafana g2: Host h has Grafana g1 already; remove one of the two"],
  ],
  [
    "what installs podman, after something that needs it",
    (host, network) => [
      new podwatch.Grafana("g", { host, network }),
      new podwatch.ContainerEngine("e", { host }),
    ],
    ["ContainerEngine e: is created after PodNetwork n, which needs it; create it right after Host h"],
  ],
  [
    "gateways that Prometheus did not know",
    (host, network) => {
      new podwatch.Prometheus("p", { host, network });
      new podwatch.NginxBridge("b", { host, network, gateways: { sources: ["deribit"] } });
    },
    [
      "NginxBridge b: changes what Prometheus p was created with; create Prometheus p later, or write the settings that both need at Host h",
    ],
  ],
  [
    "a network without IPv6 and a target that needs it",
    (host, network) =>
      new podwatch.Prometheus("p", {
        host,
        network,
        scrapeJobs: [{ name: "a", targets: ["[fd00::1]:9100"] }],
      }),
    [
      expect.stringContaining(
        "Prometheus p: changes what PodNetwork n was created with",
      ) as unknown as string,
    ],
  ],
])("%s: refused, and nothing is sent to the host", async (_, program, told) => {
  const { commands, message } = await refused(program);
  expect(message.split("\n")).toEqual(told);
  expect(commands).toEqual([]);
});

test("a host's own settings are refused as in a stack file", async () => {
  await expect(
    deploy(() => beside({}, () => new podwatch.Host("h", { ...HOST, port: 0, ...{ adress: "x" } }))),
  ).rejects.toThrow(
    /^Host h has 2 problems; no host was touched:\n {2}adress: unknown setting; did you mean .*\n {2}port: 0 is not a port number/,
  );
});

test("a component that comes after an await is refused", async () => {
  const { result: host } = await deploy(() => beside({}, () => new podwatch.Host("h", login)));
  expect(() => new podwatch.PodNetwork("n", { host })).toThrow(
    "PodNetwork n: is created too late; create it right after Host h, with no await between them",
  );
});

/** Runs a program that is refused after it has created a host, and gives what was sent there all the same. */
async function refused(program: (host: podwatch.Host, network: podwatch.PodNetwork) => unknown) {
  const asked = jest.spyOn(MockMonitor.prototype, "registerResource");
  const message = await deploy(() =>
    beside({}, () => {
      const host = new podwatch.Host("h", HOST);
      program(host, new podwatch.PodNetwork("n", { host }));
    }),
  ).then(
    () => "",
    (error: Error) => error.message,
  );
  await new Promise((resolve) => setTimeout(resolve, 50));
  const commands = asked.mock.calls.map(([request]) => request.getType()).filter((type) => type === COMMAND);
  asked.mockRestore();
  return { message, commands };
}
