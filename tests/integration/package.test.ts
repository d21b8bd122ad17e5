// A Pulumi program of somebody else's, which composes a host by hand from the package's components.
import { join } from "node:path";
import { CHECKOUT, eventually, LabHost } from "./support/lab";
import { Program } from "./support/program";
import { targets } from "./support/queries";
import { snapshot } from "./support/snapshot";

jest.setTimeout(300_000);

describe("a host composed by hand", () => {
  let host: LabHost;
  let program: Program;
  let before: string[];

  /** @param retention of Prometheus */
  const text = (retention: string) => `
    const { RandomPassword } = require("@pulumi/random");
    const podwatch = require("podwatch");
    const password = new RandomPassword("password", { length: 20, special: false });
    const host = new podwatch.Host("h", {
      address: ${JSON.stringify(host.address)},
      hostKey: ${JSON.stringify(host.hostKey)},
      user: "operator",
      privateKeyFile: ${JSON.stringify(join(CHECKOUT, ".lab/ssh/id_ed25519"))},
      front: { port: 8080 },
    });
    const network = new podwatch.PodNetwork("n", { host });
    const alertmanager = new podwatch.Alertmanager("a", { host, network, data: "delete" });
    const prometheus = new podwatch.Prometheus("p", {
      host,
      network,
      data: "delete",
      scrapeInterval: "2s",
      retention: { time: ${JSON.stringify(retention)} },
      scrapeJobs: [{ name: "front", targets: ["podwatch-nginx:8081"], metricsPath: "/roq/service/deribit/metrics" }],
    });
    const grafana = new podwatch.Grafana("g", { host, network, data: "delete", adminPassword: password.result });
    new podwatch.NginxBridge("b", {
      host,
      network,
      gateways: { gid: 990 },
      backends: [prometheus.backend, grafana.backend, alertmanager.backend],
    });
    exports.password = grafana.adminPassword;
  `;

  beforeAll(async () => {
    host = await LabHost.boot("test-package");
    await host.gateway("start", "deribit");
    before = await snapshot(host);
    program = await Program.create(text("15d"));
  });

  afterAll(async () => {
    await program?.dispose();
    await host?.down();
  });

  test("is refused as a whole, before anything is changed there", async () => {
    await program.write(text("15 days"));
    const { code, stdout } = await program.tryUp();
    expect(code).not.toBe(0);
    expect(stdout).toMatch(
      /Prometheus p has one problem; no host was touched:\s+retention\.time: "15 days" is not a duration; write /,
    );
    expect(stdout).not.toMatch(/still active|at .*\.js:\d+/);
    expect(await snapshot(host)).toEqual(before);
  });

  test("has components that the CLI knows from the package's schema", async () => {
    const { resources, types } = await program.schema();
    const names = ["Host", "PodNetwork", "Prometheus", "Grafana", "NginxBridge", "MonitoringStack"];
    expect(Object.keys(resources)).toEqual(
      expect.arrayContaining(names.map((name) => `podwatch:index:${name}`)),
    );
    expect(Object.keys(types)).toContain("podwatch:index:ScrapeJob");
  });

  test("is deployed with its services wired, and a second up changes nothing", async () => {
    await program.write(text("15d"));
    await program.up();
    await eventually(
      60,
      () => targets(host, 8080),
      (found) =>
        JSON.stringify(found) ===
        JSON.stringify({
          "alertmanager/h": 1,
          "front/podwatch-nginx:8081": 1,
          "prometheus/localhost:9090": 1,
          "roq-gateways/deribit": 1,
        }),
    );
    const { status, body } = await host.fetch("/prometheus/api/v1/alertmanagers", { port: 8080 });
    expect({ status, body }).toEqual({
      status: 200,
      body: expect.stringContaining("podwatch-alertmanager:9093"),
    });
    expect((await host.fetch("/grafana/api/search", { port: 8080, user: "admin:admin" })).status).toBe(401);
    expect(await program.up()).toEqual({ unchanged: expect.any(Number) });
  });

  test("is removed completely", async () => {
    await program.destroy();
    expect(await snapshot(host)).toEqual(before);
  });
});
