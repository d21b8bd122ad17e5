// Services of a stack that use one another over the border of a host.
import { parse } from "yaml";
import { MonitoringStack } from "../../components/monitoringStack";
import { prometheusPlacement } from "../../components/prometheus/placement";
import type { Settings } from "../../config/load";
import { parseBundle } from "./expected";
import { deploy } from "./mocks";
import { login, settingsOf } from "./stackFile";

/** Two monitors: `mon` with everything, whose front is open, and `dash`. */
function twoHosts(front: object = { bind: "0.0.0.0" }): Settings {
  return settingsOf({
    hosts: {
      dash: { ...login, address: "10.1.2.4", gateways: { enabled: false } },
      mon: { ...login, alertmanager: { enabled: true }, front },
    },
  });
}

/** The same, but `dash` has nothing to show of its own; a stack file cannot say so yet. */
function apart({ hosts }: Settings): Settings {
  return {
    hosts: hosts.map((host) =>
      host.name === "dash" ? { ...host, prometheus: { ...host.prometheus, enabled: false } } : host,
    ),
  };
}

async function deployed(settings: Settings) {
  const { resources } = await deploy(() => new MonitoringStack("podwatch", settings));
  const parts = (service: string) =>
    parseBundle(resources.find(({ name }) => name === `podwatch-${service}-service`)?.inputs.stdin).parts;
  return {
    resources,
    datasources: (host: string) =>
      parse(parts(`${host}-grafana`)["files/provisioning/datasources/podwatch.yml"] ?? "").datasources,
    dashboards: (host: string) =>
      Object.keys(parts(`${host}-grafana`)).filter((path) => path.startsWith("files/dashboards/")),
    alerting: (host: string) => parse(parts(`${host}-prometheus`)["files/prometheus.yml"] ?? "").alerting,
  };
}

test("a Grafana without a Prometheus on its host shows that of another, through the front there", async () => {
  const { datasources, dashboards, resources } = await deployed(apart(twoHosts()));
  expect(datasources("dash")).toEqual([
    expect.objectContaining({
      name: "Prometheus (mon)",
      uid: "PBFA97CFB590B2093",
      url: "http://10.1.2.3:80/prometheus",
      isDefault: true,
    }),
  ]);
  // With what the other watches, which has gateways, and an Alertmanager.
  expect(dashboards("dash")).toEqual(dashboards("mon"));
  expect(dashboards("dash")).toEqual(
    expect.arrayContaining(["files/dashboards/gateways.json", "files/dashboards/alertmanager.json"]),
  );
  expect(resources.map(({ name }) => name)).not.toContain("podwatch-dash-prometheus");
});

test("what the own host has comes first: on the network of its containers", async () => {
  const { datasources, dashboards } = await deployed(twoHosts());
  for (const host of ["dash", "mon"]) {
    expect(datasources(host)).toEqual([
      expect.objectContaining({ name: "Prometheus", url: "http://podwatch-prometheus:9090/prometheus" }),
    ]);
  }
  expect(dashboards("dash")).not.toContain("files/dashboards/gateways.json");
});

test("a front that only its own host reaches serves no other, so there is no data source", async () => {
  const { datasources, dashboards } = await deployed(apart(twoHosts({})));
  expect(datasources("dash")).toEqual([]);
  expect(dashboards("dash")).toEqual([]);
});

test("an Alertmanager gets no alerts from other hosts, whose front refuses them", async () => {
  const { alerting } = await deployed(twoHosts());
  expect(alerting("mon").alertmanagers[0].static_configs).toEqual([
    { targets: ["podwatch-alertmanager:9093"] },
  ]);
  expect(alerting("dash")).toBeUndefined();
});

test.each([
  [{ bind: "0.0.0.0", port: 8443 }, "http://10.1.2.3:8443/prometheus"],
  [{ publicUrl: "https://monitor.my-company.net" }, "https://monitor.my-company.net:443/prometheus"],
  [{ bind: "127.0.0.1" }, undefined],
])("with the front %j other hosts reach Prometheus at %s", (front, url) => {
  const mon = twoHosts(front).hosts.find(({ name }) => name === "mon");
  const remote = mon && prometheusPlacement.offer(mon)?.datasource?.endpoints.remote;
  expect(remote && `${remote.scheme}://${remote.host}:${remote.port}${remote.path}`).toBe(url);
});
