// Settings that people look for and that there are not: each is refused by name, with the way out where there is one.
import { problemsOf, stack } from "./support";

test.each<[string, unknown, RegExp]>([
  ["prometheus.enableFeatures", ["native-histograms"], /unknown setting/],
  ["prometheus.extraArgs", ["--web.enable-remote-write-receiver"], /unknown setting/],
  ["alertmanager.clusterPeers", ["10.1.2.3:9094"], /unknown setting/],
  ["grafana.email", { host: "x" }, /unknown setting/],
  ["grafana.provisioning", {}, /unknown setting/],
  ["nodeExporter.args", ["--path.rootfs=/"], /unknown setting/],
  ["nodeExporter.quadlet", { Service: { MemoryMax: "1G" } }, /unknown setting/],
])("%s", (name, value, complaint) => {
  const [section = "", key = ""] = name.split(".");
  const lines = problemsOf(stack({ [section]: { [key]: value } }));
  expect(lines).toEqual([expect.stringMatching(complaint)]);
  expect(lines[0]).toMatch(new RegExp(`^podwatch:${section}\\.${key}: unknown setting; .+`));
});

test.each<[string, unknown, string]>([
  ["prometheus.enableFeatures", [], "write features"],
  ["prometheus.storage", {}, "write outOfOrderTimeWindow or retention"],
  ["prometheus.extra_args", [], "write arguments"],
  ["grafana.env", {}, "write environment"],
  ["front.mounts", [], "write volumes"],
  ["alertmanager.deploy", {}, "write resources"],
  ["alertmanager.peers", [], "write cluster: {}; "],
  ["grafana.email", {}, "write smtp"],
  ["grafana.auth.anonymous", {}, "write anonymous"],
  ["grafana.keycloak", {}, "write oauth"],
  ["grafana.grafana.ini", {}, "write settings, by section"],
  ["alertmanager.smtp", {}, "write smarthost, from and log-in at each receiver's email"],
  ["alertmanager.global", {}, "write smarthost, from and log-in at each receiver's email"],
  ["grafana.allow_embedding", true, "write embedding"],
  ["front.https", true, "write tls"],
  ["front.basicAuth", {}, "write it under front.auth"],
  ["nodeExporter.args", [], "write arguments"],
  ["nodeExporter.MemoryMax", "1G", "write resources.memory"],
  ["nodeExporter.quadlet", {}, "it is not a container; "],
  ["nodeExporter.files", {}, "it is a program of the host"],
  ["prometheus.memoryLimit", "1G", "write resources.memory"],
  ["network.ipv6", true, "write subnet6, "],
  ["network.enable_ipv6", true, "write subnet6, "],
  [
    "prometheus.webConfig",
    {},
    "only the front can be reached from elsewhere; write its encryption and log-ins ",
  ],
  ["alertmanager.web_config_file", "web.yml", "only the front can be reached from elsewhere; "],
  ["nodeExporter.webConfig", {}, "only the stack's hosts can reach it; "],
  ["prometheus.queueConfig", {}, "write it at an entry of remoteWrite: extra.queue_config"],
  ["front.environmentVariables", {}, "write environment"],
  ["nodeExporter.environment_variables", {}, "write environment"],
  ["blackboxExporter.options", [], "write arguments"],
  ["apache.extraOptions", [], "write arguments"],
])("%s is refused with the way to what is wanted, also in a host's entry", (name, value, way) => {
  const [section = "", ...key] = name.split(".");
  const group = { [section]: { [key.join(".")]: value } };
  const { host, ...rest } = stack();
  for (const raw of [stack(group), { ...rest, hosts: { a: { ...host, ...group } } }]) {
    expect(problemsOf(raw)).toEqual([expect.stringContaining(`: unknown setting; ${way}`)]);
  }
});

test.each<[string, string]>([
  ["jira", "write it under extra, in Alertmanager's syntax, .*extra\\.jira_configs"],
  ["wechat_configs", "write it under extra, "],
  ["msteams", "write msteamsv2"],
  ["webex_configs", "write it without _configs, "],
  ["slackConfigs", "write it without _configs, "],
  ["ntfy", "Alertmanager has no such kind; write webhook, "],
  ["aws_sns", "write sns"],
  ["mattermst", "did you mean mattermost\\?"],
  ["rocketChat", "did you mean rocketchat\\?"],
  ["carrierPigeon", "write one of the kinds that docs/alerting\\.md lists, or any other .* under extra"],
])("a receiver's channel %s has a way out", (kind, way) => {
  const lines = problemsOf(stack({ alertmanager: { receivers: { ops: { [kind]: {} } } } }));
  expect(lines.join("\n")).toMatch(
    new RegExp(`^podwatch:alertmanager\\.receivers\\.ops\\.${kind}: unknown setting; ${way}`, "m"),
  );
});

test.each<[string, string, string]>([
  ["webex", "botToken", "did you mean bearerToken?"],
  ["webex", "access_token", "did you mean bearerToken?"],
  ["telegram", "token", "did you mean botToken?"],
  ["discord", "chatId", "remove it (known settings: "],
])("a receiver's %s.%s leads to its own settings, not to those of another kind", (kind, key, way) => {
  const lines = problemsOf(stack({ alertmanager: { receivers: { ops: { [kind]: { [key]: "x" } } } } }));
  expect(lines).toContainEqual(
    expect.stringContaining(`podwatch:alertmanager.receivers.ops.${kind}.${key}: unknown setting; ${way}`),
  );
});

test.each(["queueConfig", "queue_config", "metadataConfig", "writeRelabelConfigs", "remoteTimeout"])(
  "a remote write's %s is Prometheus' own",
  (key) => {
    const remoteWrite = [{ name: "far", url: "https://far.example.net/write", [key]: {} }];
    expect(problemsOf(stack({ prometheus: { remoteWrite } }))).toEqual([
      `podwatch:prometheus.remoteWrite[0].${key}: unknown setting; write it under extra, in Prometheus' words: extra.queue_config and the like`,
    ]);
  },
);

test("where a data source and an Alertmanager take other words", () => {
  const grafana = { datasources: [{ name: "L", type: "loki", basicAuth: true }] };
  const prometheus = { alertmanagers: [{ name: "a", targets: ["a:1"], url: "http://a" }] };
  expect(problemsOf(stack({ grafana, prometheus }))).toEqual([
    "podwatch:grafana.datasources[0].basicAuth: unknown setting; write basicAuthUser, and basicAuthPassword under secureJsonData",
    "podwatch:prometheus.alertmanagers[0].url: unknown setting; write targets, each host:port, scheme and pathPrefix",
  ]);
});

test.each(["wait", "timeout", "connect_timeout", "waitForSsh", "dialErrorLimit", "perDialTimeout"])(
  "a host's %s has another name",
  (name) => {
    const { host } = stack() as { host: object };
    expect(problemsOf({ host: { ...host, [name]: "5m" } })).toEqual([
      expect.stringMatching(
        new RegExp(`^podwatch:host\\.${name}: unknown setting; write waitForConnection, `),
      ),
    ]);
  },
);
