// Dashboards of what programs report stand where a Grafana has the database that it gets to.
import { datasourceUid } from "../../components/grafana/datasource.render";
import { MonitoringStack } from "../../components/monitoringStack";
import { parseBundle } from "./expected";
import { deploy } from "./mocks";
import { login, settingsOf } from "./stackFile";

const jobs = { token: { path: "token.yaml", interval: "1m" } };
const repository = { url: "https://git.my-company.net/scenarios.git" };
const executor = { jobs, repository };
const front = { bind: "0.0.0.0", insecure: "a test" };
const listen = { allowFrom: ["10.1.2.0/24"] };

const API = "api-influxdb.json";
const SCENARIOS = "scenarios-influxdb.json";

/** The dashboards of a host's Grafana that ask InfluxDB, by name. */
async function boardsOf(host: string, file: object) {
  const settings = settingsOf({ gateways: { enabled: false }, ...file });
  const { resources } = await deploy(() => new MonitoringStack("podwatch", settings));
  const service = resources.find(({ name }) => name === `podwatch-${host}-grafana-service`);
  const { parts } = parseBundle(service?.inputs.stdin);
  const boards = Object.entries(parts).filter(([path]) => path.endsWith("-influxdb.json"));
  return Object.fromEntries(
    boards.map(([path, text]) => [path.replace("files/dashboards/", ""), JSON.parse(text)]),
  );
}

const namesOf = async (host: string, file: object) => Object.keys(await boardsOf(host, file)).sort();

const UID = datasourceUid({ name: "InfluxDB apimon" });

test("on one host: what Telegraf takes, and the executor's runs, ask the database of its InfluxDB", async () => {
  const influxdb = { databases: { apimon: {} } };
  const telegraf = { enabled: true };
  const boards = await boardsOf("monitor", { host: login, influxdb, telegraf, executor });
  expect(Object.keys(boards).sort()).toEqual([API, SCENARIOS]);
  const [variable] = boards[API].templating.list;
  expect([variable.name, variable.datasource]).toEqual(["zone", { type: "influxdb", uid: UID }]);
  expect(await namesOf("monitor", { host: login, influxdb, telegraf })).toEqual([API]);
  expect(await namesOf("monitor", { host: login, influxdb })).toEqual([]);
  expect(await namesOf("monitor", { host: login, telegraf, executor })).toEqual([]);
});

test("not for a Telegraf that writes to an InfluxDB outside of the stack, and only for the database that it writes to", async () => {
  const influxdb = { databases: { apimon: {}, other: {} } };
  const outside = { url: "http://influx.my-company.net:8086", username: "t", password: "of-telegraf-0123" };
  const telegraf = { enabled: true, database: "other" };
  expect(
    await namesOf("monitor", {
      host: login,
      influxdb,
      executor,
      telegraf: { ...telegraf, influxdb: outside },
    }),
  ).toEqual([]);
  const boards = await boardsOf("monitor", { host: login, influxdb, executor, telegraf });
  const asked = JSON.stringify(boards[SCENARIOS]).match(/"uid":"P[0-9A-F]{16}"/g) ?? [];
  expect(new Set(asked).size).toBe(1);
  expect(asked).not.toContain(`"uid":"${UID}"`);
});

describe("over several hosts", () => {
  const stack = (more: object) => ({
    front,
    hosts: {
      db: { ...login, address: "10.1.2.3", groups: ["databases"] },
      dash: { ...login, address: "10.1.2.4", groups: ["monitors", "dashboards"] },
      exec: { ...login, address: "10.1.2.5", groups: ["executors"] },
      ...more,
    },
    influxdb: { databases: { apimon: {} } },
    telegraf: { enabled: true },
    executor,
  });

  test("Grafana of another host has them", async () => {
    expect(await namesOf("dash", stack({}))).toEqual([API, SCENARIOS]);
  });

  test("also for an executor that reports to the Telegraf of another host", async () => {
    const none = { telegraf: { enabled: false } };
    const others = {
      exec: { ...login, address: "10.1.2.5", groups: ["executors"], ...none },
      tele: {
        ...login,
        address: "10.1.2.6",
        groups: ["executors"],
        telegraf: { enabled: true, listen },
        executor: { enabled: false },
      },
    };
    expect(await namesOf("dash", stack(others))).toEqual([API, SCENARIOS]);
    const closed = { ...others, tele: { ...others.tele, telegraf: { enabled: true } } };
    expect(await namesOf("dash", stack(closed))).toEqual([API]);
  });

  test("people choose one of several databases that have the same", async () => {
    const own = {
      ...login,
      address: "10.1.2.7",
      groups: ["databases", "executors"],
    };
    const boards = await boardsOf("dash", stack({ south: own }));
    const [choice] = boards[API].templating.list;
    expect(choice).toMatchObject({ type: "datasource", query: "influxdb", label: "InfluxDB" });
    expect(choice.current.text).toBe("InfluxDB apimon (db)");
    expect(boards[API].templating.list[1].datasource.uid).toBe("${datasource}");
  });
});
