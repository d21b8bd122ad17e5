// examples/chickens on a host: its image is built, everything that it watches is up, and when the coop's application
// stops, every kind of receiver is told, and told again when it is back; the same of disks that fill up. The receivers
// are the lab's, which refuse what the real ones refuse.
import type { Socket } from "node:dgram";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Receivers, startReceivers } from "../../lab/receivers/receivers";
import versions from "../../versions.json";
import { eventually, HERE, LabHost, run } from "./support/lab";
import { nameServer } from "./support/nameServer";
import { type NodeMirror, nodeMirror } from "./support/nodeMirror";
import { alertStates, query, targets } from "./support/queries";
import { snapshot } from "./support/snapshot";
import { changes, connection, merge, Stack, sectionsIn } from "./support/stack";
import { groupsTold, told } from "./support/told";

jest.setTimeout(300_000);

const EXAMPLE = "examples/chickens";
/** File systems of the host's that may be filled. */
const DISKS = ["/srv/eggs", "/srv/feed"] as const;

/** Takes all that it is told. */
async function listener(): Promise<{ url: string; heard(): string[]; close(): void }> {
  const all: string[] = [];
  const server = createServer(async (request, response) => {
    const body = (await request.toArray()).join("");
    const { authorization = "", "x-auth-token": token = "", "x-user-id": user = "" } = request.headers;
    const isForm = request.headers["content-type"]?.includes("form") === true;
    const said = isForm ? decodeURIComponent(body.replaceAll("+", " ")) : body;
    all.push(`${request.url} ${authorization}${user}${token} ${said}`);
    response.end(isForm ? PUBLISHED : '{"success":true}');
  });
  await new Promise<void>((listening) => server.listen(0, HERE, listening));
  const { port } = server.address() as AddressInfo;
  return { url: `http://${HERE}:${port}`, heard: () => all, close: () => server.close() };
}

/** How messages begin: where they went, and with which log-in. */
const HEARD = [
  "/discord",
  "/teams",
  "/victorops",
  "/mattermost",
  "/rocket/api/v1/chat.postMessage userOfTheLabtoken-of-rocketchat ",
  "/webex Bearer token-of-webex-0001 ",
  "/sns AWS4-HMAC-SHA256 Credential=AKIAOFTHELAB00000001/",
];

/** What SNS answers. */
const PUBLISHED =
  "<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>";

/** Alerts of the user's own. */
const TEXT_RULES = `groups:
  - name: "Texts / ümlaut"
    interval: 1s
    labels: { team: ops }
    rules:
      - alert: 'Übermaß {#}'
        expr: vector(12.345)
        labels: { price: '$5' }
        annotations:
          description: '{{ $value | humanize }} at {{ $externalLabels.site }}, "quoted" {{ "{{" }}literal}}'
      - alert: Muted
        expr: vector(1)
`;

let host: LabHost;
/** Of alerts. */
let receivers: Receivers;
/** Of what pipelines tell, who reach Slack without TLS on their own machine only. */
let pipelines: Receivers;
let names: Socket;
let mirror: NodeMirror;
let stack: Stack;
let before: string[];
let state: string;

beforeAll(async () => {
  host = await LabHost.boot("test-chickens");
  [receivers, pipelines, names, mirror] = await Promise.all([
    startReceivers({ bind: HERE }),
    startReceivers(),
    nameServer(HERE),
    nodeMirror(),
  ]);
  state = mkdtempSync(join(tmpdir(), "podwatch-chickens-"));
  // The coop's application is any container that answers.
  await host.exec(`podman run --quiet --detach --name coop --publish 8081:80 ${versions.images.nginx}`);
  for (const disk of DISKS) await host.disk(disk);
  before = await snapshot(host);
  stack = await Stack.create("chickens", settings({ preset: "raspberry" }));
});

afterAll(async () => {
  names?.close();
  mirror?.close();
  await receivers?.stop();
  await pipelines?.stop();
  await stack?.dispose();
  await host?.down();
  if (state) rmSync(state, { recursive: true, force: true });
});

/** The example's stack file, with all that a lab has in place of what a backyard has. */
function settings(more: object = {}): Record<string, unknown> {
  const example = sectionsIn(`${EXAMPLE}/Pulumi.chickens.yaml`);
  const { url, smtp, credentials } = receivers;
  const lab = {
    host: { ...connection("operator", host), connection: "ssh", name: "pi" },
    // A minute is long for a test.
    prometheus: { scrapeInterval: "1s", evaluationInterval: "1s", data: "delete" },
    alerts: {
      ProbeFailed: { for: "1s" },
      HostDiskFull: { for: "0s" },
      // Later than the severe one, as usual.
      HostDiskLow: { for: "3s" },
      // What Prometheus sends before it has found Alertmanager, it sends again only after a minute.
      Watchdog: { for: "15s" },
      // The host has just been started.
      HostRebooted: { enabled: false },
    },
    nodeExporter: { release: mirror.release },
    alertmanager: {
      receivers: {
        farmer: {
          email: {
            to: [credentials.mailbox],
            from: credentials.mailUser,
            authUsername: credentials.mailUser,
            smarthost: smtp,
            // The mail server's certificate is its own.
            extra: { tls_config: { insecure_skip_verify: true } },
          },
          opsgenie: { apiUrl: url },
          // Not in the example: the ways that it does without.
          pagerduty: { url: `${url}/v2/enqueue` },
          webhook: {},
          telegram: { apiUrl: url, chatId: credentials.telegramChat },
        },
      },
      route: { groupWait: "1s", groupInterval: "2s" },
      deadMansSwitch: { interval: "10s" },
      data: "delete",
    },
    grafana: { data: "delete" },
    blackboxExporter: { targets: probes(example.blackboxExporter) },
  };
  return merge(merge(example, lab), more) as Record<string, unknown>;
}

/** The example's targets; those outside the Pi are played by this machine. */
function probes(section: unknown): object[] {
  const { targets } = section as { targets: { name: string }[] };
  const here: Record<string, string> = { router: HERE, internet: `${HERE}:${names.address().port}` };
  return targets.map((target) => ({
    ...target,
    ...(here[target.name] === undefined ? {} : { target: here[target.name] }),
  }));
}

function secrets(): Record<string, string> {
  const { url, credentials } = receivers;
  const at = (name: string) => `alertmanager.receivers.${name}`;
  return {
    [at("chat.slack.apiUrl")]: `${url}/services/${credentials.slack}`,
    [at("farmer.slack.apiUrl")]: `${url}/services/${credentials.slack}`,
    [at("farmer.email.authPassword")]: credentials.mailPassword,
    [at("farmer.opsgenie.apiKey")]: credentials.opsgenieKey,
    [at("farmer.pagerduty.routingKey")]: credentials.pagerdutyKey,
    [at("farmer.webhook.url")]: `${url}/alertmanager/farmer`,
    [at("farmer.webhook.bearerToken")]: credentials.webhookToken,
    [at("farmer.telegram.botToken")]: credentials.telegramToken,
    "alertmanager.deadMansSwitch.url": `${url}/ping/${credentials.pingId}`,
  };
}

/** `examples/chickens/deploy`, as a Jenkins job would run it: its exit code, what it printed, and what Slack was told. */
async function deploy(): Promise<{ code: number; output: string; slack: string[] }> {
  pipelines.clear();
  const [, , , ...configFile] = stack.arguments("up");
  const { code, stdout, stderr } = await run(`${EXAMPLE}/deploy`, configFile, {
    env: {
      ...stack.environment(),
      PODWATCH_PULUMI: "lab/toolchain/pulumi",
      PODWATCH_SLACK_URL: `${pipelines.url}/services/${pipelines.credentials.slack}`,
      XDG_STATE_HOME: state,
    },
  });
  const slack = pipelines.messages("slack").map(({ body }) => JSON.stringify(body));
  return { code, output: stdout + stderr, slack };
}

test("a failed deployment is reported to Slack, and nothing is deployed", async () => {
  const failed = await deploy();
  expect(failed).toHaveExited(1);
  expect(failed.output).toContain('"raspberry" is not known here');
  expect(failed.slack).toEqual([expect.stringMatching(/chickens.*failed/)]);
  expect(await snapshot(host)).toEqual(before);
});

test("the next one deploys everything, and is reported as back to normal", async () => {
  await stack.configure(settings(), secrets());
  const deployed = await deploy();
  expect(deployed).toHaveExited(0);
  expect(deployed.slack).toEqual([expect.stringMatching(/chickens.*back to normal/)]);
});

test("Prometheus is the image that the host has built, with the limits of the preset", async () => {
  const unit = await host.exec("cat /etc/containers/systemd/podwatch-prometheus.container");
  expect(unit).toMatch(/^Image=localhost\/podwatch-prometheus:[0-9a-f]{16}$/m);
  expect(unit).toMatch(/--storage\.tsdb\.retention\.size=2GB/);
  const title = await host.exec(
    `podman inspect --format '{{index .Config.Labels "org.opencontainers.image.title"}}' podwatch-prometheus`,
  );
  expect(title).toBe("geoff-prometheus\n");
  const limits =
    "for service in prometheus grafana nginx; do systemctl show --value -p MemoryMax podwatch-$service; done";
  expect(
    (await host.exec(limits))
      .trim()
      .split("\n")
      .map((bytes) => Number(bytes) / 2 ** 20),
  ).toEqual([400, 300, 64]);
});

test("all targets are up and all probes succeed", async () => {
  const expected = [
    "alertmanager/pi",
    "blackbox-exporter/pi",
    "blackbox/coop",
    "blackbox/internet",
    "blackbox/pi-ssh",
    "blackbox/router",
    "nginx/pi",
    "node/pi",
    "prometheus/localhost:9090",
  ];
  await eventually(
    60,
    () => targets(host),
    (found) =>
      JSON.stringify(found) === JSON.stringify(Object.fromEntries(expected.map((name) => [name, 1]))),
  );
  await eventually(
    30,
    () => query(host, "probe_success == 1"),
    (found) => found.length === 4,
  );
});

test("without alerts, only the dead man's switch is called", async () => {
  await eventually(
    60,
    async () => receivers.messages("ping"),
    (calls) => calls.length > 0,
  );
  expect(receivers.messages().filter(({ mode }) => mode !== "ping")).toEqual([]);
});

test("the coop's application stops: all receivers are notified, also when it is resolved", async () => {
  const fault = await told(receivers, "ProbeFailed", () => host.exec("podman stop --time 0 coop"));
  receivers.clear();
  // Opsgenie is told of the end by the alert's alias, without its name.
  const end = await told(receivers, "", () => host.exec("podman start coop"));
  process.stderr.write(`seconds from the fault to the message: ${fault}; from its end: ${end}\n`);
  expect(receivers.messages("alertmanager").map(({ body }) => body.status)).toEqual(["resolved"]);
  expect(receivers.refused()).toEqual([]);
});

test("two disks fill up: one notification for both, of the highest severity only, and one when resolved", async () => {
  receivers.clear();
  const fill = DISKS.map((disk) => `! head -c 1G /dev/zero 2>/dev/null >${disk}/file`).join("; ");
  const fault = await told(receivers, "HostDiskFull", () => host.exec(fill));
  await eventually(
    20,
    () => alertStates(host, "HostDisk.*"),
    (states) =>
      states.join() ===
      DISKS.flatMap((disk) => [`HostDiskFull ${disk} active`, `HostDiskLow ${disk} suppressed`])
        .sort()
        .join(),
  );
  // It has also come to telling somebody of the milder one, and did not.
  await eventually(
    20,
    () => query(host, 'alertmanager_notifications_suppressed_total{reason="inhibition"} > 0'),
    (found) => found.length === 1,
  );
  // The first message names one only, had just that been scraped.
  await eventually(
    20,
    async () =>
      groupsTold(receivers, "HostDiskFull")
        .at(-1)
        ?.alerts.map(({ labels }) => labels.mountpoint)
        .sort(),
    (disks) => disks?.join() === DISKS.join(),
  );
  const during = receivers.messages();

  receivers.clear();
  const end = await told(receivers, "", () =>
    host.exec(`rm ${DISKS.map((disk) => `${disk}/file`).join(" ")}`),
  );
  await eventually(
    20,
    async () => groupsTold(receivers, "HostDiskFull").at(-1)?.status,
    (status) => status === "resolved",
  );
  for (const { mode, body } of [...during, ...receivers.messages()]) {
    expect({ mode, body: JSON.stringify(body) }).toEqual({
      mode,
      body: expect.not.stringContaining("HostDiskLow"),
    });
  }
  expect(receivers.refused()).toEqual([]);
  process.stderr.write(`seconds from full disks to the message: ${fault}; from their end: ${end}\n`);
});

test("neither the configuration nor `podman inspect` shows a secret", async () => {
  const plain = await host.exec(
    "cat /var/lib/podwatch/services/*/current/files/*.yml /etc/containers/systemd/*; podman inspect podwatch-alertmanager podwatch-grafana",
  );
  const { slack, opsgenieKey, pagerdutyKey, telegramToken, webhookToken, mailPassword } =
    receivers.credentials;
  for (const secret of [slack, opsgenieKey, pagerdutyKey, telegramToken, webhookToken, mailPassword]) {
    expect(plain).not.toContain(secret);
  }
});

test("a silence survives a restart", async () => {
  const silence = {
    matchers: [{ name: "alertname", value: "ProbeFailed", isRegex: false }],
    startsAt: new Date().toISOString(),
    endsAt: new Date(Date.now() + 3_600_000).toISOString(),
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

test("a second up changes nothing, and sends no notification", async () => {
  const { output, slack } = await deploy();
  expect(changes(output)).toEqual({ unchanged: expect.any(Number) });
  expect(slack).toEqual([]);
});

test("custom texts arrive unchanged: markup, templates, dollar signs, other alphabets", async () => {
  const directory = mkdtempSync(join(tmpdir(), "podwatch-texts-"));
  const chat = await listener();
  try {
    writeFileSync(join(directory, "rules.yml"), TEXT_RULES);
    for (const folder of ["a", "b"]) mkdirSync(join(directory, folder));
    writeFileSync(
      join(directory, "a", "own.tmpl"),
      '{{ define "own.title" }}🔥 {{ .CommonLabels.price }}{{ end }}',
    );
    writeFileSync(join(directory, "b", "own.tmpl"), '{{ define "own.who" }}<Störung>{{ end }}');
    const title = '{{ template "own.title" . }}';
    const text = `• costs $5 & <b> {{ (index .Alerts 0).Annotations.description }} ${"${HOME}"} $1`;
    const message = "<b>{{ .CommonLabels.alertname }}</b> costs $5";
    const own = {
      prometheus: { externalLabels: { site: "höst-α $1" }, ruleFiles: [join(directory, "*.yml")] },
      alertmanager: {
        templates: [join(directory, "*/*.tmpl")],
        receivers: {
          chat: {
            slack: { channel: "#todo", extra: { title, text, fields: [{ title: "<i>", value: "xxx" }] } },
          },
          farmer: {
            email: { extra: { headers: { Subject: '{{ template "own.who" . }} – $5' }, html: "", text } },
            telegram: { extra: { parse_mode: "HTML", message, message_thread_id: 42 } },
          },
          // Where Pushover is cannot be said.
          others: {
            discord: {},
            msteamsv2: {},
            victorops: { apiUrl: `${chat.url}/victorops/`, routingKey: "coop" },
            pushover: { extra: { http_config: { proxy_url: `${chat.url}/pushover` } } },
            mattermost: { channel: "alerts" },
            rocketchat: { apiUrl: `${chat.url}/rocket`, channel: "#alerts" },
            webex: { apiUrl: `${chat.url}/webex`, roomId: "room-of-the-lab-0001" },
            sns: {
              topicArn: "arn:aws:sns:eu-central-1:123456789012:alerts",
              accessKey: "AKIAOFTHELAB00000001",
              apiUrl: `${chat.url}/sns`,
            },
          },
        },
        timeIntervals: {
          never: [{ years: ["2001:2002"], months: ["november:february"], daysOfMonth: ["-3:-1"] }],
          always: [
            { weekdays: ["saturday:sunday"], location: "America/St_Johns" },
            { weekdays: ["Monday:friday"], times: ["00:00-24:00"], location: "America/St_Johns" },
          ],
        },
        route: {
          groupBy: ["..."],
          routes: [
            { matchers: ['alertname="Muted"'], receiver: "farmer", activeTimeIntervals: ["never"] },
            { matchers: ['price=~"[$]5|page"'], receiver: "chat", continue: true },
            { matchers: ['price="$5"'], receiver: "others", continue: true },
            { matchers: ['price="$5"'], receiver: "farmer", activeTimeIntervals: ["always"] },
          ],
        },
      },
    };
    const others = "alertmanager.receivers.others";
    const keys = {
      ...secrets(),
      [`${others}.discord.webhookUrl`]: `${chat.url}/discord`,
      [`${others}.msteamsv2.webhookUrl`]: `${chat.url}/teams`,
      [`${others}.victorops.apiKey`]: "key-of-victorops",
      [`${others}.pushover.userKey`]: "u".repeat(30),
      [`${others}.pushover.token`]: "t".repeat(30),
      [`${others}.mattermost.webhookUrl`]: `${chat.url}/mattermost`,
      [`${others}.rocketchat.tokenId`]: "userOfTheLab",
      [`${others}.rocketchat.token`]: "token-of-rocketchat",
      [`${others}.webex.bearerToken`]: "token-of-webex-0001",
      [`${others}.sns.secretKey`]: "secret/key+of/the/lab/0000000000000000001",
    };
    // The routes first: services are updated side by side, and an alert that comes before its route takes the one of before.
    await stack.configure(settings({ alertmanager: own.alertmanager }), keys);
    expect(await deploy()).toHaveExited(0);
    receivers.clear();
    await stack.configure(settings(own), keys);
    expect(await deploy()).toHaveExited(0);
    const said = `costs $5 & <b> 12.35 at höst-α $1, "quoted" {{literal}} ${"${HOME}"} $1`;
    const bodies = await eventually(
      60,
      async () =>
        (["slack", "email", "telegram"] as const).map((kind) =>
          JSON.stringify(receivers.messages(kind).map(({ body }) => body)),
        ),
      (found) => found.every((body) => body.includes("costs $5")),
    );
    expect(bodies[0]).toContain(JSON.stringify(`• ${said}`).slice(1, -1));
    expect(bodies[0]).toContain("🔥 $5");
    expect(bodies[0]).toContain("<i>");
    expect(bodies[1]).toContain(JSON.stringify(`• ${said}`).slice(1, -1));
    expect(bodies[1]).toContain("<Störung> – $5");
    expect(bodies[2]).toContain("<b>Übermaß {#}</b> costs $5");
    expect(bodies.join()).not.toContain("Muted");
    expect(receivers.refused()).toEqual([]);
    const told = await eventually(
      30,
      async () => chat.heard(),
      (heard) => HEARD.every((start) => heard.some((one) => one.startsWith(start))),
    );
    for (const one of told) expect(one).toContain("Übermaß {#}");
  } finally {
    chat.close();
    rmSync(directory, { recursive: true });
  }
});

test("destroy leaves nothing", async () => {
  await stack.destroy();
  expect(await snapshot(host)).toEqual(before);
});
