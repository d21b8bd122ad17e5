// Every query of every panel of every dashboard that comes along, through Grafana, with the data of a real deployment:
// none may stay empty. With REPORT=docs/dashboards.md the numbers are written into that page, and with PICTURES=DIRECTORY
// a picture of each dashboard is made.
import type { Server } from "node:tls";
import { SHIPPED_DASHBOARDS } from "../../dashboards/shipped";
import { type Receivers, startReceivers } from "../../lab/receivers/receivers";
import { eventually, HERE, LabHost, must } from "./support/lab";
import { type NodeMirror, nodeMirror } from "./support/nodeMirror";
import { type Answer, askEveryPanel, draw, emptyQueries, report } from "./support/panels";
import { connection, Stack } from "./support/stack";
import { port, tlsServer } from "./support/tls";

jest.setTimeout(600_000);

/** Queries that rightly have no data, as `dashboard / panel / query [value of the variable]`, with the reason. */
const RIGHTLY_EMPTY: Readonly<Record<string, string>> = {
  "Probes / HTTP, time by phase [certificate]": "not probed over HTTP",
  "Probes / HTTP, time by phase [closed]": "not probed over HTTP",
  "Probes / HTTP, status [certificate]": "not probed over HTTP",
  "Probes / HTTP, status [closed]": "not probed over HTTP",
  "Probes / Certificates [front]": "not probed over TLS",
  "Probes / Certificates [closed]": "not probed over TLS",
};

/** Only where availability is recorded, an executor reports to InfluxDB, or samples go to VictoriaMetrics: in tests of their own. */
const ELSEWHERE = [
  ...["region.json", "site.json", "api.json", "scenarios.json", "telegraf.json"],
  ...["api-influxdb.json", "scenarios-influxdb.json", "influxdb.json", "victoriametrics.json"],
];

const { REPORT, PICTURES } = process.env;

let host: LabHost;
let receivers: Receivers;
let tls: Server;
let mirror: NodeMirror;
let stack: Stack;
let login: string;

beforeAll(async () => {
  // The address is there once there is a host.
  host = await LabHost.boot("test-dashboards");
  [receivers, tls, mirror] = await Promise.all([startReceivers({ bind: HERE }), tlsServer(), nodeMirror()]);
  await host.gateway("start", "deribit", "bybit");
  await must("lab/lab", ["install", "test-dashboards", "apache2"]);
  await host.exec("sed -i 's/^Listen 80$/Listen 81/' /etc/apache2/ports.conf && systemctl restart apache2");
  stack = await Stack.create("dashboards", settings());
  await stack.configure(settings(), {
    "alertmanager.receivers.oncall.webhook.url": `${receivers.url}/alertmanager/oncall`,
    "alertmanager.receivers.oncall.webhook.bearerToken": receivers.credentials.webhookToken,
    "alertmanager.deadMansSwitch.url": `${receivers.url}/ping/${receivers.credentials.pingId}`,
  });
  await stack.up();
  const installations =
    await stack.output<Record<string, { grafana: { user: string; password: string } }>>("installations");
  const { user, password } = installations["test-dashboards"]?.grafana ?? { user: "", password: "" };
  login = `${user}:${password}`;
});

afterAll(async () => {
  tls?.close();
  mirror?.close();
  await receivers?.stop();
  await stack?.dispose();
  await host?.down();
});

function settings() {
  return {
    host: connection("operator", host),
    gateways: { gid: 990, scrapeInterval: "1s" },
    prometheus: { scrapeInterval: "1s", evaluationInterval: "1s" },
    alertmanager: {
      receivers: { oncall: { webhook: {} } },
      route: { groupWait: "1s", groupInterval: "2s" },
      // Sends a message again and again, so that there is something to see of messages.
      deadMansSwitch: { interval: "10s" },
    },
    blackboxExporter: {
      targets: [
        { name: "front", target: "http://podwatch-nginx:8080/" },
        { name: "certificate", module: "untrusted", target: `${HERE}:${port(tls)}` },
        { name: "closed", module: "tcp", target: `${HERE}:9` },
      ],
      modules: {
        untrusted: { prober: "tcp", tcp: { tls: true, tls_config: { insecure_skip_verify: true } } },
      },
    },
    nginxExporter: { enabled: true },
    nodeExporter: { enabled: true, release: mirror.release },
    apache: { enabled: true, port: 81 },
    backup: { enabled: true },
  };
}

test("every query of every panel returns data, with each value of each variable", async () => {
  let answers: Answer[] = [];
  await eventually(
    120,
    async () => {
      answers = await askEveryPanel(host, login, "now-5m");
      return emptyQueries(answers).filter((name) => !(name in RIGHTLY_EMPTY));
    },
    (unexpected) => unexpected.length === 0,
  );
  const asked = new Set(answers.map(({ dashboard }) => dashboard));
  expect(asked.size).toBe(SHIPPED_DASHBOARDS.filter((file) => !ELSEWHERE.includes(file)).length);
  // What is said to be empty and is not belongs off the list.
  expect([...emptyQueries(answers)].sort()).toEqual(Object.keys(RIGHTLY_EMPTY).sort());
  if (REPORT) report(REPORT, answers);
});

if (PICTURES) {
  test("pictures", async () => {
    // So that the lines have some length.
    await new Promise((resolve) => setTimeout(resolve, 120_000));
    await draw(stack, PICTURES, "now-5m");
  });
}
