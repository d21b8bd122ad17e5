// Alerts that arrive: a gateway is stopped, and every kind of receiver is told, in its own format, and told again when
// the gateway is back. The receivers are the lab's, which refuse what the real ones refuse.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Receivers, startReceivers } from "../../lab/receivers/receivers";
import { eventually, LabHost } from "./support/lab";
import { query } from "./support/queries";
import { connection, Stack } from "./support/stack";

jest.setTimeout(300_000);

/** A rule that fires sooner than those that are shipped. */
const RULES = `groups:
  - name: test
    rules:
      - alert: GatewayStopped
        expr: up{job="roq-gateways"} == 0
        labels: { severity: critical }
        annotations: { summary: "{{ $labels.instance }} does not answer" }
      - alert: Watchdog
        expr: vector(1)
`;

const KINDS = ["slack", "email", "opsgenie", "pagerduty", "alertmanager", "telegram"] as const;

let host: LabHost;
let receivers: Receivers;
let stack: Stack;
let directory: string;
let settings: Record<string, unknown>;

beforeAll(async () => {
  host = await LabHost.boot("test-alerts");
  await host.gateway("start", "deribit");
  receivers = await startReceivers({ bind: "10.99.0.1" });
  directory = mkdtempSync(join(tmpdir(), "podwatch-alerts-"));
  writeFileSync(join(directory, "test.yml"), RULES);
  const { url, smtp, credentials } = receivers;
  settings = {
    host: connection("operator", host),
    gateways: { gid: 990, sources: ["deribit"], scrapeInterval: "1s" },
    grafana: { enabled: false },
    prometheus: { evaluationInterval: "1s", ruleFiles: [join(directory, "test.yml")] },
    alertmanager: {
      receivers: {
        oncall: {
          slack: { channel: "#alerts" },
          email: {
            to: [credentials.mailbox],
            from: credentials.mailUser,
            authUsername: credentials.mailUser,
            smarthost: smtp,
            extra: { tls_config: { insecure_skip_verify: true } },
          },
          opsgenie: { apiUrl: url },
          pagerduty: { url: `${url}/v2/enqueue` },
          webhook: {},
          telegram: { apiUrl: url, chatId: credentials.telegramChat },
        },
      },
      route: { groupWait: "1s", groupInterval: "2s" },
      deadMansSwitch: { interval: "10s" },
    },
  };
  stack = await Stack.create("alerts", settings);
  const at = (name: string) => `alertmanager.receivers.oncall.${name}`;
  await stack.configure(settings, {
    [at("slack.apiUrl")]: `${url}/services/${credentials.slack}`,
    [at("email.authPassword")]: credentials.mailPassword,
    [at("opsgenie.apiKey")]: credentials.opsgenieKey,
    [at("pagerduty.routingKey")]: credentials.pagerdutyKey,
    [at("webhook.url")]: `${url}/alertmanager/oncall`,
    [at("webhook.bearerToken")]: credentials.webhookToken,
    [at("telegram.botToken")]: credentials.telegramToken,
    "alertmanager.deadMansSwitch.url": `${url}/ping/${credentials.pingId}`,
  });
  await stack.up();
});

afterAll(async () => {
  await receivers?.stop();
  await stack?.dispose();
  await host?.down();
  if (directory) rmSync(directory, { recursive: true, force: true });
});

test("Alertmanager is scraped, and Prometheus sends to it", async () => {
  await eventually(
    60,
    () =>
      query(host, 'up{job="alertmanager"} and on() prometheus_notifications_alertmanagers_discovered == 1'),
    (found) => found[0]?.value === 1,
  );
  expect((await host.fetch("/alertmanager/-/ready")).status).toBe(200);
});

test("while all is well, the dead man's switch is called and nobody else is", async () => {
  await eventually(
    60,
    async () => receivers.messages("ping"),
    (calls) => calls.length > 0,
  );
  expect(receivers.messages().filter(({ mode }) => mode !== "ping")).toEqual([]);
});

test("a stopped gateway is told to every receiver, and so is its return", async () => {
  await host.gateway("stop", "deribit");
  await toldTo(KINDS, "GatewayStopped");
  receivers.clear();
  await host.gateway("start", "deribit");
  // Opsgenie, PagerDuty, Slack and the others have a message each for the end of an alert.
  await eventually(
    60,
    async () => KINDS.filter((kind) => receivers.messages(kind).length === 0),
    (silent) => silent.length === 0,
  );
  expect(receivers.refused()).toEqual([]);
});

test("a second up changes nothing", async () => {
  const { unchanged, ...changed } = await stack.up();
  expect(changed).toEqual({});
  expect(unchanged).toBeGreaterThan(10);
});

test("a silence survives a restart", async () => {
  const ends = new Date(Date.now() + 3_600_000).toISOString();
  const silence = {
    matchers: [{ name: "alertname", value: "GatewayStopped", isRegex: false }],
    startsAt: new Date().toISOString(),
    endsAt: ends,
    createdBy: "test",
    comment: "kept",
  };
  const { status } = await host.fetch("/alertmanager/api/v2/silences", {
    data: JSON.stringify(silence),
    headers: { "content-type": "application/json" },
  });
  expect(status).toBe(200);
  await host.exec("systemctl restart podwatch-alertmanager");
  const { body } = await eventually(
    30,
    () => host.fetch("/alertmanager/api/v2/silences"),
    (answer) => answer.status === 200,
  );
  expect(JSON.parse(body)).toEqual([expect.objectContaining({ comment: "kept" })]);
});

test("no secret stands in the configuration, nor in the container's description", async () => {
  const plain = await host.exec(
    "cat /var/lib/podwatch/services/alertmanager/current/files/*.yml /etc/containers/systemd/*; podman inspect podwatch-alertmanager",
  );
  const { slack, opsgenieKey, pagerdutyKey, telegramToken, webhookToken, mailPassword } =
    receivers.credentials;
  for (const secret of [slack, opsgenieKey, pagerdutyKey, telegramToken, webhookToken, mailPassword]) {
    expect(plain).not.toContain(secret);
  }
});

async function toldTo(kinds: readonly (typeof KINDS)[number][], alert: string): Promise<void> {
  await eventually(
    60,
    async () =>
      kinds.filter(
        (kind) => !receivers.messages(kind).some(({ body }) => JSON.stringify(body).includes(alert)),
      ),
    (silent) => silent.length === 0,
  );
}
