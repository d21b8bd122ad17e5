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
    front: { bind: "0.0.0.0", ...more.front },
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
    const lines = await host.exec("podman ps --format '{{.Names}}={{.ID}} {{.StartedAt}}'");
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

  /** Every scrape of a gateway in the last seconds took place in its time and brought something. */
  async function expectNoMissedScrape(instance: string, seconds: number): Promise<void> {
    const selector = `{job="roq-gateways",instance="${instance}"}[${seconds}s]`;
    const path = `/prometheus/api/v1/query?query=${encodeURIComponent(`up${selector}`)}`;
    const { data } = JSON.parse((await host.fetch(path)).body) as {
      data: { result: Array<{ values: Array<[time: number, up: string]> }> };
    };
    expect(data.result).toHaveLength(1);
    const values = data.result[0]?.values ?? [];
    expect(values.filter(([, up]) => up !== "1")).toEqual([]);
    expect(values.length).toBeGreaterThanOrEqual(Math.floor(seconds / SCRAPE) - 1);
    const times = values.map(([time]) => time);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(LATE * SCRAPE);
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

  // A connection that NGINX closes while a request is on its way to it is rare: so there are many reloads.
  faultTest("reloads of NGINX under load", "no connection is closed under a request", async () => {
    const workers = () => host.exec("podman top podwatch-nginx pid comm | sort");
    const before = await workers();
    const running = load("/");
    await host.exec(
      "for n in 1 2 3 4 5 6 7 8 9 10 11 12; do podman kill -s HUP podwatch-nginx; sleep 0.3; done",
    );
    expectNoFailure(await running.stop());
    expect(await workers()).not.toBe(before);
  });

  faultTest(
    "a change that needs a restart, under load",
    "it restarts alone and once; the front serves all that goes on",
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
