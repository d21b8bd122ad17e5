// The data sources that services of the stack are, kind by kind.
import {
  type Datasource,
  datasourceFiles,
  datasourceSecrets,
  namedDatasources,
  provisionedDatasource,
} from "../../../components/grafana/datasource.render";
import type { Endpoint } from "../../../lib/endpoint";

const endpoint: Endpoint<string> = { scheme: "https", host: "10.1.2.3", port: 8443, path: "/prometheus" };
const prometheus: Datasource<string> = {
  type: "prometheus",
  name: "Prometheus",
  uid: "p",
  endpoint,
  scrapeInterval: "15s",
};
const provisioned = {
  name: "Prometheus",
  type: "prometheus",
  uid: "p",
  access: "proxy",
  url: "https://10.1.2.3:8443/prometheus",
  isDefault: true,
  editable: false,
  jsonData: { httpMethod: "POST", timeInterval: "15s" },
};

test("without a log-in, as it always was", () => {
  expect(provisionedDatasource(prometheus, true)).toEqual(provisioned);
  expect(datasourceSecrets([prometheus])).toEqual([]);
  expect(datasourceFiles([prometheus])).toEqual({});
});

test("a password is read from the file of a secret, and is nowhere else", () => {
  const auth = { type: "basic", username: "graf$ana", password: "hunter22" } as const;
  const source = { ...prometheus, endpoint: { ...endpoint, auth } };
  expect(provisionedDatasource(source, true)).toEqual({
    ...provisioned,
    basicAuth: true,
    basicAuthUser: "graf$$ana",
    secureJsonData: { basicAuthPassword: "$__file{/run/secrets/grafana-password.p}" },
  });
  expect(datasourceSecrets([source])).toEqual([{ name: "grafana-password.p", value: "hunter22" }]);
});

test("a token goes into a header", () => {
  const source = {
    ...prometheus,
    endpoint: { ...endpoint, auth: { type: "bearer", token: "t0ken" } as const },
  };
  expect(provisionedDatasource(source, true)).toEqual({
    ...provisioned,
    jsonData: { ...provisioned.jsonData, httpHeaderName1: "Authorization" },
    secureJsonData: { httpHeaderValue1: "Bearer $__file{/run/secrets/grafana-token.p}" },
  });
  expect(datasourceSecrets([source])).toEqual([{ name: "grafana-token.p", value: "t0ken" }]);
});

test("a certificate is verified by the authority of the endpoint, under its name; skipped only if that is said", () => {
  const source = { ...prometheus, endpoint: { ...endpoint, tls: { ca: "PEM\n", serverName: "monitor" } } };
  expect(provisionedDatasource(source, true)).toEqual({
    ...provisioned,
    jsonData: { ...provisioned.jsonData, tlsAuthWithCACert: true, serverName: "monitor" },
    secureJsonData: { tlsCACert: "$__file{/etc/podwatch/current/files/tls/p/ca.pem}" },
  });
  expect(datasourceFiles([source])).toEqual({ "tls/p/ca.pem": "PEM\n" });
  const careless = { ...prometheus, endpoint: { ...endpoint, tls: { insecure: true } } };
  expect(provisionedDatasource(careless, true).jsonData).toHaveProperty("tlsSkipVerify", true);
});

test("each kind has the options of its plugin", () => {
  const common = { name: "x", uid: "x", endpoint };
  expect(provisionedDatasource({ ...common, type: "influxdb", database: "apimon" }, false)).toMatchObject({
    type: "influxdb",
    isDefault: false,
    jsonData: { version: "InfluxQL", dbName: "apimon" },
  });
  expect(provisionedDatasource({ ...common, type: "loki" }, false)).toMatchObject({
    type: "loki",
    jsonData: {},
  });
});

test("dashboards find the first Prometheus; others have names and uids of their own", () => {
  const kind = { type: "prometheus", scrapeInterval: "15s" } as const;
  const found = [
    { kind: { type: "loki" } as const, endpoint },
    { kind, endpoint },
    { kind, endpoint, host: "mon2" },
    { kind, endpoint, host: "mon3" },
  ];
  const named = namedDatasources(found, "the-uid").map(({ name, uid }) => ({ name, uid }));
  expect(named).toEqual([
    { name: "Loki", uid: "P8E80F9AEF21F6940" },
    { name: "Prometheus", uid: "the-uid" },
    { name: "Prometheus (mon2)", uid: expect.stringMatching(/^P[0-9A-F]{16}$/) },
    { name: "Prometheus (mon3)", uid: expect.stringMatching(/^P[0-9A-F]{16}$/) },
  ]);
  expect(new Set(named.map(({ uid }) => uid)).size).toBe(4);
});

test("a Prometheus beside a VictoriaMetrics leaves it the uid that dashboards refer to", () => {
  const ofPrometheus = "PBFA97CFB590B2093";
  const scrapeInterval = "15s";
  const named = namedDatasources(
    [
      { kind: { type: "prometheus", title: "VictoriaMetrics", has: "all", scrapeInterval }, endpoint },
      { kind: { type: "prometheus", scrapeInterval }, endpoint },
    ],
    ofPrometheus,
  );
  expect(named.map(({ name }) => name)).toEqual(["VictoriaMetrics", "Prometheus"]);
  expect(named[0]?.uid).toBe(ofPrometheus);
  expect(named[1]?.uid).toMatch(/^P[0-9A-F]{16}$/);
  expect(named[1]?.uid).not.toBe(ofPrometheus);
});
