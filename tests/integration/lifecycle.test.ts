import { ENGINE } from "./support/engine";
import { eventually, LabHost } from "./support/lab";
import { promises } from "./support/promises";
import { targets } from "./support/queries";
import { snapshot } from "./support/snapshot";
import { connection, Stack } from "./support/stack";

jest.setTimeout(300_000);

const shows = promises("podman", { reload: "yes", reboot: "yes" });

const CONTAINERS = "podwatch-grafana podwatch-nginx podwatch-prometheus";

describe("the life of a deployment", () => {
  let host: LabHost;
  let stack: Stack;
  let before: string[];
  // Often scraped: to see that it is healthy takes a scrape.
  const prometheus = { scrapeInterval: "2s" };
  const settings = (more: object = {}) => ({
    host: connection("operator", host),
    gateways: { gid: 990 },
    prometheus,
    ...more,
  });

  beforeAll(async () => {
    host = await LabHost.boot("test-lifecycle");
    await host.gateway("start", "deribit");
    before = await snapshot(host);
    stack = await Stack.create("lifecycle", settings());
  });

  afterAll(async () => {
    await stack?.dispose();
    await host?.down();
  });

  const started = () =>
    host.exec(`${ENGINE} inspect -f '{{.Name}} {{.State.StartedAt}} {{.Id}}' ${CONTAINERS}`);

  async function healthy(): Promise<void> {
    const expected = { "prometheus/localhost:9090": 1, "roq-gateways/deribit": 1 };
    await eventually(
      60,
      () => targets(host),
      (found) => JSON.stringify(found) === JSON.stringify(expected),
    );
    await eventually(
      30,
      () => host.fetch("/grafana/api/health"),
      ({ status }) => status === 200,
    );
  }

  test("up makes it healthy", async () => {
    await stack.up();
    await healthy();
  });

  test("a second up changes nothing", async () => {
    const running = await started();
    const { created, updated, deleted } = await stack.up();
    expect({ created, updated, deleted }).toEqual({});
    await stack.preview("--expect-no-changes");
    expect(await started()).toBe(running);
  });

  test("preview shows a changed line without contacting the host", async () => {
    await stack.configure(settings({ gateways: { gid: 990, scrapeInterval: "7s" } }));
    await host.exec("systemctl stop ssh.socket ssh.service");
    try {
      const diff = await stack.preview("--diff");
      expect(diff).toMatch(/^ *- +scrape_interval: 5s$/m);
      expect(diff).toMatch(/^ *\+ +scrape_interval: 7s$/m);
      expect(diff).toMatch(/~ 1 to update/);
    } finally {
      await host.exec("systemctl start ssh.service");
    }
  });

  test("up with the changed line reloads Prometheus and restarts nothing", async () => {
    const running = await started();
    expect(await stack.up()).toMatchObject({ updated: 1 });
    expect(await started()).toBe(running);
    const { yaml } = JSON.parse((await host.fetch("/prometheus/api/v1/status/config")).body).data;
    expect(yaml).toContain("scrape_interval: 7s");
    shows("reload");
  });

  test("everything is healthy again by itself after a reboot", async () => {
    const running = await started();
    await host.reboot();
    await healthy();
    expect(await started()).not.toBe(running);
    const { created, updated, deleted } = await stack.up();
    expect({ created, updated, deleted }).toEqual({});
    shows("reboot");
  });

  test("destroy leaves the host as it was, except for the data that is kept", async () => {
    await stack.destroy();
    expect(await snapshot(host)).toEqual(
      [...before, "volume podwatch-grafana", "volume podwatch-prometheus"].sort(),
    );
  });

  test("kept data is used again, and deleted if the stack says so", async () => {
    await stack.configure(
      settings({ prometheus: { ...prometheus, data: "delete" }, grafana: { data: "delete" } }),
    );
    await stack.up();
    await healthy();
    await stack.destroy();
    expect(await snapshot(host)).toEqual(before);
  });
});
