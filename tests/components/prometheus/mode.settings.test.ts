// Prometheus as an agent: what it needs, and what is refused because only a server could use it.
import { parse } from "../../../config/parse";
import { context, problemsOf, stack } from "../../config/support";

const remoteWrite = [{ name: "central", url: "http://10.1.2.9/prometheus/api/v1/write" }];
const agent = { mode: "agent", remoteWrite };
const alone = { grafana: { enabled: false } };
const problems = (prometheus: object, more: object = alone) => problemsOf(stack({ prometheus, ...more }));

test("an agent needs an endpoint, and nothing else", () => {
  expect(problems(agent)).toEqual([]);
  expect(problems({ mode: "agent" })).toEqual([
    'podwatch:prometheus.mode: "agent" keeps no samples, and has nowhere to send them; add an endpoint under remoteWrite, or write enabled: true under podwatch:victoriametrics for a host of the group databases',
  ]);
  expect(problems({ mode: "Agent", remoteWrite })).toEqual([
    'podwatch:prometheus.mode: "Agent" is not known here; write server or agent',
  ]);
});

test.each([
  ["retention", { time: "90d" }, /keeps no history; .*agent\.maxTime/],
  ["outOfOrderTimeWindow", "30m", /keeps no history/],
  ["exemplars", 1000, /send_exemplars/],
  ["evaluationInterval", "30s", /evaluates no rules/],
  ["ruleFiles", [], /evaluates no rules/],
  ["ruleTests", [], /evaluates no rules/],
  ["alertmanagers", [{ name: "a", targets: ["a:1"] }], /evaluates no rules/],
  ["extra.alerting", { alert_relabel_configs: [] }, /evaluates no rules/],
  ["queryLog", true, /answers no queries/],
  ["remoteRead", [{ name: "a", url: "http://a/" }], /answers no queries/],
])("%s is of no use for it", (setting, value, reason) => {
  const [problem, ...others] = problems({
    ...agent,
    ...(setting === "extra.alerting" ? { extra: { alerting: value } } : { [setting]: value }),
  });
  expect(others).toEqual([]);
  expect(problem).toMatch(new RegExp(`^podwatch:prometheus\\.${setting}: is of no use with mode: agent`));
  expect(problem).toMatch(reason);
});

test("nor are features, arguments and services that ask or alert", () => {
  expect(
    problems({
      ...agent,
      features: ["extra-scrape-metrics", "promql-experimental-functions", "exemplar-storage"],
      arguments: ["--log.level=debug", "--query.timeout=1m", "--storage.tsdb.no-lockfile", "--agent"],
    }),
  ).toEqual([
    expect.stringMatching(/^podwatch:prometheus\.arguments\[1\]: "--query.timeout=1m" is refused by/),
    expect.stringMatching(/^podwatch:prometheus\.arguments\[2\]: "--storage.tsdb.no-lockfile" is refused by/),
    expect.stringMatching(
      /^podwatch:prometheus\.arguments\[3\]: "--agent" has a setting of its own; use mode$/,
    ),
    expect.stringMatching(
      /^podwatch:prometheus\.features\[1\]: "promql-experimental-functions" is of no use/,
    ),
    expect.stringMatching(/^podwatch:prometheus\.features\[2\]: "exemplar-storage" is of no use/),
  ]);
  expect(problems(agent, { ...alone, alertmanager: { enabled: true } })).toEqual([
    expect.stringMatching(/^podwatch:alertmanager\.enabled: leaves Alertmanager without alerts/),
  ]);
  expect(problems(agent, { ...alone, alerts: { enabled: true } })).toEqual([
    expect.stringMatching(/^podwatch:alerts: is of no use with mode: agent: an agent evaluates no rules/),
  ]);
});

test("Grafana beside it needs another source of data", () => {
  const datasources = [{ name: "Central", type: "prometheus", url: "http://10.1.2.9/prometheus" }];
  expect(problems(agent, {})).toEqual([
    expect.stringMatching(/^podwatch:grafana\.enabled: leaves Grafana without data .* grafana\.datasources/),
  ]);
  expect(problems(agent, { grafana: { datasources } })).toEqual([]);
});

test("what it keeps for an endpoint that is away has two limits, and is for agents only", () => {
  expect(problems({ ...agent, agent: { minTime: "10m", maxTime: "1h" } })).toEqual([]);
  expect(problems({ ...agent, agent: { minTime: "2h", maxTime: "1h" } })).toEqual([
    'podwatch:prometheus.agent.minTime: "2h" is longer than maxTime, 1h; write at most that',
  ]);
  expect(problems({ agent: { maxTime: "1h" } })).toEqual([
    expect.stringMatching(/^podwatch:prometheus\.agent: is for mode: agent, and this is a server/),
  ]);
  expect(problems({ arguments: ["--storage.agent.no-lockfile"] })).toHaveLength(1);
});

/** Two hosts, of which the second is an agent. */
function pair(edge: object, sections: Record<string, unknown> = {}, monitor: object = {}) {
  const { host, ...rest } = stack(sections) as { host: object };
  return {
    ...rest,
    hosts: {
      monitor: { ...host, ...monitor },
      edge: { ...host, address: "10.1.2.4", prometheus: agent, ...edge },
    },
  };
}

test("what the stack says is for its servers; the agent's own entry is held against it", () => {
  const sections = {
    prometheus: {
      retention: { time: "90d" },
      features: ["promql-experimental-functions", "native-histograms"],
      queryLog: true,
      exemplars: 5,
      agent: { maxTime: "1h" },
    },
    alerts: { Watchdog: { enabled: false } },
  };
  const parsed = parse(pair({ grafana: { enabled: false } }, sections), context());
  const { hosts } = "settings" in parsed ? parsed.settings : { hosts: [] };
  expect(hosts.map(({ prometheus }) => prometheus)).toEqual([
    expect.objectContaining({ mode: "server", queryLog: true, exemplars: 5 }),
    expect.objectContaining({ mode: "agent", queryLog: false, exemplars: undefined }),
  ]);
  expect(hosts[1]?.prometheus.features).toEqual(["native-histograms"]);
  expect(
    problemsOf(pair({ grafana: { enabled: false }, prometheus: { ...agent, queryLog: true } }, sections)),
  ).toEqual([expect.stringMatching(/^podwatch:hosts\.edge\.prometheus\.queryLog: is of no use/)]);
});

test("its Grafana may ask the server of another host, if that has an open front", () => {
  expect(problemsOf(pair({}))).toEqual([
    expect.stringMatching(/^podwatch:grafana\.enabled: leaves Grafana without data/),
  ]);
  const front = { bind: "10.1.2.3", insecure: "a test" };
  expect(problemsOf(pair({}, {}, { front }))).toEqual([]);
});

test("native histograms: what belongs to them is refused without them", () => {
  expect(
    problems({ nativeHistograms: { enabled: true, bucketLimit: 160, minBucketFactor: 1.1 } }, {}),
  ).toEqual([]);
  expect(problems({ nativeHistograms: { keepClassic: true, bucketLimit: 160 } }, {})).toEqual([
    expect.stringMatching(/^podwatch:prometheus\.nativeHistograms\.bucketLimit: has no effect while/),
    expect.stringMatching(/^podwatch:prometheus\.nativeHistograms\.keepClassic: has no effect while/),
  ]);
  expect(problems({ features: ["native-histograms"], nativeHistograms: { keepClassic: true } }, {})).toEqual(
    [],
  );
  const both = [{ ...remoteWrite[0], sendNativeHistograms: true, extra: { send_native_histograms: false } }];
  expect(problems({ remoteWrite: both }, {})).toEqual([
    expect.stringMatching(
      /extra\.send_native_histograms: would override .* write it as sendNativeHistograms/,
    ),
  ]);
});

test("who takes samples of others says so once", () => {
  expect(problems({ remoteWriteReceiver: true }, {})).toEqual([]);
  expect(
    problems({ remoteWriteReceiver: true, arguments: ["--web.enable-remote-write-receiver"] }, {}),
  ).toEqual([expect.stringMatching(/^podwatch:prometheus\.arguments\[0\]: says the same as/)]);
});
