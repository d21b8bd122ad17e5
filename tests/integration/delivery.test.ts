// Delivery as pipelines run it: the staging cycle on a host, then production with its proof, and the preview between.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startReceivers } from "../../lab/receivers/receivers";
import { LabHost, type Result, run } from "./support/lab";
import { secretsIn } from "./support/secretScan";
import { snapshot } from "./support/snapshot";
import { connection, Stack, type StackSettings } from "./support/stack";

jest.setTimeout(300_000);

describe("delivery to a host", () => {
  let host: LabHost;
  let stack: Stack;
  let directory: string;
  let before: string[];
  let cycle: Result;

  function settings(changes: StackSettings = {}): StackSettings {
    return {
      host: connection("operator", host),
      gateways: { gid: 990 },
      prometheus: { data: "delete" },
      grafana: { data: "delete" },
      ...changes,
    };
  }

  const file = (name: string) => join(directory, name);

  /** Runs a command of delivery, as pipelines do. */
  function deliver(command: string, ...args: string[]): Promise<Result> {
    const env = { ...stack.environment(), PODWATCH_PULUMI: "lab/toolchain/pulumi" };
    const all = [
      "deliver/run.js",
      command,
      "--stack",
      stack.name,
      "--config-file",
      stack.configFile,
      ...args,
    ];
    return run("node", all, { env });
  }

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "podwatch-delivery-"));
    host = await LabHost.boot("test-delivery");
    await host.gateway("start", "deribit");
    stack = await Stack.create("delivery", settings());
    before = await snapshot(host);
    cycle = await deliver("staging", "--allow-changes", "--record", file("staging.json"));
  });

  afterAll(async () => {
    await stack?.dispose();
    await host?.down();
    await rm(directory, { recursive: true, force: true });
  });

  test("the staging cycle goes through and leaves the stack up and verified", async () => {
    expect(cycle.stderr).toMatch(/\[ *\d+ s\] delivery: delivered\n$/);
    expect(cycle.code).toBe(0);
    const record = JSON.parse(await readFile(file("staging.json"), "utf8"));
    expect(record).toMatchObject({ version: 1, stack: "delivery", outcome: "success" });
    expect(record.steps.map(({ step }: { step: string }) => step)).toEqual([
      "read the stack file",
      "list what is on the hosts",
      "up",
      "verify",
      "destroy",
      "hosts as before",
      "up from nothing",
      "verify",
    ]);
    expect(cycle.stderr).toMatch(/^ok {6}test-delivery {2}targets: \d+ up$/m);
  });

  test("a preview of a change shows its lines, without a secret", async () => {
    const password = "a-given-password-0123456789";
    await stack.configure(settings({ prometheus: { data: "delete", scrapeInterval: "30s" } }), {
      "grafana.adminPassword": password,
    });
    const { code, stdout, stderr } = await deliver(
      "preview",
      "--to",
      file("preview.md"),
      "--whole",
      file("whole.md"),
    );
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/^preview of delivery: \d+ resources change\n$/),
    ]);
    const markdown = await readFile(file("preview.md"), "utf8");
    expect(markdown).toContain("`files/prometheus.yml`");
    expect(markdown).toContain("-  scrape_interval: 15s\n+  scrape_interval: 30s");
    expect(markdown).toMatch(/podwatch-test-delivery-grafana-admin-password-secret/);
    expect(markdown).toContain("[secret]");
    const key = await readFile(".lab/ssh/id_ed25519", "utf8");
    const everything = markdown + (await readFile(file("whole.md"), "utf8")) + stdout + stderr;
    expect(secretsIn(everything, { password, key })).toEqual([]);
  });

  test("a preview that fails is written too", async () => {
    await stack.configure(settings({ prometheus: { scrapeInterval: "never" } }));
    const { code } = await deliver("preview", "--to", file("failed.md"));
    expect(code).toBe(1);
    expect(await readFile(file("failed.md"), "utf8")).toMatch(
      /: it failed[\s\S]*podwatch:prometheus.scrapeInterval: "never"/,
    );
    await stack.configure(settings());
  });

  test("production refuses the record of a run with changed files", async () => {
    const { code, stderr } = await run(
      "node",
      ["deliver/run.js", "production", "--stack", "other", "--proof", file("staging.json")],
      { env: { PODWATCH_PULUMI: "/bin/false" } },
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/FAILED: proof: delivery (ran with files that differ|proved commit)|FAILED: up: /);
  });

  test("a cycle that fails is told with what failed, and recorded; the one after it is back to normal", async () => {
    const receivers = await startReceivers();
    const env = { PODWATCH_SLACK_URL: `${receivers.url}/services/${receivers.credentials.slack}` };
    const tell = (outcome: string) =>
      run(
        "node",
        [
          "deliver/run.js",
          "notify",
          "--stack",
          "delivery",
          "--outcome",
          outcome,
          "--record",
          file("failed.json"),
          "--state",
          file("state.json"),
        ],
        { env },
      );
    try {
      // A file that comes in the middle of the cycle is in the way of the host being as before.
      await host.exec(
        "mkdir -p /etc/systemd/system/podwatch-nginx.service.d && echo '[Service]\nExecStopPost=/bin/touch /etc/left-by-the-test' >/etc/systemd/system/podwatch-nginx.service.d/test.conf && systemctl daemon-reload",
      );
      const failing = await deliver("staging", "--allow-changes", "--record", file("failed.json"));
      expect(failing.code).toBe(1);
      const failed = "hosts as before: test-delivery: left: file /etc/left-by-the-test";
      expect(failing.stderr).toContain(`delivery: FAILED: ${failed}`);
      expect(JSON.parse(await readFile(file("failed.json"), "utf8"))).toMatchObject({ outcome: "failure" });
      expect((await tell("failure")).code).toBe(0);
      expect((await tell("success")).code).toBe(0);
      expect(receivers.messages("slack").map(({ body }) => body.text)).toEqual([
        expect.stringContaining(
          `:red_circle: delivery failed: hosts as before: test-delivery: left: file /etc/left-by-the-test`,
        ),
        ":large_green_circle: delivery is back to normal",
      ]);
      expect(receivers.refused()).toEqual([]);
    } finally {
      await receivers.stop();
    }
  });

  test("after the failed cycle nothing is deployed, and the host is as before", async () => {
    await host.exec(
      "rm -r /etc/systemd/system/podwatch-nginx.service.d /etc/left-by-the-test; systemctl daemon-reload",
    );
    expect(await snapshot(host)).toEqual(before);
  });
});
