import { load } from "js-yaml";
import { imported } from "./support";

test("variables of the collection: what is a part of a configuration is taken as there", () => {
  const { settings, left, changed, secrets, copies, problems, text } = imported({
    "ansible-vars": `
ansible_host: mon1.corp
ansible_user: ansible
prometheus_version: 3.3.0
prometheus_binary_install_dir: /usr/local/bin
prometheus_storage_retention: 30d
prometheus_storage_retention_size: "0"
prometheus_global: { scrape_interval: 20s }
prometheus_external_labels: { environment: "{{ ansible_fqdn }}", site: north }
prometheus_targets: { node: [{ targets: ["a.corp:9100"], labels: { env: test } }] }
prometheus_config_flags_extra: { storage.tsdb.retention.size: 5GB, log.level: debug }
prometheus_scrape_configs:
  - { job_name: node, file_sd_configs: [{ files: ["{{ prometheus_config_dir }}/file_sd/node.yml"] }] }
prometheus_remote_write: [{ url: "https://w.corp/write", basic_auth: { username: u, password: s3cret-write } }]
prometheus_alert_rules:
  - { alert: Down, expr: up == 0, annotations: { summary: "{% raw %}{{ $labels.instance }} is down{% endraw %}" } }
alertmanager_smtp: { from: am@corp.net, smarthost: "mail.corp:25", auth_username: u, auth_password: s3cret-mail }
alertmanager_slack_api_url: ""
alertmanager_route: { receiver: ops }
alertmanager_receivers: [{ name: ops, email_configs: [{ to: ops@corp.net }] }]
alertmanager_web_external_url: http://am.corp/
node_exporter_enabled_collectors: [systemd, { filesystem: { ignored-mount-points: "^/proc" } }]
node_exporter_disabled_collectors: [nfs]
node_exporter_basic_auth_users: { a: b }
other_role_variable: 1
`,
  });
  expect(problems).toEqual([]);
  expect(settings.host).toEqual({ address: "mon1.corp", user: "ansible" });
  expect(settings.prometheus).toEqual({
    scrapeInterval: "20s",
    evaluationInterval: "1m",
    retention: { time: "30d", size: "5GB" },
    externalLabels: { site: "north" },
    ruleFiles: ["imported/test/rules/ansible_managed.yml"],
    scrapeJobs: [
      {
        name: "node-own",
        targets: ["a.corp:9100"],
        labels: { env: "test" },
        extra: { relabel_configs: [{ target_label: "job", replacement: "node" }] },
      },
    ],
    remoteWrite: [{ name: "remote-1", url: "https://w.corp/write", basicAuth: { username: "u" } }],
  });
  expect(settings.alertmanager).toMatchObject({
    route: { receiver: "ops" },
    receivers: { ops: { email: { to: ["ops@corp.net"], smarthost: "mail.corp:25" } } },
  });
  expect(settings.nodeExporter).toEqual({
    enabled: true,
    collectors: { enable: ["systemd", "filesystem"], disable: ["nfs"] },
    arguments: ["--collector.filesystem.mount-points-exclude=^/proc"],
  });
  expect(load(copies["imported/test/rules/ansible_managed.yml"] ?? "")).toEqual({
    groups: [
      {
        name: "ansible managed alert rules",
        rules: [
          { alert: "Down", expr: "up == 0", annotations: { summary: "{{ $labels.instance }} is down" } },
        ],
      },
    ],
  });
  expect(secrets).toEqual({
    "prometheus.remoteWrite[0].basicAuth.password": "s3cret-write",
    "alertmanager.receivers.ops.email.authPassword": "s3cret-mail",
  });
  expect(text).not.toContain("s3cret");
  expect(left).toEqual([
    expect.stringMatching(
      /^ansible-vars.yml:9 prometheus_external_labels.environment is a template of Ansible's; /,
    ),
    expect.stringMatching(/^ansible-vars.yml:11 --log.level is an argument without a setting; /),
    expect.stringMatching(/^ansible-vars.yml:24 node_exporter_basic_auth_users has no setting; /),
  ]);
  expect(changed).toEqual([
    expect.stringMatching(/^ansible-vars.yml:4 prometheus_version has another version here/),
    expect.stringMatching(/^ansible-vars.yml:21 alertmanager_web_external_url is an address of its own; /),
  ]);
});

test("roq-monitor's variables: defaults, and what a host overrides", () => {
  const { settings, problems, left } = imported({
    "ansible-vars": `
roq_defaults: { dirs: { run: /run/roq }, systemd: { user: ansible } }
container_defaults: { solution: podman, network: roq-network }
node_exporter_defaults: { port: 9100 }
nginx_defaults: { listen: 0.0.0.0, port: 80, container: { name: library/nginx, tag: latest } }
prometheus_defaults: { scrape_configs: [], container: { name: prom/prometheus, tag: v3.5.0, registry: docker.io } }
nginx: { port: 8000 }
prometheus: { scrape_configs: [cme, deribit] }
`,
  });
  expect(settings).toEqual({
    gateways: { enabled: true, socketDirectory: "/run/roq/service", sources: ["cme", "deribit"] },
    front: { bind: "0.0.0.0", port: 8000, auth: { users: { operator: { access: "write" } } } },
    prometheus: { image: "docker.io/prom/prometheus:v3.5.0" },
    nodeExporter: { enabled: true },
  });
  expect({ problems, left }).toEqual({ problems: [], left: [] });
});

test("a vaulted value is a secret that is typed again", () => {
  const { secrets, problems } = imported({
    "ansible-vars": `
prometheus_scrape_configs:
  - job_name: a
    static_configs: [{ targets: ["a.corp:1"] }]
    basic_auth:
      username: u
      password: !vault |
        $ANSIBLE_VAULT;1.1;AES256
        3061
`,
  });
  expect(problems).toEqual([]);
  expect(secrets).toEqual({ "prometheus.scrapeJobs[0].basicAuth.password": undefined });
});
