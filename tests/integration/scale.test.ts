// examples/scale on its machines: two monitors watch the same hosts, their Alertmanagers are a cluster that sends each alert once, and two
// databases have all samples, also while parts of all that are lost.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Receivers, startReceivers } from "../../lab/receivers/receivers";
import { betweenMarkers } from "../markedPage";
import { CHECKOUT, eventually, HERE, LabHost, provideImages } from "./support/lab";
import { nightly } from "./support/nightly";
import { type NodeMirror, nodeMirror } from "./support/nodeMirror";
import { drift, operate } from "./support/operate";
import { connection, merge, Stack, type StackSettings, sectionsIn } from "./support/stack";

jest.setTimeout(600_000);

const NAMES = ["monitor1", "monitor2", "dashboard", "database1", "database2", "services"] as const;
type Name = (typeof NAMES)[number];
type Monitor = "monitor1" | "monitor2";
type Database = "database1" | "database2";
const GOSSIP = 9094;

let hosts: Readonly<Record<Name, LabHost>>;
let receivers: Receivers;
let mirror: NodeMirror;
let stack: Stack;
let operator: Readonly<Record<string, string>>;
let admin: string;
/** What was lost, and what arrived meanwhile. */
const seen: Array<readonly [what: string, raised: string, arrived: string]> = [];
/** What was lost, and how queries went meanwhile. */
const asks: Array<readonly string[]> = [];

/** The example's stack file, on lab hosts, with somebody to tell and alerts that do not keep one waiting. */
function settings(prometheus: object, more: object): StackSettings {
  const { hosts: entries, ...sections } = sectionsIn<{ hosts: Record<Name, object> }>(
    "examples/scale/Pulumi.scale.yaml",
  );
  const placed = NAMES.map((name) => {
    const { name: _, ...login } = connection("operator", hosts[name]);
    return [name, { ...entries[name], sshConfig: false, ...login }];
  });
  return merge(sections, {
    hosts: Object.fromEntries(placed),
    firewall: { allowFrom: [HERE] },
    prometheus: { data: "delete", scrapeInterval: "1s", ...prometheus },
    grafana: { data: "delete" },
    victoriametrics: { data: "delete" },
    alertmanager: { data: "delete", route: { groupWait: "1s", groupInterval: "20s" } },
    alerts: { InstanceDown: { for: "3s" } },
    nodeExporter: { release: mirror.release },
    ...more,
  }) as StackSettings;
}

function configure(prometheus: object, more = {}): Promise<void> {
  const { url, credentials } = receivers;
  return stack.configure(settings(prometheus, more), {
    "alertmanager.receivers.oncall.webhook.url": `${url}/alertmanager/oncall`,
    "alertmanager.receivers.oncall.webhook.bearerToken": credentials.webhookToken,
  });
}

beforeAll(async () => {
  const booted = await LabHost.bootAll(NAMES.map((name) => `test-sc-${name.slice(0, 3)}${name.slice(-1)}`));
  hosts = Object.fromEntries(NAMES.map((name, index) => [name, booted[index]])) as typeof hosts;
  [receivers, mirror] = await Promise.all([
    startReceivers({ bind: HERE }),
    nodeMirror(),
    provideImages("victoriametrics", "vmalert", "vmauth"),
  ]);
  stack = await Stack.create("scale", {});
  await configure({ evaluationInterval: "1s" });
  await stack.up();
  const all =
    await stack.output<
      Record<string, { logIns: { users: { operator: string } }; grafana?: { password: string } }>
    >("installations");
  admin = all.dashboard?.grafana?.password ?? "";
  operator = Object.fromEntries(Object.entries(all).map(([name, one]) => [name, one.logIns.users.operator]));
});

afterAll(async () => {
  const { REPORT } = process.env;
  if (REPORT && seen.length > 0) report();
  mirror?.close();
  await receivers?.stop();
  await stack?.dispose();
  await Promise.all(Object.values(hosts ?? {}).map((host) => host.down()));
});

/** What a service of a host answers at its own front. */
async function asked(name: Monitor | Database, path: string, ...more: string[]): Promise<string> {
  return hosts[name].exec(
    `curl -sk --fail -m 20 -u 'operator:${operator[name]}' ${more.join(" ")} 'https://127.0.0.1${path}'`,
  );
}

async function value(name: Monitor, query: string): Promise<number> {
  const { data } = JSON.parse(
    await asked(name, `/prometheus/api/v1/query?query=${encodeURIComponent(query)}`),
  );
  return Number(data.result[0]?.value[1]);
}

/** A target that both monitors scrape. */
const UP = `up{job="node",instance="services"}`;

/** What the database of a host has. */
async function stored(name: Database, query: string): Promise<number> {
  const path = `/victoriametrics/api/v1/query?query=${encodeURIComponent(query)}`;
  return Number(JSON.parse(await asked(name, path)).data.result[0]?.value[1] ?? 0);
}

/** Uid of the data source that dashboards ask. */
const MAIN = "PBFA97CFB590B2093";

/** Asks Grafana once a second for what its main data source shows; the answers, and how long each took. */
async function shown(expr: string, seconds: number): Promise<Array<{ value: number; took: number }>> {
  const queries = [{ refId: "A", expr, instant: true, datasource: { uid: MAIN } }];
  const body = JSON.stringify({ from: "now-5m", to: "now", queries });
  const lines = await hosts.dashboard.exec(
    `for i in $(seq ${seconds}); do
      { answer=$(curl -sk -m 20 -u 'admin:${admin}' -H 'Content-Type: application/json' -d '${body}' \
        -w ' %{http_code} %{time_total}' https://127.0.0.1/grafana/api/ds/query); echo $answer; } & sleep 1
    done; wait`,
  );
  return lines
    .trim()
    .split("\n")
    .map((line) => {
      const [, answer = "", code = "", took = "0"] = /^(?:(.*) )?(\d+) (\S+)$/.exec(line) ?? [];
      return { value: code === "200" ? valueIn(answer) : Number.NaN, took: Number(took) };
    });
}

function valueIn(answer: string): number {
  if (!answer.startsWith("{")) return Number.NaN;
  return JSON.parse(answer).results?.A?.frames?.[0]?.data.values.at(-1)?.[0] ?? Number.NaN;
}

interface Notification {
  readonly externalURL: string;
  readonly alerts: ReadonlyArray<{ status: string; labels: Readonly<Record<string, string>> }>;
}

/** By whom the failure of the services host's node exporter was told, a name for each message. */
const tellers = (status: string): Monitor[] =>
  receivers.messages("alertmanager").flatMap(({ body }) => {
    const { externalURL, alerts } = body as Notification;
    const told = alerts.some(
      (one) =>
        one.status === status &&
        one.labels.alertname === "InstanceDown" &&
        one.labels.instance === "services",
    );
    return told ? [externalURL.includes(hosts.monitor1.address) ? "monitor1" : "monitor2"] : [];
  });

/** What was told to be down: `JOB of HOST`. */
const down = (): string[] =>
  receivers
    .messages("alertmanager")
    .flatMap(({ body }) => (body as Notification).alerts)
    .filter(({ labels }) => labels.alertname === "InstanceDown")
    .map(({ labels }) => `${labels.job} of ${labels.instance}`);

/**
 * Waits until what was told of the services host before is over for both members. One that waited for the other's word
 * would tell the end of a former failure amid the next one, which would then be told anew.
 */
async function settled(): Promise<void> {
  const former = 'count_over_time(ALERTS{alertname="InstanceDown",instance="services"}[45s])';
  await eventually(
    180,
    () => stored("database2", former),
    (found) => found === 0,
  );
}

/** Lets the services host's node exporter fail; who told it within the time in which the other member would have. */
async function failure(what: string): Promise<Monitor[]> {
  await settled();
  receivers.clear();
  const units = "podwatch-node-exporter.socket podwatch-node-exporter.service";
  await hosts.services.exec(`systemctl stop ${units}`);
  await eventually(
    90,
    async () => tellers("firing"),
    (found) => found.length > 0,
  );
  // The other one waits 15 s for the first one's word.
  await new Promise((resolve) => setTimeout(resolve, 40_000));
  const told = tellers("firing");
  seen.push([what, "1", `${told.length} (${[...new Set(told)].join(", ")})`]);
  await hosts.services.exec(`systemctl start ${units}`);
  await eventually(
    90,
    async () => tellers("resolved"),
    (found) => found.length > 0,
  );
  return told;
}

const members = (name: Monitor, count: number) =>
  eventually(
    60,
    () => value(name, "alertmanager_cluster_members"),
    (found) => found === count,
  );

test("both Alertmanagers are members of one cluster, and each Prometheus tells both", async () => {
  for (const name of ["monitor1", "monitor2"] as const) {
    await members(name, 2);
    await eventually(
      30,
      () => value(name, "prometheus_notifications_alertmanagers_discovered"),
      (found) => found === 2,
    );
  }
  expect((await stack.up()).updated).toBeUndefined();
  expect((await drift(stack)).code).toBe(0);
});

test("an alert that both Prometheus raise arrives once", async () => {
  expect(await failure("nothing")).toHaveLength(1);
});

test("a silence at one holds at the other", async () => {
  const matchers = [{ name: "alertname", value: "Nothing", isRegex: false }];
  const [startsAt, endsAt] = [0, 600_000].map((later) => new Date(Date.now() + later).toISOString());
  const silence = JSON.stringify({ matchers, startsAt, endsAt, createdBy: "test", comment: "by the test" });
  await asked(
    "monitor1",
    "/alertmanager/api/v2/silences",
    "-H 'Content-Type: application/json'",
    `-d '${silence}'`,
  );
  await eventually(
    20,
    () => asked("monitor2", "/alertmanager/api/v2/silences"),
    (found) => found.includes("by the test"),
  );
});

test("the port is open to the other member only, who has to show a certificate", async () => {
  const tries = (host: LabHost) =>
    host.tryExec(`curl -sk -m 5 https://${hosts.monitor1.address}:${GOSSIP}/ || echo $?`);
  expect((await tries(hosts.services)).stdout).toBe("28\n");
  const refused = await hosts.monitor2.tryExec(
    `curl -skv -m 5 https://${hosts.monitor1.address}:${GOSSIP}/ 2>&1`,
  );
  expect(refused.stdout).toMatch(/certificate required|bad certificate/);
});

nightly("no alert is lost with a member, whose loss is told, too", async () => {
  await hosts.monitor1.crash();
  await askWhile("monitor1 is lost", 40);
  expect(down()).toContain("alertmanager of monitor1");
  expect(await stored("database1", `count_over_time(${UP}[30s])`)).toBeGreaterThan(28);
  expect(await failure("monitor1 is lost")).toEqual(["monitor2"]);
  await hosts.monitor1.start();
  expect((await operate(stack, "up", "--yes", "--config-file", stack.configFile)).code).toBe(0);
  await members("monitor1", 2);
});

nightly(
  "while the link between members is cut, an alert arrives at least once, and at most twice",
  async () => {
    await hosts.monitor1.exec(`nft -f - <<'END'
table inet cut {
  chain in { type filter hook prerouting priority -400; ip saddr ${hosts.monitor2.address} drop; }
  chain out { type filter hook postrouting priority 400; ip daddr ${hosts.monitor2.address} drop; }
}
END`);
    await members("monitor1", 1);
    const told = await failure("the link between monitor1 and monitor2 is cut");
    expect([1, 2]).toContain(told.length);
    expect(new Set(told).size).toBe(told.length);
    await hosts.monitor1.exec("nft delete table inet cut");
    await members("monitor1", 2);
    expect(await failure("it is mended")).toHaveLength(1);
  },
);

test("Grafana asks a database first, and each has one of the samples that both Prometheus sent", async () => {
  const { stdout } = await hosts.dashboard.tryExec(
    `curl -sk -u 'admin:${admin}' https://127.0.0.1/grafana/api/datasources`,
  );
  expect(JSON.parse(stdout).map((one: Record<string, string>) => [one.name, one.url, one.isDefault])).toEqual(
    [
      ["Prometheus (monitor1)", `https://${hosts.monitor1.address}:443/prometheus`, false],
      ["Prometheus (monitor2)", `https://${hosts.monitor2.address}:443/prometheus`, false],
      ["VictoriaMetrics", "http://podwatch-vmauth:8427", true],
    ],
  );
  const received = `sum(increase(vm_rows_received_by_storage_total{instance="database1"}[20s]))`;
  for (const name of ["database1", "database2"] as const) {
    await eventually(
      90,
      () => stored(name, `count_over_time(${UP}[20s])`),
      (found) => found >= 19 && found <= 21,
    );
  }
  const sent = await value("monitor1", received);
  const series = await stored("database1", 'count({__name__!=""})');
  // Both Prometheus send all of them each second.
  expect(sent).toBeGreaterThan(1.5 * 20 * series);
  expect((await shown(`count(count_over_time(${UP}[20s]))`, 1)).map(({ value }) => value)).toEqual([1]);
  const { stdout: verified } = await operate(stack, "verify", "--host", "dashboard");
  // Hardly anybody has asked yet, so how long a query takes may not be known.
  expect(verified).toMatch(
    /dashboard VictoriaMetrics: (14 of 14 panels with data|13 of 14 .*without: "Duration of a query")/,
  );
});

test("a database is asked and written by those who may, and deletes nothing for anybody", async () => {
  const code = async (path: string, ...more: string[]) =>
    hosts.database1.exec(
      `curl -sk -o /dev/null -w '%{http_code}' ${more.join(" ")} 'https://127.0.0.1/victoriametrics/${path}'`,
    );
  const login = `-u 'operator:${operator.database1}'`;
  expect(await code("api/v1/query?query=1")).toBe("401");
  expect(await code("api/v1/query?query=1", login)).toBe("200");
  expect(await code("api/v1/write", "-X POST", "-d x")).toBe("401");
  for (const path of ["api/v1/admin/tsdb/delete_series?match[]=up", "snapshot/create", "flags", "vmui/"])
    expect(await code(path, "-g", login)).toBe("404");
});

/** Asks while something is lost; what came of it is a row of the table. */
async function askWhile(what: string, seconds: number): Promise<Array<{ value: number; took: number }>> {
  const answers = await shown(`count(count_over_time(${UP}[5m]))`, seconds);
  const failed = answers.filter(({ value: one }) => one !== 1).length;
  const slowest = Math.max(...answers.map(({ took }) => took));
  asks.push([what, String(answers.length), String(failed), `${slowest.toFixed(1)} s`]);
  return answers;
}

nightly("a database that is lost costs no query, and has all samples once it is back", async () => {
  await askWhile("nothing", 20);
  const begun = Date.now();
  await hosts.database1.crash();
  const answers = await askWhile("database1 is lost", 40);
  expect(answers.filter(({ value: one }) => one !== 1)).toEqual([]);
  await hosts.database1.start();
  expect((await operate(stack, "up", "--yes", "--config-file", stack.configFile)).code).toBe(0);
  const all = `count_over_time(${UP}[40s] @ ${Math.ceil(begun / 1000) + 45})`;
  const had = await stored("database2", all);
  expect(had).toBeGreaterThan(38);
  const back = await eventually(
    120,
    () => stored("database1", all),
    (found) => found >= had,
  );
  asks.push(["it is back: samples of 40 s that it lacks", String(had), String(had - back), ""]);
});

nightly("while the link between Grafana and a database is cut, the other one is asked", async () => {
  await hosts.dashboard.exec(
    `nft -f - <<'END'
table inet cut {
  chain out { type filter hook postrouting priority 400; ip daddr ${hosts.database1.address} drop; }
}
END`,
  );
  const answers = await askWhile("the link between dashboard and database1 is cut", 40);
  await hosts.dashboard.exec("nft delete table inet cut");
  expect(answers.filter(({ value: one }) => one !== 1)).toEqual([]);
});

nightly("as agents, the monitors leave rules to vmalert, and an alert arrives once", async () => {
  await configure({ mode: "agent" }, { vmalert: { evaluationInterval: "1s" } });
  await stack.up();
  expect((await operate(stack, "verify")).stdout).not.toContain("FAILED");
  const told = await failure("every Prometheus is an agent, nothing is lost");
  expect(told).toHaveLength(1);
});

test("destroy leaves nothing, the port is closed", async () => {
  await stack.destroy();
  for (const host of [hosts.monitor1, hosts.monitor2, hosts.database1, hosts.dashboard])
    expect(await host.exec("ls -d /var/lib/podwatch 2>&1 || :; ss -ltn")).not.toMatch(/^\/var|:9094\b/m);
});

/** Writes what was seen into the pages that tell of it. */
function report(): void {
  write("docs/alerting.md", "alertmanagers", [["lost", "alerts raised", "messages that arrived"], ...seen]);
  write("docs/victoriametrics.md", "databases", [["lost", "queries", "failed", "slowest"], ...asks]);
}

function write(page: string, what: string, [head = [], ...rows]: ReadonlyArray<readonly string[]>): void {
  const path = join(CHECKOUT, page);
  const table = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
  const [begin, end] = [`<!-- made by the tests: ${what} -->`, "<!-- end of what the tests made -->"];
  writeFileSync(path, betweenMarkers(readFileSync(path, "utf8"), begin, end, table));
}
