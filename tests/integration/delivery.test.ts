// Delivery as pipelines run it: the staging cycle on a host, the preview of a change, production with its proof.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { machine } from "../../config/context";
import { parse } from "../../config/parse";
import { listHost } from "../../deliver/hosts";
import { startReceivers } from "../../lab/receivers/receivers";
import { Commits } from "../deliver/commits";
import { CHECKOUT, LabHost, type Result, run } from "./support/lab";
import { secretsIn } from "./support/secretScan";
import { small } from "./support/smallStack";
import { snapshot } from "./support/snapshot";
import { connection, Stack } from "./support/stack";

jest.setTimeout(300_000);

describe("delivery to a host", () => {
  let host: LabHost;
  let staging: Stack;
  let production: Stack;
  let directory: string;
  let before: string[];
  let cycle: Result;
  const commits = new Commits();
  const proved = commits.commit("the one that is proved");

  /** Scraped often: verifying waits for the first scrapes. */
  const prometheus = { data: "delete", scrapeInterval: "2s", scrapeTimeout: "2s" };
  const settings = (more: object = {}) => small(connection("operator", host), { prometheus, ...more });
  const file = (name: string) => join(directory, name);
  const record = async (name: string) => JSON.parse(await readFile(file(name), "utf8"));

  /** Runs a command of delivery, as pipelines do. */
  function deliver(stack: Stack, command: string, ...args: string[]): Promise<Result> {
    const env = { ...stack.environment(), ...commits.env, PODWATCH_PULUMI: "lab/toolchain/pulumi" };
    const which = ["--stack", stack.name, "--config-file", stack.configFile];
    return run("node", ["deliver/run.js", command, ...which, ...args], { env });
  }

  /** What staging finds on the host. */
  function listed(settings: object): Promise<string[]> {
    const parsed = parse(
      { host: settings },
      machine(CHECKOUT, "delivery", () => true),
    );
    if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
    return Promise.all(parsed.settings.hosts.map(listHost)).then((lists) => lists.flat());
  }

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "podwatch-delivery-"));
    host = await LabHost.boot("test-delivery");
    staging = await Stack.create("delivery-staging", settings());
    production = await Stack.create("delivery-production", settings());
    // podman's first call makes directories in the user's home.
    await host.execRootless("podman ps --quiet");
    before = await snapshot(host);
    cycle = await deliver(staging, "staging", "--record", file("staging.json"));
  });

  afterAll(async () => {
    commits.remove();
    await staging?.dispose();
    await production?.dispose();
    await host?.down();
    await rm(directory, { recursive: true, force: true });
  });

  test("the staging cycle goes through and leaves the stack up and verified", async () => {
    expect(cycle).toHaveExited(0);
    expect(cycle.stderr).toMatch(/\[ *\d+ s\] delivery-staging: delivered\n$/);
    const { steps, ...outcome } = await record("staging.json");
    expect(outcome).toEqual({
      version: 1,
      stack: "delivery-staging",
      commit: proved,
      clean: true,
      outcome: "success",
    });
    expect(steps.map(({ step }: { step: string }) => step)).toEqual([
      "read the stack file",
      "list what is on the hosts",
      "up",
      "verify",
      "destroy",
      "hosts as before",
      "up from nothing",
      "verify",
    ]);
    expect(cycle.stderr.match(/^ok {6}test-delivery {2}targets: \d+ up$/gm)).toHaveLength(2);
    expect(await host.exec("podman ps --format '{{.Names}}' | sort")).toBe(
      "podwatch-nginx\npodwatch-prometheus\n",
    );
  });

  test("what is on a host is listed with the rights that the deployment has", async () => {
    const password = (await readFile(".lab/guarded.password", "utf8")).trim();
    const [sudo, withPassword, own] = await Promise.all([
      listed(connection("operator", host)),
      listed({ ...connection("guarded", host), becomePassword: password }),
      listed({ ...connection("rootless", host), become: false }),
    ]);
    expect(sudo).toEqual(
      expect.arrayContaining([
        "container podwatch-nginx",
        "file /etc/containers/systemd/podwatch-nginx.container",
        "file /var/lib/podwatch",
        "network podwatch",
        "unit podwatch-nginx.service",
        "volume podwatch-prometheus",
      ]),
    );
    expect(withPassword).toEqual(sudo);
    expect(own).toContain("file /home/rootless");
    expect(own.filter((line) => /podwatch|\/etc/.test(line))).toEqual([]);
  });

  test("a preview of a change shows its lines, without a secret", async () => {
    const password = "a-given-password-0123456789";
    const changed = { prometheus: { ...prometheus, scrapeInterval: "30s" }, grafana: { data: "delete" } };
    await staging.configure(settings(changed), { "grafana.adminPassword": password });
    const preview = await deliver(
      staging,
      "preview",
      "--to",
      file("preview.md"),
      "--whole",
      file("whole.md"),
    );
    expect(preview).toHaveExited(0);
    expect(preview.stderr).toMatch(/^preview of delivery-staging: \d+ resources change\n$/);
    const markdown = await readFile(file("preview.md"), "utf8");
    expect(markdown).toContain("-  scrape_interval: 2s\n+  scrape_interval: 30s");
    expect(markdown).toMatch(/^\| \+ create \| `podwatch-test-delivery-grafana-admin-password-secret` \|/m);
    expect(markdown).toContain("[secret]");
    const key = await readFile(".lab/ssh/id_ed25519", "utf8");
    const everything =
      markdown + (await readFile(file("whole.md"), "utf8")) + preview.stdout + preview.stderr;
    expect(secretsIn(everything, { password, key })).toEqual([]);
  });

  test("a failed preview is written, too", async () => {
    await staging.configure(settings({ prometheus: { scrapeInterval: "never" } }));
    expect(await deliver(staging, "preview", "--to", file("failed.md"))).toHaveExited(1);
    expect(await readFile(file("failed.md"), "utf8")).toMatch(
      /: it failed[\s\S]*podwatch:prometheus.scrapeInterval: "never"/,
    );
    await staging.configure(settings());
  });

  test("a check of the user's own that fails stops delivery before production is touched", async () => {
    const check = "nothing is watched";
    await staging.configure(
      settings({ checks: { queries: { [check]: { query: "up == 1", returns: "nothing" } } } }),
    );
    const written = ["--record", file("check.json"), "--junit", file("check.xml")];
    const failing = await deliver(staging, "staging", ...written, "--timeout", "5");
    expect(failing).toHaveExited(1);
    expect(failing.stderr).toMatch(
      /delivery-staging: FAILED: verify: FAILED {2}test-delivery {2}[^;]*nothing is watched/,
    );
    const { steps, ...outcome } = await record("check.json");
    expect(outcome).toMatchObject({ outcome: "failure", failed: expect.stringContaining(check) });
    expect(steps.at(-1)).toMatchObject({ step: "verify" });
    expect(steps.map(({ step }: { step: string }) => step)).not.toContain("destroy");
    expect(await readFile(file("check.xml"), "utf8")).toMatch(
      new RegExp(`<testcase [^>]*${check}[^>]*>\\s*<failure`),
    );
    const left = await snapshot(host);
    const refused = await deliver(production, "production", "--proof", file("check.json"));
    expect(refused).toHaveExited(1);
    expect(refused.stderr).toContain("production takes only a record of success");
    expect(await snapshot(host)).toEqual(left);
    expect(JSON.parse(await production.state()).deployment.resources ?? []).toEqual([]);
    await staging.configure(settings());
  });

  test("a cycle that leaves something behind fails and reports what; the next success is reported as back to normal", async () => {
    const receivers = await startReceivers();
    const env = { PODWATCH_SLACK_URL: `${receivers.url}/services/${receivers.credentials.slack}` };
    const tell = (outcome: string) => {
      const kept = ["--record", file("failed.json"), "--state", file("state.json"), "--strict"];
      const args = ["notify", "--stack", staging.name, "--outcome", outcome, ...kept];
      return run("node", ["deliver/run.js", ...args], { env });
    };
    // Leaves a file when NGINX stops, which is in the middle of the cycle.
    await host.exec(`
      mkdir -p /etc/systemd/system/podwatch-nginx.service.d
      printf '[Service]\\nExecStopPost=/bin/touch /etc/left-by-the-test\\n' >/etc/systemd/system/podwatch-nginx.service.d/test.conf
      systemctl daemon-reload`);
    try {
      const failing = await deliver(staging, "staging", "--record", file("failed.json"));
      const failed = "hosts as before: test-delivery: left: file /etc/left-by-the-test";
      expect(failing).toHaveExited(1);
      expect(failing.stderr).toContain(`delivery-staging: FAILED: ${failed}`);
      expect(await record("failed.json")).toMatchObject({
        outcome: "failure",
        failed: expect.stringContaining(failed),
      });
      expect(await tell("failure")).toHaveExited(0);
      expect(await tell("success")).toHaveExited(0);
      expect(receivers.messages("slack").map(({ body }) => body.text)).toEqual([
        expect.stringContaining(`:red_circle: delivery-staging failed: ${failed}`),
        ":large_green_circle: delivery-staging is back to normal",
      ]);
      expect(receivers.refused()).toEqual([]);
    } finally {
      await receivers.stop();
      await host.exec(
        "rm -rf /etc/systemd/system/podwatch-nginx.service.d /etc/left-by-the-test; systemctl daemon-reload",
      );
    }
    expect(await snapshot(host)).toEqual(before);
  });

  test("production refuses what staging has not proved, and touches nothing", async () => {
    const another = commits.commit("one that is not proved");
    const refused = await deliver(production, "production", "--proof", file("staging.json"));
    expect(refused).toHaveExited(1);
    expect(refused.stderr).toContain(`proof: delivery-staging proved commit ${proved}, but ${another}`);
    commits.checkOut(proved);
    const failed = await deliver(production, "production", "--proof", file("failed.json"));
    expect(failed).toHaveExited(1);
    expect(failed.stderr).toContain("production takes only a record of success");
    expect(await snapshot(host)).toEqual(before);
  });

  test("production deploys the proved commit and verifies it", async () => {
    const args = ["--proof", file("staging.json"), "--record", file("production.json")];
    const delivered = await deliver(production, "production", ...args);
    expect(delivered).toHaveExited(0);
    expect(delivered.stderr).toMatch(/delivery-production: delivered\n$/);
    expect(await record("production.json")).toMatchObject({ commit: proved, outcome: "success" });
    expect((await host.fetch("/prometheus/-/ready")).status).toBe(200);
  });
});
