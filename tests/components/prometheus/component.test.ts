import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { BRIDGE_ENDPOINT } from "../../../components/nginx/endpoint";
import { gatewayTelemetry } from "../../../components/nginx/gateways.render";
import { Prometheus } from "../../../components/prometheus/component";
import { prometheusPlacement } from "../../../components/prometheus/placement";
import { PROMETHEUS_TELEMETRY } from "../../../components/prometheus/render";
import type { HostSettings } from "../../../config/load";
import { ownFile } from "../../../lib/additions";
import { secretInput } from "../../../lib/secretVersion";
import versions from "../../../versions.json";
import { everySection, filesBeside } from "../everything";
import { command, component, removal, serviceUnit, unitLines } from "../expected";
import { plainText, Secret, versionOf } from "../mocks";
import { bundleOf, deployOnHost, serviceCommand } from "../onHost";
import { hostSettings } from "../stackFile";

function deployPrometheus(settings: HostSettings) {
  return deployOnHost(settings, (name, ground) => {
    return new Prometheus(name, {
      ...ground,
      front: settings.front,
      settings: settings.prometheus,
      hostName: settings.name,
      alerts: settings.alerts,
      watched: [PROMETHEUS_TELEMETRY, gatewayTelemetry(settings.gateways, BRIDGE_ENDPOINT)],
      alertmanagers: [],
    });
  });
}

const SELF = {
  job_name: "prometheus",
  metrics_path: "/prometheus/metrics",
  static_configs: [{ targets: ["localhost:9090"] }],
};

/** The files of shipped rules, in the order of what is watched. */
const SHIPPED = ["shipped/watchdog", "shipped/instance", "shipped/prometheus", "shipped/gateways"];

test("minimal: scrapes itself and the gateways that it finds", async () => {
  const { resources, result } = await deployPrometheus(hostSettings());
  expect(resources).toEqual([component("Prometheus", "tested"), serviceCommand("prometheus")]);
  expect(result.url).toBe("http://localhost/prometheus/");
  expect(prometheusPlacement.offer(hostSettings())?.datasource).toEqual([
    {
      kind: { type: "prometheus", scrapeInterval: "15s" },
      endpoints: { local: { scheme: "http", host: "podwatch-prometheus", port: 9090, path: "/prometheus" } },
    },
  ]);
  const { headers, parts } = bundleOf(resources);
  expect(headers).toEqual([
    "podwatch-bundle 1",
    "service prometheus",
    `image ${versions.images.prometheus}`,
    "user 65534:65534",
    "ready-within 300",
    "data keep",
  ]);
  expect(Object.keys(parts)).toEqual([
    "files/prometheus.yml",
    ...SHIPPED.map((name) => `files/rules/${name}.yml`).sort(),
    "hooks/check",
    "hooks/ready",
    "hooks/reload",
    "unit/podwatch-prometheus.container",
  ]);
  expect(parse(parts["files/prometheus.yml"] ?? "")).toEqual({
    global: {
      scrape_interval: "15s",
      scrape_timeout: "10s",
      evaluation_interval: "15s",
      body_size_limit: "64MB",
      sample_limit: 500_000,
      label_limit: 100,
      label_name_length_limit: 256,
      label_value_length_limit: 8192,
    },
    rule_files: SHIPPED.map((name) => `/etc/podwatch/current/files/rules/${name}.yml`),
    scrape_configs: [
      SELF,
      {
        job_name: "roq-gateways",
        scrape_interval: "5s",
        scrape_timeout: "5s",
        params: { format: ["prometheus"] },
        http_sd_configs: [{ url: "http://podwatch-nginx:8081/gateways", refresh_interval: "5s" }],
      },
    ],
  });
  expect(parts["hooks/check"]).not.toContain("promtool test rules");
  expect(unitLines(parts["unit/podwatch-prometheus.container"])).toEqual(
    serviceUnit({
      description: "Podwatch Prometheus",
      service: "prometheus",
      image: versions.images.prometheus,
      user: 65534,
      group: 65534,
      container: [
        "Volume=podwatch-prometheus:/prometheus",
        "Exec=--config.file=/etc/podwatch/current/files/prometheus.yml --storage.tsdb.path=/prometheus " +
          "--storage.tsdb.retention.time=15d --web.external-url=http://localhost/prometheus/ --web.route-prefix=/prometheus",
      ],
    }),
  );
});

test("everything changed", async () => {
  const sections = everySection();
  // What Prometheus finds by itself has a test of its own.
  const prometheus = { ...(sections.prometheus as object), discovery: [] };
  const settings = hostSettings({ ...sections, prometheus }, {}, filesBeside());
  const { resources, result } = await deployPrometheus(settings);
  const secrets = [
    "-client-secret.found-by-dns",
    "-header-X-Tenant.databases",
    "-password.asked-for",
    "-sd-token.asked-for",
    ".own",
  ].map((kind) => `tested${kind}-secret`);
  expect(resources.map(({ name }) => name).sort()).toEqual(["tested", ...secrets, "tested-service"].sort());
  expect(resources).toContainEqual(
    serviceCommand("prometheus", {
      note: ` ${secrets.map(versionOf).join(" ")}`,
      dependsOn: secrets,
    }),
  );
  expect(result.url).toBe("http://10.1.2.3:8080/prometheus/");
  expect([prometheusPlacement.offer(settings)?.datasource].flat()[0]?.kind).toMatchObject({
    scrapeInterval: "20s",
  });
  const { headers, parts } = bundleOf(resources);
  expect(headers).toContain("image registry.my-company.net:5000/mirror/prometheus:v3.4.0");
  expect(headers).toContain("data delete");
  expect(Object.keys(parts).filter((path) => path.startsWith("files/"))).toEqual([
    `files/${ownFile(filesBeside()["targets/more.yml"] ?? "")}`,
    "files/prometheus.yml",
    "files/rule-tests/own_test.yml",
    "files/rules/own.yml",
    ...SHIPPED.map((name) => `files/rules/${name}.yml`).sort(),
    "files/targets/machines/more.yml",
    "files/targets/machines/racks.json",
    "files/tls/asked-for/ca.pem",
    "files/tls/found-by-dns/oauth2-ca.pem",
  ]);
  expect(parts["files/tls/asked-for/ca.pem"]).toBe(filesBeside()["tls/ca.pem"]);
  expect(parts["files/targets/machines/more.yml"]).toBe(filesBeside()["targets/more.yml"]);
  expect(parts["files/rules/own.yml"]).toBe(filesBeside()["rules/own.yml"]);
  expect(parts["files/rule-tests/own_test.yml"]).toMatch(
    /^rule_files:\n {2}- \.\.\/rules\/own\.yml\ntests:\n/,
  );
  expect(parts["hooks/check"]).toMatch(/promtool check config .*\n[\s\S]*promtool test rules /);
  const configuration = parse(parts["files/prometheus.yml"] ?? "");
  expect(configuration.storage).toEqual({
    tsdb: { out_of_order_time_window: "30m" },
    exemplars: { max_exemplars: 50_000 },
  });
  expect(configuration.remote_read).toEqual([
    { name: "central", url: "https://metrics.my-company.net/api/v1/read", read_recent: true },
  ]);
  expect(configuration.rule_files).toEqual(
    ["own", ...SHIPPED].map((name) => `/etc/podwatch/current/files/rules/${name}.yml`),
  );
  expect(configuration.global).toEqual({
    query_log_file: "/prometheus/query.log",
    rule_query_offset: "30s",
    scrape_interval: "20s",
    scrape_timeout: "7s",
    evaluation_interval: "30s",
    body_size_limit: "128MB",
    sample_limit: 1_000_000,
    label_name_length_limit: 100,
    label_value_length_limit: 1000,
    target_limit: 5000,
    always_scrape_classic_histograms: true,
    convert_classic_histograms_to_nhcb: true,
    external_labels: {
      region: "eu",
      note: String(settings.prometheus.externalLabels.note).replace("$dollar", "$$$$dollar"),
    },
  });
  const bridge = (name: string) => ({
    targets: ["podwatch-nginx:8081"],
    labels: { __metrics_path__: `/roq/service/${name}/metrics`, instance: name },
  });
  expect(configuration.scrape_configs).toEqual(
    [
      SELF,
      {
        job_name: "roq-gateways",
        scrape_interval: "2s500ms",
        scrape_timeout: "2s500ms",
        params: { format: ["prometheus"] },
        body_size_limit: "16MB",
        sample_limit: 100_000,
        label_limit: 20,
        label_name_length_limit: 64,
        label_value_length_limit: 512,
        target_limit: 40,
        static_configs: [bridge("deribit"), bridge("coinbase-pro"), bridge("Bybit_2")],
      },
      {
        job_name: "databases",
        scheme: "https",
        metrics_path: "/some/metrics",
        scrape_interval: "1m",
        scrape_timeout: "45s",
        params: { module: ["http_2xx"], target: ["a", "b c"] },
        body_size_limit: "1EB",
        sample_limit: 2_000_000_000,
        label_limit: 200,
        label_name_length_limit: 200,
        label_value_length_limit: 2000,
        target_limit: 10,
        static_configs: [
          {
            targets: ["db1.internal:9100", "[fd00::1]:9100"],
            labels: { team: "core", path: "C:\\temp $1" },
          },
        ],
        http_headers: { "X-Tenant": { files: ["/run/secrets/prometheus-header-X-Tenant.databases"] } },
        honor_labels: true,
        tls_config: { insecure_skip_verify: true },
        relabel_configs: [
          {
            source_labels: ["__address__"],
            regex: "(.*):\\d+",
            target_label: "instance",
            replacement: "$1",
          },
        ],
      },
      {
        job_name: "found-by-dns",
        scheme: "http",
        metrics_path: "/metrics",
        oauth2: {
          client_id: "podwatch",
          client_secret_file: "/run/secrets/prometheus-client-secret.found-by-dns",
          token_url: "https://login.my-company.net/token",
          scopes: ["metrics.read"],
          endpoint_params: { audience: "metrics" },
          tls_config: { ca_file: "/etc/podwatch/current/files/tls/found-by-dns/oauth2-ca.pem" },
        },
        dns_sd_configs: [{ names: ["exporters.internal"], type: "A", port: 9100 }],
      },
      {
        job_name: "asked-for",
        scheme: "http",
        metrics_path: "/metrics",
        basic_auth: { username: "podwatch", password_file: "/run/secrets/prometheus-password.asked-for" },
        tls_config: {
          ca_file: "/etc/podwatch/current/files/tls/asked-for/ca.pem",
          server_name: "machine.my-company.net",
          insecure_skip_verify: true,
        },
        http_sd_configs: [
          {
            url: "https://inventory.my-company.net/targets",
            refresh_interval: "30s",
            authorization: {
              type: "Bearer",
              credentials_file: "/run/secrets/prometheus-sd-token.asked-for",
            },
          },
        ],
      },
      {
        job_name: "machines",
        scheme: "https",
        metrics_path: "/file/metrics",
        scrape_interval: "30s",
        scrape_timeout: "10s",
        params: { format: ["prometheus"] },
        file_sd_configs: [
          {
            files: [
              "/etc/podwatch/current/files/targets/machines/more.yml",
              "/etc/podwatch/current/files/targets/machines/racks.json",
            ],
          },
        ],
        relabel_configs: [{ target_label: "from", replacement: "file $$HOME" }],
        body_size_limit: "1GB",
        sample_limit: 2_000_000,
        label_limit: 2_000_000_000,
        label_name_length_limit: 2_000_000_000,
        label_value_length_limit: 2_000_000_000,
        target_limit: 2_000_000_000,
        keep_dropped_targets: 100,
      },
    ].map((job) => ({ ...job, native_histogram_bucket_limit: 160, native_histogram_min_bucket_factor: 1.1 })),
  );
  const unit = unitLines(parts["unit/podwatch-prometheus.container"]);
  expect(unit.slice(unit.indexOf("[Service]") - 1)).toEqual([
    "PodmanArgs=--ulimit=nofile=65536:65536",
    "[Service]",
    "Restart=always",
    "RestartSec=2",
    "TimeoutStartSec=300",
    "CPUWeight=500",
    "MemoryMax=4G",
    "CPUQuota=150%",
    "TasksMax=1024",
    "[Install]",
    "WantedBy=multi-user.target",
  ]);
  expect(unit).toContain(
    "Exec=--config.file=/etc/podwatch/current/files/prometheus.yml --storage.tsdb.path=/prometheus " +
      "--storage.tsdb.retention.time=1y2w --storage.tsdb.retention.size=50GB " +
      "--enable-feature=native-histograms,exemplar-storage " +
      "--web.external-url=http://10.1.2.3:8080/prometheus/ --web.route-prefix=/prometheus " +
      "--web.enable-remote-write-receiver --query.lookback-delta=3m --log.format=json",
  );
});

const REMOTE_WRITE = [{ name: "central", url: "http://10.1.2.9/prometheus/api/v1/write" }];

/** An agent, its configuration and its arguments. */
async function agent(prometheus: object = {}) {
  const settings = hostSettings({
    prometheus: { mode: "agent", remoteWrite: REMOTE_WRITE, ...prometheus },
    grafana: { enabled: false },
  });
  const { resources } = await deployPrometheus(settings);
  const { parts } = bundleOf(resources);
  const unit = unitLines(parts["unit/podwatch-prometheus.container"]);
  const words =
    unit
      .find((line) => line.startsWith("Exec="))
      ?.slice("Exec=".length)
      .split(" ") ?? [];
  return { settings, parts, words, configuration: parse(parts["files/prometheus.yml"] ?? "") };
}

test("an agent scrapes and sends, with its name on every sample; it has no rules and offers no data source", async () => {
  const { settings, parts, words, configuration } = await agent();
  expect(words.slice(1, 5)).toEqual([
    "--agent",
    "--storage.agent.path=/prometheus/agent",
    "--storage.agent.retention.min-time=5m",
    "--storage.agent.retention.max-time=4h",
  ]);
  expect(words.join(" ")).not.toContain("tsdb");
  expect(Object.keys(configuration)).toEqual(["global", "scrape_configs", "remote_write"]);
  expect(configuration.global).not.toHaveProperty("evaluation_interval");
  expect(configuration.global.external_labels).toEqual({ host: settings.name });
  expect(configuration.remote_write).toEqual(REMOTE_WRITE);
  expect(Object.keys(parts)).toEqual([
    "files/prometheus.yml",
    "hooks/check",
    "hooks/ready",
    "hooks/reload",
    "hooks/started",
    "unit/podwatch-prometheus.container",
  ]);
  expect(parts["hooks/check"]).toContain("promtool check config --agent ");
  // It answers no query for a moment without a scrape.
  expect(parts["hooks/reload"]).not.toContain("await_moment()");
  expect(prometheusPlacement.offer(settings)).toEqual({
    backend: expect.objectContaining({ name: "prometheus" }),
    metrics: { job: "prometheus", path: "/prometheus/metrics" },
  });
});

test("an agent's limits take effect, also below the time after which it cuts its log; its labels are the user's", async () => {
  const { words, configuration } = await agent({
    agent: { minTime: "1m", maxTime: "30m" },
    externalLabels: { region: "eu", host: "edge-7" },
  });
  expect(words.slice(3, 6)).toEqual([
    "--storage.agent.retention.min-time=1m",
    "--storage.agent.retention.max-time=30m",
    "--storage.agent.wal-truncate-frequency=30m",
  ]);
  expect(configuration.global.external_labels).toEqual({ host: "edge-7", region: "eu" });
  const before3 = await agent({ image: "docker.io/prom/prometheus:v2.53.3" });
  expect(before3.words[1]).toBe("--enable-feature=agent");
});

test("native histograms are sent as well, unless an endpoint says otherwise", async () => {
  const remoteWrite = [
    { name: "takes-them", url: "http://a/" },
    { name: "does-not", url: "http://b/", sendNativeHistograms: false },
  ];
  const { words, configuration } = await agent({ nativeHistograms: { enabled: true }, remoteWrite });
  expect(words).toContain("--enable-feature=native-histograms");
  expect(configuration.remote_write).toEqual([
    { name: "takes-them", url: "http://a/", send_native_histograms: true },
    { name: "does-not", url: "http://b/" },
  ]);
});

test("each secret of a job is one on the host, and shows nowhere else", async () => {
  const scrapeJobs = [
    { name: "a.shop", targets: ["a:1"], basicAuth: { username: "me", password: "a pass$word" } },
    { name: "found", httpSd: { url: "http://a/", bearerToken: "a token" }, headers: { "X-Key": "a header" } },
  ];
  const { resources } = await deployPrometheus(hostSettings({ prometheus: { scrapeJobs } }));
  const values = {
    "header-X-Key.found": "a header",
    "password.a.shop": "a pass$word",
    "sd-token.found": "a token",
  };
  const names = Object.keys(values).map((kind) => `tested-${kind}-secret`);
  expect(resources).toEqual([
    component("Prometheus", "tested"),
    ...Object.entries(values).map(([kind, value]) =>
      command({
        name: `tested-${kind}-secret`,
        parent: "tested",
        create: `/bin/sh /var/lib/podwatch/runner put-secret prometheus-${kind} --owner=mon`,
        delete: removal(`remove-secret prometheus-${kind}`),
        stdin: new Secret(secretInput(value)),
        triggers: ["id-of-mon-runner"],
        dependsOn: ["mon-runner"],
      }),
    ),
    serviceCommand("prometheus", {
      note: ` ${names.map(versionOf).join(" ")}`,
      dependsOn: names,
    }),
  ]);
  for (const value of Object.values(values)) expect(plainText(resources)).not.toContain(value);
  const { headers, parts } = bundleOf(resources);
  expect(headers.filter((line) => line.startsWith("secret "))).toEqual(
    Object.keys(values).map((kind) => `secret podwatch-prometheus-${kind}`),
  );
  expect(unitLines(parts["unit/podwatch-prometheus.container"])).toContain(
    "Secret=podwatch-prometheus-password.a.shop,type=mount,target=prometheus-password.a.shop,uid=65534,gid=65534,mode=0400",
  );
  const [, , shop, found] = parse(parts["files/prometheus.yml"] ?? "").scrape_configs;
  expect(shop.basic_auth).toEqual({
    username: "me",
    password_file: "/run/secrets/prometheus-password.a.shop",
  });
  expect(found.http_sd_configs).toEqual([
    {
      url: "http://a/",
      refresh_interval: "1m",
      authorization: { type: "Bearer", credentials_file: "/run/secrets/prometheus-sd-token.found" },
    },
  ]);
});

test("an Alertmanager of the stack gets alerts as its endpoint says, its password as a secret", async () => {
  const settings = hostSettings();
  const auth = { type: "basic", username: "prometheus", password: pulumi.secret("hunter22") } as const;
  const tls = { ca: "PEM\n" };
  const { resources } = await deployOnHost(settings, (name, ground) => {
    return new Prometheus(name, {
      ...ground,
      front: settings.front,
      settings: settings.prometheus,
      hostName: settings.name,
      alerts: settings.alerts,
      watched: [],
      alertmanagers: [{ scheme: "https", host: "10.1.2.9", port: 443, path: "/alertmanager", auth, tls }],
    });
  });
  const name = "10-1-2-9-443-alertmanager";
  const { parts } = bundleOf(resources);
  expect(parse(parts["files/prometheus.yml"] ?? "").alerting.alertmanagers).toEqual([
    {
      scheme: "https",
      path_prefix: "/alertmanager",
      static_configs: [{ targets: ["10.1.2.9:443"] }],
      basic_auth: {
        username: "prometheus",
        password_file: `/run/secrets/prometheus-own-alertmanager-password.${name}`,
      },
      tls_config: { ca_file: `/etc/podwatch/current/files/tls/${name}/own-alertmanager-ca.pem` },
    },
  ]);
  expect(parts[`files/tls/${name}/own-alertmanager-ca.pem`]).toBe("PEM\n");
  expect(resources.map((resource) => resource.name)).toContain(
    `tested-own-alertmanager-password.${name}-secret`,
  );
  expect(plainText(resources)).not.toContain("hunter22");
});

test("with nothing else to watch it scrapes itself", async () => {
  const settings = hostSettings();
  const { resources } = await deployOnHost(settings, (name, ground) => {
    return new Prometheus(name, {
      ...ground,
      front: settings.front,
      settings: settings.prometheus,
      hostName: settings.name,
      alerts: settings.alerts,
      watched: [PROMETHEUS_TELEMETRY],
      alertmanagers: [],
    });
  });
  expect(parse(bundleOf(resources).parts["files/prometheus.yml"] ?? "").scrape_configs).toEqual([SELF]);
});

test("shipped rules carry the stack's thresholds; an alert or all of them can be switched off", async () => {
  const deployed = async (alerts: object) => {
    const { resources } = await deployPrometheus(hostSettings({ alerts }));
    return bundleOf(resources).parts;
  };
  const parts = await deployed({
    ScrapeSlow: { above: 7.5, for: "0s", severity: "critical" },
    InstanceFlapping: { enabled: false },
    Watchdog: { enabled: false },
  });
  expect(parts).not.toHaveProperty("files/rules/shipped/watchdog.yml");
  const [group] = parse(parts["files/rules/shipped/instance.yml"] ?? "").groups;
  expect(group.name).toBe("instance");
  expect(group.rules.map(({ alert }: { alert: string }) => alert)).toEqual([
    "InstanceDown",
    "ScrapeSlow",
    "JobWithoutTargets",
  ]);
  expect(group.rules[1]).toEqual({
    alert: "ScrapeSlow",
    expr: "avg_over_time(scrape_duration_seconds[5m]) > 7.5",
    labels: { severity: "critical" },
    annotations: {
      summary: expect.any(String),
      description: expect.any(String),
      runbook_url: "http://localhost/runbooks/ScrapeSlow",
    },
  });
  const without = await deployed({ enabled: false });
  expect(Object.keys(without).filter((path) => path.startsWith("files/"))).toEqual(["files/prometheus.yml"]);
});

test.each([
  ["docker.io/prom/prometheus:v3.5.3", "$$5 $${HOME} $$$$ {{x}} ü"],
  ["registry.my-company.net:2000/prometheus@sha256:".padEnd(111, "a"), "$$5 $${HOME} $$$$ {{x}} ü"],
  ["docker.io/prom/prometheus:v2.53.5", "$5 ${HOME} $$ {{x}} ü"],
])(
  "external labels are as they were written, whether Prometheus fills in variables or not: %s",
  async (image, written) => {
    const settings = hostSettings({
      prometheus: { image, externalLabels: { price: "$5 ${HOME} $$ {{x}} ü" } },
    });
    const { parts } = bundleOf((await deployPrometheus(settings)).resources);
    expect(parse(parts["files/prometheus.yml"] ?? "").global.external_labels).toEqual({ price: written });
  },
);

test("remote write and Alertmanagers are rendered beside scrape jobs, with their own secrets", async () => {
  const login = { basicAuth: { username: "me", password: "a password" } };
  const prometheus = {
    scrapeJobs: [{ name: "central", targets: ["a:1"], ...login }],
    remoteWrite: [{ name: "central", url: "https://a/write", ...login, extra: { send_exemplars: true } }],
    alertmanagers: [{ name: "central", targets: ["b:9093"], scheme: "https", pathPrefix: "/am", ...login }],
  };
  const { resources } = await deployPrometheus(hostSettings({ prometheus }));
  const { headers, parts } = bundleOf(resources);
  expect(headers.filter((line) => line.startsWith("secret "))).toEqual([
    "secret podwatch-prometheus-alertmanager-password.central",
    "secret podwatch-prometheus-password.central",
    "secret podwatch-prometheus-write-password.central",
  ]);
  const { remote_write, alerting } = parse(parts["files/prometheus.yml"] ?? "");
  const password = (kind: string) => `/run/secrets/prometheus-${kind}-password.central`;
  expect(remote_write).toEqual([
    {
      name: "central",
      url: "https://a/write",
      basic_auth: { username: "me", password_file: password("write") },
      send_exemplars: true,
    },
  ]);
  expect(alerting.alertmanagers).toEqual([
    {
      scheme: "https",
      path_prefix: "/am",
      static_configs: [{ targets: ["b:9093"] }],
      basic_auth: { username: "me", password_file: password("alertmanager") },
    },
  ]);
});

test("what is read from elsewhere has its own log-in; exemplars and the query log are in the configuration", async () => {
  const remoteRead = [
    {
      name: "central",
      url: "https://a/read",
      basicAuth: { username: "me", password: "a password" },
      extra: { read_recent: true },
    },
  ];
  const settings = hostSettings({ prometheus: { remoteRead, exemplars: 5000, queryLog: true } });
  const { headers, parts } = bundleOf((await deployPrometheus(settings)).resources);
  expect(headers).toContain("secret podwatch-prometheus-read-password.central");
  const { remote_read, storage, global } = parse(parts["files/prometheus.yml"] ?? "");
  expect(remote_read).toEqual([
    {
      name: "central",
      url: "https://a/read",
      basic_auth: { username: "me", password_file: "/run/secrets/prometheus-read-password.central" },
      read_recent: true,
    },
  ]);
  expect(storage).toEqual({ exemplars: { max_exemplars: 5000 } });
  expect(global.query_log_file).toBe("/prometheus/query.log");
  expect(parts["unit/podwatch-prometheus.container"]).toContain("--enable-feature=exemplar-storage ");
});

test("further parts of the configuration are merged by key", async () => {
  const extra = {
    otlp: { promote_resource_attributes: ["service.name"] },
    global: { rule_query_offset: "30s" },
    alerting: { alert_relabel_configs: [{ regex: "replica", action: "labeldrop" }] },
  };
  const alertmanagers = [{ name: "a", extra: { dns_sd_configs: [{ names: ["_am._tcp.corp"] }] } }];
  const settings = hostSettings({ prometheus: { extra, alertmanagers } });
  const { parts } = bundleOf((await deployPrometheus(settings)).resources);
  const { global, otlp, alerting } = parse(parts["files/prometheus.yml"] ?? "");
  expect(global).toMatchObject({ scrape_interval: "15s", rule_query_offset: "30s" });
  expect(otlp).toEqual(extra.otlp);
  expect(alerting.alert_relabel_configs).toEqual(extra.alerting.alert_relabel_configs);
  expect(alerting.alertmanagers).toEqual([{ scheme: "http", path_prefix: "/", ...alertmanagers[0]?.extra }]);
});
