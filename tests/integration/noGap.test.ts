import { setTimeout as sleep } from "node:timers/promises";
import { ENGINE, RUNNING } from "./support/engine";
import { faultTest } from "./support/faults";
import { eventually, LabHost } from "./support/lab";
import { type LoadReport, startLoad } from "./support/load";
import { query, targets } from "./support/queries";
import { connection, Stack } from "./support/stack";

jest.setTimeout(600_000);

/** How many reloads in a row, 6 s each; set the variable to 20 for a long run. */
const CHANGES = Number(process.env.NO_GAP_CHANGES ?? 3);

/** Requests a second: a long run has a machine for itself. */
const RATE = process.env.NO_GAP_CHANGES ? 1000 : 300;

/** How much longer than usual the time between two scrapes may be; twice as long is a missed one, or a late one beside other tests. */
const LATE = process.env.NO_GAP_CHANGES ? 1.8 : 2.5;

/** How many reloads at a given moment may fail to meet it. */
const RELOADS = process.env.NO_GAP_CHANGES ? 1 : 3;

/** Seconds between two scrapes of a gateway. */
const SCRAPE = 2;

const METRICS = "/roq/service/deribit/metrics";

describe("changes under a steady load", () => {
  let host: LabHost;
  let stack: Stack;
  const settings = (
    more: { prometheus?: object; gateways?: object; grafana?: object; front?: object } = {},
  ) => ({
    host: connection("operator", host),
    ...more,
    front: { bind: "0.0.0.0", insecure: "a test", tls: false, ...more.front },
    gateways: { gid: 990, scrapeInterval: `${SCRAPE}s`, ...more.gateways },
  });

  beforeAll(async () => {
    host = await LabHost.boot("test-no-gap");
    await host.gateway("start", "deribit", "bybit");
    stack = await Stack.create("no-gap", settings());
    await stack.up();
    await eventually(
      60,
      () => targets(host),
      (found) => Object.keys(found).length === 3 && Object.values(found).every((up) => up === 1),
    );
  });

  afterAll(async () => {
    await stack?.dispose();
    await host?.down();
  });

  const load = (...paths: string[]) =>
    startLoad({ origin: `http://${host.address}`, paths, rate: RATE, atMost: 400 });

  /** What is there of each container, by name: another line means that it was started again. */
  async function started(): Promise<Record<string, string>> {
    const lines = await host.exec(RUNNING);
    return Object.fromEntries(
      lines
        .trim()
        .split("\n")
        .map((line) => line.split("=") as [string, string]),
    );
  }

  function expectNoFailure(report: LoadReport): void {
    const rate = Math.round(report.requests / report.seconds);
    console.info(`${report.requests} requests, ${rate}/s, slowest ${report.slowest} ms`);
    expect(report.failures).toEqual({});
    expect(rate).toBeGreaterThan(RATE / 10);
    expect(report.onKeptConnections).toBeGreaterThan(report.requests / 4);
  }

  /** When a gateway was scraped in the last seconds, in seconds, and what came of it. */
  async function scrapes(instance: string, seconds: number): Promise<Array<[time: number, up: string]>> {
    const selector = `up{job="roq-gateways",instance="${instance}"}[${seconds}s]`;
    const { body } = await host.fetch(`/prometheus/api/v1/query?query=${encodeURIComponent(selector)}`);
    const { data } = JSON.parse(body) as {
      data: { result: Array<{ values: Array<[time: number, up: string]> }> };
    };
    expect(data.result).toHaveLength(1);
    return data.result[0]?.values ?? [];
  }

  function longestGap(values: Array<[time: number, up: string]>): number {
    return Math.max(...values.slice(1).map(([time], index) => time - (values[index]?.[0] ?? 0)));
  }

  /** Every scrape of a gateway in the last seconds took place in its time and brought something. */
  async function expectNoMissedScrape(instance: string, seconds: number): Promise<void> {
    const values = await scrapes(instance, seconds);
    expect(values.filter(([, up]) => up !== "1")).toEqual([]);
    expect(values.length).toBeGreaterThanOrEqual(Math.floor(seconds / SCRAPE) - 1);
    expect(longestGap(values)).toBeLessThan(LATE * SCRAPE);
    const selector = `{job="roq-gateways",instance="${instance}"}[${seconds}s]`;
    const [scraped] = await query(host, `min_over_time(scrape_samples_scraped${selector})`);
    expect(scraped?.value).toBeGreaterThan(0);
  }

  faultTest(
    `${CHANGES} changes in a row under load`,
    "no request fails, no scrape is missed, nothing restarts",
    async () => {
      const before = await started();
      const begin = Date.now();
      const running = load("/", "/prometheus/-/ready", METRICS);
      for (let change = 1; change <= CHANGES; change++) {
        await stack.configure(
          settings({
            prometheus: { scrapeInterval: `${10 + change}s` },
            gateways: { sources: change % 2 === 0 ? "auto" : ["bybit", "deribit"] },
          }),
        );
        expect((await stack.up()).updated).toBeGreaterThanOrEqual(1);
      }
      expectNoFailure(await running.stop());
      expect(await started()).toEqual(before);
      const seconds = Math.floor((Date.now() - begin) / 1000);
      await expectNoMissedScrape("deribit", seconds);
      await expectNoMissedScrape("bybit", seconds);
      const resets = await query(host, `resets(prometheus_tsdb_head_samples_appended_total[${seconds}s])`);
      expect(resets.map(({ value }) => value).filter((value) => value !== 0)).toEqual([]);
    },
  );

  // Prometheus scrapes each target at fixed turns. Stopped over the first one it is late for good, and a reload between the
  // turn and the late scrape would pass the target over once.
  describe("a scrape that is late", () => {
    const change = (limit: number) =>
      host.exec(`cd /var/lib/podwatch/services/prometheus/current/files
        sed -i -e '/sample_limit/d' -e 's/job_name: roq-gateways/&\\n    sample_limit: ${limit}/' prometheus.yml`);
    const lastScrape = async () => (await scrapes("deribit", 10)).at(-1)?.[0] ?? Number.NaN;

    async function untilTurn(turn: number, offset: number): Promise<void> {
      const wait = (turn + offset - Date.now() / 1000) % SCRAPE;
      await sleep((wait < 0.2 ? wait + SCRAPE : wait) * 1000);
    }

    /** Has Prometheus begin with its targets anew. */
    async function restartScrapes(pid: string): Promise<void> {
      await change(1_000_001 + (Date.now() % 1000));
      await host.exec(`kill -HUP ${pid}`);
    }

    /** Makes it late by a part of what a reload has regard to; gives its turn, and by how much it is late. */
    async function makeLate(pid: string): Promise<{ turn: number; late: number }> {
      await restartScrapes(pid);
      await sleep(2 * SCRAPE * 1000);
      const turn = (await lastScrape()) % SCRAPE;
      await untilTurn(turn, -0.9);
      await restartScrapes(pid);
      await untilTurn(turn, -0.1);
      await host.exec(`kill -STOP ${pid}; sleep 0.2; kill -CONT ${pid}`);
      await sleep(2 * SCRAPE * 1000);
      return { turn, late: ((await lastScrape()) - turn) % SCRAPE };
    }

    /** Has a reload begin at the turn; gives the longest time between two scrapes around it. */
    async function reloadAtTurn(pid: string): Promise<number> {
      // Beside other tests the turn may have been met late, or missed.
      const { turn } = await eventually(
        120,
        () => makeLate(pid),
        ({ late }) => late > 0.05 && late < 0.2,
      );
      const before = await lastScrape();
      await change(1_000_000);
      await untilTurn(turn, -0.06);
      await host.exec(
        `${ENGINE} exec -i podwatch-prometheus /bin/sh -s </var/lib/podwatch/services/prometheus/current/hooks/reload`,
      );
      await sleep(2 * SCRAPE * 1000);
      return longestGap(await scrapes("deribit", Math.ceil(Date.now() / 1000 - before) + SCRAPE));
    }

    faultTest("a reload while a late scrape is due", "it waits, and no scrape is missed", async () => {
      const pid = (await host.exec(`${ENGINE} inspect --format '{{.State.Pid}}' podwatch-prometheus`)).trim();
      // Beside other tests a reload may be late, too.
      const gaps = [];
      do gaps.push(await reloadAtTurn(pid));
      while (Math.min(...gaps) > 1.8 * SCRAPE && gaps.length < RELOADS);
      expect(Math.min(...gaps)).toBeLessThan(1.8 * SCRAPE);
    });
  });

  // A connection that NGINX closes while a request is on its way to it is rare: so there are many reloads.
  faultTest("reloads of NGINX under load", "no connection is closed during a request", async () => {
    const workers = () =>
      host.exec(`ps -o pid= --ppid $(${ENGINE} inspect -f '{{.State.Pid}}' podwatch-nginx)`);
    const before = await workers();
    const running = load("/");
    await host.exec(
      `for n in 1 2 3 4 5 6 7 8 9 10 11 12; do ${ENGINE} kill -s HUP podwatch-nginx; sleep 0.3; done`,
    );
    expectNoFailure(await running.stop());
    expect(await workers()).not.toBe(before);
  });

  faultTest(
    "a change that needs a restart, under load",
    "only it restarts, once; the front keeps serving the rest",
    async () => {
      const before = await started();
      const starts = () => host.exec("journalctl -o cat -u podwatch-prometheus | grep -c '^Started '");
      const startsBefore = Number(await starts());
      const running = load("/", METRICS);
      // Prometheus' flags change, and NGINX' start page.
      await stack.configure(
        settings({ prometheus: { retention: { time: "10d" } }, grafana: { enabled: false } }),
      );
      await stack.up();
      expectNoFailure(await running.stop());
      expect((await host.fetch("/")).body).not.toContain("/grafana/");
      const after = await started();
      expect(Object.keys(after).sort()).toEqual(["podwatch-nginx", "podwatch-prometheus"]);
      expect(after["podwatch-nginx"]).toBe(before["podwatch-nginx"]);
      expect(after["podwatch-prometheus"]).not.toBe(before["podwatch-prometheus"]);
      expect(Number(await starts())).toBe(startsBefore + 1);
    },
  );
});
