// A set-up before Podwatch, with what people have in it.
export const BEFORE = {
  "/etc/prometheus/prometheus.yml": `
global:
  scrape_interval: 5s
  scrape_timeout: 4s
  evaluation_interval: 7s
  external_labels: { site: north, version: 1.10 }
rule_files: [rules/*.yml]
alerting:
  alertmanagers: [{ static_configs: [{ targets: ["localhost:9093"] }] }]
scrape_configs:
  - job_name: prometheus
    static_configs: [{ targets: ["localhost:9090"] }]
  - job_name: devices
    honor_labels: true
    scrape_interval: 10s
    metrics_path: /snmp
    params: { auth: [public_v2], module: [if_mib] }
    basic_auth: { username: reader, password: s3cret-import }
    static_configs:
      - targets: ["10.99.0.1:9999", "10.99.0.1:9998"]
        labels: { room: "1.20" }
      - targets: ["10.99.0.1:9997"]
    relabel_configs:
      - { source_labels: [__address__], regex: "(.*):(\\\\d+)", target_label: short, replacement: "$1_\${2}" }
    metric_relabel_configs:
      - { source_labels: [__name__], regex: "go_.*", action: drop }
  - job_name: files
    file_sd_configs: [{ files: [targets/more.json] }]
`,
  "/etc/prometheus/rules/own.yml": `
groups:
  - name: imported
    interval: 11s
    rules:
      - { record: "job:up:sum", expr: sum by (job) (up) }
      - alert: DeviceGone
        expr: up{job="devices"} == 0
        for: 3m
        labels: { severity: page }
        annotations: { summary: '{{ $labels.instance }} costs $5' }
`,
  "/etc/prometheus/targets/more.json": '[{ "targets": ["10.99.0.1:9996"], "labels": { "room": "attic" } }]\n',
  "/etc/alertmanager/alertmanager.yml": `
global: { slack_api_url: "https://hooks.slack.com/services/T0/B0/s3cret-import" }
route:
  receiver: web.hook
  group_by: [alertname]
  routes:
    - match: { service: files }
      receiver: chat
      continue: true
      routes: [{ match_re: { severity: "page|critical" }, receiver: pager }]
    - matchers: ['team =~ "a|b"', 'env!="test"']
      receiver: pager
    - receiver: "null"
      matchers: ['{severity="none"}']
receivers:
  - name: web.hook
    webhook_configs: [{ url: "http://127.0.0.1:5001/" }, { url: "http://10.99.0.1:5002/" }]
  - name: chat
    slack_configs: [{ channel: "#a" }]
  - name: pager
    pagerduty_configs: [{ service_key: s3cret-import }]
  - name: "null"
inhibit_rules:
  - { source_match: { severity: critical }, target_match: { severity: warning }, equal: [alertname] }
`,
} as const;

/** Alerts, as the labels of each. */
export const ALERTS = [
  "severity=warning",
  "service=files severity=page",
  "service=files severity=info team=a",
  "team=b env=prod",
  "team=b env=test",
  "severity=none",
] as const;
