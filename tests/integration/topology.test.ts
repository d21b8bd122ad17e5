// The topology of a region from a stand-in for its database: targets that come and go, downtimes, and all that may come instead of an answer.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FAULTS, Gocdb, type ServiceEntry } from "../../lab/gocdb/gocdb";
import { LAB_CREDENTIALS } from "../../lab/receivers/credentials";
import { type Receivers, startReceivers } from "../../lab/receivers/receivers";
import versions from "../../versions.json";
import { eventually, HERE, LabHost } from "./support/lab";
import { type NameServer, namesAt } from "./support/names";
import { found, query } from "./support/queries";
import { small } from "./support/smallStack";
import { connection, Stack } from "./support/stack";
import { Elsewhere } from "./support/tls";

jest.setTimeout(400_000);

const DATABASE = "gocdb.grid.my-region.net";
const SITE = `ZA-"Ü<b>" & 'x'`;
const INTERVAL = 20;

let host: LabHost;
let stack: Stack;
let authority: Elsewhere;
let database: Gocdb;
let databaseUrl: string;
let names: NameServer;
let web: Server;
let receivers: Receivers;
let robot: ReturnType<Elsewhere["signed"]>;

const files = mkdtempSync(join(tmpdir(), "podwatch-topology-"));
const TOKEN = "token-of-the-topology-0123456789";
const PASSWORD = { "alertmanager.receivers.ops.email.authPassword": LAB_CREDENTIALS.mailPassword };

const at = (name: string) => `${name}@lab.test`;
/** Who is told if nobody at the site is. */
const OPERATOR = LAB_CREDENTIALS.mailbox;

/** A service that answers, or nobody at that port. */
function webdav(id: number, port = (web.address() as AddressInfo).port): ServiceEntry {
  const hostname = `SE${id}.grid.my-region.net`;
  return {
    ...{ id, hostname, serviceType: "webdav", site: SITE, roc: "NGI_ZA", scopes: ["EGI", "wlcg"] },
    endpoints: [`http://${hostname}:${port}/`],
  };
}

const url = (id: number, port = (web.address() as AddressInfo).port) =>
  `http://se${id}.grid.my-region.net:${port}/`;
const target = (id: number, port?: number) => `topology-probe-http/${url(id, port)}`;
const CLOSED = 9;

/** Not watched, but known. */
const many: readonly ServiceEntry[] = Array.from({ length: 2000 }, (_, index) => ({
  id: 10_000 + index,
  hostname: `wn${index}.grid.my-region.net`,
  serviceType: "Site-BDII",
  site: `ZA-${index % 40}`,
  roc: "NGI_ZA",
}));

beforeAll(async () => {
  host = await LabHost.boot("test-topology");
  authority = new Elsewhere("Database");
  const { certificate, key } = authority.signed("gocdb", `DNS:${DATABASE}`);
  database = await Gocdb.start({ address: HERE, certificate, key, clientCa: authority.ca, token: TOKEN });
  databaseUrl = `https://${DATABASE}:${database.port}/gocdbpi`;
  const furtherMailboxes = ["a", "a2", "b", "guard"].map(at);
  receivers = await startReceivers({ bind: HERE, credentials: { ...LAB_CREDENTIALS, furtherMailboxes } });
  robot = authority.signed("robot", "DNS:robot.my-region.net");
  names = await namesAt(HERE, (name) => (name.endsWith(".grid.my-region.net") ? HERE : undefined));
  web = createServer((_, response) => response.end("here\n"));
  await new Promise<void>((resolve) => web.listen(0, HERE, resolve));
  await host.exec(`echo nameserver ${HERE} >/etc/resolv.conf`);
  database.services = [webdav(1), webdav(2), ...many];
  stack = await Stack.create("topology", small({}));
  writeFileSync(join(files, "own.yml"), RULES);
  const contacts = { certificate: robot.certificate, keyFile: robot.keyFile };
  await stack.configure(settings(contacts, {}, { ruleFiles: [join(files, "own.yml")] }), PASSWORD);
  await stack.up();
});

function mail(to: string) {
  return {
    to: [to],
    from: LAB_CREDENTIALS.mailUser,
    authUsername: LAB_CREDENTIALS.mailUser,
    smarthost: receivers.smtp,
    // The mail server's certificate is its own.
    extra: { tls_config: { insecure_skip_verify: true } },
  };
}

function settings(contacts: object | undefined, alertmanager: object = {}, prometheus: object = {}) {
  return small(connection("operator", host), {
    prometheus: { data: "delete", scrapeInterval: "1s", evaluationInterval: "1s", ...prometheus },
    alertmanager: {
      data: "delete",
      route: { groupWait: "1s", groupInterval: "2s" },
      receivers: { ops: { email: mail(OPERATOR) } },
      ...alertmanager,
    },
    blackboxExporter: { enabled: true },
    gateways: { enabled: false },
    topology: {
      url: databaseUrl,
      ca: authority.ca,
      query: { roc: "NGI_ZA" },
      interval: `${INTERVAL}s`,
      data: "delete",
      contacts,
      serviceTypes: { webdav: { probe: { module: "http" } } },
      services: [
        { site: "ZA-TRIAL", serviceType: "webdav", host: "trial.grid.my-region.net", urls: [url(9)] },
      ],
    },
    alerts: { ProbeFailed: { for: "1s" } },
  });
}

afterAll(async () => {
  rmSync(files, { recursive: true });
  await stack?.dispose();
  await host?.down();
  await database?.stop().catch(() => {});
  names?.close();
  web?.close();
  await receivers?.stop();
  authority?.dispose();
});

test("the services of the region are watched, with the labels of the database and of the stack file", async () => {
  const probed = await eventually(
    INTERVAL + 10,
    () => query(host, "probe_success == 1"),
    (samples) => samples.length === 3,
  );
  const labels = probed.map(({ metric: { __name__: _, ...rest } }) => rest);
  const common = { job: "topology-probe-http", module: "http", service_type: "webdav", roc: "NGI_ZA" };
  const own = (id: number) => ({ ...common, instance: url(id), target: url(id) });
  const listed = { ...common, site: SITE, country: "ZA", scope: ",EGI,wlcg,", source: "gocdb" };
  expect(labels.sort((a, b) => ((a.instance ?? "") < (b.instance ?? "") ? -1 : 1))).toEqual([
    { ...listed, ...own(1), hostname: "se1.grid.my-region.net" },
    { ...listed, ...own(2), hostname: "se2.grid.my-region.net" },
    { ...common, ...own(9), site: "ZA-TRIAL", hostname: "trial.grid.my-region.net", source: "stack" },
  ]);
  // Probes and the topology itself are scraped at moments of their own.
  await eventually(
    INTERVAL,
    async () => (await query(host, "count(podwatch_topology_service)"))[0]?.value,
    (services) => services === 2003,
  );
  // In pages, as the documentation has it.
  expect(database.asked.filter((asked) => asked.includes("next_cursor=0"))[0]).toBe(
    "/gocdbpi/public/?method=get_service_endpoint&roc=NGI_ZA&monitored=Y&next_cursor=0",
  );
  const status = await host.exec("podman exec podwatch-topology sh -c 'cat /proc/[0-9]*/status'");
  const peak = Math.max(...[...status.matchAll(/VmHWM:\s+(\d+) kB/g)].map(([, kB]) => Number(kB)));
  console.info(`peak ${peak} kB`);
  expect(peak).toBeGreaterThan(0);
  expect(peak).toBeLessThan(200_000);
});

test("what comes and goes in the database comes and goes as a target, within the interval", async () => {
  database.services = [webdav(2), webdav(3), webdav(4, CLOSED), webdav(5, CLOSED)];
  const begin = Date.now();
  const targets = await eventually(
    INTERVAL,
    () => found(host),
    (all) => all.includes(target(3)) && !all.includes(target(1)),
  );
  const seconds = (Date.now() - begin) / 1000;
  console.info(`A change in the database was one of the targets after ${seconds.toFixed(1)} s.`);
  expect(targets.filter((one) => one.startsWith("topology-"))).toEqual(
    [target(2), target(3), target(4, CLOSED), target(5, CLOSED), target(9)].sort(),
  );
});

interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly status: { readonly state: string };
}

/** By the host of the service: what Alertmanager does with the alert. */
async function alerts(name: string): Promise<Record<string, string>> {
  const { body } = await host.fetch(`/alertmanager/api/v2/alerts?filter=alertname%3D${name}`);
  return Object.fromEntries(
    (JSON.parse(body) as Alert[]).map(({ labels, status }) => [labels.hostname ?? "", status.state]),
  );
}

test("a declared outage keeps back just the alerts of its service, until it ends; a warning none", async () => {
  const before = await eventually(
    20,
    () => alerts("ProbeFailed"),
    (all) => Object.keys(all).length === 2,
  );
  expect(before).toEqual({ "se4.grid.my-region.net": "active", "se5.grid.my-region.net": "active" });
  const now = Math.floor(Date.now() / 1000);
  const declared = {
    classification: "SCHEDULED",
    start: now - 60,
    description: '<b>new</b> "disks"',
  } as const;
  database.downtimes = [
    { ...declared, id: 1, severity: "OUTAGE", end: now + 3600, services: [4] },
    { ...declared, id: 2, severity: "WARNING", end: now + 3600, services: [5] },
    { ...declared, id: 3, severity: "OUTAGE", start: now + 3000, end: now + 3600, services: [5] },
    { ...declared, id: 4, severity: "OUTAGE", end: now - 30, services: [5] },
  ];
  const during = await eventually(
    INTERVAL + 10,
    () => alerts("ProbeFailed"),
    (all) => all["se4.grid.my-region.net"] === "suppressed",
  );
  expect(during).toEqual({ "se4.grid.my-region.net": "suppressed", "se5.grid.my-region.net": "active" });
  const series = await query(host, "podwatch_topology_downtime");
  expect(series.map(({ metric }) => [metric.hostname, metric.severity, metric.url])).toEqual([
    [
      "se4.grid.my-region.net",
      "OUTAGE",
      "https://gocdb.example.org/portal/index.php?Page_Type=Downtime&id=1",
    ],
    [
      "se5.grid.my-region.net",
      "WARNING",
      "https://gocdb.example.org/portal/index.php?Page_Type=Downtime&id=2",
    ],
  ]);
  // It ends by the clock: the database says nothing any more.
  const end = Math.floor(Date.now() / 1000) + INTERVAL + 5;
  database.downtimes = [{ ...declared, id: 1, severity: "OUTAGE", end, services: [4] }];
  const last = 'podwatch_topology_last_success_timestamp_seconds{method="get_downtime"}';
  const asked = database.asked.length;
  await eventually(
    INTERVAL,
    async () => database.asked.slice(asked).filter((one) => /get_downtime.*cursor=1$/.test(one)).length,
    (count) => count > 0,
  );
  database.faults = { get_downtime: "silent" };
  await eventually(
    INTERVAL + 10,
    () => alerts("ProbeFailed"),
    (all) => all["se4.grid.my-region.net"] === "active",
  );
  expect(Date.now() / 1000).toBeGreaterThanOrEqual(end);
  expect((await query(host, last))[0]?.value).toBeLessThan(end);
  database.faults = {};
});

/** By recipient: the hosts of the services that mails of firing alerts name; those of one digit are up but for moments of a busy machine. */
async function mailed(): Promise<Record<string, string[]>> {
  const all: Record<string, Set<string>> = {};
  for (const { to, body } of receivers.messages("email")) {
    if (!body.subject.includes("ProbeFailed") || !body.subject.startsWith("[FIRING")) continue;
    all[to] ??= new Set();
    for (const [name] of body.text.matchAll(/se\d\d(?=\.grid\.my-region\.net)/g)) all[to]?.add(name);
  }
  return Object.fromEntries(Object.entries(all).map(([to, names]) => [to, [...names].sort()]));
}

test("alerts of a site are mailed to its contacts, and those of a site without any to the default receiver", async () => {
  database.downtimes = [];
  const of = (id: number, site: string) => ({ ...webdav(id, CLOSED), site });
  database.services = [webdav(2)];
  database.contacts = [
    { site: SITE, email: at("a") },
    { site: "ZA-B", email: at("b"), role: "Site Operations Manager" },
    { site: "ZA-B", email: at("guard"), role: "Site Security Officer" },
    { site: "ZA-NOBODY", email: "Bcc: x@y.org, z" },
  ];
  await eventually(
    INTERVAL + 20,
    async () => [
      ...(await query(host, "podwatch_topology_contact")),
      ...(await query(host, "ALERTS")).filter(({ metric }) => metric.alertname === "ProbeFailed"),
    ],
    // The other site has no service yet, and the alerts of before are over.
    (found) => found.length === 1 && found[0]?.metric.site === SITE,
  );
  receivers.clear();
  database.services = [webdav(2), of(41, SITE), of(42, SITE), of(51, "ZA-B"), of(61, "ZA-NOBODY")];
  await eventually(
    INTERVAL + 20,
    async () =>
      (await query(host, 'ALERTS{alertname="ProbeFailed", alertstate="firing"}')).map(
        ({ metric }) => metric.contact,
      ),
    (all) => all.length === 4 && all.filter((one) => one === "site").length === 3,
  );
  await eventually(20, mailed, (all) => all[at("b")] !== undefined && all[at("a")]?.length === 2);
  // A rule may say so of all sites; nothing is lost of one without contacts.
  const sums = await eventually(
    20,
    async () => ["Ü", "ZA-B", "ZA-NOBODY"].map((site) => toldOf("SiteIsDown", site)),
    (all) => all.every((told) => told.length > 0),
  );
  expect(sums).toEqual([[at("a")], [at("b")], [OPERATOR]]);
  // Each site's hosts have a digit of their own.
  const sites = (all: Record<string, string[]>) =>
    Object.fromEntries(
      Object.entries(all).map(([to, names]) => [to, [...new Set(names.map((one) => one.slice(0, 3)))]]),
    );
  const includes = (all: Record<string, string[]>, to: string, name: string) =>
    all[to]?.includes(name) ?? false;
  receivers.clear();
  database.services = [webdav(2), of(43, SITE), of(52, "ZA-B"), of(62, "ZA-NOBODY")];
  const told = await eventually(
    INTERVAL + 30,
    mailed,
    (all) =>
      includes(all, at("a"), "se43") && includes(all, at("b"), "se52") && includes(all, OPERATOR, "se62"),
  );
  expect(sites(told)).toEqual({ [at("a")]: ["se4"], [at("b")]: ["se5"], [OPERATOR]: ["se6"] });
  // Another contact, and one that is gone; nothing is deployed.
  database.contacts = [{ site: SITE, email: at("a2") }];
  await eventually(
    INTERVAL + 20,
    () => query(host, 'ALERTS{alertname="ProbeFailed", alertstate="firing", site="ZA-B"}'),
    ([one]) => one !== undefined && one.metric.contact === undefined,
  );
  receivers.clear();
  database.services = [webdav(2), of(44, SITE), of(53, "ZA-B")];
  const later = await eventually(
    INTERVAL + 30,
    mailed,
    (all) => includes(all, at("a2"), "se44") && includes(all, OPERATOR, "se53"),
  );
  expect(sites(later)).toEqual({ [at("a2")]: ["se4"], [OPERATOR]: ["se5"] });
  expect(receivers.refused("email")).toEqual([]);
});

test("a database that does not know who asks tells no contacts, and the last ones stay", async () => {
  const asked = `${databaseUrl}/private/?method=get_site_contacts&roc=NGI_ZA`;
  expect(await host.exec(`curl -s -k -o /dev/null -w '%{http_code}' '${asked}'`)).toBe("403");
  database.knowsNobody = true;
  const refused = 'podwatch_topology_errors_total{method="get_site_contacts", reason="status"}';
  await eventually(
    INTERVAL + 10,
    () => query(host, refused),
    ([count]) => (count?.value ?? 0) > 0,
  );
  const known = await query(host, "podwatch_topology_contact");
  expect(known.map(({ metric }) => metric.site)).toEqual([SITE]);
  database.knowsNobody = false;
  database.services = [webdav(2), webdav(3), webdav(4, CLOSED), webdav(5, CLOSED)];
});

/** Reasons of the errors, as they are counted. */
const REASONS: Readonly<Record<(typeof FAULTS)[number], string>> = {
  "bad-xml": "bad-xml",
  truncated: "bad-xml",
  slow: "timeout",
  silent: "timeout",
  "hang-up": "unreachable",
  "500": "status",
  "log-in-page": "not-gocdb",
  "log-in-xhtml": "not-gocdb",
  redirect: "status",
  empty: "empty",
  oversized: "too-large",
  "wrong-count": "incomplete",
  entities: "bad-xml",
  "same-page": "incomplete",
};

test("whatever comes instead of an answer, the last good topology stays, and the reason is counted", async () => {
  // The same program, which asks all the time.
  await host.exec(`
    cp -rL /var/lib/podwatch/services/topology/current/files /root/impatient
    cd /root/impatient
    sed -i 's/interval=[0-9]*s/interval=3s/; s/9110/9111/' nginx.conf
    sed -i 's/"seconds": [0-9]*/"seconds": 2/; s/_BETWEEN_TRIES = 15/_BETWEEN_TRIES = 60/' update.js
    chmod -R a+rX .
    podman run --quiet --detach --name impatient --network podwatch --read-only --user 101:101 \\
      --volume /root/impatient:/etc/podwatch/current/files:ro --tmpfs /var/lib/topology:mode=1777 --tmpfs /tmp:mode=1777 \\
      ${versions.images.nginx} nginx -c /etc/podwatch/current/files/nginx.conf -g 'daemon off;'`);
  const ask = (path: string) =>
    host.exec(`podman exec podwatch-nginx curl -s -m 10 http://impatient:9111/${path}`);
  const known = async () => (await ask("metrics")).match(/_service\{/g)?.length ?? 0;
  await eventually(20, known, (count) => count === 5);
  const counted = async (reason: string) => {
    const line = `podwatch_topology_errors_total{method="get_service_endpoint",reason="${reason}"} `;
    const text = await ask("metrics");
    return Number(
      text
        .split("\n")
        .find((one) => one.startsWith(line))
        ?.slice(line.length) ?? 0,
    );
  };
  const seen: Record<string, [string, number]> = {};
  for (const fault of FAULTS) {
    const reason = REASONS[fault];
    const before = await counted(reason);
    database.faults = { get_service_endpoint: fault };
    await eventually(
      10,
      () => counted(reason),
      (count) => count > before,
    );
    seen[fault] = [reason, await known()];
  }
  database.faults = {};
  expect(seen).toEqual(Object.fromEntries(FAULTS.map((fault) => [fault, [REASONS[fault], 5]])));
  await host.exec("podman rm -f -t 0 impatient");
});

test("entries that are none are left out, one by one, and counted", async () => {
  const hostile = ["localhost", "podwatch-prometheus", "169.254.169.254", "a b.org", "x.internal"];
  database.services = [
    webdav(2),
    { ...webdav(3), endpoints: ["http://127.0.0.1:9090/", "file:///etc/passwd", url(3)] },
    { ...webdav(3), id: 6, endpoints: [url(6)] },
    { ...webdav(7), site: "a\u202eb" },
    ...hostile.map((hostname, index) => ({ ...webdav(20 + index), hostname })),
  ];
  const targets = await eventually(
    INTERVAL,
    () => found(host),
    (all) => all.includes(target(6)),
  );
  expect(targets.filter((one) => one.startsWith("topology-"))).toEqual(
    [target(2), target(3), target(6), target(9)].sort(),
  );
  const refused = await query(host, "podwatch_topology_refused");
  expect(Object.fromEntries(refused.map(({ metric, value }) => [metric.what, value]))).toEqual({
    duplicate: 1,
    host: 5,
    site: 1,
    url: 2,
  });
});

/** Sums over a site, whose contacts are told if it has any, and over the region. */
const RULES = `groups:
  - name: own
    rules:
      - alert: SiteIsDown
        expr: count by (site) (probe_success{hostname=~"se[4-7][0-9][.].+"} == 0)
        labels: { contact: site }
      - alert: RegionIsDown
        expr: count(probe_success == 0) > 1
`;

/** Who has got a mail about a firing alert of this name. */
function toldOf(name: string, host = ""): string[] {
  const mails = receivers.messages("email").filter(({ body }) => body.subject.startsWith("[FIRING"));
  const about = mails.filter(
    ({ body }) => body.subject.includes(name) && `${body.subject} ${body.text}`.includes(host),
  );
  return [...new Set(about.map(({ to }) => to))].sort();
}

test("by a token contacts are told as by a certificate, and each alert goes where it is said to", async () => {
  database.services = [webdav(2), { ...webdav(45, CLOSED), site: SITE }];
  database.services = [...database.services, { ...webdav(63, CLOSED), site: "ZA-NOBODY" }];
  database.services = [...database.services, { ...webdav(73, CLOSED), site: "ZA-OTHER" }];
  database.contacts = [{ site: SITE, email: at("b") }];
  const routed = {
    receivers: {
      ops: { email: mail(OPERATOR) },
      "of-nobody": { email: { ...mail(at("guard")), authPassword: undefined } },
    },
    route: {
      ...{ receiver: "ops", groupWait: "1s", groupInterval: "2s" },
      // As docs/availability.md has it.
      routes: [
        { matchers: ['site="ZA-NOBODY"'], receiver: "of-nobody", continue: true },
        { matchers: ['site="ZA-NOBODY"'], receiver: "ops" },
      ],
    },
  };
  await stack.configure(
    settings({ receiver: "ops", continue: true }, routed, { ruleFiles: [join(files, "own.yml")] }),
    {
      ...PASSWORD,
      "alertmanager.receivers.of-nobody.email.authPassword": LAB_CREDENTIALS.mailPassword,
      "topology.contacts.bearerToken": TOKEN,
    },
  );
  receivers.clear();
  await stack.up();
  const told = () => ({
    site: toldOf("ProbeFailed", "se45"),
    routed: toldOf("ProbeFailed", "se63"),
    usual: toldOf("ProbeFailed", "se73"),
    sum: toldOf("SiteIsDown"),
    region: toldOf("RegionIsDown"),
  });
  const expected = {
    // With `continue` also where it would go without contacts.
    site: [at("b"), OPERATOR].sort(),
    routed: [at("guard"), OPERATOR].sort(),
    usual: [OPERATOR],
    sum: [at("b"), at("guard"), OPERATOR].sort(),
    region: [OPERATOR],
  };
  await eventually(
    2 * INTERVAL + 30,
    async () => told(),
    (all) =>
      Object.entries(expected).every(([name, who]) =>
        who.every((one) => all[name as keyof typeof all].includes(one)),
      ),
  );
  // Until its new contact is known, a site's former one is told.
  const now = (who: string[]) => who.filter((one) => one !== at("a2"));
  expect({ ...told(), site: now(told().site), sum: now(told().sum) }).toEqual(expected);
  expect(await host.exec(`grep -rlF ${TOKEN} /var/lib/podwatch/services /etc/containers/systemd || :`)).toBe(
    "",
  );
  expect(receivers.refused("email")).toEqual([]);
});

test("without the database, a new start keeps the targets and knows since when", async () => {
  const last = 'podwatch_topology_last_success_timestamp_seconds{method="get_service_endpoint"}';
  const before = await found(host);
  await database.stop();
  const [good] = await query(host, last);
  const times = () => query(host, 'process_start_time_seconds{job="topology"} or up{job="topology"}');
  await host.exec("systemctl restart podwatch-topology.service");
  await eventually(20, times, ([up]) => up?.value === 1);
  const errors = 'podwatch_topology_errors_total{reason="unreachable", method="get_service_endpoint"}';
  await eventually(
    INTERVAL,
    () => query(host, errors),
    ([count]) => (count?.value ?? 0) > 0,
  );
  expect(await found(host)).toEqual(before);
  expect((await query(host, last))[0]?.value).toBeGreaterThanOrEqual(good?.value ?? Number.NaN);
});

test("the topology goes though Alertmanager has its data, and without contacts Alertmanager stays", async () => {
  const alertmanager = async () => (await host.fetch("/alertmanager/-/ready")).status;
  const names = "podman inspect -f '{{range .Mounts}}{{.Name}} {{end}}' podwatch-alertmanager";
  expect(await host.exec(names)).toContain("podwatch-topology");
  const kept = "ls $(podman volume inspect -f '{{.Mountpoint}}' podwatch-topology); podman secret ls";
  expect(await host.exec(kept)).toMatch(/contacts\.tmpl[\s\S]*get_site_contacts[\s\S]*topology-contacts/);
  // Without contacts, all alerts of sites go where those of others do, and nobody's address is kept.
  await stack.configure(settings(undefined), PASSWORD);
  await stack.up();
  expect(await host.exec(names)).not.toContain("podwatch-topology");
  expect(await host.exec(kept)).not.toMatch(/contacts/);
  const routes = await host.exec(
    `podman exec podwatch-alertmanager amtool config routes test --config.file /etc/podwatch/current/files/alertmanager.yml contact=site site=ZA-B`,
  );
  expect(routes).toBe("ops\n");
  expect(await found(host)).toContainEqual(expect.stringMatching(/^topology/));
  const { topology: _, ...rest } = settings(undefined);
  await stack.configure({ ...rest, topology: { enabled: false } }, PASSWORD);
  await stack.up();
  expect(await alertmanager()).toBe(200);
  expect(await host.exec(names)).not.toContain("podwatch-topology");
  expect(
    await host.exec("podman ps -a --format '{{.Names}}'; podman volume ls -q; podman secret ls"),
  ).not.toContain("topology");
  expect(await found(host)).not.toContainEqual(expect.stringMatching(/^topology/));
  expect((await stack.up()).updated).toBeUndefined();
});
