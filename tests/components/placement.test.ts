// Services of a stack that use one another over the border of a host.

import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { MonitoringStack } from "../../components/monitoringStack";
import { tokenLine } from "../../components/nginx/auth.render";
import { period } from "../../components/nginx/authority.component";
import { prometheusPlacement } from "../../components/prometheus/placement";
import type { Settings } from "../../config/load";
import { parseBundle } from "./expected";
import { CERTIFICATE, deploy, LOCAL_COMMAND, plainText, Secret } from "./mocks";
import { login, settingsOf } from "./stackFile";

/** Two monitors: `mon` with everything, whose front is open, and `dash`. */
function twoHosts(front: object = { bind: "0.0.0.0", insecure: "a test" }): Settings {
  return settingsOf({
    hosts: {
      dash: { ...login, address: "10.1.2.4", gateways: { enabled: false } },
      mon: { ...login, alertmanager: { enabled: true }, front },
    },
  });
}

/** The same, but `dash` has nothing to show of its own. */
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
    board: (host: string, file: string) =>
      JSON.parse(parts(`${host}-grafana`)[`files/dashboards/${file}`] ?? ""),
    configured: (host: string) => parse(parts(`${host}-prometheus`)["files/prometheus.yml"] ?? ""),
    jobs: (host: string) =>
      parse(parts(`${host}-prometheus`)["files/prometheus.yml"] ?? "").scrape_configs.map(
        (job: { job_name: string }) => job.job_name,
      ),
    alerting: (host: string) => parse(parts(`${host}-prometheus`)["files/prometheus.yml"] ?? "").alerting,
  };
}

test("a Grafana without a Prometheus on its host shows that of another, through the front there", async () => {
  const { datasources, dashboards, resources } = await deployed(apart(twoHosts()));
  expect(datasources("dash")).toEqual([
    expect.objectContaining({
      name: "Prometheus (mon)",
      uid: "PBFA97CFB590B2093",
      url: "https://10.1.2.3:443/prometheus",
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

describe("an executor reports", () => {
  const jobs = { token: { path: "token.yaml", interval: "1m" } };
  const repository = { url: "https://git.my-company.net/scenarios.git" };
  const listen = { allowFrom: ["10.1.2.0/24"], statsd: 18125 };
  const toWhom = async (telegraf: object, other: object = {}) => {
    const { resources } = await deploy(
      () =>
        new MonitoringStack(
          "podwatch",
          settingsOf({
            hosts: {
              exec: { ...login, address: "10.1.2.4", executor: { jobs, repository }, telegraf },
              other: { ...login, ...other },
            },
          }),
        ),
    );
    const bundle = resources.find(({ name }) => name === "podwatch-exec-executor-service")?.inputs.stdin;
    return JSON.parse(parseBundle(bundle).parts["files/executor.json"] ?? "").telegraf;
  };

  test("to the Telegraf of its host, before any other", async () => {
    const own = { host: "podwatch-telegraf", statsd: 8125, lines: 8186 };
    expect(await toWhom({ enabled: true, listen }, { telegraf: { enabled: true, listen } })).toEqual(own);
  });

  test("else to one that publishes its ports, at the address of its host", async () => {
    expect(await toWhom({}, { telegraf: { enabled: true, listen } })).toEqual({
      host: "10.1.2.3",
      statsd: 18125,
      lines: 8186,
    });
    const bound = { ...listen, bind: "10.9.9.9" };
    expect(await toWhom({}, { telegraf: { enabled: true, listen: bound } })).toMatchObject({
      host: "10.9.9.9",
    });
  });

  test("to nobody if there is none, or none that it reaches", async () => {
    expect(await toWhom({})).toBeUndefined();
    expect(await toWhom({}, { telegraf: { enabled: true } })).toBeUndefined();
    const own = { ...listen, bind: "127.0.0.1" };
    expect(await toWhom({}, { telegraf: { enabled: true, listen: own } })).toBeUndefined();
  });
});

describe("in a stack with groups", () => {
  const front = { bind: "0.0.0.0", insecure: "a test" };
  const region = (more: object = {}) =>
    settingsOf({
      front,
      gateways: { enabled: false },
      hosts: {
        mon1: { ...login, address: "10.1.2.3", groups: ["monitors"] },
        dash: { ...login, address: "10.1.2.4", groups: ["dashboards"] },
        mon2: { ...login, address: "10.1.2.5", groups: ["monitors"] },
        web: { ...login, address: "10.1.2.6", groups: ["targets"] },
        ...more,
      },
    });

  test("each host has the services of its groups, and a front", async () => {
    const { resources } = await deployed(region());
    const services = resources.flatMap(({ name }) => /^podwatch-(.*)-service$/.exec(name)?.[1] ?? []);
    expect(services.sort()).toEqual([
      "dash-grafana",
      "dash-network",
      "dash-nginx",
      "mon1-network",
      "mon1-nginx",
      "mon1-prometheus",
      "mon2-network",
      "mon2-nginx",
      "mon2-prometheus",
      "web-node-exporter",
    ]);
  });

  test("one Grafana shows every Prometheus, each under the name of its host", async () => {
    const { datasources, board } = await deployed(region());
    expect(datasources("dash").map(({ name, url }: Record<string, string>) => [name, url])).toEqual([
      ["Prometheus (mon1)", "https://10.1.2.3:443/prometheus"],
      ["Prometheus (mon2)", "https://10.1.2.5:443/prometheus"],
    ]);
    const { templating, panels } = board("dash", "overview.json");
    expect(templating.list[0]).toMatchObject({
      type: "datasource",
      query: "prometheus",
      current: { text: "Prometheus (mon1)", value: "PBFA97CFB590B2093" },
    });
    const uids = panels.flatMap(({ datasource }: { datasource?: { uid: string } }) => datasource?.uid ?? []);
    expect([...new Set(uids)]).toEqual(["${datasource}"]);
  });

  test("each Prometheus watches what is behind the other fronts, with its token for metrics", async () => {
    const { resources, configured } = await deployed(
      region({
        mon1: {
          ...login,
          address: "10.1.2.3",
          groups: ["monitors"],
          front: { auth: { users: { alice: {} } } },
          alertmanager: { enabled: true },
        },
        dash: {
          ...login,
          address: "10.1.2.4",
          groups: ["dashboards"],
          front: { auth: { users: { alice: {} } } },
          nodeExporter: { enabled: true },
          nginxExporter: { enabled: true },
        },
      }),
    );
    const elsewhere = (host: string) =>
      configured(host).scrape_configs.flatMap(
        (job: {
          job_name: string;
          metrics_path: string;
          static_configs: [{ targets: string[]; labels: object }];
        }) =>
          job.job_name.includes("-at-") ? [[job.job_name, job.metrics_path, job.static_configs[0]]] : [],
      );
    const at = (host: string, address: string) => (job: string, path: string) => [
      `${job}-at-${host}`,
      path,
      { targets: [`${address}:443`], labels: { job, instance: host } },
    ];
    const [mon1, dash, mon2] = [at("mon1", "10.1.2.3"), at("dash", "10.1.2.4"), at("mon2", "10.1.2.5")];
    const ofDash = [
      dash("grafana", "/grafana/metrics"),
      dash("front", "/front/metrics"),
      dash("nginx", "/nginx/metrics"),
      dash("node", "/node/metrics"),
    ];
    expect(elsewhere("mon1")).toEqual([
      ...ofDash,
      mon2("prometheus", "/prometheus/metrics"),
      mon2("front", "/front/metrics"),
    ]);
    expect(elsewhere("mon2")).toEqual([
      mon1("prometheus", "/prometheus/metrics"),
      mon1("front", "/front/metrics"),
      mon1("alertmanager", "/alertmanager/metrics"),
      ...ofDash,
    ]);
    expect(
      configured("mon1").scrape_configs.find(
        ({ job_name }: { job_name: string }) => job_name === "node-at-dash",
      ),
    ).toMatchObject({
      scheme: "https",
      authorization: {
        type: "Bearer",
        credentials_file: "/run/secrets/prometheus-token.node-at-dash",
      },
      tls_config: { ca_file: "/etc/podwatch/current/files/tls/node-at-dash/ca.pem" },
    });
    // Everything that it shows and warns of is there once.
    const rules = Object.keys(
      parseBundle(resources.find(({ name }) => name === "podwatch-mon2-prometheus-service")?.inputs.stdin)
        .parts,
    ).filter((path) => path.startsWith("files/rules/shipped/"));
    expect(rules).toEqual(
      expect.arrayContaining(["files/rules/shipped/host.yml", "files/rules/shipped/alertmanager.yml"]),
    );
    const nginx = parseBundle(
      resources.find(({ name }) => name === "podwatch-dash-nginx-service")?.inputs.stdin,
    ).parts;
    expect(nginx["files/nginx.conf"]).toContain(
      "location = /grafana/metrics {\n      set $area own-metrics;",
    );
  });

  test("of its own host comes first", async () => {
    const own = { ...login, address: "10.1.2.7", groups: ["monitors", "dashboards"] };
    const { datasources } = await deployed(region({ own }));
    expect(datasources("own").map(({ name }: Record<string, string>) => name)).toEqual([
      "Prometheus",
      "Prometheus (mon1)",
      "Prometheus (mon2)",
    ]);
  });

  test("a Prometheus scrapes the node exporters that it watches", async () => {
    const prometheus = { watches: ["mon2"] };
    const { jobs } = await deployed(
      region({ mon2: { ...login, address: "10.1.2.5", groups: ["monitors"], prometheus } }),
    );
    expect(jobs("mon1")).toContain("node");
    expect(jobs("mon2")).not.toContain("node");
  });
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
  [{ bind: "0.0.0.0", insecure: "a test", port: 8080, tls: false }, "http://10.1.2.3:8080/prometheus"],
  [{ bind: "0.0.0.0", insecure: "a test", port: 8443 }, "https://10.1.2.3:8443/prometheus"],
  [{ publicUrl: "https://monitor.my-company.net" }, "https://monitor.my-company.net:443/prometheus"],
  [{ bind: "127.0.0.1" }, undefined],
])("with the front %j other hosts reach Prometheus at %s", (front, url) => {
  const mon = twoHosts(front).hosts.find(({ name }) => name === "mon");
  const remote = mon && [prometheusPlacement.offer(mon)?.datasource].flat()[0]?.endpoints.remote;
  expect(remote && `${remote.scheme}://${remote.host}:${remote.port}${remote.path}`).toBe(url);
});

test("what other hosts offer encrypted is trusted by the certificate of the stack's own authority, and nobody is sent a key", async () => {
  const { resources } = await deployed(apart(twoHosts()));
  const bundle = (name: string) => parseBundle(resources.find((one) => one.name === name)?.inputs.stdin);
  const grafana = bundle("podwatch-dash-grafana-service");
  expect(grafana.parts["files/tls/PBFA97CFB590B2093/ca.pem"]).toBe(CERTIFICATE);
  const nginx = bundle("podwatch-mon-nginx-service");
  expect(nginx.headers).toContain("reloaded-secret podwatch-nginx-certificate");
  expect(plainText(resources)).not.toContain("kept by the mock");
  const made = resources.filter(({ name }) => name.endsWith("-certificate"));
  expect(made.map(({ name, type }) => [name, type])).toEqual([
    ["podwatch-authority-certificate", LOCAL_COMMAND],
    ["podwatch-mon-nginx-certificate", LOCAL_COMMAND],
  ]);
  for (const { secretOutputs } of made) expect(secretOutputs).toEqual(["stdout"]);
});

test("a certificate from elsewhere is trusted by its own authority, and only NGINX is sent its key", async () => {
  const stack = apart(twoHosts());
  const hosts = stack.hosts.map((host) =>
    host.name === "dash"
      ? host
      : {
          ...host,
          front: {
            ...host.front,
            tls: {
              hsts: "0s",
              files: { certificate: "ITS CHAIN", key: pulumi.secret("ITS KEY"), ca: "ITS CA" },
            },
          },
        },
  );
  const { resources } = await deployed({ ...stack, hosts } as typeof stack);
  const grafana = resources.find(({ name }) => name === "podwatch-dash-grafana-service");
  expect(parseBundle(grafana?.inputs.stdin).parts["files/tls/PBFA97CFB590B2093/ca.pem"]).toBe("ITS CA\n");
  expect(
    resources.filter(({ inputs }) => JSON.stringify(inputs).includes("ITS KEY")).map(({ name }) => name),
  ).toEqual(["podwatch-mon-nginx-certificate-secret"]);
  expect(plainText(resources)).not.toContain("ITS KEY");
  expect(resources.filter(({ name }) => name.endsWith("-certificate"))).toEqual([]);
});

describe("a front with log-ins", () => {
  const auth = { users: { alice: { access: "write" } } };
  const closed = { bind: "0.0.0.0", auth };

  /** What `dash` has for the service, and what `mon` knows of it. */
  async function entering(settings: Settings, service: string) {
    const { resources, ...made } = await deployed(settings);
    const all = (resources.find(({ name }) => name === "podwatch-mon-nginx-tokens-secret")?.inputs.stdin ??
      new Secret("")) as Secret;
    const accepted = String(all.value).trim().split("\n").slice(1);
    const sent = resources
      .filter(({ name }) => name.startsWith(`podwatch-dash-${service}`) && name.endsWith("-secret"))
      .map(({ name, inputs }) => [name, String((inputs.stdin as Secret).value)] as const)
      .filter(([name]) => !name.includes("admin"));
    const bundle = parseBundle(
      resources.find(({ name }) => name === `podwatch-dash-${service}-service`)?.inputs.stdin,
    );
    return { resources, accepted, sent, bundle, ...made };
  }
  /** Which of the front's tokens a secret is. */
  const isToken = (accepted: readonly string[], sent: string | undefined) => {
    const value = sent?.split("\n").slice(1).join("\n") ?? "";
    return accepted.find((line) => tokenLine(line.slice(0, line.indexOf(":")), value) === `${line}\n`);
  };

  test("is entered by another host's Grafana with a token that reads Prometheus, which is nowhere in plain text", async () => {
    const { datasources, sent, accepted, resources } = await entering(apart(twoHosts(closed)), "grafana");
    expect(datasources("dash")).toEqual([
      expect.objectContaining({
        url: "https://10.1.2.3:443/prometheus",
        jsonData: expect.objectContaining({ httpHeaderName1: "Authorization" }),
        secureJsonData: expect.objectContaining({
          httpHeaderValue1: "Bearer $__file{/run/secrets/grafana-token.PBFA97CFB590B2093}",
        }),
      }),
    ]);
    expect(sent).toHaveLength(1);
    expect(isToken(accepted, sent[0]?.[1])).toMatch(/^\+queries:/);
    expect(accepted.map((line) => line.slice(0, line.indexOf(":"))).sort()).toEqual([
      "+alerts",
      "+metrics",
      "+queries",
      "+samples",
      "podwatch",
    ]);
    for (const [, value] of sent) expect(plainText(resources)).not.toContain(value.split("\n")[1]);
  });

  test("takes alerts of another host, which are told apart, and those of nobody else", async () => {
    const { alerting, sent, accepted, bundle } = await entering(twoHosts(closed), "prometheus");
    expect(alerting("dash").alertmanagers).toEqual([
      expect.objectContaining({
        scheme: "https",
        path_prefix: "/alertmanager",
        static_configs: [{ targets: ["10.1.2.3:443"] }],
        authorization: expect.objectContaining({ type: "Bearer" }),
      }),
    ]);
    expect(isToken(accepted, sent[0]?.[1])).toMatch(/^\+alerts:/);
    expect(parse(bundle.parts["files/prometheus.yml"] ?? "").global.external_labels).toEqual({
      host: "dash",
    });
  });

  test("gets no alerts of an agent, which has none", async () => {
    const remoteWrite = [{ name: "mon", url: "https://10.1.2.3/prometheus/api/v1/write" }];
    const dash = { ...login, address: "10.1.2.4", gateways: { enabled: false } };
    const { alerting, sent } = await entering(
      settingsOf({
        hosts: {
          dash: { ...dash, prometheus: { mode: "agent", remoteWrite } },
          mon: { ...login, alertmanager: { enabled: true }, front: closed },
        },
      }),
      "prometheus",
    );
    expect(alerting("dash")).toBeUndefined();
    expect(sent.map(([name]) => name)).toEqual(["podwatch-dash-prometheus-write-token.mon-secret"]);
  });

  test("is entered by what the settings of another host name it for, unless they say how", async () => {
    const settings = (prometheus: object) =>
      settingsOf({
        hosts: {
          dash: { ...login, address: "10.1.2.4", gateways: { enabled: false }, prometheus },
          mon: { ...login, front: closed },
        },
      });
    const remoteWrite = [{ name: "mon", url: "https://10.1.2.3/prometheus/api/v1/write" }];
    const { sent, accepted, bundle } = await entering(
      settings({
        remoteWrite,
        remoteRead: [{ name: "mon", url: "https://10.1.2.3:443/prometheus/api/v1/read" }],
        alertmanagers: [
          { name: "mon", scheme: "https", pathPrefix: "/alertmanager", targets: ["10.1.2.3:443"] },
        ],
        scrapeJobs: [
          { name: "mon", scheme: "https", metricsPath: "/prometheus/federate", targets: ["10.1.2.3:443"] },
          { name: "some", scheme: "https", targets: ["10.1.2.3:443", "10.9.9.9:443"] },
          { name: "clear", targets: ["10.1.2.3:443"] },
        ],
      }),
      "prometheus",
    );
    expect(
      Object.fromEntries(sent.map(([name, value]) => [name, isToken(accepted, value)?.split(":")[0]])),
    ).toEqual({
      "podwatch-dash-prometheus-write-token.mon-secret": "+samples",
      "podwatch-dash-prometheus-read-token.mon-secret": "+queries",
      "podwatch-dash-prometheus-alertmanager-token.mon-secret": "+alerts",
      "podwatch-dash-prometheus-token.mon-secret": "+metrics",
    });
    expect(bundle.parts["files/tls/mon/write-ca.pem"]).toBe(CERTIFICATE);
    const own = { ...remoteWrite[0], bearerToken: "a token of the user's own", tls: { insecure: true } };
    const explicit = await entering(settings({ remoteWrite: [own] }), "prometheus");
    expect(explicit.sent.map(([, value]) => value)).toEqual([
      expect.stringContaining("a token of the user's own"),
    ]);
    expect(Object.keys(explicit.bundle.parts).filter((path) => /tls/.test(path))).toEqual([]);
  });

  test.each([
    ["on the only host", { host: { ...login, front: closed } }],
    [
      "that only its own host reaches",
      { hosts: { mon: { ...login, front: { auth } }, dash: { ...login, address: "10.1.2.4" } } },
    ],
    [
      "beside a target",
      {
        hosts: {
          mon: { ...login, front: closed },
          dash: { ...login, address: "10.1.2.4", role: "target", nodeExporter: { allowFrom: ["10.1.2.3"] } },
        },
      },
    ],
  ])("has no tokens for other hosts %s", async (_, stackFile) => {
    const { resources } = await deploy(() => new MonitoringStack("podwatch", settingsOf(stackFile)));
    expect(resources.map(({ name }) => name).filter((name) => /(alerts|queries)-token/.test(name))).toEqual(
      [],
    );
  });
});

describe("fronts that the settings lead to", () => {
  const auth = { users: { alice: { access: "write" } } };
  const closed = { bind: "0.0.0.0", auth };
  const dash = { ...login, address: "10.1.2.4", gateways: { enabled: false }, front: closed };
  const both = (more: object) =>
    deployed(settingsOf({ hosts: { dash: { ...dash, ...more }, mon: { ...login, front: closed } } }));
  const partsOf = ({ resources }: Awaited<ReturnType<typeof deployed>>, service: string) =>
    parseBundle(resources.find(({ name }) => name === `podwatch-${service}-service`)?.inputs.stdin).parts;

  test("a probe trusts the stack's authority, unless its module says whom", async () => {
    const made = await both({
      blackboxExporter: {
        targets: [
          { name: "own", target: "https://10.1.2.4/grafana/api/health" },
          { name: "other", target: "10.1.2.3:443", module: "tls" },
          { name: "plain", target: "10.1.2.3:443", module: "tcp" },
          { name: "elsewhere", target: "https://10.9.9.9/" },
          { name: "any", target: "https://10.1.2.3/", module: "careless" },
          { name: "native", target: "https://10.1.2.3/", module: "native" },
        ],
        modules: {
          careless: { prober: "http", tls: { insecure: true } },
          native: { prober: "http", http: { tls_config: { insecure_skip_verify: true } } },
        },
      },
    });
    const { static_configs } = made
      .configured("dash")
      .scrape_configs.find(({ job_name }: { job_name: string }) => job_name === "blackbox");
    type Probed = { labels: { instance: string; module: string; __param_module: string } };
    const asked = static_configs.map(({ labels }: Probed) => [
      labels.instance,
      labels.module,
      labels.__param_module,
    ]);
    expect(asked).toEqual([
      ["own", "http", "http-of-own-authority"],
      ["other", "tls", "tls-of-own-authority"],
      ["plain", "tcp", "tcp"],
      ["elsewhere", "http", "http"],
      ["any", "careless", "careless"],
      ["native", "native", "native"],
    ]);
    const parts = partsOf(made, "dash-blackbox-exporter");
    const { modules } = parse(parts["files/blackbox.yml"] ?? "");
    const file = (module: string) => `/etc/podwatch/current/files/tls/${module}/ca.pem`;
    expect(modules["http-of-own-authority"]).toEqual({
      ...modules.http,
      http: { ...modules.http.http, tls_config: { ca_file: file("http-of-own-authority") } },
    });
    expect(modules["tls-of-own-authority"]).toEqual({
      ...modules.tls,
      tcp: { ...modules.tls.tcp, tls_config: { ca_file: file("tls-of-own-authority") } },
    });
    expect(parts["files/tls/http-of-own-authority/ca.pem"]).toBe(CERTIFICATE);
    expect(parts["files/tls/tls-of-own-authority/ca.pem"]).toBe(CERTIFICATE);
  });

  test("a host's own front is entered like another's", async () => {
    const scrapeJobs = [
      { name: "own", scheme: "https", metricsPath: "/x/metrics", targets: ["10.1.2.4:443"] },
    ];
    const made = await both({ prometheus: { scrapeJobs } });
    expect(partsOf(made, "dash-prometheus")["files/tls/own/ca.pem"]).toBe(CERTIFICATE);
    const names = made.resources.map(({ name }) => name);
    expect(names).toContain("podwatch-dash-prometheus-token.own-secret");
    // The only host of its stack has no tokens, but an authority.
    const own = [{ ...scrapeJobs[0], targets: ["10.1.2.3:443"] }];
    const alone = await deployed(
      settingsOf({ host: { ...login, front: closed }, prometheus: { scrapeJobs: own } }),
    );
    const deployedThere = alone.resources.map(({ name, inputs }) => `${name} ${inputs.stdin}`).join("\n");
    expect(deployedThere).not.toContain("token.own");
    expect(deployedThere).toContain("files/tls/own/ca.pem");
  });

  test("a data source trusts it, and a Prometheus may be queried, unless it says how", async () => {
    const made = await both({
      grafana: {
        secrets: { mine: "a s3cret of mine" },
        datasources: [
          { name: "Prometheus of mon", type: "prometheus", url: "https://10.1.2.3/prometheus" },
          { name: "Loki", type: "loki", url: "https://10.1.2.3/loki" },
          {
            name: "Mine",
            type: "prometheus",
            url: "https://10.1.2.3/prometheus",
            basicAuthUser: "me",
            jsonData: { tlsSkipVerify: true },
            secureJsonData: { basicAuthPassword: "mine" },
          },
          { name: "Browser", type: "prometheus", url: "https://10.1.2.3/prometheus", access: "direct" },
          { name: "Elsewhere", type: "prometheus", url: "https://10.9.9.9/prometheus" },
        ],
      },
    });
    type Source = { name: string; uid: string; jsonData: object; secureJsonData?: object };
    const found: Source[] = made.datasources("dash");
    const [first, loki, mine, browser, elsewhere] = [
      "Prometheus of mon",
      "Loki",
      "Mine",
      "Browser",
      "Elsewhere",
    ].map((name) => found.find((one) => one.name === name)) as [Source, Source, Source, Source, Source];
    const ca = (uid: string) => `tls/${uid}/own-ca.pem`;
    expect(first).toMatchObject({
      jsonData: { tlsAuthWithCACert: true, httpHeaderName1: "Authorization" },
      secureJsonData: {
        tlsCACert: `$__file{/etc/podwatch/current/files/${ca(first.uid)}}`,
        httpHeaderValue1: `Bearer $__file{/run/secrets/grafana-own-token.${first.uid}}`,
      },
    });
    expect(loki.jsonData).toEqual({ tlsAuthWithCACert: true });
    expect(mine.jsonData).toEqual({ tlsSkipVerify: true });
    for (const { jsonData, secureJsonData } of [browser, elsewhere])
      expect([jsonData, secureJsonData]).toEqual([{}, undefined]);
    const parts = partsOf(made, "dash-grafana");
    expect(Object.keys(parts).filter((path) => path.endsWith("/own-ca.pem"))).toEqual(
      [first, loki].map(({ uid }) => `files/${ca(uid)}`).sort(),
    );
    expect(parts[`files/${ca(first.uid)}`]).toBe(CERTIFICATE);
    const secrets = made.resources.filter(({ name }) => name.includes("grafana-own-token"));
    expect(secrets.map(({ name }) => name)).toEqual([`podwatch-dash-grafana-own-token.${first.uid}-secret`]);
    const [token = ""] = secrets.map(
      ({ inputs }) => String((inputs.stdin as Secret).value).split("\n")[1] ?? "",
    );
    expect(token.length).toBeGreaterThan(20);
    expect(plainText(made.resources)).not.toContain(token);
  });
});

test("a certificate is made anew before the last third of its life begins, and not in every run", () => {
  const day = 86_400_000;
  for (const days of [1, 90, 365]) {
    for (const made of [0, 0.3, 0.66, 1.1].map((share) => 20_000 * day + share * days * day)) {
      const periods = [0.001, 0.25, 0.5, 0.667].map((share) => period(days, made + share * days * day));
      expect(periods.at(-1)).toBeGreaterThan(period(days, made));
      expect(new Set([period(days, made), ...periods]).size).toBeLessThan(4);
    }
  }
});
