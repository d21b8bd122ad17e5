import { imported } from "./support";

const COMPOSE = `
services:
  prometheus:
    image: prom/prometheus:v2.47.0
    volumes: ["./prometheus:/etc/prometheus", "prometheus_data:/prometheus"]
    command:
      - --config.file=/etc/prometheus/prometheus.yml
      - --storage.tsdb.path=/prometheus
      - --storage.tsdb.retention.time=200h
      - --enable-feature=exemplar-storage,native-histograms
      - --log.level=debug
      - --web.config.file=/etc/prometheus/web.yml
      - --query.timeout
      - 1m
    mem_limit: 800000000
    ports: ["9090:9090"]
  alertmanager:
    image: prom/alertmanager
    volumes: [{ type: bind, source: ./am/config.yml, target: /etc/alertmanager/config.yml }]
    command: "--config.file=/etc/alertmanager/config.yml --storage.path=/alertmanager"
  nodeexporter:
    image: prom/node-exporter:v1.8.0
    container_name: host-metrics
    command:
      - --path.rootfs=/rootfs
      - --collector.filesystem.ignored-mount-points=^/(sys|proc)($$|/)
      - --collector.processes
      - --no-collector.nfs
  cadvisor: { image: gcr.io/cadvisor/cadvisor, expose: ["8080"] }
  app:
    build: .
    ports: ["127.0.0.1:9000:9000", "8081:80"]
  probes:
    image: prom/blackbox-exporter
    volumes: ["./blackbox:/etc/blackbox_exporter"]
    command: ["--config.file=/etc/blackbox_exporter/b.yml"]
  grafana:
    image: grafana/grafana-oss:10.0.0
    deploy: { resources: { limits: { memory: 1.5G, cpus: "0.50" } } }
    pids_limit: 200
    ulimits: { nofile: { soft: 4096, hard: 8192 } }
    environment:
      - GF_SECURITY_ADMIN_USER=\${ADMIN_USER:-chief}
      - GF_SECURITY_ADMIN_PASSWORD=\${ADMIN_PASSWORD}
      - GF_SMTP_ENABLED=true
      - GF_SMTP_HOST=smtp.corp:587
      - GF_SMTP_USER=mailer
      - GF_SMTP_FROM_ADDRESS=grafana@corp.net
      - GF_SMTP_PASSWORD=s3cret-smtp
      - GF_AUTH_ANONYMOUS_ORG_ROLE=Editor
      - GF_AUTH_ANONYMOUS_ENABLED=true
      - GF_SECURITY_ALLOW_EMBEDDING=true
      - GF_USERS_DEFAULT_THEME=light
      - GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET=s3cret-oauth
      - GF_FEATURE_TOGGLES_ENABLE=publicDashboards
      - GF_OWN_PART_X=1
      - HTTP_PROXY=http://proxy.corp:3128
      - LOKI_PASSWORD=s3cret-own
      - GF_SMTP_FROM_NAME=Ops & 5%
      - GF_USERS_ALLOW_SIGN_UP=false
    volumes: ["./grafana:/etc/grafana/provisioning", "grafana_data:/var/lib/grafana"]
`;

const FILES = {
  ".env": "ADMIN_PASSWORD='s3cret-admin'\n",
  "prometheus/prometheus.yml": `
rule_files: [rules.yml]
alerting: { alertmanagers: [{ static_configs: [{ targets: ["alertmanager:9093"] }] }] }
scrape_configs:
  - { job_name: hosts, static_configs: [{ targets: ["host-metrics:9100"] }] }
  - { job_name: apps, static_configs: [{ targets: ["cadvisor:8080", "app:80", "app:9000"] }] }
  - job_name: probe
    metrics_path: /probe
    params: { module: [http_2xx] }
    static_configs: [{ targets: ["https://shop.corp"] }]
    relabel_configs: [{ target_label: __address__, replacement: "probes:9115" }]
`,
  "prometheus/rules.yml": "groups: []\n",
  "am/config.yml":
    'route: { receiver: a }\nreceivers: [{ name: a, webhook_configs: [{ url: "http://app/hook" }] }]\n',
  "blackbox/b.yml": "modules: { http_2xx: { prober: http, timeout: 7s } }\n",
  "grafana/dashboards/d.json": '{"uid":"d","title":"D","panels":[]}',
  "grafana/datasources/d.yml": `
datasources:
  - { name: Main, type: prometheus, url: "http://prometheus:9090", isDefault: true, uid: main }
  - { name: Logs, type: loki, url: "http://loki.corp:3100", basicAuth: true, basicAuthUser: u, secureJsonData: { basicAuthPassword: s3cret-loki } }
`,
};

test("a compose file with all that its containers read", () => {
  const { settings, secrets, text, copies, left, problems, changed } = imported({ compose: COMPOSE }, FILES);
  expect(problems).toEqual([]);
  expect(settings.prometheus).toMatchObject({
    retention: { time: "200h" },
    arguments: ["--log.level=debug", "--query.timeout=1m"],
    resources: { memory: "781250K" },
    features: ["exemplar-storage", "native-histograms"],
    ruleFiles: ["imported/test/rules/rules.yml"],
    scrapeJobs: [
      {
        name: "apps",
        targets: ["host.containers.internal:8081"],
        labels: { instance: "app:80" },
      },
      {
        name: "probe",
        metricsPath: "/blackbox/probe",
        extra: {
          relabel_configs: [{ target_label: "__address__", replacement: "podwatch-blackbox-exporter:9115" }],
        },
      },
    ],
  });
  expect(settings.nodeExporter).toEqual({
    enabled: true,
    arguments: ["--collector.filesystem.mount-points-exclude=^/(sys|proc)($|/)"],
    collectors: { enable: ["processes"], disable: ["nfs"] },
  });
  expect(settings.blackboxExporter).toEqual({
    enabled: true,
    modules: { http_2xx: { prober: "http", timeout: "7s" } },
  });
  expect(settings.grafana).toEqual({
    adminUser: "chief",
    datasourceUid: "main",
    smtp: {
      host: "smtp.corp:587",
      user: "mailer",
      from: "grafana@corp.net",
      fromName: "Ops & 5%",
    },
    anonymous: { role: "Editor" },
    embedding: { origins: ["*"] },
    settings: {
      users: { default_theme: "light" },
      "auth.generic_oauth": {
        client_secret: "$__file{/run/secrets/grafana.auth-generic-oauth-client-secret}",
      },
      feature_toggles: { enable: "publicDashboards" },
    },
    environment: { GF_OWN_PART_X: "1", HTTP_PROXY: "http://proxy.corp:3128" },
    secretEnvironment: { LOKI_PASSWORD: "loki-password" },
    resources: { memory: "1536M", cpus: 0.5, pids: 200, openFiles: 4096 },
    dashboards: ["imported/test/dashboards/d.json"],
    datasources: [
      {
        name: "Logs",
        type: "loki",
        url: "http://loki.corp:3100",
        basicAuthUser: "u",
        secureJsonData: { basicAuthPassword: "logs-basicauthpassword" },
      },
    ],
  });
  expect(secrets).toEqual({
    "grafana.adminPassword": "s3cret-admin",
    "grafana.smtp.password": "s3cret-smtp",
    "grafana.secrets.auth-generic-oauth-client-secret": "s3cret-oauth",
    "grafana.secrets.loki-password": "s3cret-own",
    "grafana.secrets.logs-basicauthpassword": "s3cret-loki",
    "alertmanager.receivers.a.webhook.url": "http://host.containers.internal:8081/hook",
  });
  expect(text).not.toContain("s3cret");
  expect(Object.keys(copies)).toEqual(["imported/test/dashboards/d.json", "imported/test/rules/rules.yml"]);
  expect(left).toEqual([
    expect.stringMatching(/prometheus\/prometheus.yml:6 cadvisor:8080 is a container .* not published; /),
    expect.stringMatching(/prometheus\/prometheus.yml:6 app:9000 is a container .* not published; /),
    expect.stringMatching(
      /^compose.yml:12 podwatch:prometheus.arguments\[1\] "--web.config.file=.* would shut out the front .*; /,
    ),
  ]);
  expect(changed.join("\n")).toMatch(/^compose.yml:4 prom\/prometheus:v2.47.0 has another version here/m);
  expect(changed.join("\n")).toMatch(/^compose.yml:29 cadvisor is not deployed by Podwatch; /m);
  expect(changed.join("\n")).toMatch(/^compose.yml:16 prometheus is published at a port of its own; /m);
});

test("a password that Grafana would refuse is replaced by a generated one, and never told", () => {
  const { secrets, changed, left, problems } = imported({
    compose:
      "services: { g: { image: grafana/grafana, environment: { GF_SECURITY_ADMIN_PASSWORD: admin1 } } }\n",
  });
  expect({ problems, secrets, left }).toEqual({ problems: [], secrets: {}, left: [] });
  expect(changed).toEqual([
    expect.stringMatching(
      /^compose.yml:1 GF_SECURITY_ADMIN_PASSWORD is shorter than 8 characters or well known; /,
    ),
  ]);
  expect(changed.join()).not.toContain("admin1");
});

test("a variable that is not set is told of; a secret one is typed", () => {
  const { settings, secrets, changed, left } = imported({
    compose:
      "services: { g: { image: grafana/grafana, environment: ['GF_SECURITY_ADMIN_USER=${WHO}', 'GF_SECURITY_ADMIN_PASSWORD=${WHAT}'] } }\n",
  });
  expect(settings.grafana).toEqual({});
  expect(secrets).toEqual({ "grafana.adminPassword": undefined });
  expect(left).toEqual([]);
  expect(changed).toEqual([
    expect.stringMatching(
      /^compose.yml:1 GF_SECURITY_ADMIN_USER refers to a variable that is not set here; /,
    ),
  ]);
});

test("plugins are taken with their versions", () => {
  const { settings, left, problems } = imported({
    compose:
      "services: { g: { image: grafana/grafana, environment: ['GF_INSTALL_PLUGINS=grafana-clock-panel 2.1.3, other-panel'] } }\n",
  });
  expect(problems).toEqual([]);
  expect(settings.grafana).toEqual({ plugins: ["grafana-clock-panel@2.1.3"] });
  expect(left).toEqual([expect.stringMatching(/^compose.yml:1 other-panel is a plugin without a version; /)]);
});

test("a database's address holds its password; what Podwatch does itself is told", () => {
  const { settings, secrets, changed, left, text } = imported({
    compose: `
services:
  g:
    image: grafana/grafana
    environment:
      GF_DATABASE_URL: mysql://grafana:s3cret@db.corp:3306/grafana
      GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION: "true"
`,
  });
  expect(settings.grafana).toEqual({
    settings: { database: { url: "$__file{/run/secrets/grafana.database-url}" } },
  });
  expect(secrets).toEqual({
    "grafana.secrets.database-url": "mysql://grafana:s3cret@db.corp:3306/grafana",
  });
  expect(changed).toContainEqual(
    expect.stringMatching(/^compose.yml:7 the missing administrator is not so here; /),
  );
  expect(left).toEqual([]);
  expect(text).not.toContain("s3cret");
});
