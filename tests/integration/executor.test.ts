// The executor on a lab host: scenarios from a git repository by SSH, real Ansible and openstacksdk against a stand-in of a cloud, Nagios
// plugins, runs that hang, and a stop that waits.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LOG_IN, OpenStack, type Trouble } from "../../lab/openstack/openstack";
import { type Dashboard, panelQueries } from "../../operate/dashboard";
import versions from "../../versions.json";
import { GitOverHttps } from "./support/gitOverHttps";
import { GitServer } from "./support/gitServer";
import { CHECKOUT, eventually, HERE, LabHost, must, provideImages } from "./support/lab";
import { nightly } from "./support/nightly";
import { operateJson } from "./support/operate";
import { type Answer, askEveryPanel, draw, report } from "./support/panels";
import { query, rules } from "./support/queries";
import { privateStretches, readableByEverybody, secretsOnHost } from "./support/secretScan";
import { small } from "./support/smallStack";
import { connection, Stack } from "./support/stack";

jest.setTimeout(900_000);

const OWN = "own-s3cret-of-scenarios";

const PLAYBOOK = `- hosts: localhost
  gather_facts: false
  tasks:
    - name: List servers
      ansible.builtin.command: python3 {{ playbook_dir }}/../scenarios/servers.py
      changed_when: false
      register: listed
    - name: Show them
      ansible.builtin.debug:
        var: listed.stdout_lines
`;

const SERVERS = `#!/usr/bin/env python3
import openstack
cloud = openstack.connect(cloud="lab")
print("password", cloud.config.auth["password"])
print("servers", len(list(cloud.compute.servers())))
`;

// One call that is refused, and one that works.
const CALLS = `#!/usr/bin/env python3
import openstack
cloud = openstack.connect(cloud="lab")
cloud.compute.get("/servers/nowhere")
list(cloud.compute.servers())
`;

const PLUGIN = `#!/bin/sh
cat /run/secrets/executor.own >&2
echo "WARNING - 2.5 s | time=2500ms;1000;5000 'free space'=40%"
exit 1
`;

// Its child has a session of its own, and nobody waits for it.
const HANG = `#!/bin/bash
(setsid sleep 987 &)
exec sleep 987
`;

const STEADY = `#!/bin/sh
touch /var/lib/executor/begun
sleep 8
touch /var/lib/executor/over
`;

let host: LabHost;
let stack: Stack;
let cloud: OpenStack;
let git: GitServer;

const repository = () => ({ url: git.url, ref: "main", hostKey: host.hostKey, refresh: "5s" });

const service = (host: string) => ({ site: "SITE-A", serviceType: "webdav", host });

const jobs = {
  playbook: { path: "playbooks/servers.yaml", interval: "20s", timeout: "60s" },
  plugin: { path: "plugins/check", type: "nagios", interval: "2s", service: service("SE1.site-a.lab") },
  real: {
    ...{ path: "plugins/real", type: "nagios", interval: "5s", arguments: ["-H", HERE, "-p", "1"] },
    service: service("se2.site-a.lab"),
  },
  calls: { path: "scenarios/calls.py", interval: "10s", timeout: "30s" },
  hang: { path: "scenarios/hang", interval: "30s", timeout: "3s", cleanup: "scenarios/cleanup" },
};

const settings = (executor: object = {}) =>
  small(connection("operator", host), {
    prometheus: {
      ...{ data: "delete", scrapeInterval: "1s", evaluationInterval: "1s" },
      retention: { time: "63d" },
    },
    availability: { enabled: true, history: { enabled: false }, region: "Lab" },
    gateways: { enabled: false },
    grafana: { data: "delete" },
    alerts: { ApiFailing: { for: "1s", calls: 2 }, ApiSlow: { for: "1s", calls: 2, above: 2 } },
    telegraf: { enabled: true, data: "delete" },
    influxdb: { databases: { apimon: {} }, data: "delete" },
    executor: {
      zone: "north",
      repository: repository(),
      jobs,
      calls: ["lines", "statsd"],
      data: "delete",
      ...executor,
    },
  });

const secrets = () => ({
  "executor.repository.key": git.key,
  "executor.clouds": cloud.clouds("lab"),
  "executor.secrets.own": OWN,
});

beforeAll(async () => {
  host = await LabHost.boot("test-executor");
  await provideImages("python", "telegraf", "influxdb");
  cloud = await OpenStack.start({ address: HERE });
  git = await GitServer.start(host, versions.images.python);
  await git.commit({
    "playbooks/servers.yaml": PLAYBOOK,
    "scenarios/servers.py": SERVERS,
    "scenarios/calls.py": CALLS,
    "scenarios/hang": HANG,
    "scenarios/cleanup": '#!/bin/sh\necho "cleaned up after $EXECUTOR_JOB"\n',
    "plugins/check": PLUGIN,
    "plugins/real": '#!/bin/sh\nexec /usr/lib/nagios/plugins/check_tcp "$@"\n',
  });
  stack = await Stack.create("executor", settings());
  await stack.configure(settings(), secrets());
  await stack.up();
}, 1_800_000);

afterAll(async () => {
  await stack?.dispose();
  await host?.down();
  await cloud?.stop();
  git?.dispose();
});

/** The value of a metric of a job, once it satisfies. */
const metric = (name: string, job: string, satisfies: (value: number) => boolean) =>
  eventually(
    40,
    async () => (await query(host, `podwatch_executor_${name}{job_name="${job}"}`))[0]?.value ?? Number.NaN,
    satisfies,
  );

const logs = async (job: string) =>
  [...(await host.fetch(`/executor/${job}/`)).body.matchAll(/href="([^"]+)"/g)].map(
    ([, name]) => name as string,
  );

const log = async (job: string, result: string) => {
  const names = await eventually(
    40,
    () => logs(job),
    (all) => all.some((name) => name.endsWith(`.${result}.log`)),
  );
  const name = names.find((one) => one.endsWith(`.${result}.log`));
  return (await host.fetch(`/executor/${job}/${name}`)).body;
};

test("a playbook runs with the real SDK against the cloud, and its log shows no secret", async () => {
  await metric("result", "playbook", (value) => value === 0);
  expect(await log("playbook", "ok")).toMatch(/"password \*\*\*"/);
  expect(await log("playbook", "ok")).toMatch(/localhost +: ok=2[\s\S]*executor: ok, exit status 0/);
  expect(cloud.done).toContain("POST /identity/v3/auth/tokens 201");
  expect(cloud.done).toContain("GET /compute/v2.1/servers/detail 200");
});

interface LogIn {
  readonly user: string;
  readonly password: string;
}

async function logIns(): Promise<{ readonly influxdb: LogIn; readonly grafana: LogIn }> {
  const all =
    await stack.output<Record<string, { readonly influxdb: LogIn; readonly grafana: LogIn }>>(
      "installations",
    );
  const own = all[host.name];
  if (own === undefined) throw new Error(`${host.name} has no log-ins`);
  return own;
}

/** The last value of a field in InfluxDB, once there is one. */
async function inInfluxdb(field: string, from: string): Promise<number> {
  const { user, password } = (await logIns()).influxdb;
  const asked = new URLSearchParams({ db: "apimon", q: `SELECT LAST("${field}") FROM ${from}` });
  return eventually(
    60,
    async () => {
      const { body } = await host.fetch(`/influxdb/query?${asked}`, { user: `${user}:${password}` });
      return Number(/,(-?[\d.]+)\]\]/.exec(body)?.[1] ?? Number.NaN);
    },
    (value) => !Number.isNaN(value),
  );
}

test("each run, and each call of the SDK, gets to InfluxDB and to Prometheus, with job and zone", async () => {
  const of = "zone='north' AND job_name='playbook'";
  expect(await inInfluxdb("duration", `executor_run WHERE ${of} AND result='ok'`)).toBeGreaterThan(0);
  const call = "service='compute' AND method='GET' AND resource='servers_detail' AND status='200'";
  expect(await inInfluxdb("duration", `openstack_api WHERE ${of} AND ${call}`)).toBeGreaterThanOrEqual(0);
  expect(await inInfluxdb("attempted", `openstack_api WHERE ${of} AND ${call}`)).toBe(1);
  // By statsd it reports the same, without them.
  expect(
    await inInfluxdb("99_percentile", `openstack_api WHERE metric_type='timing' AND ${call}`),
  ).toBeGreaterThanOrEqual(0);
  const shown = 'service="compute", method="GET", resource="servers_detail", status="200"';
  const counted = `openstack_calls_duration_bucket{zone="north", job_name="playbook", ${shown}, le="+Inf"}`;
  await eventually(
    60,
    async () => (await query(host, counted))[0]?.value ?? 0,
    (count) => count >= 2,
  );
  const slow = `histogram_quantile(0.99, sum by (le) (rate(openstack_calls_duration_bucket{${shown}}[1m])))`;
  await eventually(
    60,
    async () => (await query(host, slow))[0]?.value ?? Number.NaN,
    (milliseconds) => milliseconds > 0,
  );
});

const firing = async (name: string) =>
  (await rules(host)).some((rule) => rule.name === name && rule.state === "firing");

/** What is told of an API in trouble, and the status of the calls by which it is. */
async function tells(trouble: Trouble, alert: string, status: string): Promise<void> {
  const counted = `sum(openstack_calls_attempted_bucket{le="+Inf", job_name="calls", status="${status}"})`;
  const calls = async () => (await query(host, counted))[0]?.value ?? 0;
  const before = await calls();
  cloud.trouble = trouble;
  try {
    await eventually(120, calls, (now) => now > before + 1);
    await eventually(
      60,
      () => firing(alert),
      (fires) => fires,
    );
  } finally {
    cloud.trouble = undefined;
  }
}

test("an API that fails is told by ApiFailing", async () => {
  expect(await firing("ApiFailing")).toBe(false);
  await tells("failing", "ApiFailing", "503");
});

// Where the alert is still there from before, what tells them apart is the status.
nightly("an API that is slow, fails every other time, or cuts connections off, is told too", async () => {
  expect(await firing("ApiSlow")).toBe(false);
  await tells({ slow: 4000 }, "ApiSlow", "200");
  await tells("flapping", "ApiFailing", "503");
  await tells("cutting", "ApiFailing", "none");
});

nightly("an API that hangs is told by the scenario that is ended", async () => {
  cloud.trouble = "hanging";
  try {
    await metric("result", "calls", (value) => value === 4);
    await eventually(
      30,
      () => firing("ScenarioHangs"),
      (fires) => fires,
    );
  } finally {
    cloud.trouble = undefined;
  }
});

test("every panel of the boards for scenarios, calls, Telegraf and InfluxDB shows data", async () => {
  const { user, password } = (await logIns()).grafana;
  const boards = [
    ...["podwatch-api", "podwatch-scenarios", "podwatch-telegraf"],
    ...["podwatch-api-influxdb", "podwatch-scenarios-influxdb", "podwatch-influxdb"],
  ];
  const ours = (uid: string) => boards.includes(uid);
  let answers: Answer[] = [];
  await eventually(
    60,
    async () => {
      answers = await askEveryPanel(host, `${user}:${password}`, "now-10m", ours);
      expect(new Set(answers.map(({ dashboard }) => dashboard)).size).toBe(boards.length);
      return answers.filter(({ series }) => series === 0);
    },
    (empty) => empty.length === 0,
  );
  const { REPORT, PICTURES } = process.env;
  if (REPORT) report(REPORT, answers);
  if (PICTURES) {
    const titles = [...new Set(answers.map(({ dashboard }) => dashboard))];
    // So that the lines have some length.
    await new Promise((resolve) => setTimeout(resolve, 120_000));
    await draw(stack, PICTURES, "now-10m", titles);
  }
});

test("the last words of a run that was not ok, without secrets, stand on the dashboards", async () => {
  const { user, password } = (await logIns()).grafana;
  const auth = { user: `${user}:${password}` };
  const get = async <T>(path: string) =>
    JSON.parse((await host.fetch(`/grafana/api/${path}`, auth)).body) as T;
  const { dashboard } = await get<{ dashboard: Dashboard }>("dashboards/uid/podwatch-api-influxdb");
  const told = panelQueries(dashboard, { from: "now-15m" }).find(({ panel }) => /say of it/.test(panel));
  const answer = await host.fetch("/grafana/api/ds/query", {
    ...auth,
    data: JSON.stringify(told?.body),
    headers: { "content-type": "application/json" },
  });
  const [frame] = JSON.parse(answer.body).results.A.frames;
  const rows = frame.data.values[1].map((text: string, at: number) => `${frame.data.values[3][at]}: ${text}`);
  // The plugin prints a secret first.
  expect(rows).toContainEqual(expect.stringMatching(/^plugin: \*\*\*/));
  expect(rows).toContainEqual(expect.stringMatching(/^real: .*refused/i));
  expect(answer.body).not.toContain(OWN);
});

test("npm run verify asks the panels in either language", async () => {
  interface Verified {
    readonly hosts: ReadonlyArray<{ readonly checks: ReadonlyArray<{ check: string; detail: string }> }>;
  }
  const { json } = await operateJson<Verified>(stack, "verify");
  const checks = json.hosts.flatMap((one) => one.checks);
  for (const title of ["API", "API, each call", "Scenarios", "Scenarios, each run"]) {
    const found = checks.find(({ check }) => check === `dashboard ${title}`);
    expect([title, found?.detail]).toEqual([title, expect.stringMatching(/^(\d+) of \1 panels with data$/)]);
  }
});

/** Runs a file of the executor's own tests in the image. */
function inImage(name: string): Promise<string> {
  const tests = readFileSync(join(CHECKOUT, `tests/components/executor/programs/${name}.py`), "utf8");
  const run = `podman exec -i -w /tmp -e PYTHONPATH=/opt/executor podwatch-executor sh -c 'cat >${name}.py && python3 -m unittest -q ${name} 2>&1'`;
  return must("lab/lab", ["exec", host.name, "sh", "-c", run], { input: tests });
}

test("it keeps times as its tests say, in the image", async () => {
  expect(await inImage("test_schedule")).toMatch(/Ran \d tests.*\n\nOK/);
});

nightly("two hundred scenarios on eight threads: none is left out, none overlaps itself", async () => {
  const said = await inImage("test_load");
  console.info(said.match(/^threads busy.*$/gm)?.join("\n"));
  expect(said).toMatch(/Ran 2 tests.*\n\nOK/);
});

test("what a Nagios plugin says becomes its result and metrics", async () => {
  await metric("result", "plugin", (value) => value === 1);
  const performance = await query(host, 'podwatch_executor_performance{job_name="plugin", zone="north"}');
  expect(performance.map(({ metric: { datum, unit }, value }) => ({ datum, unit, value }))).toEqual(
    expect.arrayContaining([
      { datum: "time", unit: "seconds", value: 2.5 },
      { datum: "free space", unit: "percent", value: 40 },
    ]),
  );
  expect(await log("plugin", "warning")).toMatch(/^\*\*\*(\n)?WARNING/);
  // Debian's own check_tcp, of a port that nobody listens on.
  await metric("result", "real", (value) => value === 2);
  expect(await log("real", "failed")).toMatch(/refused/);
  // A warning is up. States are recorded each minute.
  const states = await eventually(
    90,
    () => query(host, "availability:endpoint_state"),
    (found) => found.length === 2 && found.every(({ value }) => value !== 3),
  );
  expect(
    Object.fromEntries(
      states.map(({ metric: { roc, site, hostname }, value }) => [[roc, site, hostname].join(), value]),
    ),
  ).toEqual({ "Lab,SITE-A,se1.site-a.lab": 1, "Lab,SITE-A,se2.site-a.lab": 0 });
});

test("a run that hangs is ended with all that it started, and cleaned up after", async () => {
  await metric("result", "hang", (value) => value === 4);
  expect(await log("hang", "timeout")).toMatch(
    /executor: timeout, exit status none[\s\S]*cleaned up after hang\n/,
  );
  // One that is at work by now is ended after its timeout, too.
  await eventually(
    10,
    () => host.exec("pgrep -fc 'sleep 98[7]' || :"),
    (count) => count === "0\n",
  );
});

test("it is confined: a user of its own, nothing writable but its data, no capabilities, no port", async () => {
  const script =
    "id -u; touch /opt/x 2>&1; grep CapEff /proc/self/status; touch /var/lib/executor/x && echo data";
  expect(await host.exec(`podman exec podwatch-executor sh -c '${script}' || :`)).toMatch(
    /^10001\n.*Read-only file system\nCapEff:\t0+\ndata\n$/,
  );
  expect(await host.exec("podman port podwatch-executor")).toBe("");
});

test("no secret shows on the host, except in files that only the executor reads", async () => {
  const key = privateStretches(git.key, git.publicKey);
  const found = await secretsOnHost(host, { password: LOG_IN.password, key, own: OWN });
  expect(found).toEqual(["configuration files: password", "configuration files: key"]);
  expect(
    await readableByEverybody(host, "/etc/machine-id", { password: LOG_IN.password, key, own: OWN }),
  ).toEqual([]);
});

test("a new commit is taken in without a deployment, a change of jobs without a restart", async () => {
  const started = () => host.exec("podman inspect -f '{{.State.StartedAt}}' podwatch-executor");
  const before = await started();
  await git.commit({ "plugins/check": "#!/bin/sh\necho OK\n", "scenarios/steady": STEADY });
  await metric("result", "plugin", (value) => value === 0);
  await stack.configure(
    settings({ jobs: { ...jobs, steady: { path: "scenarios/steady", interval: "10s" } } }),
    secrets(),
  );
  expect(await stack.up()).toMatchObject({ updated: expect.any(Number) });
  expect(await started()).toBe(before);
  await metric("result", "steady", (value) => value === 0);
  expect(await stack.up()).toEqual({ unchanged: expect.any(Number) });
});

nightly(
  "a repository is read by HTTPS with a token, from a server that its own authority vouches for",
  async () => {
    const token = "glpat-a-token-of-the-test";
    const https = await GitOverHttps.start(HERE, git.directory, token);
    const { "executor.repository.key": _, ...others } = secrets();
    const read = async (of: object, given: string) => {
      await stack.configure(
        settings({ jobs: { steady: { path: "scenarios/steady", interval: "10s" } }, repository: of }),
        { ...others, "executor.repository.token": given },
      );
    };
    const from = { url: https.url, ref: "main", refresh: "5s" };
    try {
      await read(from, token);
      expect(await stack.failingUp()).toMatch(/certificate/i);
      await read({ ...from, ca: https.ca }, "glpat-another");
      expect(await stack.failingUp()).toMatch(/Authentication failed/);
      await read({ ...from, ca: https.ca }, token);
      await stack.up();
      await git.commit({ "scenarios/steady": "#!/bin/sh\necho by-https\n" });
      await eventually(
        60,
        async () => {
          const names = await logs("steady");
          const [first, last] = [names[0], names.at(-1)];
          const text = async (name = "") => (await host.fetch(`/executor/steady/${name}`)).body;
          return (await text(first)) + (await text(last));
        },
        (text) => text.includes("by-https"),
      );
      expect(await host.exec("ps axww -o args; podman inspect podwatch-executor")).not.toContain(token);
      await git.commit({ "scenarios/steady": STEADY });
    } finally {
      await stack.configure(settings(), secrets());
      await stack.up();
      https.dispose();
    }
  },
);

test("what the repository does not have is told, and the jobs of before run on", async () => {
  await stack.configure(
    settings({ jobs: { ...jobs, lost: { path: "scenarios/lost", interval: "10s" } } }),
    secrets(),
  );
  expect(await stack.failingUp()).toMatch(/job lost: scenarios\/lost is not in the source/);
  const runs = await metric("runs_total", "plugin", (value) => value >= 0);
  await eventually(
    20,
    async () => (await query(host, 'sum(podwatch_executor_runs_total{job_name="plugin"})'))[0]?.value ?? 0,
    (value) => value > runs,
  );
});

test("a stop waits for what runs", async () => {
  await stack.configure(
    settings({ jobs: { steady: { path: "scenarios/steady", interval: "10s" } } }),
    secrets(),
  );
  await stack.up();
  const at = "/var/lib/containers/storage/volumes/podwatch-executor/_data";
  await host.exec(`rm -f ${at}/begun ${at}/over; until [ -e ${at}/begun ]; do sleep 0.2; done
    systemctl stop podwatch-executor; test -e ${at}/over`);
  await host.exec("systemctl start podwatch-executor");
});
