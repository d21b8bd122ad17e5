import { parse } from "yaml";
import { Alertmanager } from "../../../components/alertmanager/component";
import { alertmanagerTelemetry } from "../../../components/alertmanager/render";
import type { HostSettings } from "../../../config/load";
import { secretInput } from "../../../lib/secretVersion";
import versions from "../../../versions.json";
import { everySection, filesBeside } from "../everything";
import { command, component, removal, unitLines } from "../expected";
import { plainText, type Recorded, Secret, versionOf } from "../mocks";
import { bundleOf, deployOnHost, serviceCommand } from "../onHost";
import { hostSettings, SECRETS } from "../stackFile";

function deployAlertmanager(settings: HostSettings) {
  return deployOnHost(settings, (name, ground) => {
    const { front, alertmanager } = settings;
    return new Alertmanager(name, { ...ground, front, settings: alertmanager });
  });
}

function secret(kind: string, value: string): Recorded {
  return command({
    name: `tested${kind}-secret`,
    parent: "tested",
    create: `/bin/sh /var/lib/podwatch/runner put-secret alertmanager${kind} --owner=mon`,
    delete: removal(`remove-secret alertmanager${kind}`),
    stdin: new Secret(secretInput(value)),
    triggers: ["id-of-mon-runner"],
    dependsOn: ["mon-runner"],
  });
}

const configuration = (resources: readonly Recorded[]) =>
  parse(bundleOf(resources).parts["files/alertmanager.yml"] ?? "");

test("minimal: enabled, it shows alerts and sends no notifications", async () => {
  const { resources, result } = await deployAlertmanager(hostSettings({ alertmanager: { enabled: true } }));
  expect(resources).toEqual([component("Alertmanager", "tested"), serviceCommand("alertmanager")]);
  expect(result.url).toBe("http://localhost/alertmanager/");
  expect(alertmanagerTelemetry("monitor").scrapeJobs.map(({ config }) => config)).toEqual([
    {
      job_name: "alertmanager",
      metrics_path: "/alertmanager/metrics",
      static_configs: [{ targets: ["podwatch-alertmanager:9093"], labels: { instance: "monitor" } }],
    },
  ]);
  const { headers, parts } = bundleOf(resources);
  expect(headers).toEqual([
    "podwatch-bundle 1",
    "service alertmanager",
    `image ${versions.images.alertmanager}`,
    "user 65534:65534",
    "ready-within 60",
    "data keep",
  ]);
  expect(Object.keys(parts)).toEqual([
    "files/alertmanager.yml",
    "files/templates/podwatch.tmpl",
    "hooks/check",
    "hooks/ready",
    "hooks/reload",
    "hooks/verify",
    "unit/podwatch-alertmanager.container",
  ]);
  expect(configuration(resources)).toEqual({
    templates: ["/etc/podwatch/current/files/templates/podwatch.tmpl"],
    route: {
      receiver: "nobody",
      group_by: ["alertname", "instance"],
      group_wait: "30s",
      group_interval: "5m",
      repeat_interval: "4h",
      routes: [
        { matchers: ['alertname="Watchdog"'], receiver: "nobody" },
        { matchers: ['alertname="PodwatchVerify"'], receiver: "nobody" },
        { matchers: ['alertname="ServiceInDowntime"'], receiver: "nobody" },
      ],
    },
    inhibit_rules: [
      expect.objectContaining({ name: "critical-over-warning", equal: ["alertname", "instance"] }),
      expect.objectContaining({ name: "target-down", equal: ["job", "instance"] }),
      expect.objectContaining({ name: "host-down", equal: ["instance"] }),
      expect.objectContaining({ name: "declared-downtime", equal: ["hostname", "service_type"] }),
      expect.objectContaining({
        name: "HostDiskFillingFast",
        target_matchers: ['alertname=~"HostDiskFilling"'],
      }),
      expect.objectContaining({ name: "HostDiskFull", equal: ["instance", "mountpoint"] }),
      {
        name: "CertificateExpiresSoon",
        source_matchers: ['alertname="CertificateExpiresSoon"'],
        target_matchers: ['alertname=~"CertificateExpires"'],
        equal: ["instance", "mountpoint"],
      },
      expect.objectContaining({ name: "CertificateExpired" }),
    ],
    receivers: [{ name: "nobody" }],
  });
  expect(unitLines(parts["unit/podwatch-alertmanager.container"])).toEqual(
    expect.arrayContaining([
      "Volume=podwatch-alertmanager:/alertmanager",
      "Exec=--config.file=/etc/podwatch/current/files/alertmanager.yml --storage.path=/alertmanager --web.external-url=http://localhost/alertmanager/ --web.route-prefix=/alertmanager --cluster.listen-address=",
    ]),
  );
});

test("a single receiver gets everything", async () => {
  const receivers = { ops: { slack: { apiUrl: SECRETS.slackUrl } } };
  const { resources } = await deployAlertmanager(hostSettings({ alertmanager: { receivers } }));
  expect(resources).toEqual([
    component("Alertmanager", "tested"),
    secret("-ops-slack", SECRETS.slackUrl),
    serviceCommand("alertmanager", {
      note: ` ${versionOf("tested-ops-slack-secret")}`,
      dependsOn: ["tested-ops-slack-secret"],
    }),
  ]);
  expect(plainText(resources)).not.toContain(SECRETS.slackUrl);
  const { route, receivers: rendered } = configuration(resources);
  expect(route.receiver).toBe("ops");
  expect(rendered.map(({ name }: { name: string }) => name)).toEqual(["ops", "nobody"]);
  expect(rendered[0].slack_configs).toEqual([
    expect.objectContaining({ send_resolved: true, api_url_file: "/run/secrets/alertmanager-ops-slack" }),
  ]);
});

test("everything changed: each secret is a file, in the order in which the unit names them", async () => {
  const settings = hostSettings({ ...everySection(), grafana: { enabled: false } }, {}, filesBeside());
  const { resources, result } = await deployAlertmanager(settings);
  const values = {
    "all-ways-email": SECRETS.mailPassword,
    "all-ways-opsgenie": SECRETS.opsgenieKey,
    "all-ways-pagerduty": SECRETS.pagerdutyKey,
    "all-ways-slack": SECRETS.slackUrl,
    "all-ways-telegram": SECRETS.telegramToken,
    "all-ways-webhook": SECRETS.webhookUrl,
    "all-ways-webhook-token": SECRETS.webhookToken,
    "chats-discord": SECRETS.chatUrl,
    "chats-mattermost": SECRETS.chatUrl,
    "chats-msteamsv2": SECRETS.chatUrl,
    "chats-pushover": SECRETS.pushoverKey,
    "chats-pushover-user": SECRETS.pushoverKey,
    "chats-rocketchat": SECRETS.webhookToken,
    "chats-rocketchat-id": SECRETS.chatUser,
    "chats-sns": SECRETS.awsKey,
    "chats-victorops": SECRETS.opsgenieKey,
    "webex-token.chats": SECRETS.webhookToken,
    "dead-mans-switch": SECRETS.pingUrl,
    own: SECRETS.ownSecret,
  };
  const kinds = Object.keys(values).map((kind) => (kind === "own" ? ".own" : `-${kind}`));
  const names = kinds.map((kind) => `tested${kind}-secret`);
  const expected = [
    component("Alertmanager", "tested"),
    ...Object.values(values).map((value, index) => secret(kinds[index] ?? "", value)),
    serviceCommand("alertmanager", {
      note: ` ${names.map(versionOf).join(" ")}`,
      dependsOn: names,
    }),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
  expect(resources).toEqual(expected);
  expect(result.url).toBe("http://10.1.2.3:8080/alertmanager/");
  for (const value of Object.values(values)) expect(plainText(resources)).not.toContain(value);

  const { headers, parts } = bundleOf(resources);
  expect(headers.filter((line) => line.startsWith("secret "))).toEqual(
    kinds.map((kind) => `secret podwatch-alertmanager${kind}`),
  );
  expect(headers).toContain("data delete");
  expect(parts["files/templates/own/own.tmpl"]).toBe(filesBeside()["templates/own.tmpl"]);
  const { route, receivers, inhibit_rules, templates } = configuration(resources);
  expect(templates).toEqual([
    "/etc/podwatch/current/files/templates/podwatch.tmpl",
    "/etc/podwatch/current/files/templates/markdown.tmpl",
    "/etc/podwatch/current/files/templates/own/own.tmpl",
  ]);
  expect(inhibit_rules).toHaveLength(1);
  expect(route.routes[0]).toEqual({
    matchers: ['alertname="Watchdog"'],
    receiver: "dead-mans-switch",
    group_by: ["alertname"],
    group_wait: "0s",
    group_interval: "22500ms",
    repeat_interval: "22500ms",
  });
  expect(route.routes[1]).toEqual({ matchers: ['alertname="PodwatchVerify"'], receiver: "nobody" });
  expect(route.routes[2]).toEqual({ matchers: ['alertname="ServiceInDowntime"'], receiver: "nobody" });
  expect(route.routes[3]).toMatchObject({ receiver: "all-ways", group_by: ["..."], continue: true });
  const [allWays] = receivers;
  expect(allWays.webhook_configs[0].http_config).toEqual({
    authorization: {
      type: "Bearer",
      credentials_file: "/run/secrets/alertmanager-all-ways-webhook-token",
    },
    follow_redirects: false,
  });
  expect(allWays.email_configs[0].headers).toEqual({
    Subject: '{{ template "podwatch.subject" . }}',
    "X-Team": "core",
  });
});
