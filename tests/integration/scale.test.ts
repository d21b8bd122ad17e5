// examples/scale on its machines: two monitors watch the same hosts, and their Alertmanagers are a cluster that sends each alert once,
// also while parts of it are lost.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Receivers, startReceivers } from "../../lab/receivers/receivers";
import { betweenMarkers } from "../markedPage";
import { CHECKOUT, eventually, HERE, LabHost } from "./support/lab";
import { nightly } from "./support/nightly";
import { type NodeMirror, nodeMirror } from "./support/nodeMirror";
import { drift, operate } from "./support/operate";
import { connection, merge, Stack, type StackSettings, sectionsIn } from "./support/stack";

jest.setTimeout(600_000);

const NAMES = ["monitor1", "monitor2", "dashboard", "services"] as const;
type Name = (typeof NAMES)[number];
type Monitor = "monitor1" | "monitor2";
const GOSSIP = 9094;

let hosts: Readonly<Record<Name, LabHost>>;
let receivers: Receivers;
let mirror: NodeMirror;
let stack: Stack;
let operator: Readonly<Record<string, string>>;
/** What was lost, and what arrived meanwhile. */
const seen: Array<readonly [what: string, raised: string, arrived: string]> = [];

/** The example's stack file, on lab hosts, with somebody to tell and alerts that do not keep one waiting. */
function settings(): StackSettings {
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
    prometheus: { data: "delete", scrapeInterval: "1s", evaluationInterval: "1s" },
    grafana: { data: "delete" },
    alertmanager: { data: "delete", route: { groupWait: "1s", groupInterval: "20s" } },
    alerts: { InstanceDown: { for: "3s" } },
    nodeExporter: { release: mirror.release },
  }) as StackSettings;
}

beforeAll(async () => {
  const booted = await LabHost.bootAll(NAMES.map((name) => `test-sc-${name.slice(0, 3)}${name.slice(-1)}`));
  hosts = Object.fromEntries(NAMES.map((name, index) => [name, booted[index]])) as typeof hosts;
  [receivers, mirror] = await Promise.all([startReceivers({ bind: HERE }), nodeMirror()]);
  stack = await Stack.create("scale", {});
  const { url, credentials } = receivers;
  await stack.configure(settings(), {
    "alertmanager.receivers.oncall.webhook.url": `${url}/alertmanager/oncall`,
    "alertmanager.receivers.oncall.webhook.bearerToken": credentials.webhookToken,
  });
  await stack.up();
  const all =
    await stack.output<Record<string, { logIns: { users: { operator: string } } }>>("installations");
  operator = Object.fromEntries(Object.entries(all).map(([name, one]) => [name, one.logIns.users.operator]));
});

afterAll(async () => {
  const { REPORT } = process.env;
  if (REPORT && seen.length > 0) report(join(CHECKOUT, REPORT));
  mirror?.close();
  await receivers?.stop();
  await stack?.dispose();
  await Promise.all(Object.values(hosts ?? {}).map((host) => host.down()));
});

/** What a monitor's service answers at its own front. */
async function asked(name: Monitor, path: string, ...more: string[]): Promise<string> {
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

/** Lets the services host's node exporter fail; who told it within the time in which the other member would have. */
async function failure(what: string): Promise<Monitor[]> {
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
  expect(await failure("monitor1 is lost")).toEqual(["monitor2"]);
  expect(down()).toContain("alertmanager of monitor1");
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

test("destroy leaves nothing, the port is closed", async () => {
  await stack.destroy();
  for (const host of [hosts.monitor1, hosts.monitor2])
    expect(await host.exec("ls -d /var/lib/podwatch 2>&1 || :; ss -ltn")).not.toMatch(/^\/var|:9094\b/m);
});

function report(page: string): void {
  const rows = [["lost", "alerts raised", "messages that arrived"], ["---", "---", "---"], ...seen];
  const table = rows.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
  const [begin, end] = ["<!-- made by the tests: alertmanagers -->", "<!-- end of what the tests made -->"];
  writeFileSync(page, betweenMarkers(readFileSync(page, "utf8"), begin, end, table));
}
