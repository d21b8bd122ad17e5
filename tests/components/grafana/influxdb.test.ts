// InfluxDBs outside of the stack: settings, data sources, and the command that makes their readers.
import { parse } from "yaml";
import { Grafana } from "../../../components/grafana/component";
import { datasourceUid } from "../../../components/grafana/datasource.render";
import { problemsOf, stack } from "../../config/support";
import { LOCAL_COMMAND, PASSWORD, plainText, Secret } from "../mocks";
import { bundleOf, deployOnHost } from "../onHost";
import { login, settingsOf } from "../stackFile";

const AT = "podwatch:grafana.influxdb";
const URL = "http://10.1.2.9:8086/sub";
const central = { url: URL, databases: ["apimon", "other"] };

const problems = (influxdb: object, more: object = {}) =>
  problemsOf(stack({ grafana: { influxdb, ...more } }));

test("what cannot be is refused by name", () => {
  expect(problems({ central })).toEqual([]);
  expect(
    problems({
      Central: central,
      a: { ...central, databases: [] },
      b: { ...central, databases: ["a b"], user: "x y" },
      c: { databases: ["x"] },
      d: { ...central, url: "influx:8086" },
    }),
  ).toEqual([
    expect.stringContaining(`${AT}.Central: "Central" is not a name; write small letters, digits and -`),
    `${AT}.a.databases: a list is empty; write at least one database`,
    expect.stringContaining(`${AT}.b.databases[0]: "a b" is not the name of a database`),
    `${AT}.b.user: "x y" is not a user name; write letters, digits and . _ -`,
    expect.stringContaining(`${AT}.c.url: is missing`),
    expect.stringContaining(`${AT}.d.url: "influx:8086" is not`),
  ]);
  const own = { name: "InfluxDB central apimon", type: "influxdb", url: URL };
  expect(problems({ central }, { datasources: [own] })).toEqual([
    `${AT}.central: becomes the data source "InfluxDB central apimon", as which grafana.datasources has one already; write another name`,
  ]);
  expect(problems({ central: { ...central, ca: "-----BEGIN CERTIFICATE-----" } }).join()).toContain(
    `${AT}.central.ca: has nothing to verify at "${URL}"; write https://, or remove it`,
  );
});

test("a data source for each database, and a command that has the reader's password as a secret, and no administrator", async () => {
  process.env.PODWATCH_INFLUXDB_ADMIN_THE_CENTRAL = "admin:of-the-administrator";
  const [settings] = settingsOf({ host: login, grafana: { influxdb: { "the-central": central } } }).hosts;
  if (settings === undefined) throw new Error("no host");
  const { resources } = await deployOnHost(settings, (name, ground) => {
    const { front, grafana } = settings;
    return new Grafana(name, { ...ground, front, settings: grafana, datasources: [], dashboards: {} });
  });
  const command = resources.find(({ type }) => type === LOCAL_COMMAND);
  const { environment, stdin, triggers } = command?.inputs ?? {};
  const user = "test-tested-the-central";
  expect(command?.name).toBe("tested-influxdb-the-central");
  expect(JSON.parse(stdin as string)).toEqual({
    setting: "grafana.influxdb.the-central",
    variable: "PODWATCH_INFLUXDB_ADMIN_THE_CENTRAL",
    user,
    databases: ["apimon", "other"],
  });
  expect(triggers).toEqual([URL, user]);
  expect(environment).toEqual({
    PODWATCH_INFLUXDB_URL: URL,
    PODWATCH_INFLUXDB_CA: "",
    PODWATCH_INFLUXDB_PASSWORD: expect.any(Secret),
  });
  expect(JSON.stringify(resources)).not.toContain("of-the-administrator");
  expect(resources.map(({ type }) => type)).toContain(PASSWORD);
  const service = resources.find(({ name }) => name === "tested-service");
  expect(service?.dependsOn).toContain("tested-influxdb-the-central");
  const { parts } = bundleOf(resources);
  const { datasources } = parse(parts["files/provisioning/datasources/podwatch.yml"] ?? "");
  const name = "InfluxDB the-central apimon";
  const uid = datasourceUid({ name });
  expect(datasources).toHaveLength(2);
  expect(datasources[0]).toMatchObject({
    name,
    uid,
    type: "influxdb",
    url: "http://10.1.2.9:8086/sub",
    basicAuth: true,
    basicAuthUser: user,
    jsonData: { version: "InfluxQL", dbName: "apimon" },
    secureJsonData: {
      basicAuthPassword: expect.stringMatching(/^\$__file\{\/run\/secrets\/grafana-password\./),
    },
  });
  expect(plainText(resources)).not.toContain("of-the-administrator");
});
