// Names of data sources: those of the user's own, beside those that Grafana gives the ones of the stack.
import { namedDatasources } from "../../../components/grafana/datasource.render";
import { namesFor } from "../../../components/grafana/names.resolve";
import { datasourcesFor, offered } from "../../../components/placement";
import { wire } from "../../../components/services";
import type { HostSettings } from "../../../config/load";
import { problemsOf, host as someHost } from "../../config/support";
import { STACKS, settingsOfStack } from "../goldenStacks";
import { login, type StackFile, settingsOf } from "../stackFile";

const monitors = { groups: ["monitors"] };
const dashboards = { groups: ["dashboards"] };
const databases = { groups: ["databases"] };
const both = { mon: monitors, dash: dashboards, one: databases, two: databases };
const single = { mon: monitors, dash: dashboards, one: databases };

const open = { front: { bind: "0.0.0.0", auth: { users: { alice: {} } }, tls: { ownCa: {} } } };
const victoriametrics = { enabled: true };
const influxdb = { databases: { apimon: {} } };

function region(hosts: Record<string, object>, access: object, sections: object): StackFile {
  const entries = Object.entries(hosts).map(([name, entry], index) => [
    name,
    { ...access, address: `10.1.2.${index + 1}`, ...entry },
  ]);
  return { hosts: Object.fromEntries(entries), ...open, ...sections };
}

const own = (...names: string[]) => ({
  grafana: { datasources: names.map((name) => ({ name, type: "loki", url: "http://10.9.0.1:3100" })) },
});

const problems = (hosts: Record<string, object>, sections: object) =>
  problemsOf(region(hosts, someHost, sections), { secretKeys: ["hosts", "front"] });

const refused = (index: number, written: string, taken: string) =>
  `podwatch:grafana.datasources[${index}].name: "${written}" is already the name of the stack's ${taken}; write another name`;

test("those of the stack are taken, in whatever case", () => {
  const names = ["victoriametrics", "PROMETHEUS (mon)", "Prometheus (dash)", "Logs", "VictoriaMetrics (one)"];
  expect(problems(both, { victoriametrics, ...own(...names) })).toEqual([
    refused(0, "victoriametrics", "VictoriaMetrics"),
    refused(1, "PROMETHEUS (mon)", "Prometheus (mon)"),
  ]);
});

test("the only VictoriaMetrics has the name of its host, and so has what Telegraf writes to", () => {
  const names = ["VictoriaMetrics", "VictoriaMetrics (one)", "InfluxDB apimon (one)", "InfluxDB apimon"];
  expect(problems(single, { victoriametrics, influxdb, ...own(...names) })).toEqual([
    refused(1, "VictoriaMetrics (one)", "VictoriaMetrics (one)"),
    refused(2, "InfluxDB apimon (one)", "InfluxDB apimon (one)"),
  ]);
});

test("a name is free where the stack has no such data source", () => {
  expect(problems(both, own("VictoriaMetrics", "InfluxDB apimon", "Prometheus (one)"))).toEqual([]);
});

test("the problem is where the data source is written, and a host without Grafana has none", () => {
  const dash = { ...dashboards, ...own("Prometheus (mon)") };
  expect(problems({ mon: monitors, dash }, {})).toEqual([
    `podwatch:hosts.dash.grafana.datasources[0].name: "Prometheus (mon)" is already the name of the stack's Prometheus (mon); write another name`,
  ]);
  const mon = { ...monitors, ...own("Prometheus (mon)") };
  expect(problems({ mon, dash: dashboards }, {})).not.toContainEqual(expect.stringContaining("already"));
});

/** As a deployment names them. */
function deployed(host: HostSettings, hosts: readonly HostSettings[]): string[] {
  const others = hosts.filter((other) => other !== host).map((other) => wire(other, hosts));
  const found = datasourcesFor({ ...wire(host, hosts), others }).map(({ offer, endpoint, from, own }) => ({
    kind: offer.kind,
    endpoint,
    host: own ? undefined : from.settings.name,
  }));
  return namedDatasources(found, host.grafana.datasourceUid).map(({ name }) => name);
}

const withPasswords = (host: HostSettings) =>
  ({ ...host, influxdb: { ...host.influxdb, passwords: {} } }) as HostSettings;

const sections = { victoriametrics, influxdb };
const spread = { ...both, mon2: { ...monitors, front: { bind: "127.0.0.1" } } };
const stacks: ReadonlyArray<[string, readonly HostSettings[]]> = [
  ...STACKS.map((stack): [string, readonly HostSettings[]] => [stack, settingsOfStack(stack).hosts]),
  ["two databases", settingsOf(region(both, login, sections)).hosts],
  ["one database", settingsOf(region(single, login, sections)).hosts],
  ["a monitor that nobody reaches", settingsOf(region(spread, login, { influxdb })).hosts],
  ["agents", settingsOf(region(both, login, { ...sections, prometheus: { mode: "agent" } })).hosts],
  [
    "no groups",
    settingsOf(region({ a: {}, b: { influxdb: { enabled: false } } }, login, { influxdb })).hosts,
  ],
];

test.each(stacks)("the checks know what a deployment names them: %s", (_what, given) => {
  const hosts = given.map(withPasswords);
  const placed = hosts.map((settings) => ({ settings }));
  const names = placed.map((host) => namesFor(host, placed));
  expect(names).toEqual(hosts.map((host) => deployed(host, hosts)));
  for (const all of names) expect(new Set(all).size).toBe(all.length);
});

test("a vmauth beside the only VictoriaMetrics takes no name twice", () => {
  const one = { groups: ["databases", "dashboards"] };
  const raw = region({ mon: monitors, one }, login, { victoriametrics, vmauth: { enabled: true } });
  const { hosts } = settingsOf(raw);
  const at = hosts.find(({ name }) => name === "one") as HostSettings;
  expect(offered(wire(at, hosts), "datasource").flat()).toHaveLength(1);
  expect(deployed(at, hosts)).toEqual(["VictoriaMetrics", "Prometheus (mon)"]);
});
