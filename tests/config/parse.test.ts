import { builtInModules } from "../../components/blackbox-exporter/schema";
import { parse } from "../../config/parse";
import { format } from "../../config/problem";
import { podman } from "../../engines/podman/engine";
import versions from "../../versions.json";
import { context, host, hostKey, keys, settingsOf, stack } from "./support";

const noKeys = { Container: {}, Service: {}, Unit: {} };

/** Nothing that users add to a service. */
const noAdditions = {
  arguments: [],
  environment: {},
  secretEnvironment: {},
  files: {},
  volumes: [],
  resources: {},
};

test("a host alone gets every default", () => {
  const defaults = {
    name: "monitor",
    containerEngine: podman,
    engine: { name: "podman", install: false, remove: false },
    connection: {
      host: "10.1.2.3",
      port: 22,
      user: "root",
      hostKey: expect.stringMatching(/^ssh-ed25519 \S+$/),
      privateKey: keys.plain.private.trim().concat("\n"),
      dialErrorLimit: 7,
      perDialTimeout: 5,
    },
    role: "monitor",
    become: true,
    builds: {},
    network: { subnet: "10.89.77.0/24" },
    addressNeeds: [],
    front: {
      ...noAdditions,
      bind: "127.0.0.1",
      port: 80,
      publicUrl: "http://localhost",
      serverNames: ["10.1.2.3", "localhost"],
      root: "start",
      tls: false,
      quadlet: noKeys,
      image: versions.images.nginx,
    },
    gateways: {
      enabled: true,
      sources: "auto",
      socketDirectory: "/run/roq/service",
      uid: 101,
      gid: 101,
      scrapeInterval: "5s",
    },
    prometheus: {
      ...noAdditions,
      extra: {},
      alertmanagers: [],
      remoteWrite: [],
      remoteRead: [],
      queryLog: false,
      mode: "server",
      agent: { minTime: "5m", maxTime: "4h" },
      remoteWriteReceiver: false,
      nativeHistograms: { enabled: false, keepClassic: false, convertClassic: false },
      features: [],
      enabled: true,
      scrapeInterval: "15s",
      scrapeTimeout: "10s",
      evaluationInterval: "15s",
      retention: { time: "15d" },
      limits: {
        bodySize: "64MB",
        samples: 500_000,
        labels: 100,
        labelNameLength: 256,
        labelValueLength: 8192,
        targets: 0,
      },
      externalLabels: {},
      scrapeJobs: [],
      discovery: [],
      fileSd: [],
      ruleFiles: [],
      ruleTests: [],
      quadlet: noKeys,
      data: "keep",
      image: versions.images.prometheus,
    },
    alertmanager: {
      ...noAdditions,
      enabled: false,
      extra: {},
      receivers: {},
      route: { routes: [] },
      shippedInhibitRules: true,
      inhibitRules: [],
      timeIntervals: {},
      templates: [],
      quadlet: noKeys,
      data: "keep",
      image: versions.images.alertmanager,
    },
    grafana: {
      ...noAdditions,
      datasources: [],
      influxdb: {},
      enabled: true,
      adminUser: "admin",
      datasourceUid: "PBFA97CFB590B2093",
      dashboards: [],
      missingDatasources: "keep",
      settings: {},
      plugins: [],
      quadlet: noKeys,
      data: "keep",
      image: versions.images.grafana,
    },
    blackboxExporter: {
      ...noAdditions,
      enabled: false,
      targets: [],
      modules: builtInModules,
      quadlet: noKeys,
      image: versions.images["blackbox-exporter"],
    },
    nginxExporter: {
      ...noAdditions,
      enabled: false,
      quadlet: noKeys,
      image: versions.images["nginx-exporter"],
    },
    nodeExporter: {
      arguments: [],
      environment: {},
      resources: {},
      enabled: false,
      from: "release",
      release: {
        ...versions.programs.node_exporter,
        mirror: "https://github.com/prometheus/node_exporter/releases/download",
      },
      collectors: { enable: ["systemd"], disable: [] },
      reach: { by: "socket" },
    },
    alerts: {
      enabled: true,
      runbookUrl: "http://localhost/runbooks",
      runbooksAtFront: true,
      alerts: expect.objectContaining({ Watchdog: { enabled: true, severity: "info", values: {} } }),
    },
  };
  // Services that are added have tests of their own.
  const host = settingsOf(stack());
  expect(host).toEqual({ ...host, ...defaults });
});

test("everything that can be said is taken over", () => {
  const dashboard = JSON.stringify({ title: "Mine", uid: "mine", panels: [] });
  const rules = "groups: []\n";
  const targets = JSON.stringify([{ targets: ["db1.internal:9100"] }]);
  const given = {
    network: { subnet: "172.20.0.0/16" },
    front: {
      bind: "0.0.0.0",
      insecure: "a test",
      port: "8443",
      publicUrl: "https://mon.acme.net:8443/",
      image: "reg:5000/nginx:1.29",
      serverNames: ["*.acme.net"],
      snippet: "location /docs/ {\n\treturn 204;\n}\n",
      quadlet: { Container: { Ulimit: ["a", "b"], StopTimeout: 5 }, Service: { MemoryMax: "1G" } },
    },
    gateways: {
      enabled: "false",
      sources: ["a", "b"],
      socketDirectory: "/srv/s",
      uid: 5,
      gid: 6,
      scrapeInterval: "1s",
    },
    prometheus: {
      scrapeInterval: "1m",
      scrapeTimeout: "30s",
      evaluationInterval: "2m",
      retention: { time: "1y6w", size: "50GB" },
      limits: {
        bodySize: "1GB",
        samples: 1,
        labels: 2,
        labelNameLength: 3,
        labelValueLength: 4,
        targets: 5,
      },
      externalLabels: { region: "eu" },
      scrapeJobs: [
        {
          name: "node",
          scheme: "https",
          metricsPath: "/m",
          interval: "10s",
          timeout: "5s",
          targets: ["db1.internal:9100", "[fd00::1]:9100"],
          labels: { team: "core" },
          params: { module: "http_2xx", both: ["a", "b"] },
          limits: { bodySize: "0", targets: 7 },
          extra: { honor_labels: true },
        },
      ],
      fileSd: [{ name: "found", files: ["targets/*.json"] }],
      ruleFiles: ["rules/own.*"],
      data: "delete",
      image: `quay.io/prom/prometheus@sha256:${"0".repeat(64)}`,
    },
    grafana: {
      adminUser: "boss",
      adminPassword: "correct horse",
      datasourceUid: "prom",
      dashboards: ["dash/mine.json"],
      data: "delete",
    },
  };
  const access = { name: "mon1", port: 2222, user: "ansible", becomePassword: "xyzzy" };
  const files = {
    "targets/x.json": targets,
    "targets/notes.txt": "",
    "dash/mine.json": dashboard,
    "rules/own.yml": rules,
  };
  const settings = settingsOf(stack(given, access), { files });

  expect(settings).toMatchObject({
    name: "mon1",
    become: true,
    becomePassword: "xyzzy",
    connection: { port: 2222, user: "ansible" },
    network: given.network,
    front: {
      bind: "0.0.0.0",
      insecure: "a test",
      port: 8443,
      publicUrl: "https://mon.acme.net:8443",
      serverNames: ["*.acme.net", "10.1.2.3", "mon.acme.net"],
      snippet: given.front.snippet,
      quadlet: {
        Container: { Ulimit: ["a", "b"], StopTimeout: ["5"] },
        Service: { MemoryMax: ["1G"] },
        Unit: {},
      },
    },
    gateways: { ...given.gateways, enabled: false },
    grafana: {
      adminPassword: "correct horse",
      dashboards: [{ name: "mine.json", path: "dash/mine.json", content: dashboard }],
    },
  });
  expect(settings.prometheus).toMatchObject({
    ...given.prometheus,
    scrapeJobs: [{ ...given.prometheus.scrapeJobs[0], params: { module: ["http_2xx"], both: ["a", "b"] } }],
    fileSd: [{ name: "found", files: [{ name: "x.json", path: "targets/x.json", content: targets }] }],
    ruleFiles: [{ name: "own.yml", path: "rules/own.yml", content: rules }],
  });
});

test("a host's own settings override the stack's, one by one; lists are replaced", () => {
  const sections = {
    prometheus: {
      scrapeInterval: "30s",
      retention: { time: "90d", size: "1GB" },
      externalLabels: { a: "1" },
    },
    gateways: { sources: ["one", "two"] },
  };
  const own = {
    prometheus: { retention: { time: "7d" }, externalLabels: { b: "2" } },
    gateways: { sources: ["three"] },
  };
  const parsed = parse(
    { ...sections, hosts: { m1: { ...host, ...own }, m2: { ...host, port: 23 } } },
    context(),
  );
  const [first, second] = "settings" in parsed ? parsed.settings.hosts : [];
  expect(first?.prometheus).toMatchObject({
    scrapeInterval: "30s",
    retention: { time: "7d", size: "1GB" },
    externalLabels: { a: "1", b: "2" },
  });
  expect(first?.gateways.sources).toEqual(["three"]);
  expect(second?.name).toBe("m2");
  expect(second?.prometheus.retention).toEqual({ time: "90d", size: "1GB" });
  expect(second?.gateways.sources).toEqual(["one", "two"]);
});

test.each([
  ["rootless", {}, { become: false, user: "me" }, { port: 8080, publicUrl: "http://localhost:8080" }],
  ["another port", { port: 81 }, {}, { port: 81, publicUrl: "http://localhost:81" }],
  ["everywhere", { bind: "0.0.0.0", insecure: "a test" }, {}, { port: 443, publicUrl: "https://10.1.2.3" }],
  [
    "everywhere, in clear text",
    { bind: "0.0.0.0", insecure: "a test", tls: false },
    {},
    { port: 80, publicUrl: "http://10.1.2.3" },
  ],
  [
    "everywhere, rootless",
    { bind: "0.0.0.0", insecure: "a test" },
    { become: false, user: "me" },
    { port: 8443, publicUrl: "https://10.1.2.3:8443" },
  ],
  ["encrypted on loopback", { tls: { ownCa: {} } }, {}, { port: 443, publicUrl: "https://localhost" }],
  [
    "everywhere by IPv6",
    { bind: "::", insecure: "a test" },
    { address: "fd00::7" },
    { port: 443, publicUrl: "https://[fd00::7]" },
  ],
  [
    "one address",
    { bind: "10.0.0.9", insecure: "a test", port: 8080 },
    {},
    { port: 8080, publicUrl: "https://10.0.0.9:8080" },
  ],
])("the front's port and URL follow from the rest: %s", (_, front, more, expected) => {
  expect(settingsOf(stack({ front }, more)).front).toMatchObject(expected);
});

test.each([
  ["open", { bind: "0.0.0.0", insecure: "a test" }, { ownCa: { lifetime: "365d" }, hsts: "0s" }],
  ["open in clear text", { bind: "0.0.0.0", insecure: "a test", tls: false }, false],
  ["local", {}, false],
  [
    "encrypted on loopback",
    { tls: { ownCa: { lifetime: "90d" } } },
    { ownCa: { lifetime: "90d" }, hsts: "0s" },
  ],
])("a front is encrypted as soon as others reach it: %s", (_, front, tls) => {
  expect(settingsOf(stack({ front })).front.tls).toEqual(tls);
});

test.each([
  [
    { tls: {} },
    "front.tls: does not say where the certificate comes from; write ownCa: {} below it, or files, or acme",
  ],
  [
    { tls: "yes" },
    'front.tls: "yes" is neither false nor a group; write ownCa: {} below it, or false for clear text',
  ],
  [
    { tls: { ownCa: { lifetime: "3y" } } },
    'front.tls.ownCa.lifetime: "3y" is not a lifetime of a certificate; write one from 1d to 825d',
  ],
  [
    { tls: { ownCa: {} }, publicUrl: "http://mon.acme.net" },
    'front.publicUrl: "http://mon.acme.net" is in clear text, and the front is encrypted; write https, or tls: false',
  ],
  [
    { bind: "10.1.2.3", insecure: "a test", publicUrl: "http://mon.acme.net" },
    'front.publicUrl: "http://mon.acme.net" is in clear text, and the front is encrypted, as it is by default at "10.1.2.3"; write https, or tls: false',
  ],
])("an encryption that cannot be is refused: %j", (front, problem) => {
  const parsed = parse(stack({ front }), context());
  const problems = "problems" in parsed ? parsed.problems.map((one) => format(one)) : [];
  expect(problems).toEqual([`podwatch:${problem}`]);
});

test("the usual scrape time-out shrinks with the interval", () => {
  expect(settingsOf(stack({ prometheus: { scrapeInterval: "5s" } })).prometheus.scrapeTimeout).toBe("5s");
  expect(settingsOf(stack({ prometheus: { scrapeInterval: "1h" } })).prometheus.scrapeTimeout).toBe("10s");
});

test("a proxy is a hop of its own, and what lies behind one is dialled once", () => {
  const proxy = { address: "bastion.acme.net", user: "jump", password: "pw", insecureIgnoreHostKey: true };
  const { connection } = settingsOf(stack({}, { proxy }));
  expect(connection).toMatchObject({
    dialErrorLimit: 0,
    proxy: {
      host: "bastion.acme.net",
      port: 22,
      user: "jump",
      password: "pw",
      dialErrorLimit: 7,
      perDialTimeout: 5,
    },
  });
});

test("keys come from a file, the stack file, or the agent", () => {
  const { privateKeyFile, ...bare } = host;
  expect(privateKeyFile).toBeDefined();
  const fromText = settingsOf({
    host: { ...bare, privateKey: keys.encrypted.private, privateKeyPassword: "open sesame" },
  });
  expect(fromText.connection).toMatchObject({
    privateKey: keys.encrypted.private.trim().concat("\n"),
    privateKeyPassword: "open sesame",
  });
  const agent = { socket: "/run/agent", state: "ready" } as const;
  const fromAgent = settingsOf({ host: { ...bare, agent: true } }, { agent });
  expect(fromAgent.connection).toMatchObject({ agentSocketPath: "/run/agent" });
  expect(fromAgent.connection).not.toHaveProperty("privateKey");
});

test("a host key is found in a known_hosts file", () => {
  const { hostKey: _, ...bare } = host;
  const files = { known: `# mine\n[10.1.2.3]:2222,other ${hostKey} comment\n` };
  const settings = settingsOf({ host: { ...bare, port: 2222, knownHostsFile: "known" } }, { files });
  expect(settings.connection).toMatchObject({ hostKey: hostKey.split(" ").slice(0, 2).join(" ") });
});

test("nothing of the settings can be changed", () => {
  const settings = settingsOf(stack({ prometheus: { externalLabels: { a: "1" } } }));
  expect(() => Object.assign(settings.prometheus.externalLabels, { a: "2" })).toThrow(TypeError);
  expect(() => Object.assign(settings.connection, { host: "x" })).toThrow(TypeError);
});
