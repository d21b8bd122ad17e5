import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually, LabHost } from "./support/lab";
import { found, query, type Rule, rules, targets } from "./support/queries";
import { connection, Stack } from "./support/stack";

jest.setTimeout(300_000);

/** The promise: a gateway that appears or disappears is noticed within 15 s. */
const NOTICED_WITHIN = 15;

describe("Prometheus on a deployed host", () => {
  let host: LabHost;
  let stack: Stack;
  let settings: Record<string, unknown>;

  beforeAll(async () => {
    host = await LabHost.boot("test-prometheus");
    await host.gateway("start", "deribit");
    settings = {
      host: connection("operator", host),
      gateways: { gid: 990 },
      grafana: { enabled: false },
      prometheus: { evaluationInterval: "2s" },
      alerts: { GatewayDown: { for: "0s" } },
    };
    stack = await Stack.create("prometheus", settings);
    await stack.up();
  });

  afterAll(async () => {
    await stack?.dispose();
    await host?.down();
  });

  const started = () => host.exec("podman inspect -f '{{.State.StartedAt}}' podwatch-prometheus");

  test("scrapes itself and the gateways that have a socket", async () => {
    const expected = { "prometheus/localhost:9090": 1, "roq-gateways/deribit": 1 };
    await eventually(
      30,
      () => targets(host),
      (up) => JSON.stringify(up) === JSON.stringify(expected),
    );
  });

  test("evaluates every shipped rule about what it watches, without an error", async () => {
    const loaded = await eventually(
      30,
      () => rules(host),
      (all) => all.length > 0 && all.every(({ health }) => health === "ok"),
    );
    expect(new Set(loaded.map(({ group }) => group))).toEqual(
      new Set(["watchdog", "instance", "prometheus", "gateways"]),
    );
    expect(loaded.filter(({ lastError }) => lastError !== undefined)).toEqual([]);
    expect(loaded.filter(({ state }) => state === "firing").map(({ name }) => name)).toEqual(["Watchdog"]);
  });

  test("changes one threshold and switches one alert off, by a reload", async () => {
    const before = { rules: await rules(host), started: await started() };
    expect((await host.fetch("/runbooks/InstanceFlapping")).status).toBe(200);
    settings = {
      ...settings,
      alerts: {
        GatewayDown: { for: "0s" },
        ScrapeSlow: { above: 7.5 },
        InstanceFlapping: { enabled: false },
      },
    };
    await stack.configure(settings);
    // The front has a page less.
    expect(await stack.up()).toMatchObject({ updated: 2 });
    const expressions = (all: readonly Rule[]) =>
      Object.fromEntries(all.map(({ name, query }) => [name, query]));
    const { InstanceFlapping, ScrapeSlow, ...others } = expressions(before.rules);
    expect([InstanceFlapping, ScrapeSlow]).not.toContain(undefined);
    const after = await eventually(
      10,
      async () => expressions(await rules(host)),
      (found) => !("InstanceFlapping" in found),
    );
    expect(after).toEqual({ ...others, ScrapeSlow: ScrapeSlow?.replace("> 4", "> 7.5") });
    expect(await started()).toBe(before.started);
    expect((await host.fetch("/runbooks/InstanceFlapping")).status).toBe(404);
    expect((await host.fetch("/runbooks/ScrapeSlow")).body).toMatch(/^# ScrapeSlow\n/);
  });

  test("reads the gateways' own format: repeated TYPE lines and all", async () => {
    const series = await query(host, 'count({job="roq-gateways"})');
    expect(series[0]?.value).toBeGreaterThan(20);
  });

  test("notices gateways that appear and disappear, without any deployment", async () => {
    await host.gateway("start", "coinbase-pro");
    await eventually(
      NOTICED_WITHIN,
      () => targets(host),
      (up) => up["roq-gateways/coinbase-pro"] === 1,
    );
    await host.gateway("stop", "coinbase-pro");
    await eventually(
      NOTICED_WITHIN,
      () => found(host),
      (names) => !names.includes("roq-gateways/coinbase-pro"),
    );
  });

  test("shows a listed gateway that is not there as down", async () => {
    await stack.configure({ ...settings, gateways: { gid: 990, sources: ["deribit", "absent"] } });
    const before = await started();
    expect(await stack.up()).toMatchObject({ updated: 1 });
    expect(await started()).toBe(before);
    await eventually(
      NOTICED_WITHIN,
      () => targets(host),
      (up) => up["roq-gateways/deribit"] === 1 && up["roq-gateways/absent"] === 0,
    );
  });

  test("the alert about it links to a page that the front has", async () => {
    const page = await eventually(
      NOTICED_WITHIN,
      () => linkedPage("GatewayDown"),
      (path) => path !== undefined,
    );
    expect(page).toMatch(/^http:\/\/localhost\/runbooks\/GatewayDown$/);
    const { status, body } = await host.fetch(new URL(String(page)).pathname);
    expect(status).toBe(200);
    expect(body).toMatch(/^# GatewayDown\n/);
  });

  /** The runbook that a firing alert links to. */
  async function linkedPage(name: string): Promise<string | undefined> {
    const { body } = await host.fetch("/prometheus/api/v1/alerts");
    const { alerts } = JSON.parse(body).data as {
      alerts: Array<Record<"labels" | "annotations", Record<string, string>> & { state: string }>;
    };
    const firing = alerts.find(({ labels, state }) => labels.alertname === name && state === "firing");
    return firing?.annotations.runbook_url;
  }

  test("takes retention, labels, jobs and target files from the stack file", async () => {
    const directory = mkdtempSync(join(tmpdir(), "podwatch-targets-"));
    writeFileSync(
      join(directory, "more.json"),
      JSON.stringify([{ targets: ["localhost:9090"], labels: { room: "attic" } }]),
    );
    await stack.configure({
      ...settings,
      prometheus: {
        scrapeInterval: "5s",
        scrapeTimeout: "4s",
        retention: { time: "3d", size: "512MB" },
        externalLabels: { region: "eu" },
        scrapeJobs: [
          {
            name: "again",
            metricsPath: "/prometheus/metrics",
            targets: ["localhost:9090"],
            labels: { team: "core" },
            extra: { honor_labels: true },
          },
        ],
        fileSd: [{ name: "files", files: [join(directory, "*.json")], metricsPath: "/prometheus/metrics" }],
      },
    });
    await stack.up();
    rmSync(directory, { recursive: true });

    const expected = ["again/localhost:9090", "files/localhost:9090"];
    await eventually(
      30,
      () => targets(host),
      (up) => expected.every((target) => up[target] === 1),
    );
    expect((await query(host, 'up{job="again"}'))[0]?.metric.team).toBe("core");
    expect((await query(host, 'up{job="files"}'))[0]?.metric.room).toBe("attic");

    const flags = JSON.parse((await host.fetch("/prometheus/api/v1/status/flags")).body).data;
    expect(flags["storage.tsdb.retention.time"]).toBe("3d");
    expect(flags["storage.tsdb.retention.size"]).toBe("512MiB");
    const { yaml } = JSON.parse((await host.fetch("/prometheus/api/v1/status/config")).body).data;
    expect(yaml).toContain("region: eu");
    expect(yaml).toContain("honor_labels: true");
  });
});
