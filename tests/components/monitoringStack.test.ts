import { parse } from "yaml";
import { MonitoringStack } from "../../components/monitoringStack";
import type { Settings } from "../../config/load";
import { ANSWERS_PROGRAM } from "../../lib/answers";
import { everySection, filesBeside } from "./everything";
import { parseBundle } from "./expected";
import {
  BYTES,
  COMMAND,
  deploy,
  GENERATED_PASSWORD,
  LOCAL_COMMAND,
  PASSWORD,
  plainText,
  type Recorded,
  read,
  Secret,
} from "./mocks";
import { login, SECRETS, type StackFile, settingsOf } from "./stackFile";

async function deployStack(settings: Settings) {
  const { resources, result } = await deploy(() => new MonitoringStack("podwatch", settings));
  return { resources, installations: result.installations };
}

/** Type, name and parent of every resource. */
function tree(resources: readonly Recorded[]): string[] {
  return resources.map(({ type, name, parent }) => `${type} ${name} < ${parent ?? "-"}`);
}

const C = "podwatch:index:";

const MINIMAL = [
  `${C}MonitoringStack podwatch < -`,
  `${C}Host podwatch-monitor < podwatch`,
  `${LOCAL_COMMAND} podwatch-monitor-answers < podwatch-monitor`,
  `${C}Grafana podwatch-monitor-grafana < podwatch`,
  `${PASSWORD} podwatch-monitor-grafana-admin-password < podwatch-monitor-grafana`,
  `${COMMAND} podwatch-monitor-grafana-admin-password-secret < podwatch-monitor-grafana`,
  `${COMMAND} podwatch-monitor-grafana-service < podwatch-monitor-grafana`,
  `${C}PodNetwork podwatch-monitor-network < podwatch`,
  `${COMMAND} podwatch-monitor-network-service < podwatch-monitor-network`,
  `${C}NginxBridge podwatch-monitor-nginx < podwatch`,
  `${COMMAND} podwatch-monitor-nginx-service < podwatch-monitor-nginx`,
  `${C}Prometheus podwatch-monitor-prometheus < podwatch`,
  `${COMMAND} podwatch-monitor-prometheus-service < podwatch-monitor-prometheus`,
  `${COMMAND} podwatch-monitor-runner < podwatch-monitor`,
  `${COMMAND} podwatch-monitor-runner-gate < podwatch-monitor`,
];

test("minimal: one host with everything on it", async () => {
  const { resources, installations } = await deployStack(settingsOf({ host: login }));
  expect(tree(resources)).toEqual(MINIMAL);
  expect(installations).toEqual({
    monitor: {
      url: "http://localhost/",
      prometheus: "http://localhost/prometheus/",
      grafana: { url: "http://localhost/grafana/", user: "admin", password: expect.anything() },
    },
  });
  const password = installations.monitor?.grafana?.password;
  expect(password && (await read(password))).toEqual({ value: GENERATED_PASSWORD, secret: true });
});

test("before anything is removed from a host it has to answer, or its proxy", async () => {
  const proxy = { ...login, address: "jump.my-company.net", port: 2222 };
  const { resources } = await deployStack(settingsOf({ host: { ...login, proxy } }));
  const removing = resources.filter(({ type, inputs }) => type === COMMAND && "delete" in inputs);
  const commands = removing.map(({ name }) => name);
  const [guard] = resources.filter(({ type }) => type === LOCAL_COMMAND);
  expect(guard).toMatchObject({
    inputs: {
      interpreter: ["node", "-e", ANSWERS_PROGRAM],
      delete: "ask monitor at jump.my-company.net port 2222 within 20000 ms",
      triggers: ["id-of-podwatch-monitor-runner"],
      addPreviousOutputInEnv: false,
      logging: "none",
    },
    deleteBeforeReplace: true,
  });
  expect(Object.keys(guard?.inputs ?? {})).not.toContain("create");
  expect([...(guard?.dependsOn ?? [])].sort()).toEqual(commands.sort());
});

test("names are the same in every run", async () => {
  const first = await deployStack(settingsOf({ host: login }));
  const second = await deployStack(settingsOf({ host: login }));
  expect(second.resources).toEqual(first.resources);
});

test("services are wired to one another: data source, start page, dashboards", async () => {
  const { resources } = await deployStack(settingsOf({ host: login, grafana: { datasourceUid: "my-uid" } }));
  const grafana = bundleOf(resources, "podwatch-monitor-grafana-service");
  expect(grafana["files/provisioning/datasources/podwatch.yml"]).toContain("uid: my-uid");
  expect(grafana["files/provisioning/datasources/podwatch.yml"]).toContain(
    "url: 'http://podwatch-prometheus:9090/prometheus'",
  );
  const dashboards = Object.keys(grafana).filter((path) => path.startsWith("files/dashboards/"));
  expect(dashboards).toEqual(
    ["gateways", "overview", "prometheus"].map((name) => `files/dashboards/${name}.json`),
  );
  for (const path of dashboards) {
    expect(grafana[path]).toContain('"uid": "my-uid"');
  }
  const page = bundleOf(resources, "podwatch-monitor-nginx-service")["files/html/index.html"];
  expect([...(page ?? "").matchAll(/href="([^"]+)"/g)].map(([, path]) => path)).toEqual([
    "/grafana/",
    "/prometheus/",
    "/runbooks/",
    "/roq/service/",
  ]);
});

test("each alert links to a page that the front has, unless the stack's own pages are linked", async () => {
  const deployed = async (alerts: object) => {
    const { resources } = await deployStack(settingsOf({ host: login, alerts }));
    const prometheus = Object.values(bundleOf(resources, "podwatch-monitor-prometheus-service")).join("\n");
    return {
      linked: [...prometheus.matchAll(/runbook_url: '?http:\/\/[^/]+\/runbooks\/(\w+)/g)].map(
        ([, name]) => name,
      ),
      pages: Object.keys(bundleOf(resources, "podwatch-monitor-nginx-service"))
        .filter((path) => path.startsWith("files/html/runbooks/"))
        .map((path) => path.slice("files/html/runbooks/".length)),
    };
  };
  const { linked, pages } = await deployed({ InstanceFlapping: { enabled: false } });
  expect(pages).toEqual([...linked].sort());
  expect(pages.length).toBeGreaterThan(15);
  expect(pages).not.toContain("InstanceFlapping");
  expect((await deployed({ runbookUrl: "https://wiki.my-company.net/runbooks" })).pages).toEqual([]);
  expect(await deployed({ enabled: false })).toEqual({ linked: [], pages: [] });
});

test("without gateways nothing of theirs is scraped or shown", async () => {
  const { resources } = await deployStack(settingsOf({ host: login, gateways: { enabled: false } }));
  const prometheus = bundleOf(resources, "podwatch-monitor-prometheus-service");
  expect(prometheus["files/prometheus.yml"]).not.toContain("roq-gateways");
  const grafana = bundleOf(resources, "podwatch-monitor-grafana-service");
  expect(Object.keys(grafana)).not.toContain("files/dashboards/gateways.json");
  expect(Object.keys(grafana)).toContain("files/dashboards/prometheus.json");
});

/** Secrets of chats, by the ends of their names. */
const CHATS = [
  ...["discord", "mattermost", "msteamsv2", "pushover", "pushover-user"],
  ...["rocketchat-id", "rocketchat", "sns", "victorops"],
];

describe("everything changed", () => {
  const { grafana, ...sections } = everySection();
  const stackFile: StackFile = {
    ...sections,
    grafana: { ...(grafana as object), adminPassword: SECRETS.adminPassword },
    hosts: {
      first: { ...login, user: "operator", becomePassword: SECRETS.becomePassword },
      second: {
        ...login,
        address: "10.1.2.4",
        user: "podwatch",
        become: false,
        gateways: { enabled: false },
        alertmanager: { enabled: false },
        topology: { enabled: false },
        firewall: { enabled: false },
        ssh: { enabled: false },
        accounts: { enabled: false },
        time: { enabled: false },
        engine: { install: false, remove: false },
        grafana: { enabled: false },
        apache: { enabled: false },
      },
    },
  };

  const jobSecrets = (prometheus: string) =>
    [
      "client-secret.found-by-dns",
      "header-X-Tenant.databases",
      "job.hypervisors",
      "job.instances",
      "job.servers-by-name",
      "job.servers",
      "password.asked-for",
      "sd-token.asked-for",
      "sd-token.services",
    ].map((secret) => `${COMMAND} ${prometheus}-${secret}-secret < ${prometheus}`);

  const history = (prometheus: string) => [
    `${C}PrometheusHistory ${prometheus}-history < podwatch`,
    `${COMMAND} ${prometheus}-history-service < ${prometheus}-history`,
  ];
  const nameOf = (line: string) => line.split(" ")[1] ?? "";
  const byName = (a: string, b: string) => (nameOf(a) < nameOf(b) ? -1 : 1);

  test("two hosts: their own settings count, and nothing secret is plain", async () => {
    const { resources, installations } = await deployStack(settingsOf(stackFile, filesBeside()));
    expect(tree(resources)).toEqual([
      `${C}MonitoringStack podwatch < -`,
      `${C}Host podwatch-first < podwatch`,
      `${C}HostAccounts podwatch-first-accounts < podwatch`,
      `${COMMAND} podwatch-first-accounts-service < podwatch-first-accounts`,
      `${COMMAND} podwatch-first-accounts-service-bundle < podwatch-first-accounts`,
      `${C}Alertmanager podwatch-first-alertmanager < podwatch`,
      ...["email", "opsgenie", "pagerduty", "slack", "telegram", "webhook", "webhook-token"].map(
        (kind) =>
          `${COMMAND} podwatch-first-alertmanager-all-ways-${kind}-secret < podwatch-first-alertmanager`,
      ),
      ...CHATS.map(
        (kind) => `${COMMAND} podwatch-first-alertmanager-chats-${kind}-secret < podwatch-first-alertmanager`,
      ),
      `${COMMAND} podwatch-first-alertmanager-dead-mans-switch-secret < podwatch-first-alertmanager`,
      `${COMMAND} podwatch-first-alertmanager-service < podwatch-first-alertmanager`,
      `${COMMAND} podwatch-first-alertmanager-service-bundle < podwatch-first-alertmanager`,
      `${COMMAND} podwatch-first-alertmanager-webex-token.chats-secret < podwatch-first-alertmanager`,
      `${COMMAND} podwatch-first-alertmanager.own-secret < podwatch-first-alertmanager`,
      `${LOCAL_COMMAND} podwatch-first-answers < podwatch-first`,
      `${C}ApacheExporter podwatch-first-apache-exporter < podwatch`,
      `${COMMAND} podwatch-first-apache-exporter-service < podwatch-first-apache-exporter`,
      `${COMMAND} podwatch-first-apache-exporter-service-bundle < podwatch-first-apache-exporter`,
      `${C}ApacheStatus podwatch-first-apache-status < podwatch`,
      `${COMMAND} podwatch-first-apache-status-service < podwatch-first-apache-status`,
      `${COMMAND} podwatch-first-apache-status-service-bundle < podwatch-first-apache-status`,
      `${C}Backup podwatch-first-backup < podwatch`,
      `${COMMAND} podwatch-first-backup-password-secret < podwatch-first-backup`,
      `${COMMAND} podwatch-first-backup-s3-secret < podwatch-first-backup`,
      `${COMMAND} podwatch-first-backup-service < podwatch-first-backup`,
      `${COMMAND} podwatch-first-backup-service-bundle < podwatch-first-backup`,
      `${C}BlackboxExporter podwatch-first-blackbox-exporter < podwatch`,
      `${COMMAND} podwatch-first-blackbox-exporter-password.login-secret < podwatch-first-blackbox-exporter`,
      `${COMMAND} podwatch-first-blackbox-exporter-service < podwatch-first-blackbox-exporter`,
      `${COMMAND} podwatch-first-blackbox-exporter-service-bundle < podwatch-first-blackbox-exporter`,
      `${COMMAND} podwatch-first-blackbox-exporter.own-secret < podwatch-first-blackbox-exporter`,
      `${C}ContainerEngine podwatch-first-engine < podwatch`,
      `${COMMAND} podwatch-first-engine-service < podwatch-first-engine`,
      `${COMMAND} podwatch-first-engine-service-bundle < podwatch-first-engine`,
      `${C}Executor podwatch-first-executor < podwatch`,
      `${COMMAND} podwatch-first-executor-clouds-secret < podwatch-first-executor`,
      `${COMMAND} podwatch-first-executor-repository-key-secret < podwatch-first-executor`,
      `${COMMAND} podwatch-first-executor-service < podwatch-first-executor`,
      `${COMMAND} podwatch-first-executor-service-bundle < podwatch-first-executor`,
      `${C}HostFirewall podwatch-first-firewall < podwatch`,
      `${COMMAND} podwatch-first-firewall-confirmed < podwatch-first-firewall`,
      `${COMMAND} podwatch-first-firewall-service < podwatch-first-firewall`,
      `${COMMAND} podwatch-first-firewall-service-bundle < podwatch-first-firewall`,
      `${PASSWORD} podwatch-first-front-alerts-token < podwatch`,
      `${PASSWORD} podwatch-first-front-metrics-token < podwatch`,
      `${PASSWORD} podwatch-first-front-queries-token < podwatch`,
      `${PASSWORD} podwatch-first-front-samples-token < podwatch`,
      `${C}Grafana podwatch-first-grafana < podwatch`,
      `${COMMAND} podwatch-first-grafana-admin-password-secret < podwatch-first-grafana`,
      `${LOCAL_COMMAND} podwatch-first-grafana-influxdb-central < podwatch-first-grafana`,
      `${PASSWORD} podwatch-first-grafana-influxdb-central-password < podwatch-first-grafana`,
      `${COMMAND} podwatch-first-grafana-ldap-password.directory-secret < podwatch-first-grafana`,
      ...["azuread", "generic", "github", "gitlab", "google"].map(
        (kind) => `${COMMAND} podwatch-first-grafana-oauth-${kind}-secret < podwatch-first-grafana`,
      ),
      `${COMMAND} podwatch-first-grafana-password.P08F57F138D260DF8-secret < podwatch-first-grafana`,
      `${COMMAND} podwatch-first-grafana-password.PD6308B46D4685E5B-secret < podwatch-first-grafana`,
      `${COMMAND} podwatch-first-grafana-password.PDCDA77CE6B45FB4B-secret < podwatch-first-grafana`,
      `${COMMAND} podwatch-first-grafana-password.PFAEF18AEF3CF0FB4-secret < podwatch-first-grafana`,
      `${COMMAND} podwatch-first-grafana-service < podwatch-first-grafana`,
      `${COMMAND} podwatch-first-grafana-service-bundle < podwatch-first-grafana`,
      `${COMMAND} podwatch-first-grafana-smtp-password-secret < podwatch-first-grafana`,
      `${C}Influxdb podwatch-first-influxdb < podwatch`,
      `${PASSWORD} podwatch-first-influxdb-admin-password < podwatch`,
      `${COMMAND} podwatch-first-influxdb-admin-password-secret < podwatch-first-influxdb`,
      `${PASSWORD} podwatch-first-influxdb-grafana-password < podwatch`,
      `${COMMAND} podwatch-first-influxdb-grafana-password-secret < podwatch-first-influxdb`,
      `${COMMAND} podwatch-first-influxdb-service < podwatch-first-influxdb`,
      `${COMMAND} podwatch-first-influxdb-service-bundle < podwatch-first-influxdb`,
      `${PASSWORD} podwatch-first-influxdb-telegraf-password < podwatch`,
      `${COMMAND} podwatch-first-influxdb-telegraf-password-secret < podwatch-first-influxdb`,
      `${C}PodNetwork podwatch-first-network < podwatch`,
      `${COMMAND} podwatch-first-network-service < podwatch-first-network`,
      `${COMMAND} podwatch-first-network-service-bundle < podwatch-first-network`,
      `${C}NginxBridge podwatch-first-nginx < podwatch`,
      `${C}NginxExporter podwatch-first-nginx-exporter < podwatch`,
      `${COMMAND} podwatch-first-nginx-exporter-service < podwatch-first-nginx-exporter`,
      `${COMMAND} podwatch-first-nginx-exporter-service-bundle < podwatch-first-nginx-exporter`,
      `${C}FrontLogIns podwatch-first-nginx-log-ins < podwatch-first-nginx`,
      `${PASSWORD} podwatch-first-nginx-log-ins-own-token < podwatch-first-nginx-log-ins`,
      `${BYTES} podwatch-first-nginx-log-ins-salt-alice < podwatch-first-nginx-log-ins`,
      `${BYTES} podwatch-first-nginx-log-ins-salt-bob@my-company.net < podwatch-first-nginx-log-ins`,
      `${PASSWORD} podwatch-first-nginx-log-ins-token-central-prometheus < podwatch-first-nginx-log-ins`,
      `${PASSWORD} podwatch-first-nginx-log-ins-user-bob@my-company.net < podwatch-first-nginx-log-ins`,
      `${COMMAND} podwatch-first-nginx-service < podwatch-first-nginx`,
      `${COMMAND} podwatch-first-nginx-service-bundle < podwatch-first-nginx`,
      `${COMMAND} podwatch-first-nginx-tokens-secret < podwatch-first-nginx`,
      `${COMMAND} podwatch-first-nginx-users-secret < podwatch-first-nginx`,
      `${C}NodeExporter podwatch-first-node-exporter < podwatch`,
      `${COMMAND} podwatch-first-node-exporter-service < podwatch-first-node-exporter`,
      `${COMMAND} podwatch-first-node-exporter-service-bundle < podwatch-first-node-exporter`,
      `${C}Prometheus podwatch-first-prometheus < podwatch`,
      ...[
        ...jobSecrets("podwatch-first-prometheus"),
        ...history("podwatch-first-prometheus"),
        `${COMMAND} podwatch-first-prometheus-history-service-bundle < podwatch-first-prometheus-history`,
      ].sort(byName),
      `${COMMAND} podwatch-first-prometheus-service < podwatch-first-prometheus`,
      `${COMMAND} podwatch-first-prometheus-service-bundle < podwatch-first-prometheus`,
      `${COMMAND} podwatch-first-prometheus-write-token.victoriametrics-second-secret < podwatch-first-prometheus`,
      `${COMMAND} podwatch-first-prometheus.own-secret < podwatch-first-prometheus`,
      `${COMMAND} podwatch-first-runner < podwatch-first`,
      `${COMMAND} podwatch-first-runner-gate < podwatch-first`,
      `${C}HostSsh podwatch-first-ssh < podwatch`,
      `${COMMAND} podwatch-first-ssh-confirmed < podwatch-first-ssh`,
      `${COMMAND} podwatch-first-ssh-service < podwatch-first-ssh`,
      `${COMMAND} podwatch-first-ssh-service-bundle < podwatch-first-ssh`,
      `${C}Telegraf podwatch-first-telegraf < podwatch`,
      `${COMMAND} podwatch-first-telegraf-service < podwatch-first-telegraf`,
      `${COMMAND} podwatch-first-telegraf-service-bundle < podwatch-first-telegraf`,
      `${COMMAND} podwatch-first-telegraf_influxdb_password-secret < podwatch-first-telegraf`,
      `${C}HostTime podwatch-first-time < podwatch`,
      `${COMMAND} podwatch-first-time-service < podwatch-first-time`,
      `${COMMAND} podwatch-first-time-service-bundle < podwatch-first-time`,
      `${C}Topology podwatch-first-topology < podwatch`,
      `${COMMAND} podwatch-first-topology-contacts-token-secret < podwatch-first-topology`,
      `${COMMAND} podwatch-first-topology-service < podwatch-first-topology`,
      `${COMMAND} podwatch-first-topology-service-bundle < podwatch-first-topology`,
      `${C}Victoriametrics podwatch-first-victoriametrics < podwatch`,
      `${COMMAND} podwatch-first-victoriametrics-service < podwatch-first-victoriametrics`,
      `${COMMAND} podwatch-first-victoriametrics-service-bundle < podwatch-first-victoriametrics`,
      `${C}Vmalert podwatch-first-vmalert < podwatch`,
      `${COMMAND} podwatch-first-vmalert-service < podwatch-first-vmalert`,
      `${COMMAND} podwatch-first-vmalert-service-bundle < podwatch-first-vmalert`,
      `${C}Vmauth podwatch-first-vmauth < podwatch`,
      `${COMMAND} podwatch-first-vmauth-config-secret < podwatch-first-vmauth`,
      `${COMMAND} podwatch-first-vmauth-service < podwatch-first-vmauth`,
      `${COMMAND} podwatch-first-vmauth-service-bundle < podwatch-first-vmauth`,
      `${C}Host podwatch-second < podwatch`,
      `${LOCAL_COMMAND} podwatch-second-answers < podwatch-second`,
      `${C}Backup podwatch-second-backup < podwatch`,
      `${COMMAND} podwatch-second-backup-password-secret < podwatch-second-backup`,
      `${COMMAND} podwatch-second-backup-s3-secret < podwatch-second-backup`,
      `${COMMAND} podwatch-second-backup-service < podwatch-second-backup`,
      `${C}BlackboxExporter podwatch-second-blackbox-exporter < podwatch`,
      `${COMMAND} podwatch-second-blackbox-exporter-password.login-secret < podwatch-second-blackbox-exporter`,
      `${COMMAND} podwatch-second-blackbox-exporter-service < podwatch-second-blackbox-exporter`,
      `${COMMAND} podwatch-second-blackbox-exporter.own-secret < podwatch-second-blackbox-exporter`,
      `${C}Executor podwatch-second-executor < podwatch`,
      `${COMMAND} podwatch-second-executor-clouds-secret < podwatch-second-executor`,
      `${COMMAND} podwatch-second-executor-repository-key-secret < podwatch-second-executor`,
      `${COMMAND} podwatch-second-executor-service < podwatch-second-executor`,
      `${PASSWORD} podwatch-second-front-alerts-token < podwatch`,
      `${PASSWORD} podwatch-second-front-metrics-token < podwatch`,
      `${PASSWORD} podwatch-second-front-queries-token < podwatch`,
      `${PASSWORD} podwatch-second-front-samples-token < podwatch`,
      `${C}Influxdb podwatch-second-influxdb < podwatch`,
      `${PASSWORD} podwatch-second-influxdb-admin-password < podwatch`,
      `${COMMAND} podwatch-second-influxdb-admin-password-secret < podwatch-second-influxdb`,
      `${PASSWORD} podwatch-second-influxdb-grafana-password < podwatch`,
      `${COMMAND} podwatch-second-influxdb-grafana-password-secret < podwatch-second-influxdb`,
      `${COMMAND} podwatch-second-influxdb-service < podwatch-second-influxdb`,
      `${PASSWORD} podwatch-second-influxdb-telegraf-password < podwatch`,
      `${COMMAND} podwatch-second-influxdb-telegraf-password-secret < podwatch-second-influxdb`,
      `${C}PodNetwork podwatch-second-network < podwatch`,
      `${COMMAND} podwatch-second-network-service < podwatch-second-network`,
      `${C}NginxBridge podwatch-second-nginx < podwatch`,
      `${C}NginxExporter podwatch-second-nginx-exporter < podwatch`,
      `${COMMAND} podwatch-second-nginx-exporter-service < podwatch-second-nginx-exporter`,
      `${C}FrontLogIns podwatch-second-nginx-log-ins < podwatch-second-nginx`,
      `${PASSWORD} podwatch-second-nginx-log-ins-own-token < podwatch-second-nginx-log-ins`,
      `${BYTES} podwatch-second-nginx-log-ins-salt-alice < podwatch-second-nginx-log-ins`,
      `${BYTES} podwatch-second-nginx-log-ins-salt-bob@my-company.net < podwatch-second-nginx-log-ins`,
      `${PASSWORD} podwatch-second-nginx-log-ins-token-central-prometheus < podwatch-second-nginx-log-ins`,
      `${PASSWORD} podwatch-second-nginx-log-ins-user-bob@my-company.net < podwatch-second-nginx-log-ins`,
      `${COMMAND} podwatch-second-nginx-service < podwatch-second-nginx`,
      `${COMMAND} podwatch-second-nginx-tokens-secret < podwatch-second-nginx`,
      `${COMMAND} podwatch-second-nginx-users-secret < podwatch-second-nginx`,
      `${C}NodeExporter podwatch-second-node-exporter < podwatch`,
      `${COMMAND} podwatch-second-node-exporter-service < podwatch-second-node-exporter`,
      `${C}Prometheus podwatch-second-prometheus < podwatch`,
      ...[
        ...jobSecrets("podwatch-second-prometheus"),
        ...history("podwatch-second-prometheus"),
        `${COMMAND} podwatch-second-prometheus-own-alertmanager-token.10-1-2-3-8080-alertmanager-secret < podwatch-second-prometheus`,
      ].sort(byName),
      `${COMMAND} podwatch-second-prometheus-service < podwatch-second-prometheus`,
      `${COMMAND} podwatch-second-prometheus-write-token.victoriametrics-first-secret < podwatch-second-prometheus`,
      `${COMMAND} podwatch-second-prometheus.own-secret < podwatch-second-prometheus`,
      `${COMMAND} podwatch-second-runner < podwatch-second`,
      `${COMMAND} podwatch-second-runner-gate < podwatch-second`,
      `${C}Telegraf podwatch-second-telegraf < podwatch`,
      `${COMMAND} podwatch-second-telegraf-service < podwatch-second-telegraf`,
      `${COMMAND} podwatch-second-telegraf_influxdb_password-secret < podwatch-second-telegraf`,
      `${C}Victoriametrics podwatch-second-victoriametrics < podwatch`,
      `${COMMAND} podwatch-second-victoriametrics-service < podwatch-second-victoriametrics`,
      `${C}Vmalert podwatch-second-vmalert < podwatch`,
      `${COMMAND} podwatch-second-vmalert-alertmanager-token.10-1-2-3-8080-alertmanager-secret < podwatch-second-vmalert`,
      `${COMMAND} podwatch-second-vmalert-service < podwatch-second-vmalert`,
      `${C}Vmauth podwatch-second-vmauth < podwatch`,
      `${COMMAND} podwatch-second-vmauth-config-secret < podwatch-second-vmauth`,
      `${COMMAND} podwatch-second-vmauth-service < podwatch-second-vmauth`,
    ]);
    expect(Object.keys(installations)).toEqual(["first", "second"]);
    expect(installations.first?.alertmanager).toBe("http://10.1.2.3:8080/alertmanager/");
    expect(installations.second).toEqual({
      url: "http://10.1.2.3:8080/",
      prometheus: "http://10.1.2.3:8080/prometheus/",
      influxdb: {
        url: "http://10.1.2.3:8080/influxdb",
        user: "root",
        password: expect.anything(),
      },
      backups: {
        repository: "s3:https://s3.eu-central-1.amazonaws.com/my-company-backups/monitoring/podwatch/second",
        password: expect.anything(),
      },
      logIns: {
        users: { alice: expect.anything(), "bob@my-company.net": expect.anything() },
        tokens: { "central-prometheus": expect.anything(), trader: expect.anything() },
      },
    });
    const hashed: readonly string[] = [SECRETS.frontPassword, SECRETS.frontToken];
    for (const secret of Object.values(SECRETS)) {
      const inWire = JSON.stringify(secret).slice(1, -1);
      expect(plainText(resources)).not.toContain(inWire);
      if (hashed.includes(secret)) continue;
      expect(
        JSON.stringify(resources, (_, value) => (value instanceof Secret ? value.value : value)),
      ).toContain(inWire.replace(/(\\n)+$/, ""));
    }
  });

  test("commands of a host carry its login, and wait for its runner and network", async () => {
    const { resources } = await deployStack(settingsOf(stackFile, filesBeside()));
    const commands = resources.filter(({ type }) => type === COMMAND);
    for (const { name, inputs, dependsOn } of commands) {
      const host = name.startsWith("podwatch-first-") ? "first" : "second";
      expect((inputs.connection as Secret).value).toMatchObject({
        host: host === "first" ? "10.1.2.3" : "10.1.2.4",
      });
      if (/-(grafana|nginx|prometheus)-service$/.test(name)) {
        expect(dependsOn).toEqual(
          expect.arrayContaining([`podwatch-${host}-runner`, `podwatch-${host}-network-service`]),
        );
      }
      // Of other hosts, it waits for what is made here.
      const elsewhere = dependsOn.filter((other) => !other.startsWith(`podwatch-${host}-`));
      expect(elsewhere.filter((other) => !other.endsWith("-token"))).toEqual([]);
    }
  });

  test("without Prometheus and Grafana the front is left", async () => {
    const { resources, installations } = await deployStack(
      settingsOf({ host: login, prometheus: { enabled: false }, grafana: { enabled: false } }),
    );
    expect(tree(resources)).toEqual(MINIMAL.filter((line) => !/-(grafana|prometheus)/.test(line)));
    expect(installations).toEqual({ monitor: { url: "http://localhost/" } });
  });
});

test("a target has a node exporter and nothing else; every monitor watches it, and itself", async () => {
  const stackFile = {
    hosts: {
      mon1: { ...login, nodeExporter: { enabled: true } },
      mon2: { ...login, address: "10.1.2.4" },
      web: { ...login, address: "10.1.2.5", role: "target" },
    },
  };
  const { resources, installations } = await deployStack(settingsOf(stackFile));
  expect(tree(resources).filter((line) => line.includes("-web"))).toEqual([
    `${C}Host podwatch-web < podwatch`,
    `${LOCAL_COMMAND} podwatch-web-answers < podwatch-web`,
    `${C}NodeExporter podwatch-web-node-exporter < podwatch`,
    `${COMMAND} podwatch-web-node-exporter-service < podwatch-web-node-exporter`,
    `${COMMAND} podwatch-web-runner < podwatch-web`,
    `${COMMAND} podwatch-web-runner-gate < podwatch-web`,
  ]);
  expect(Object.keys(installations)).toEqual(["mon1", "mon2"]);
  const runner = resources.find(({ name }) => name === "podwatch-web-runner");
  expect(runner?.inputs.create).toContain("install rootful --owner=podwatch-web </dev/null 9<&-;");
  const gate = resources.find(({ name }) => name === "podwatch-web-runner-gate");
  expect(gate?.inputs.create).toContain(
    "fit native/node-exporter=10.1.2.5:9100=podwatch:nodeExporter.port --owner=podwatch-web </dev/null 9<&-;",
  );
  expect(resources.find(({ name }) => name === "podwatch-web-answers")).toMatchObject({
    inputs: { delete: "ask web at 10.1.2.5 port 22 within 20000 ms" },
    dependsOn: expect.arrayContaining(["podwatch-web-node-exporter-service"]),
  });
  const job = (monitor: string) => {
    const text = bundleOf(resources, `podwatch-${monitor}-prometheus-service`)["files/prometheus.yml"] ?? "";
    const { scrape_configs } = parse(text) as { scrape_configs: Array<{ job_name: string }> };
    return scrape_configs.find(({ job_name }) => job_name === "node");
  };
  const web = { targets: ["10.1.2.5:9100"], labels: { instance: "web" } };
  const own = {
    targets: ["podwatch-nginx:8081"],
    labels: { __metrics_path__: "/node/metrics", instance: "mon1" },
  };
  expect(job("mon1")).toEqual({ job_name: "node", static_configs: [own, web] });
  expect(job("mon2")).toEqual({ job_name: "node", static_configs: [web] });
});

function bundleOf(resources: readonly Recorded[], name: string): Record<string, string> {
  return parseBundle(resources.find((resource) => resource.name === name)?.inputs.stdin).parts;
}
