import { imported } from "./support";

const job = (yaml: string) => `scrape_configs:\n  - ${yaml.trim().replaceAll("\n", "\n    ")}\n`;

/** The only job that an import makes of one. */
function jobOf(yaml: string, others = {}) {
  const result = imported({ prometheus: job(yaml) }, others);
  const { scrapeJobs = [], fileSd = [] } = result.settings.prometheus as Record<string, unknown[]>;
  expect(result.problems).toEqual([]);
  return { ...result, jobs: [...scrapeJobs, ...fileSd] };
}

test("what Prometheus assumes where nothing is said stays so", () => {
  const { settings, problems, left } = imported({ prometheus: "global: {}\n" });
  expect(settings).toEqual({
    gateways: { enabled: false },
    prometheus: { scrapeInterval: "1m", evaluationInterval: "1m" },
  });
  expect({ problems, left }).toEqual({ problems: [], left: [] });
});

test("global settings; a label's text stays as it is written", () => {
  const { settings, left } = imported({
    prometheus: `
global:
  scrape_interval: 20s
  scrape_timeout: 5s
  evaluation_interval: 30s
  sample_limit: 1000
  external_labels: { version: 1.10, zip: 08, on: true }
  query_log_file: /prometheus/query.log
  no_such_key: 1
storage:
  tsdb: { out_of_order_time_window: 30m }
`,
  });
  expect(settings.prometheus).toEqual({
    scrapeInterval: "20s",
    scrapeTimeout: "5s",
    evaluationInterval: "30s",
    limits: { samples: 1000 },
    externalLabels: { version: "1.10", zip: "08", on: "true" },
    outOfOrderTimeWindow: "30m",
    queryLog: true,
  });
  expect(left).toEqual([expect.stringMatching(/^prometheus.yml:9 global.no_such_key has no setting; /)]);
});

test("a job with all that has a setting; the rest is taken verbatim", () => {
  const { jobs, secrets, left } = jobOf(`
job_name: app
scheme: https
metrics_path: /m
scrape_interval: 10s
scrape_timeout: 4s
params: { "collect[]": [a, 2] }
sample_limit: 7
honor_labels: yes
basic_auth: { username: u, password: "p w" }
tls_config: { insecure_skip_verify: true, server_name: app.corp }
metric_relabel_configs: [{ regex: "go_.*", source_labels: [__name__], action: drop }]
static_configs:
  - targets: ["a.corp:1", "b.corp:2"]
  - targets: ["c.corp:3"]
    labels: { tier: 1 }
`);
  expect(jobs).toEqual([
    {
      name: "app",
      scheme: "https",
      metricsPath: "/m",
      interval: "10s",
      timeout: "4s",
      params: { "collect[]": ["a", "2"] },
      limits: { samples: 7 },
      basicAuth: { username: "u" },
      tls: { insecure: true, serverName: "app.corp" },
      targets: ["a.corp:1", "b.corp:2", { targets: ["c.corp:3"], labels: { tier: "1" } }],
      extra: {
        honor_labels: "yes",
        metric_relabel_configs: [{ regex: "go_.*", source_labels: ["__name__"], action: "drop" }],
      },
    },
  ]);
  expect(secrets).toEqual({ "prometheus.scrapeJobs[0].basicAuth.password": "p w" });
  expect(left).toEqual([]);
});

test("a secret is never in the stack file, wherever it stood", () => {
  const { text, secrets } = imported(
    {
      prometheus: `
scrape_configs:
  - job_name: a
    bearer_token: s3cret-1
    static_configs: [{ targets: ["a.corp:1"] }]
  - job_name: b
    authorization: { credentials: s3cret-2 }
    http_headers: { X-Key: { values: [s3cret-3] } }
    consul_sd_configs: [{ server: "consul.corp:8500", basic_auth: { username: u, password: s3cret-4 } }]
  - job_name: c
    authorization: { credentials_file: /etc/prometheus/token }
    static_configs: [{ targets: ["c.corp:1"] }]
remote_write:
  - url: https://w.corp/write
    oauth2: { client_id: me, client_secret: s3cret-5, token_url: "https://t.corp/" }
`,
    },
    { token: "s3cret-6\n" },
  );
  expect(text).not.toContain("s3cret");
  expect(Object.values(secrets).sort()).toEqual([1, 2, 3, 4, 5, 6].map((number) => `s3cret-${number}`));
  expect(text).toContain("password_file: /run/secrets/prometheus.b-consul-sd-configs-basic-auth-password");
});

test("jobs of what Podwatch deploys itself are its own; other neighbours have another address", () => {
  const { jobs, changed, settings } = jobOf(`
job_name: all
static_configs:
  - targets: ["localhost:9090", "prometheus:9090", "node-exporter:9100", "localhost:8080", "db.corp", "db.corp:9100"]
`);
  expect(jobs).toEqual([
    {
      name: "all",
      targets: [
        "db.corp:80",
        "db.corp:9100",
        { targets: ["host.containers.internal:8080"], labels: { instance: "localhost:8080" } },
      ],
    },
  ]);
  expect(settings.nodeExporter).toEqual({ enabled: true });
  expect(changed).toHaveLength(5);
  expect(changed[2]).toMatch(
    /^prometheus.yml:4 node-exporter:9100 is what Podwatch scrapes itself, as the job node; write job="node" /,
  );
});

test("a job with the name of one of Podwatch's own, or one that cannot be its name, keeps its label", () => {
  const { settings } = imported({
    prometheus: `
scrape_configs:
  - { job_name: prometheus, static_configs: [{ targets: ["other.corp:9090"] }] }
  - { job_name: "Web $1/x", static_configs: [{ targets: ["web.corp:80"] }], relabel_configs: [{ action: labeldrop, regex: a }] }
`,
  });
  expect(settings.prometheus?.scrapeJobs).toEqual([
    {
      name: "prometheus-own",
      targets: ["other.corp:9090"],
      extra: { relabel_configs: [{ target_label: "job", replacement: "prometheus" }] },
    },
    {
      name: "Web-1-x",
      targets: ["web.corp:80"],
      extra: {
        relabel_configs: [
          { target_label: "job", replacement: "Web $$1/x" },
          { action: "labeldrop", regex: "a" },
        ],
      },
    },
  ]);
});

test("files: rules by pattern where they are in the project, else copied; targets that need a file get one", () => {
  const { settings, copies, left } = imported(
    {
      prometheus: `
rule_files: [r/*.yml, alert.rules, none.yml]
scrape_configs:
  - { job_name: f, file_sd_configs: [{ files: ["t/*.json"] }], static_configs: [{ targets: ["a.corp:1"] }] }
  - { job_name: p, static_configs: [{ targets: ["b.corp:1"], labels: { __metrics_path__: /x } }] }
  - { job_name: q, file_sd_configs: [{ files: [none.json] }] }
`,
    },
    { "r/a.yml": "groups: []", "alert.rules": "groups: []\n", "t/x.json": "[]", "project/p/k.yml": "" },
  );
  expect(settings.prometheus?.ruleFiles).toEqual([
    "imported/test/rules/a.yml",
    "imported/test/rules/alert.rules.yml",
  ]);
  expect(settings.prometheus?.fileSd).toEqual([
    { name: "f", files: ["imported/test/targets/x.json", "imported/test/targets/f.json"] },
    { name: "p", files: ["imported/test/targets/p.json"] },
  ]);
  expect(JSON.parse(copies["imported/test/targets/p.json"] ?? "")).toEqual([
    { targets: ["b.corp:1"], labels: { __metrics_path__: "/x" } },
  ]);
  expect(left).toEqual([
    expect.stringMatching(/^prometheus.yml:2 none.yml is not on this computer; /),
    expect.stringMatching(/^prometheus.yml:6 none.json is not on this computer; /),
  ]);
});

test("a file that is not YAML is refused with its line", () => {
  expect(() => imported({ prometheus: "global:\n  a: [\n" })).toThrow(/prometheus.yml:\d: is not YAML/);
});

test("jobs in files of their own; a pattern that matches nothing does no harm", () => {
  const { settings, left, changed } = imported(
    { prometheus: "scrape_config_files: [j/*.yml]\nrule_files: [none/*.yml]\n" },
    { "j/a.yml": "scrape_configs: [{ job_name: a, static_configs: [{ targets: ['a.corp:1'] }] }]\n" },
  );
  expect(settings.prometheus?.scrapeJobs).toEqual([{ name: "a", targets: ["a.corp:1"] }]);
  expect(left).toEqual([]);
  expect(changed).toEqual([
    expect.stringMatching(/^prometheus.yml:2 none\/\*.yml matches no file on this computer; /),
  ]);
});

test("other Alertmanagers: a port is added, the removed interface is left out", () => {
  const { settings, left, changed } = imported({
    prometheus: `
alerting:
  alertmanagers:
    - { scheme: https, api_version: v1, timeout: 5s, static_configs: [{ targets: [alerts.corp, "localhost:9093"] }] }
`,
  });
  expect(settings.prometheus?.alertmanagers).toEqual([
    { name: "alertmanager-1", targets: ["alerts.corp:443"], scheme: "https", extra: { timeout: "5s" } },
  ]);
  expect(left).toEqual([]);
  expect(changed).toHaveLength(3);
});

test("what has no setting is a part of the configuration as it is; what is read from elsewhere has one", () => {
  const { settings, secrets, left, problems, text } = imported({
    prometheus: `
global: { rule_query_offset: 1m, scrape_protocols: [PrometheusText1.0.0] }
runtime: { gogc: 60 }
otlp: { promote_resource_attributes: [service.name] }
tracing: { endpoint: "tempo.corp:4317", client_type: grpc, headers: { X-Scope: a } }
alerting:
  alert_relabel_configs: [{ regex: replica, action: labeldrop }]
  alertmanagers: [{ static_configs: [{ targets: ["a.corp:9093"] }] }]
storage: { exemplars: { max_exemplars: 5 } }
remote_read:
  - { url: "https://read.corp/api", read_recent: true, basic_auth: { username: u, password: s3cret } }
  - { name: second, url: "http://localhost:9009/read" }
`,
  });
  expect(settings.prometheus).toMatchObject({
    exemplars: 5,
    extra: {
      global: { rule_query_offset: "1m", scrape_protocols: ["PrometheusText1.0.0"] },
      runtime: { gogc: 60 },
      otlp: { promote_resource_attributes: ["service.name"] },
      tracing: { endpoint: "tempo.corp:4317", client_type: "grpc", headers: { "X-Scope": "a" } },
      alerting: { alert_relabel_configs: [{ regex: "replica", action: "labeldrop" }] },
    },
    remoteRead: [
      {
        name: "remote-1",
        url: "https://read.corp/api",
        basicAuth: { username: "u" },
        extra: { read_recent: true },
      },
      { name: "second", url: "http://host.containers.internal:9009/read" },
    ],
    alertmanagers: [{ name: "alertmanager-1", targets: ["a.corp:9093"] }],
  });
  expect(secrets).toEqual({ "prometheus.remoteRead[0].basicAuth.password": "s3cret" });
  expect({ left, problems }).toEqual({ left: [], problems: [] });
  expect(text).not.toContain("s3cret");
});

test("Alertmanagers found by files are listed as they are now, those found otherwise are found so again", () => {
  const { settings, left, changed, problems } = imported(
    {
      prometheus: `
alerting:
  alertmanagers:
    - file_sd_configs: [{ files: [ams/*.yml, ams/none.json] }]
    - { scheme: https, dns_sd_configs: [{ names: [_am._tcp.corp] }] }
`,
    },
    { "ams/a.yml": "- targets: [a.corp:9093, b.corp:9093]\n" },
  );
  expect(settings.prometheus?.alertmanagers).toEqual([
    { name: "alertmanager-1", targets: ["a.corp:9093", "b.corp:9093"] },
    {
      name: "alertmanager-2",
      scheme: "https",
      extra: { dns_sd_configs: [{ names: ["_am._tcp.corp"] }] },
    },
  ]);
  expect(left).toEqual([expect.stringMatching(/^prometheus.yml:4 ams\/none.json is not on this computer; /)]);
  expect(changed).toEqual([expect.stringMatching(/^prometheus.yml:4 ams\/\*.yml is read only now; /)]);
  expect(problems).toEqual([]);
});

test("Docker's name for the host is podman's", () => {
  const { jobs, left } = jobOf(`
job_name: app
static_configs: [{ targets: ["host.docker.internal:8000"] }]
`);
  expect(jobs).toEqual([
    {
      name: "app",
      targets: ["host.containers.internal:8000"],
      labels: { instance: "host.docker.internal:8000" },
    },
  ]);
  expect(left).toEqual([]);
});
