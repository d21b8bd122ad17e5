// Availability of a region's sites on a deployed monitor: recorded, sent to the history, and summed up there.
// By night there are also the sites of a region that is found in a topology database: one that is up, one that comes and goes, one in an outage.
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { Gocdb } from "../../lab/gocdb/gocdb";
import { eventually, HERE, LabHost } from "./support/lab";
import { type NameServer, namesAt } from "./support/names";
import { isNight, nightly } from "./support/nightly";
import { operate } from "./support/operate";
import { askEveryPanel, draw, emptyQueries, report } from "./support/panels";
import { connection, Stack } from "./support/stack";
import { Elsewhere } from "./support/tls";

jest.setTimeout(900_000);

const { REPORT, PICTURES } = process.env;

let host: LabHost;
let stack: Stack;
let region: Region | undefined;

beforeAll(async () => {
  host = await LabHost.boot("test-availability");
  if (isNight) {
    region = await Region.start();
    await host.exec(`echo nameserver ${HERE} >/etc/resolv.conf`);
  }
  stack = await Stack.create("availability", settings());
  await stack.configure(settings());
  await stack.up();
});

afterAll(async () => {
  await stack?.dispose();
  await host?.down();
  await region?.stop();
});

/** Services of three sites, as the topology database has them. */
class Region {
  private coming: Server | undefined;

  private constructor(
    private readonly database: Gocdb,
    private readonly authority: Elsewhere,
    private readonly steady: Server,
    private readonly port: number,
    private readonly names: NameServer,
  ) {}

  static async start(): Promise<Region> {
    const authority = new Elsewhere("Database");
    const { certificate, key } = authority.signed("gocdb", `DNS:${DATABASE}`);
    const names = await namesAt(HERE, (name) => (name.endsWith(DOMAIN) ? HERE : undefined));
    const database = await Gocdb.start({ address: HERE, certificate, key });
    const [steady, coming] = [await answering(0), await answering(0)];
    const region = new Region(database, authority, steady, portOf(coming), names);
    region.coming = coming;
    const service = (id: number, site: string, serviceType: string, port: number) => ({
      ...{ id, site, serviceType, hostname: `se${id}${DOMAIN}`, roc: "AfricaArabia", scopes: ["EGI"] },
      endpoints: [`http://se${id}${DOMAIN}:${port}/`],
    });
    database.services = [
      service(1, "ZA-WITS-CORE", "webdav", portOf(steady)),
      service(2, "ZA-WITS-CORE", "webdav", portOf(coming)),
      service(3, "ZA-WITS-CORE", "SRM", portOf(steady)),
      service(4, "ZA-CHPC", "webdav", portOf(coming)),
      service(5, "ZA-CHPC", "SRM", portOf(steady)),
      service(6, "ZA-UJ", "webdav", CLOSED),
    ];
    const now = Math.floor(Date.now() / 1000);
    const [start, end] = [now - 3600, now + 7200];
    database.downtimes = [
      { id: 1, severity: "OUTAGE", classification: "SCHEDULED", start, end, services: [6] },
    ];
    return region;
  }

  settings(): object {
    const probe = { probe: { module: "http" } };
    return {
      url: `https://${DATABASE}:${this.database.port}/gocdbpi`,
      ca: this.authority.ca,
      query: { roc: "AfricaArabia" },
      interval: "20s",
      serviceTypes: { webdav: probe, SRM: probe },
    };
  }

  /** What comes and goes goes, and comes back. */
  async lose(): Promise<void> {
    await closed(this.coming);
    this.coming = undefined;
  }

  async bringBack(): Promise<void> {
    this.coming = await answering(this.port);
  }

  async stop(): Promise<void> {
    await this.database.stop();
    await closed(this.steady);
    await closed(this.coming);
    this.names.close();
    this.authority.dispose();
  }
}

/** Names, since a database may not send probes to an address, and NGINX's scripts find none in a certificate. */
const DOMAIN = ".my-region.net";
const DATABASE = `gocdb${DOMAIN}`;

/** Nobody listens there. */
const CLOSED = 9;

async function answering(port: number): Promise<Server> {
  const server = createServer((_, response) => response.setHeader("connection", "close").end("here\n"));
  await new Promise<void>((resolve) => server.listen(port, HERE, resolve));
  return server;
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

async function closed(server: Server | undefined): Promise<void> {
  if (server !== undefined) await new Promise((resolve) => server.close(resolve));
}

const target = (site: string, name: string, url: string) => ({
  name,
  target: url,
  labels: { site, service_type: "web", hostname: name },
});

function settings(prometheus: object = {}, availability: object = {}) {
  return {
    host: connection("operator", host),
    prometheus: { scrapeInterval: "5s", externalLabels: { host: "monitor" }, ...prometheus },
    alertmanager: { enabled: false },
    // Months, which its dashboards show, are for the night.
    grafana: { enabled: isNight },
    nodeExporter: { enabled: false },
    blackboxExporter: {
      targets: [
        target("SITE-A", "a1", "http://podwatch-nginx:8080/"),
        target("SITE-B", "b1", "http://127.0.0.1:9/"),
      ],
    },
    ...(region === undefined ? {} : { topology: region.settings() }),
    availability: { enabled: true, region: "AfricaArabia", ...availability },
  };
}

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: [number, string];
  /** Of a range. */
  readonly values?: ReadonlyArray<[number, string]>;
}

async function ask(base: string, expr: string): Promise<readonly Series[]> {
  const { status, body } = await host.fetch(`${base}/api/v1/query?query=${encodeURIComponent(expr)}`);
  if (status !== 200) return [];
  return (JSON.parse(body) as { data: { result: Series[] } }).data.result;
}

/** The values of a query, by site. */
async function bySite(base: string, expr: string): Promise<Record<string, number>> {
  const series = await ask(base, expr);
  return Object.fromEntries(series.map(({ metric, value }) => [metric.site ?? "", Number(value[1])]));
}

const MAIN = "/prometheus";
const HISTORY = "/prometheus-history";

/** When the state of a site was recorded, in whole seconds. */
async function times(base: string): Promise<number[]> {
  const [series] = await ask(base, 'availability:site_state{site="SITE-A"}[1h]');
  return (series?.values ?? []).map(([time]) => Math.round(time));
}

/** The longest time without a sample since then, in seconds. */
function gap(all: readonly number[], since: number): number {
  const recorded = all.filter((time) => time >= since);
  return Math.max(...recorded.slice(1).map((time, index) => time - (recorded[index] ?? time)));
}

const has = (time: number | undefined) => (all: readonly number[]) =>
  time !== undefined && all.includes(time);

/** Those of the stack file. */
const OURS = 'site=~"SITE-.+"';
const SITES = { "SITE-A": 1, "SITE-B": 0 };

test("days are recorded, and known to the history without labels of the sender", async () => {
  const day = `availability:site_availability:day{${OURS}}`;
  await eventually(
    180,
    () => bySite("/prometheus", day),
    (found) => Object.keys(found).length === 2,
  );
  expect(await bySite("/prometheus", `availability:site_state{${OURS}}`)).toEqual(SITES);
  await eventually(
    120,
    () => bySite("/prometheus-history", `availability:site_state{host="", ${OURS}}`),
    (found) => Object.keys(found).length === 2,
  );
  expect(await bySite("/prometheus-history", "up")).toEqual({});
});

nightly("months come back from the history, as if they had been recorded here", async () => {
  const month = `availability:site_availability:month{job="", instance="", ${OURS}}`;
  await eventually(
    400,
    () => bySite("/prometheus", month),
    (found) => Object.keys(found).length === 2,
  );
  // The first minutes may be unknown or down while the deployment goes on.
  expect((await bySite("/prometheus", month))["SITE-B"]).toBe(0);
  expect(
    Object.keys(await bySite("/prometheus", `availability:site_availability_target{${OURS}}`)).sort(),
  ).toEqual(["SITE-A", "SITE-B"]);
});

nightly(
  "sites of the topology have all states: up, down while a service does not answer, scheduled in a declared outage",
  async () => {
    const states = () => bySite(MAIN, 'availability:site_state{site=~"ZA-.+"}');
    const steady = { "ZA-WITS-CORE": 1, "ZA-UJ": 2 };
    const all = (chpc: number) => (found: Record<string, number>) =>
      isDeepStrictEqual(found, { ...steady, "ZA-CHPC": chpc });
    await eventually(180, states, all(1));
    await region?.lose();
    // Another endpoint of the same type is up at the one site, none at the other.
    await eventually(180, states, all(0));
    await region?.bringBack();
    await eventually(180, states, all(1));
  },
);

nightly("every query of every panel of its dashboards returns data, through Grafana", async () => {
  const installations =
    await stack.output<Record<string, { grafana: { user: string; password: string } }>>("installations");
  const { user, password } = installations["test-availability"]?.grafana ?? { user: "", password: "" };
  const boards = ["podwatch-region", "podwatch-site"];
  const ours = (uid: string) => boards.includes(uid);
  const answers = await askEveryPanel(host, `${user}:${password}`, "now-15m", ours);
  expect(new Set(answers.map(({ dashboard }) => dashboard)).size).toBe(boards.length);
  // Nothing was watched then; tests/rules/availability.test.ts has data for these.
  const known = emptyQueries(answers).filter((name) => !/, (day|month) before/.test(name));
  // In an outage since it is watched, that site was never to be up: reliability is of no time.
  expect(known).toEqual(["Site / Reliability, day [ZA-UJ]", "Site / Reliability, month [ZA-UJ]"]);
  if (REPORT) report(REPORT, answers);
  if (PICTURES) await draw(stack, PICTURES, "now-15m", ["Region", "Site"]);
});

describe("the history", () => {
  let directory: string;
  let oldest: number | undefined;
  const running = async () => (await host.exec("podman ps --format '{{.Names}}'")).includes(HISTORY.slice(1));
  const ready = async () => (await host.fetch(`${HISTORY}/-/ready`)).status;
  const months = async () => (await host.fetch(`${MAIN}/api/v1/rules`)).body.includes("availability-months");

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "podwatch-history-"));
    [oldest] = await eventually(
      120,
      () => times(HISTORY),
      (all) => all.length > 0,
    );
  });

  afterAll(() => rm(directory, { recursive: true, force: true }));

  test("is part of backups, and comes back from one", async () => {
    const where = join(directory, "backup");
    const here = ["--service", "prometheus-history"];
    expect(await operate(stack, "backup", "--to", where, ...here)).toHaveExited(0);
    await host.exec(`
      systemctl stop podwatch-prometheus-history
      rm -rf "$(podman volume inspect -f '{{.Mountpoint}}' podwatch-prometheus-history)"/*
      systemctl start podwatch-prometheus-history`);
    await eventually(60, ready, (status) => status === 200);
    expect(has(oldest)(await times(HISTORY))).toBe(false);
    const restored = await operate(stack, "restore", "--from", where, "--force", ...here);
    expect(restored).toHaveExited(0);
    expect(restored.stdout).toBe("host test-availability: restored prometheus-history\n");
    await eventually(60, () => times(HISTORY), has(oldest));
  });

  test("that is switched off is removed, its data stay, and months are summed up by the first Prometheus", async () => {
    expect(await months()).toBe(false);
    await stack.configure(settings({ retention: { time: "63d" } }, { history: { enabled: false } }));
    await stack.up();
    expect(await running()).toBe(false);
    expect(await ready()).not.toBe(200);
    expect(await months()).toBe(true);
    await stack.configure(settings());
    await stack.up();
    expect(await months()).toBe(false);
    await eventually(60, () => times(HISTORY), has(oldest));
  });

  nightly("that is away gets what was recorded meanwhile, once it is back", async () => {
    await host.exec("systemctl stop podwatch-prometheus-history");
    const begin = Math.floor(Date.now() / 1000);
    await new Promise((resolve) => setTimeout(resolve, 130_000));
    // Nothing is changed, so nothing is applied: `repair` starts it.
    await stack.up();
    expect(await running()).toBe(false);
    expect(await operate(stack, "repair")).toHaveExited(0);
    const back = Math.floor(Date.now() / 1000);
    await eventually(
      120,
      () => times(HISTORY),
      (all) => all.some((time) => time > back),
    );
    const recorded = await times(HISTORY);
    expect(recorded.filter((time) => begin < time && time < back).length).toBeGreaterThanOrEqual(2);
    expect(gap(recorded, begin - 70)).toBe(60);
  });

  nightly("has the gap of the first Prometheus, and goes on with it", async () => {
    await host.exec("systemctl stop podwatch-prometheus");
    const begin = Math.floor(Date.now() / 1000);
    await new Promise((resolve) => setTimeout(resolve, 130_000));
    await host.exec("systemctl start podwatch-prometheus");
    const back = Math.floor(Date.now() / 1000);
    for (const base of [MAIN, HISTORY]) {
      await eventually(
        180,
        () => times(base),
        (all) => all.filter((time) => time > back).length >= 2,
      );
      expect(gap(await times(base), begin - 70)).toBeGreaterThanOrEqual(120);
    }
  });
});

test("nobody can send to the history through the front", async () => {
  const { status } = await host.fetch("/prometheus-history/api/v1/write");
  expect(status).toBe(403);
});
