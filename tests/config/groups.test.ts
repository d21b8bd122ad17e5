// Groups of hosts: which services a host has, where its settings come from, and what is refused.
import { originsOf } from "../../config/origins";
import { parse } from "../../config/parse";
import { format } from "../../config/problem";
import type { HostSettings } from "../../config/schema";
import { context, host, problemsOf } from "./support";

/** A stack with a host for each entry. */
function region(hosts: Record<string, object>, more: object = {}) {
  const entries = Object.entries(hosts).map(([name, entry], index) => [
    name,
    { ...host, address: `10.1.2.${index + 1}`, ...entry },
  ]);
  return { hosts: Object.fromEntries(entries), ...more };
}

function hostsOf(raw: Record<string, unknown>): Record<string, HostSettings> {
  const parsed = parse(raw, context({ secretKeys: ["hosts", "alertmanager"] }));
  if ("problems" in parsed) throw new Error(parsed.problems.map(format).join("\n"));
  return Object.fromEntries(parsed.settings.hosts.map((one) => [one.name, one]));
}

const receivers = {
  alertmanager: { receivers: { oncall: { webhook: { url: "https://hooks.my-company.net/x" } } } },
};
const targets = {
  blackboxExporter: { targets: [{ name: "shop", target: "https://shop.my-company.net" }] },
};
const open = { front: { bind: "0.0.0.0", insecure: "a test" } };

const services = [
  "prometheus",
  "alertmanager",
  "grafana",
  "blackboxExporter",
  "gateways",
  "nodeExporter",
] as const;
const enabled = (settings: HostSettings | undefined) =>
  services.filter((name) => settings?.[name].enabled === true);

describe("services by groups", () => {
  const found = hostsOf(
    region(
      {
        mon: { groups: ["monitors"] },
        dash: { groups: ["dashboards"] },
        node: { groups: ["targets"] },
        all: { groups: ["all-in-one"] },
        both: { groups: ["monitors", "targets"] },
        plain: {},
        alerting: { groups: ["alerting"] },
      },
      { ...receivers, ...targets, ...open, groups: { alerting: { services: ["alertmanager"] } } },
    ),
  );

  test.each([
    ["mon", ["prometheus", "alertmanager", "blackboxExporter", "gateways"], "monitor"],
    ["dash", ["grafana"], "monitor"],
    ["node", ["nodeExporter"], "target"],
    ["all", ["prometheus", "alertmanager", "grafana", "blackboxExporter", "gateways"], "monitor"],
    ["both", ["prometheus", "alertmanager", "blackboxExporter", "gateways", "nodeExporter"], "monitor"],
    ["plain", ["prometheus", "alertmanager", "grafana", "blackboxExporter", "gateways"], "monitor"],
    ["alerting", ["alertmanager"], "monitor"],
  ])("%s has %j", (name, expected, role) => {
    expect({ services: enabled(found[name]), role: found[name]?.role }).toEqual({ services: expected, role });
  });

  test("what nobody has a service for is not enabled by being in a group", () => {
    const { mon } = hostsOf(region({ mon: { groups: ["monitors"] } }));
    expect(enabled(mon)).toEqual(["prometheus", "gateways"]);
  });

  test("role: target is the group targets", () => {
    const found = [{ role: "target" }, { groups: ["targets"] }].map(
      (node) => hostsOf(region({ mon: {}, node })).node as HostSettings,
    );
    const [before, { groups, ...now } = {}] = found;
    expect(groups).toEqual(["targets"]);
    expect(now).toEqual(before);
  });

  test("groups without services leave a host all of them", () => {
    const { mon } = hostsOf(
      region({ mon: { groups: ["north"] } }, { groups: { north: { front: { root: "prometheus" } } } }),
    );
    expect(enabled(mon)).toEqual(["prometheus", "grafana", "gateways"]);
    expect(mon?.front.root).toBe("prometheus");
  });

  test("a shipped group may be given other services", () => {
    const { mon } = hostsOf(
      region(
        { mon: { groups: ["monitors"] } },
        { groups: { monitors: { services: ["prometheus", "nodeExporter"] } } },
      ),
    );
    expect(enabled(mon)).toEqual(["prometheus", "nodeExporter"]);
  });
});

test("default < preset < stack < groups in the order listed < host", () => {
  const jobs = (name: string) => [{ name, targets: ["a:1"] }];
  const { mon } = hostsOf(
    region(
      {
        mon: {
          groups: ["monitors", "north"],
          prometheus: { evaluationInterval: "4s" },
        },
      },
      {
        preset: "raspberry-pi",
        prometheus: {
          retention: { size: "1GB" },
          evaluationInterval: "1s",
          externalLabels: { a: "stack", b: "stack", c: "stack" },
        },
        groups: {
          north: {
            prometheus: {
              evaluationInterval: "3s",
              externalLabels: { c: "north" },
              scrapeJobs: jobs("north"),
            },
          },
          monitors: {
            prometheus: {
              evaluationInterval: "2s",
              externalLabels: { b: "monitors", c: "monitors" },
              scrapeJobs: jobs("monitors"),
            },
          },
        },
      },
    ),
  );
  expect(mon?.prometheus).toMatchObject({
    scrapeTimeout: "10s",
    // The preset's time, the stack's size.
    retention: { time: "90d", size: "1GB" },
    externalLabels: { a: "stack", b: "monitors", c: "north" },
    scrapeJobs: [{ name: "north" }],
    evaluationInterval: "4s",
  });
});

test("a group may have the preset of its hosts, which a host may override", () => {
  const { a, b } = hostsOf(
    region({ a: { groups: ["small"] }, b: {} }, { groups: { small: { preset: "raspberry-pi" } } }),
  );
  expect([a, b].map((one) => one?.prometheus.retention.time)).toEqual(["90d", "15d"]);
});

describe("is refused:", () => {
  const problems = (hosts: Record<string, object>, groups?: object, more: object = {}) =>
    problemsOf(region(hosts, { ...(groups === undefined ? {} : { groups }), ...more }));

  test.each<[string, Record<string, object>, object | undefined, string]>([
    [
      "an unknown group",
      { mon: { groups: ["monitor"] } },
      undefined,
      'podwatch:hosts.mon.groups[0]: "monitor" is no group; did you mean monitors?',
    ],
    [
      "a group like no other",
      { mon: { groups: ["kubernetes"] } },
      undefined,
      'podwatch:hosts.mon.groups[0]: "kubernetes" is no group; write one of monitors, dashboards, databases, executors, targets, all-in-one, or define it under podwatch:groups',
    ],
    [
      "no group at all",
      { mon: { groups: [] } },
      undefined,
      "podwatch:hosts.mon.groups: a list is empty; write at least one group, or remove it",
    ],
    [
      "the same group twice",
      { mon: { groups: ["monitors", "monitors"] } },
      undefined,
      'podwatch:hosts.mon.groups[1]: "monitors" is listed twice; remove one of them',
    ],
    [
      "a group and a role",
      { mon: { groups: ["monitors"], role: "monitor" } },
      undefined,
      "podwatch:hosts.mon.role: is set together with groups; remove it, or write all-in-one as one of the groups",
    ],
    [
      "a group without a host",
      { mon: {} },
      { north: { prometheus: { scrapeInterval: "30s" } } },
      "podwatch:groups.north: has no host; write groups: [north] in the entry of a host, or remove it",
    ],
    [
      "a group that is meant to be a shipped one",
      { mon: { groups: ["monitors"] } },
      { monitor: { prometheus: { scrapeInterval: "30s" } } },
      "podwatch:groups.monitor: has no host; write groups: [monitor] in the entry of a host, or did you mean monitors?",
    ],
    [
      "settings of a service that the host does not have",
      { mon: { groups: ["monitors"], grafana: { adminUser: "root" } } },
      undefined,
      "podwatch:hosts.mon.grafana: is not used: none of the host's groups (monitors) has it; remove it, or add a group that does",
    ],
    [
      "settings of a service that no host of the group has",
      { mon: { groups: ["monitors"] } },
      { monitors: { grafana: { adminUser: "root" } } },
      "podwatch:groups.monitors.grafana: is not used: no host of the group has this service; remove it",
    ],
    [
      "an unknown service",
      { mon: { groups: ["monitors"] } },
      { monitors: { services: ["loki"] } },
      'podwatch:groups.monitors.services[0]: "loki" is not known here; write gateways or prometheus or alertmanager or victoriametrics or vmalert or influxdb or telegraf or grafana or vmauth or blackboxExporter or topology or nginxExporter or apache or executor or nodeExporter',
    ],
    [
      "an unknown setting of a group",
      { mon: { groups: ["monitors"] } },
      { monitors: { prometheus: { scrapeIntervall: "5s" } } },
      "podwatch:groups.monitors.prometheus.scrapeIntervall: unknown setting; did you mean scrapeInterval?",
    ],
  ])("%s", (_, hosts, groups, expected) => {
    expect(problems(hosts, groups)).toEqual([expected]);
  });

  test("a problem is reported where it is written", () => {
    const bad = { prometheus: { scrapeTimeout: "1h" } };
    expect(problems({ mon: { groups: ["monitors"] } }, { monitors: bad })).toEqual([
      expect.stringMatching(/^podwatch:groups\.monitors\.prometheus\.scrapeTimeout: /),
    ]);
    expect(problems({ mon: { groups: ["monitors"], ...bad } }, { monitors: bad })).toEqual([
      expect.stringMatching(/^podwatch:hosts\.mon\.prometheus\.scrapeTimeout: /),
    ]);
  });

  test("a secret of a group in plain text", () => {
    expect(
      problems(
        { dash: { groups: ["all-in-one"] } },
        { "all-in-one": { grafana: { adminPassword: "hunter2-hunter2" } } },
      ),
    ).toEqual([
      "podwatch:groups.all-in-one.grafana.adminPassword: is a secret in plain text; encrypt it, type: pulumi config set --secret --path 'podwatch:groups.all-in-one.grafana.adminPassword'",
    ]);
  });
});

describe("between hosts", () => {
  const spread = { mon: { groups: ["monitors", "south"] }, dash: { groups: ["dashboards"] } };
  const groups = (more: object = {}) => ({ groups: { south: { prometheus: {} }, ...more } });

  test("a Prometheus watches all hosts, or those that it names by group or host, and only it may ask them", () => {
    const { web1, web2, web3 } = hostsOf(
      region(
        {
          mon1: { groups: ["monitors"], prometheus: { watches: ["north", "web3"] } },
          mon2: { groups: ["monitors"] },
          web1: { groups: ["targets", "north"] },
          web2: { groups: ["targets"] },
          web3: { groups: ["targets"] },
        },
        { groups: { north: { nodeExporter: { port: 9101 } } } },
      ),
    );
    const allowed = [web1, web2, web3].map((one) =>
      one?.nodeExporter.reach.by === "port" ? one.nodeExporter.reach.allowFrom : [],
    );
    expect(allowed).toEqual([["10.1.2.1", "10.1.2.2"], ["10.1.2.2"], ["10.1.2.1", "10.1.2.2"]]);
  });

  test("the firewall lets the hosts through to the front that use it", () => {
    const firewall = { allowFrom: ["10.9.0.0/16"] };
    const { mon, dash, node } = hostsOf(
      region({ ...spread, node: { groups: ["targets"] } }, { ...open, ...groups(), firewall }),
    );
    expect(mon?.firewall.allowFrom).toEqual(["10.9.0.0/16", "10.1.2.2"]);
    expect(dash?.firewall.allowFrom).toEqual(["10.9.0.0/16", "10.1.2.1"]);
    const { a } = hostsOf(region({ a: {}, b: {} }, { ...open, firewall }));
    expect(a?.firewall.allowFrom).toEqual(["10.9.0.0/16"]);
    expect(node?.firewall.allowFrom).toEqual(["10.9.0.0/16", "10.1.2.1", "10.1.2.2"]);
  });

  test("the firewall lets Telegraf through to the front of an InfluxDB, and to no other", () => {
    const { db, exec, mon } = hostsOf(
      region(
        { db: { groups: ["databases"] }, exec: { groups: ["executors"] }, mon: { groups: ["monitors"] } },
        {
          ...open,
          firewall: { allowFrom: ["10.9.0.0/16"] },
          telegraf: { enabled: true },
          influxdb: { databases: { apimon: {} } },
        },
      ),
    );
    expect(db?.firewall.allowFrom).toEqual(["10.9.0.0/16", "10.1.2.2", "10.1.2.3"]);
    expect(mon?.firewall.allowFrom).toEqual(["10.9.0.0/16"]);
    expect(exec?.firewall.allowFrom).toEqual(["10.9.0.0/16", "10.1.2.3"]);
  });

  test("a node exporter beside a front needs no port", () => {
    const { dash } = hostsOf(region(spread, { ...open, ...groups(), nodeExporter: { enabled: true } }));
    expect(dash?.nodeExporter.reach).toEqual({ by: "socket" });
  });

  test("a Prometheus watches hosts by their labels, which those of a host's groups are, too", () => {
    const found = hostsOf(
      region(
        {
          mon: { groups: ["monitors"], prometheus: { watches: ["site=north", "web4"] } },
          web1: { groups: ["targets"], labels: { site: "north" } },
          web2: { groups: ["targets", "north"] },
          web3: { groups: ["targets", "north"], labels: { site: "south" } },
          web4: { groups: ["targets"] },
          web5: { groups: ["targets"] },
          other: { groups: ["monitors"] },
        },
        { groups: { north: { labels: { site: "north", rack: "r=1" } } } },
      ),
    );
    const watched = ["web1", "web2", "web3", "web4", "web5"].filter((name) => {
      const reach = found[name]?.nodeExporter.reach;
      return reach?.by === "port" && reach.allowFrom.includes("10.1.2.1");
    });
    expect(watched).toEqual(["web1", "web2", "web4"]);
    expect(found.web3?.labels).toEqual({ site: "south", rack: "r=1" });
    expect(found.web5?.labels).toEqual({});
  });

  test("labels are shown with where they come from", () => {
    const raw = region(
      { mon: { groups: ["monitors", "north"], labels: { rack: "r1" } } },
      { groups: { north: { labels: { site: "north", rack: "r2" } } } },
    );
    const { mon } = hostsOf(raw);
    expect(originsOf(raw, mon as HostSettings).filter(({ setting }) => setting.startsWith("labels"))).toEqual(
      [
        { setting: "labels.site", value: "north", from: "group north" },
        { setting: "labels.rack", value: "r1", from: "host" },
      ],
    );
  });

  const labelled = (watches: string, labels: object = { site: "north" }) =>
    region({
      mon: { groups: ["monitors"], prometheus: { watches: [watches] } },
      web: { groups: ["targets"], labels },
    });
  const at = "podwatch:hosts.mon.prometheus.watches[0]";

  test.each<[string, object, string]>([
    [
      "a label that no host has",
      labelled("site=nroth"),
      `${at}: "site=nroth" selects no host; did you mean site=north?`,
    ],
    [
      "another label",
      labelled("colour=blue"),
      `${at}: "colour=blue" selects no host; write one of site=north`,
    ],
    [
      "a label where there are none",
      labelled("site=north", {}),
      `${at}: "site=north" selects no host; no host has labels: write them in the entries of hosts or groups`,
    ],
    [
      "neither name nor label",
      labelled("site=~north|south!"),
      `${at}: "site=~north|south!" selects no host; write one of site=north`,
    ],
    [
      "a label that is ours",
      labelled("web", { instance: "x" }),
      'podwatch:hosts.web.labels.instance: "instance" is not a label of hosts; write letters, digits and _, not beginning with a digit or __, and neither job nor instance',
    ],
    [
      "a job with the name of one that watches another host's service",
      region(
        {
          mon: {
            groups: ["monitors"],
            prometheus: { discovery: [{ name: "node-at-dash", dns: { names: ["a"] } }] },
          },
          dash: { groups: ["dashboards"] },
        },
        open,
      ),
      'podwatch:hosts.mon.prometheus.discovery[0].name: "node-at-dash" is the name of a job of Podwatch\'s own, for node behind the front of dash; write another name, such as "node-of-dash"',
    ],
  ])("refused: %s", (_, raw, problem) => {
    // A host that nobody watches is told as well.
    const others = problemsOf(raw as Record<string, unknown>).filter(
      (one) => !/allowFrom: is missing/.test(one),
    );
    expect(others).toEqual([problem]);
  });

  test("a job may be called so where no other host has a front of that name", () => {
    const job = { name: "node-at-home", targets: ["a:1"] };
    expect(problemsOf(region({ mon: { groups: ["monitors"], prometheus: { scrapeJobs: [job] } } }))).toEqual(
      [],
    );
  });

  test.each<[string, object, string]>([
    [
      "a watched group that there is not",
      region(spread, { ...open, ...groups({ south: { prometheus: { watches: ["suoth"] } } }) }),
      'podwatch:groups.south.prometheus.watches[0]: "suoth" is neither a host nor a group with a host; did you mean south?',
    ],
    [
      "a closed front of the only Prometheus",
      region(spread, groups({ dashboards: open })),
      "podwatch:front.bind: 127.0.0.1 opens the front of mon to mon itself only, and the Grafana of dash asks its Prometheus there; write an address of mon, or 0.0.0.0",
    ],
    [
      "no Prometheus at all",
      region({ dash: { groups: ["dashboards"] } }),
      "podwatch:hosts.dash.groups: put Grafana on a host, and no host has a Prometheus that it could ask; put one into the group monitors, or add an entry under grafana.datasources",
    ],
    [
      "a name that no firewall knows",
      region(
        { ...spread, dash: { ...spread.dash, address: "dash.my-company.net" } },
        { ...open, ...groups({ monitors: { firewall: { allowFrom: ["10.9.0.0/16"] } } }) },
      ),
      'podwatch:groups.monitors.firewall.allowFrom: limits the front, which dash uses, and dash has no IP address in the stack file but "dash.my-company.net"; write an IP address for it, or remove allowFrom',
    ],
  ])("is refused: %s", (_, raw, expected) => {
    expect(problemsOf(raw as Record<string, unknown>)).toEqual([expected]);
  });
});

test("each setting is shown with where it comes from, and no secret", () => {
  const raw = region(
    { mon: { groups: ["all-in-one", "north"], prometheus: { evaluationInterval: "4s" } } },
    {
      preset: "raspberry-pi",
      prometheus: { retention: { size: "1GB" } },
      alertmanager: receivers.alertmanager,
      groups: {
        "all-in-one": {
          prometheus: { externalLabels: { site: "east", zone: "1" } },
          nginxExporter: { enabled: false },
        },
        north: {
          prometheus: {
            externalLabels: { site: "north" },
            scrapeJobs: [{ name: "shop", targets: ["a:1"], bearerToken: "kept-from-everybody" }],
          },
        },
      },
    },
  );
  const parsed = parse(raw, context({ secretKeys: ["hosts", "groups", "alertmanager"] }));
  if ("problems" in parsed) throw new Error(parsed.problems.map(format).join("\n"));
  const origins = originsOf(raw, parsed.settings.hosts[0] as HostSettings);
  const of = (name: string) => {
    const found = origins.find(({ setting }) => setting === name);
    return [found?.value, found?.from];
  };
  expect(of("prometheus.mode")).toEqual(["server", "default"]);
  expect(of("prometheus.retention.time")).toEqual(["90d", "preset raspberry-pi"]);
  expect(of("prometheus.retention.size")).toEqual(["1GB", "stack"]);
  expect(of("prometheus.externalLabels.zone")).toEqual(["1", "group all-in-one"]);
  expect(of("prometheus.externalLabels.site")).toEqual(["north", "group north"]);
  expect(of("prometheus.evaluationInterval")).toEqual(["4s", "host"]);
  expect(of("nginxExporter.enabled")).toEqual([false, "group all-in-one"]);
  expect(of("front.port")).toEqual([80, "default"]);
  const [jobs, from] = of("prometheus.scrapeJobs");
  expect([jobs, from]).toEqual([
    [expect.objectContaining({ name: "shop", bearerToken: "[secret]" })],
    "group north",
  ]);
  expect(JSON.stringify(origins)).not.toContain("kept-from-everybody");
  expect(JSON.stringify(origins)).not.toContain("hooks.my-company.net");
});
