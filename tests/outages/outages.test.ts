// Parts of an installation that is spread over hosts are lost: a monitor, the link between it and Grafana, the dashboards host. `make
// outages` writes what was seen into docs/groups.md; each outage takes minutes, so it is no part of `make test`.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Receivers, startReceivers } from "../../lab/receivers/receivers";
import { CHECKOUT, eventually, HERE, LabHost } from "../integration/support/lab";
import { type NodeMirror, nodeMirror } from "../integration/support/nodeMirror";
import { operate, operateJson, type Status } from "../integration/support/operate";
import { connection, Stack } from "../integration/support/stack";
import { Queries } from "./queries";
import { type Outage, table } from "./table";

jest.setTimeout(1_800_000);

const NAMES = ["monitor1", "monitor2", "dashboard1", "services1"] as const;
type Name = (typeof NAMES)[number];
const GROUPS: Readonly<Record<Name, string>> = {
  monitor1: "monitors",
  monitor2: "monitors",
  dashboard1: "dashboards",
  services1: "targets",
};

/** How long a target is down before it is an alert, in seconds. */
const FOR = 15;

/** Between scrapes, in seconds: on a busy machine the answer to one may take a second. */
const INTERVAL = 5;

let hosts: Readonly<Record<Name, LabHost>>;
let receivers: Receivers;
let mirror: NodeMirror;
let stack: Stack;
let operator: Readonly<Record<string, string>>;
let queries: Queries;
const outages: Outage[] = [];

/** `deployment` is a number that every host's services have from it. */
async function configure(deployment: number): Promise<void> {
  const entry = (name: Name) => {
    const { name: _, ...login } = connection("operator", hosts[name]);
    return [name, { ...login, groups: [GROUPS[name]] }];
  };
  const { url, credentials } = receivers;
  await stack.configure(
    {
      hosts: Object.fromEntries(NAMES.map(entry)),
      front: { bind: "0.0.0.0", auth: { users: { operator: { access: "write" } } } },
      firewall: { allowFrom: [HERE] },
      prometheus: {
        scrapeInterval: `${INTERVAL}s`,
        evaluationInterval: "1s",
        externalLabels: { deployment: `${deployment}` },
      },
      nodeExporter: {
        enabled: true,
        release: mirror.release,
        textfileDirectory: `/var/lib/deployment-${deployment}`,
      },
      alerts: { InstanceDown: { for: `${FOR}s` } },
      alertmanager: {
        receivers: { oncall: { webhook: {} } },
        route: { groupWait: "1s", groupInterval: "2s" },
      },
      gateways: { enabled: false },
    },
    {
      "alertmanager.receivers.oncall.webhook.url": `${url}/alertmanager/oncall`,
      "alertmanager.receivers.oncall.webhook.bearerToken": credentials.webhookToken,
    },
  );
}

beforeAll(async () => {
  const booted = await LabHost.bootAll(NAMES.map((name) => `test-out-${name}`));
  hosts = Object.fromEntries(NAMES.map((name, index) => [name, booted[index]])) as typeof hosts;
  [receivers, mirror] = await Promise.all([startReceivers({ bind: HERE }), nodeMirror()]);
  stack = await Stack.create("outages", {});
  await configure(0);
  await stack.up();
  interface Installation {
    readonly logIns: { readonly users: Readonly<Record<string, string>> };
    readonly grafana?: { readonly user: string; readonly password: string };
  }
  const all = await stack.output<Record<string, Installation>>("installations");
  operator = Object.fromEntries(
    Object.entries(all).map(([name, { logIns }]) => [name, `operator:${logIns.users.operator}`]),
  );
  const { user, password } = all.dashboard1?.grafana ?? { user: "", password: "" };
  queries = new Queries(hosts.dashboard1.address, `${user}:${password}`);
  await healthy();
});

afterAll(async () => {
  const { REPORT } = process.env;
  if (REPORT && outages.length > 0) {
    const page = join(CHECKOUT, REPORT);
    writeFileSync(page, table(readFileSync(page, "utf8"), outages));
  }
  mirror?.close();
  await receivers?.stop();
  await stack?.dispose();
  for (const host of Object.values(hosts ?? {})) await host.down();
});

/** Everything is up, as verify finds it. */
async function healthy(): Promise<void> {
  const { code, stdout } = await operate(stack, "verify", "--timeout", "120");
  expect([code, stdout.split("\n").filter((line) => line.startsWith("FAILED"))]).toEqual([0, []]);
}

async function prometheus<T>(name: Name, query: string): Promise<T[]> {
  const path = `/prometheus/api/v1/query?query=${encodeURIComponent(query)}`;
  const script = `curl -sk -m 20 -u '${operator[name]}' 'https://127.0.0.1${path}'`;
  return JSON.parse(await hosts[name].exec(script)).data.result;
}

/** The longest time without a sample of the services host since then, in seconds. */
async function missing(name: Name, since: number): Promise<number> {
  const range = Math.ceil((Date.now() - since) / 1000) + 10;
  const [series] = await prometheus<{ values: Array<[number, string]> }>(
    name,
    `up{job="node",instance="services1"}[${range}s]`,
  );
  const times = (series?.values ?? []).map(([time]) => time);
  const gaps = times.map((time, index) => time - (times[index - 1] ?? time));
  return Math.round(Math.max(0, ...gaps) * 10) / 10;
}

/** What was sent of targets since the last call: `INSTANCE JOB STATUS`, by the monitor whose Alertmanager sent it. */
function alerts(): Record<"monitor1" | "monitor2", string[]> {
  const sent = receivers.messages("alertmanager").flatMap(({ body }) => {
    const { externalURL, alerts } = body as {
      externalURL: string;
      alerts: Array<{ status: string; labels: Record<string, string> }>;
    };
    const from = externalURL.includes(hosts.monitor1.address) ? "monitor1" : "monitor2";
    return alerts
      .filter(({ labels }) => labels.alertname === "InstanceDown")
      .map(({ status, labels }) => ({ from, text: `${labels.job} of ${labels.instance} ${status}` }));
  });
  const of = (name: string) =>
    [...new Set(sent.filter(({ from }) => from === name).map(({ text }) => text))].sort();
  return { monitor1: of("monitor1"), monitor2: of("monitor2") };
}

/** The number of the deployment that is at work on a host. */
async function deployed(name: Name): Promise<number> {
  const script =
    GROUPS[name] === "monitors"
      ? "grep -h deployment: /var/lib/podwatch/services/prometheus/current/files/prometheus.yml"
      : "systemctl cat podwatch-node-exporter.service";
  const [, number] = /deployment\D+(\d+)/.exec(await hosts[name].exec(script)) ?? [];
  return Number(number);
}

let deployment = 0;

interface Losing {
  /** The host that is gone meanwhile. */
  readonly lost?: Name;
  /** Who has to tell of it. */
  readonly tellers: ReadonlyArray<"monitor1" | "monitor2">;
  start(): Promise<unknown>;
  end(): Promise<unknown>;
}

/** Lets something be lost, looks at everything while it is, and after it is back. */
async function outage(
  what: string,
  { lost, tellers, start, end }: Losing,
): Promise<Outage & { readonly up: { readonly hosts: readonly string[] } }> {
  receivers.clear();
  const oldest = await first();
  const begun = Date.now();
  await queries.start();
  await start();
  const down = Date.now();
  deployment += 1;
  await configure(deployment);
  const others = NAMES.filter((name) => name !== lost);
  const up = await operate(stack, "up", "--yes", "--config-file", stack.configFile);
  const upSeconds = (Date.now() - down) / 1000;
  const applied = await Promise.all(others.map(deployed));
  const status = await operateJson<Status>(stack, "status");
  const verify = await operate(stack, "verify", "--timeout", "15");
  const failed = verify.stdout.split("\n").filter((line) => line.startsWith("FAILED"));
  const during = await eventually(
    60,
    async () => alerts(),
    (sent) => tellers.every((name) => sent[name].length > 0),
  );
  const seconds = (Date.now() - down) / 1000;
  await end();
  const back = Date.now();
  const again = await operate(stack, "up", "--yes", "--config-file", stack.configFile);
  await healthy();
  const recovery = (Date.now() - back) / 1000;
  const asked = queries.stop();
  const gaps = {
    monitor1: await missing("monitor1", begun),
    monitor2: await missing("monitor2", begun),
  };
  const after = alerts();
  const seen = {
    what,
    seconds,
    asked,
    during,
    after,
    gaps,
    up: {
      code: up.code,
      seconds: upSeconds,
      hosts: others.filter((_, index) => applied[index] === deployment),
      left: others.filter((_, index) => applied[index] !== deployment),
      told: (up.stdout + up.stderr)
        .split("\n")
        .filter((line) => /error|not reached|does not answer/i.test(line)),
    },
    status: {
      code: status.code,
      unhealthy: status.json.hosts.flatMap(({ name, error }) =>
        error === undefined ? [] : [`${name}: ${error}`],
      ),
    },
    verify: { code: verify.code, failed },
    again: { code: again.code, seconds: recovery, kept: (await first()) <= oldest },
  };
  outages.push(seen);
  if (process.env.SHOW) process.stderr.write(`${JSON.stringify(seen, null, 1)}\n`);
  return seen;
}

/** The time of the first sample that the first monitor has. */
async function first(): Promise<number> {
  const [sample] = await prometheus<{ value: [number, string] }>(
    "monitor1",
    'min_over_time(timestamp(up{job="prometheus"})[2h:1s])',
  );
  return Number(sample?.value[1]);
}

const CUT = "the link between monitor1 and the dashboards host is cut";

test("a monitor is lost", async () => {
  const { monitor1 } = hosts;
  const seen = await outage("monitor1 is lost, as by a loss of power", {
    lost: "monitor1",
    tellers: ["monitor2"],
    start: () => monitor1.crash(),
    end: () => monitor1.start(),
  });
  // The other one has seen and told everything.
  expect(seen.asked["Prometheus (monitor2)"]?.failed).toBe(0);
  expect(seen.asked["Prometheus (monitor1)"]?.failed).toBeGreaterThan(0);
  expect(seen.during).toEqual({
    monitor1: [],
    monitor2: expect.arrayContaining(["node of monitor1 firing"]),
  });
  expect(seen.after.monitor2).toEqual(expect.arrayContaining(["node of monitor1 resolved"]));
  expect(seen.gaps.monitor2).toBeLessThan(4 * INTERVAL);
  expectOthersDeployed(seen);
});

test(CUT, async () => {
  const { monitor1, dashboard1 } = hosts;
  const seen = await outage(CUT, {
    tellers: ["monitor1"],
    start: () =>
      dashboard1.exec(`nft -f - <<'END'
table inet cut {
  chain in { type filter hook prerouting priority -400; ip saddr ${monitor1.address} drop; }
  chain out { type filter hook postrouting priority 400; ip daddr ${monitor1.address} drop; }
}
END`),
    end: () => dashboard1.exec("nft delete table inet cut"),
  });
  expect(seen.asked["Prometheus (monitor2)"]?.failed).toBe(0);
  expect(seen.during).toEqual({
    monitor1: expect.arrayContaining(["node of dashboard1 firing"]),
    monitor2: [],
  });
  expect(Math.max(seen.gaps.monitor1, seen.gaps.monitor2)).toBeLessThan(4 * INTERVAL);
  // Deployments do not go over that link.
  expect(seen.up).toMatchObject({ code: 0, left: [] });
});

test("the dashboards host is lost", async () => {
  const { dashboard1 } = hosts;
  const seen = await outage("the dashboards host is lost, as by a loss of power", {
    lost: "dashboard1",
    tellers: ["monitor1", "monitor2"],
    start: () => dashboard1.crash(),
    end: () => dashboard1.start(),
  });
  const alike = expect.arrayContaining(["node of dashboard1 firing"]);
  expect(seen.during).toEqual({ monitor1: alike, monitor2: alike });
  expect(Math.max(seen.gaps.monitor1, seen.gaps.monitor2)).toBeLessThan(4 * INTERVAL);
  expectOthersDeployed(seen);
});

/** One host down stops only what needs it; what is there afterwards is as if nothing had been. */
function expectOthersDeployed({ up, status, verify, again }: Outage): void {
  expect(up.code).not.toBe(0);
  expect(up.left).toEqual([]);
  expect(status).toMatchObject({ code: 1, unhealthy: [expect.any(String)] });
  expect(verify.code).toBe(1);
  expect(again).toMatchObject({ code: 0, kept: true });
}
