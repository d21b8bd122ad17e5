// biome-ignore-all lint/suspicious/noTemplateCurlyInString: so exported dashboards name what an import fills in
// What is wrong is refused by the program, or by the service's own checker on the host, before anything there changes.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { dockerTest, ENGINE, podmanTest, RUNNING, unitFile, withDocker } from "./support/engine";
import { faultTest } from "./support/faults";
import { eventually, LabHost } from "./support/lab";
import { query } from "./support/queries";
import { snapshot } from "./support/snapshot";
import { connection, Stack } from "./support/stack";

jest.setTimeout(300_000);

const RULES = `groups:
  - name: own
    interval: 1s
    rules:
      - record: own:one
        expr: vector(1)
`;

/** What promtool is to expect of the rules. */
const ruleTests = (value: number) => `rule_files: [own.yml]
tests:
  - promql_expr_test:
      - { expr: "own:one", eval_time: 1m, exp_samples: [{ labels: "own:one", value: ${value} }] }
`;

const DASHBOARD = {
  __inputs: [{ name: "DS_PROM", type: "datasource", pluginId: "prometheus" }],
  title: "Mine",
  uid: "mine",
  panels: [
    {
      id: 1,
      type: "timeseries",
      title: "Up",
      datasource: { type: "prometheus", uid: "${DS_PROM}" },
      targets: [{ refId: "A", expr: "up" }],
    },
  ],
};

const files = mkdtempSync(join(tmpdir(), "podwatch-checks-"));
/** Writes a file beside the stack file, and names it. */
function file(name: string, text: string): string {
  writeFileSync(join(files, name), text);
  return join(files, name);
}

/** What shells, units and formats take for their own. */
const ODD = 'it\'s "100%" of $HOME \\ %h ; `id`';

/** A secret of several lines, which no variable in a unit could have. */
const OWN_SECRET = "first $line\nsecond 'line' 100%";

type Sections = Record<"front" | "prometheus" | "grafana", object>;

/** What Docker does not support, and refuses by name. */
const OF_PODMAN = {
  front: { quadlet: { Container: { Ulimit: "nofile=2048:4096" }, Service: { MemoryMax: "512M" } } },
  prometheus: {
    quadlet: {
      Container: { Environment: ["GOGC=90"] },
      Unit: { Documentation: "https://prometheus.io/docs" },
    },
    secretEnvironment: { OWN_TOKEN: "own" },
  },
};

const onlyOfPodman = withDocker ? { front: {}, prometheus: {} } : OF_PODMAN;

const LIMITS = { memory: "1G", cpus: 1.5 as number | undefined, pids: 256, openFiles: 2048 };

const good: Sections = {
  front: {
    snippet:
      'location = /own { return 200 "own\\n"; }\nlocation ~ "^/(grafana|prometheus)/" { return 403; }\n',
    ...onlyOfPodman.front,
    arguments: ["-e", "stderr"],
    environment: { ODD },
    files: { "/etc/own/list": file("list", "of the front\n") },
  },
  prometheus: {
    ruleFiles: [file("own.yml", RULES)],
    ruleTests: [file("own_test.yml", ruleTests(1))],
    ...onlyOfPodman.prometheus,
    arguments: ["--query.lookback-delta=3m", "--log.format=json"],
    // A proxy of the user's does not hinder the questions whether the service is ready.
    environment: { ODD, http_proxy: "http://127.0.0.1:9" },
    files: { "/etc/own/word": file("word", "word\n") },
    volumes: ["/etc/machine-id:/etc/own/machine-id:ro", "/srv:/srv/of-the-host"],
    resources: LIMITS,
    // promtool looks whether the file is there.
    scrapeJobs: [
      {
        name: "own",
        targets: ["podwatch-nginx:8081"],
        metricsPath: "/status",
        extra: { authorization: { credentials_file: "/etc/own/word" } },
      },
    ],
  },
  grafana: {
    dashboards: [file("mine.json", JSON.stringify(DASHBOARD))],
    environment: { GF_SMTP_FROM_NAME: ODD },
    resources: { memory: "400M" },
  },
};

let host: LabHost;
let stack: Stack;
/** Docker limits by controllers of cgroup v2, which a lab host has where its machine lends them; it refuses `cpus` without. */
let limited = true;
const settings = (sections: Partial<Sections> = {}) => ({
  host: connection("operator", host),
  gateways: { gid: 990 },
  ...good,
  ...sections,
});

const configure = (sections?: Partial<Sections>) =>
  stack.configure(settings(sections), { "prometheus.secrets.own": OWN_SECRET });

beforeAll(async () => {
  host = await LabHost.boot("test-checks");
  if (withDocker) {
    const can = await host.exec("docker info -f '{{.CPUCfsQuota}} {{.MemoryLimit}} {{.PidsLimit}}'");
    limited = can.trim() === "true true true";
    if (!limited) {
      LIMITS.cpus = undefined;
      console.info(`processors, memory and processes are not limited by Docker here: ${can}`);
    }
  }
  stack = await Stack.create("checks", settings());
  await configure();
  await stack.up();
});

afterAll(async () => {
  rmSync(files, { recursive: true });
  await stack?.dispose();
  await host?.down();
});

/** Everything there is on the host, the containers with their identity, and every file of ours with its content. */
async function state(): Promise<string[]> {
  const ours = await host.exec(`${RUNNING}
    find /var/lib/podwatch/services /var/lib/podwatch/images /var/lib/podwatch/secrets ${dirname(unitFile("any"))} ! -type d | sort | xargs ls -l --time-style=full-iso
    find /var/lib/podwatch/services -type f | sort | xargs sha256sum`);
  return [...(await snapshot(host)), ...ours.split("\n")];
}

test("valid settings take effect: rules, a location, a dashboard", async () => {
  await eventually(
    20,
    () => query(host, "own:one"),
    (samples) => samples.length === 1,
  );
  expect(await host.fetch("/own")).toMatchObject({ status: 200, body: "own\n" });

  const password = (await stack.output<Record<string, { grafana: { password: string } }>>("installations"))[
    "test-checks"
  ]?.grafana.password;
  const { status, body } = await host.fetch("/grafana/api/dashboards/uid/mine", {
    user: `admin:${password}`,
  });
  expect(status).toBe(200);
  expect(JSON.parse(body).dashboard.panels[0].datasource.uid).toBe("PBFA97CFB590B2093");
});

podmanTest("keys of units take effect", "which has none of Quadlet's", async () => {
  expect(await host.exec("podman exec podwatch-nginx sh -c 'ulimit -Sn; ulimit -Hn'")).toBe("2048\n4096\n");
  expect(await host.exec("systemctl show --property MemoryMax --value podwatch-nginx")).toBe("536870912\n");
  expect(await host.exec("podman exec podwatch-prometheus sh -c 'echo $GOGC'")).toBe("90\n");
});

dockerTest("what Docker cannot do is refused by name", async () => {
  const { front, prometheus } = good;
  await configure({
    front: { ...front, ...OF_PODMAN.front },
    prometheus: { ...prometheus, ...OF_PODMAN.prometheus },
  });
  const refused = await stack.failingUp();
  for (const [setting, what] of [
    ["front.quadlet", "a Quadlet unit"],
    ["prometheus.quadlet", "a Quadlet unit"],
    ["prometheus.secretEnvironment", "secrets as environment variables"],
  ]) {
    expect(refused).toContain(
      `podwatch:${setting}: needs ${what}, which the engine docker does not support; remove it`,
    );
  }
});

describe("what users add to a service is there", () => {
  /** A line of shell inside a container. */
  const inside = (service: string, script: string) =>
    host.exec(`${ENGINE} exec -i podwatch-${service} sh -s <<'END'\n${script}\nEND`);

  test("arguments, each as it was written", async () => {
    expect(await inside("prometheus", "tr '\\0' '\\n' </proc/1/cmdline | tail -n 2")).toBe(
      "--query.lookback-delta=3m\n--log.format=json\n",
    );
    expect(await inside("nginx", "tr '\\0' ' ' </proc/1/cmdline")).toContain("daemon off; -e stderr");
  });

  test("environment variables, whole", async () => {
    for (const service of ["prometheus", "nginx"]) {
      expect(await inside(service, 'printf "%s" "$ODD"')).toBe(ODD);
    }
    expect(await inside("grafana", 'printf "%s" "$GF_SMTP_FROM_NAME"')).toBe(ODD);
  });

  test("a secret as a file and as a variable, and nowhere else", async () => {
    // Docker would show the variable, and refuses it (above).
    const variable = withDocker ? "" : '[ "$OWN_TOKEN" = "$(cat /run/secrets/prometheus.own)" ] && ';
    const script = `${variable}cat /run/secrets/prometheus.own`;
    expect((await inside("prometheus", script)) === OWN_SECRET).toBe(true);
    const found = await host.exec(
      `grep -rlF 'first $line' ${dirname(unitFile("any"))} /run/systemd/generator /var/lib/podwatch/services || true`,
    );
    expect(found).toBe("");
  });

  test("files, which the check of the configuration sees too", async () => {
    expect(
      await inside("nginx", "cat /etc/own/list; echo x 2>/dev/null >/etc/own/list || echo read-only"),
    ).toBe("of the front\nread-only\n");
    await eventually(
      20,
      () => query(host, 'up{job="own"}'),
      (samples) => samples.length === 1,
    );
  });

  test("volumes, read-only as said", async () => {
    const [there, here] = [
      await inside("prometheus", "cat /etc/own/machine-id"),
      await host.exec("cat /etc/machine-id"),
    ];
    expect(there).toBe(here);
    const mounts = await host.exec(
      `${ENGINE} inspect --format '{{range .Mounts}}{{.Destination}} {{.RW}}{{println}}{{end}}' podwatch-prometheus`,
    );
    expect(mounts.split("\n")).toEqual(
      expect.arrayContaining(["/etc/own/machine-id false", "/srv/of-the-host true"]),
    );
  });

  /** podman's are those of the unit, Docker's those of the container. */
  const limits = async (service: string) => {
    const asked = withDocker
      ? `docker inspect -f '{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.PidsLimit}}' podwatch-${service}`
      : `echo $(for of in MemoryMax CPUQuotaPerSecUSec TasksMax; do systemctl show --property $of --value podwatch-${service}; done)`;
    return (await host.exec(asked)).trim().split(" ");
  };

  test("limits", async () => {
    expect(await inside("prometheus", "ulimit -n")).toBe("2048\n");
    if (!limited) return;
    const processors = withDocker ? "1500000000" : "1.500000s";
    expect(await limits("prometheus")).toEqual([`${1024 ** 3}`, processors, "256"]);
    expect((await limits("grafana"))[0]).toBe(`${400 * 1024 ** 2}`);
  });

  test("of a changed file the new content, after a restart", async () => {
    good.front = { ...good.front, files: { "/etc/own/list": file("list2", "anew\n") } };
    await configure();
    await stack.up();
    expect(await inside("nginx", "cat /etc/own/list")).toBe("anew\n");
  });

  test("what the program or the host refuses changes nothing, and is told in their words", async () => {
    const before = await state();
    await configure({
      prometheus: { ...good.prometheus, arguments: ["--no-such-argument=1"] },
      front: { ...good.front, arguments: ["-z"] },
      grafana: { ...good.grafana, volumes: ["/srv/absent:/srv/absent:ro"] },
    });
    const output = await stack.failingUp("--continue-on-error");
    expect(output).toMatch(
      /prometheus refuses its new configuration; nothing was changed:[\s\S]*unknown long flag '--no-such-argument'/,
    );
    expect(output).toMatch(
      /nginx refuses its new configuration; nothing was changed:[\s\S]*invalid option: "z"/,
    );
    expect(output).toContain(
      "grafana is to see /srv/absent of this host, which is not there; nothing was changed",
    );
    expect(await state()).toEqual(before);
  });

  test("an argument that the program refuses only when it starts is taken back, with its message", async () => {
    await configure({
      prometheus: { ...good.prometheus, arguments: ["--query.max-concurrency=many"] },
      grafana: { ...good.grafana, arguments: ["--no-such-argument"] },
    });
    const output = await stack.failingUp("--continue-on-error");
    expect(output).toMatch(
      /grafana did not come up: [\s\S]*flag provided but not defined: -+no-such-argument[\s\S]*The previous release is back and healthy/,
    );
    expect(output).toMatch(
      /prometheus did not come up: [\s\S]*Error parsing command line arguments: .*"many"[\s\S]*The previous release is back and healthy/,
    );
    expect(output).not.toContain("--storage.tsdb.path=");
    expect((await host.fetch("/grafana/api/health")).status).toBe(200);
  });
});

test("a regular-expression location in a snippet does not override the front's own locations", async () => {
  expect((await host.fetch("/prometheus/-/ready")).status).toBe(200);
  expect((await host.fetch("/grafana/api/health")).status).toBe(200);
});

/** What is wrong with one service: the fault, who refuses it, the change of the settings, and what is said of it. */
type Wrong = Partial<
  Record<keyof Sections, readonly [fault: string, by: string, change: object, message: RegExp]>
>;

/** With Docker they are refused as settings, before a host is asked. */
const keysOfUnits = (wrong: Wrong) => (withDocker ? {} : wrong);

/** Each is tried in one run. */
const ROUNDS: readonly Wrong[] = [
  {
    prometheus: [
      "bad PromQL in a rule file",
      "promtool",
      { ruleFiles: [file("bad.yml", RULES.replace("vector(1)", "vector(1"))], ruleTests: [] },
      /prometheus refuses its new configuration; nothing was changed:[\s\S]*own:one[\s\S]*parse error/,
    ],
    front: [
      "an invalid NGINX snippet",
      "`nginx -t`",
      { snippet: "location /own/ { no_such_directive on; }" },
      /nginx refuses its new configuration; nothing was changed:[\s\S]*unknown directive "no_such_directive"/,
    ],
    grafana: [
      "an image tag that does not exist",
      ENGINE,
      { image: "docker.io/grafana/grafana:0.0.0-absent" },
      /the image docker\.io\/grafana\/grafana:0\.0\.0-absent cannot be pulled/,
    ],
  },
  {
    prometheus: [
      "a broken scrape job",
      "promtool",
      {
        scrapeJobs: [{ name: "broken", targets: ["a:1"], extra: { relabel_configs: [{ action: "odd" }] } }],
      },
      /prometheus refuses its new configuration; nothing was changed:[\s\S]*odd/,
    ],
    ...keysOfUnits({
      front: [
        "an unknown Quadlet key",
        "podman",
        { quadlet: { Container: { NoSuchKey: "1" } } },
        /podman refuses the unit podwatch-nginx\.container: .*unsupported key 'NoSuchKey'/,
      ],
      grafana: [
        "a unit value that systemd would ignore",
        "`systemd-analyze verify`",
        { quadlet: { Service: { MemoryMax: "plenty" } } },
        /the unit podwatch-grafana\.container has what this host does not know: .*memory limit 'plenty'/,
      ],
    }),
  },
  {
    prometheus: [
      "a rule that fails its test",
      "promtool",
      { ruleTests: [file("failing_test.yml", ruleTests(2))] },
      /prometheus refuses its new configuration; nothing was changed:[\s\S]*expr: "own:one", time: 1m[\s\S]*fail their tests in failing_test\.yml/,
    ],
    ...keysOfUnits({
      front: [
        "a unit key that systemd would ignore",
        "`systemd-analyze verify`",
        { quadlet: { Service: { NoSuchLimit: "1" } } },
        /the unit podwatch-nginx\.container has what this host does not know: .*NoSuchLimit/,
      ],
    }),
  },
];

describe.each(
  ROUNDS.map(
    (wrong) =>
      [
        Object.values(wrong)
          .map(([fault]) => fault)
          .join(", "),
        wrong,
      ] as const,
  ),
)("in one run: %s", (_, wrong) => {
  let output: string;
  let before: string[];
  let after: string[];

  beforeAll(async () => {
    before = await state();
    const changed = Object.entries(wrong).map(([name, [, , change]]) => [
      name,
      { ...good[name as keyof Sections], ...change },
    ]);
    await configure(Object.fromEntries(changed));
    output = await stack.failingUp("--continue-on-error");
    after = await state();
  });

  for (const [fault, by, , message] of Object.values(wrong)) {
    faultTest(fault, `refused by ${by}; the host stays unchanged`, async () => {
      expect(output).toMatch(message);
      expect(after).toEqual(before);
    });
  }
});

describe("dashboards that cannot be shown, in one run", () => {
  const dashboard = (name: string, more: object) =>
    file(name, JSON.stringify({ ...DASHBOARD, title: name, uid: name.replace(".json", ""), ...more }));
  let output: string;
  let before: string[];
  let after: string[];

  beforeAll(async () => {
    before = await state();
    await configure({
      grafana: {
        dashboards: [
          file("broken.json", "{"),
          file("list.json", "[]"),
          dashboard("loki.json", {
            __inputs: [{ name: "DS_LOKI", type: "datasource", pluginId: "loki" }],
          }),
          dashboard("left-over.json", { __inputs: [] }),
          dashboard("shipped.json", { uid: "podwatch-prometheus" }),
          dashboard("one.json", { uid: "twin" }),
          dashboard("two.json", { uid: "twin" }),
        ],
      },
    });
    output = await stack.failingUp();
    after = await state();
  });

  const BAD: ReadonlyArray<readonly [fault: string, ...messages: RegExp[]]> = [
    [
      "a file that is not JSON, and JSON that is not a dashboard",
      /dashboards\[0\]: ".*broken\.json" is not JSON \(.*\); save/,
      /dashboards\[1\]: ".*list\.json" is not a dashboard but a list; save/,
    ],
    [
      "a dashboard with an undefined `${DS_...}`",
      /dashboards\[2\]: ".*loki\.json" asks for "DS_LOKI" \(datasource loki\), and only Prometheus data sources and constants with a value can be filled in; add one of that kind under grafana\.datasources, or replace/,
      /dashboards\[3\]: ".*left-over\.json" refers to \$\{DS_PROM\}, which nothing defines; write the data source's uid/,
    ],
    [
      "two dashboards with the same uid, and one with the uid of a shipped one",
      /dashboards: ".*shipped\.json" has the uid "podwatch-prometheus" of a shipped dashboard; give it/,
      /dashboards: ".*two\.json" has the uid "twin" of ".*one\.json"; give one of them another uid/,
    ],
  ];
  for (const [fault, ...messages] of BAD) {
    faultTest(fault, "refused without contacting the host; it stays unchanged", async () => {
      for (const message of messages) expect(output).toMatch(message);
      expect(after).toEqual(before);
    });
  }
});

test("after the settings are corrected, nothing is left over", async () => {
  await configure();
  const before = await host.exec(`${ENGINE} ps --format '{{.ID}}' | sort`);
  await stack.up();
  expect(await host.exec(`${ENGINE} ps --format '{{.ID}}' | sort`)).toBe(before);
  await stack.preview("--expect-no-changes");
});
