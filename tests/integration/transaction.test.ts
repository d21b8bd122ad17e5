import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ENGINE } from "./support/engine";
import { faultTest } from "./support/faults";
import { CHECKOUT, LabHost } from "./support/lab";
import { promises } from "./support/promises";
import { connection, Stack } from "./support/stack";

jest.setTimeout(300_000);

const shows = promises("podman", { check: "yes", rollBack: "yes" });

const IMAGES: { nginx: string; prometheus: string; grafana: string } = JSON.parse(
  readFileSync(join(CHECKOUT, "versions.json"), "utf8"),
).images;

describe("a change that does not come up is rolled back", () => {
  let host: LabHost;
  let stack: Stack;
  const settings = (more: object = {}) => ({
    host: connection("operator", host),
    gateways: { gid: 990 },
    ...more,
  });

  beforeAll(async () => {
    host = await LabHost.boot("test-transaction");
    stack = await Stack.create("transaction", settings());
    await stack.up();
  });

  afterAll(async () => {
    await stack?.dispose();
    await host?.down();
  });

  /** An image on the host that differs from another one in its entry point only. */
  async function variant(image: string, name: string, entrypoint: string[]): Promise<string> {
    const reference = `docker.io/variants/${name}:1`;
    await host.exec(`container=$(${ENGINE} create ${image}) &&
      ${ENGINE} commit --change 'ENTRYPOINT ${JSON.stringify(entrypoint)}' $container ${reference} && ${ENGINE} rm $container`);
    return reference;
  }

  /** What runs: containers with their images and identities, files in force. */
  const running = () =>
    host.exec(`${ENGINE} ps --format '{{.Names}} {{.ID}}' | sort
      cd /var/lib/podwatch && ls -l services/*/current && find services | grep -v -e releases/ | sort; ls -A tmp 2>/dev/null || :`);
  const containers = (...services: string[]) =>
    host.exec(
      `${ENGINE} inspect -f '{{.Id}} {{.State.StartedAt}}' ${services.map((name) => `podwatch-${name}`).join(" ")}`,
    );
  const images = () => host.exec(`${ENGINE} ps --format '{{.Names}} {{.Image}}' | sort`);

  async function healthy(): Promise<void> {
    expect((await host.fetch("/")).status).toBe(200);
    expect((await host.fetch("/prometheus/-/ready")).status).toBe(200);
    expect((await host.fetch("/grafana/api/health")).status).toBe(200);
  }

  /** The good settings bring everything into line again, and then there is nothing left to do. */
  async function recovers(): Promise<void> {
    await stack.configure(settings());
    await stack.up();
    await stack.preview("--expect-no-changes");
    await healthy();
  }

  describe("changes that are refused, in one run", () => {
    let output: string;
    const seen: string[] = [];

    beforeAll(async () => {
      seen.push(await running());
      const broken = { targets: ["a:1"], extra: { relabel_configs: [{ action: "nonsense" }] } };
      await stack.configure(
        settings({
          prometheus: { scrapeJobs: [{ name: "broken", ...broken }] },
          grafana: { image: "docker.io/grafana/grafana:0.0.0-absent" },
        }),
      );
      output = await stack.failingUp("--continue-on-error");
      seen.push(await running());
      await recovers();
      seen.push(await running());
    });

    const REFUSED: ReadonlyArray<[fault: string, told: RegExp]> = [
      [
        "a configuration that the service's own checker refuses",
        /prometheus refuses its new configuration; nothing was changed:[\s\S]*nonsense/,
      ],
      [
        "an image that does not exist",
        /the image docker\.io\/grafana\/grafana:0\.0\.0-absent cannot be pulled/,
      ],
    ];
    for (const [fault, told] of REFUSED) {
      faultTest(fault, "an error, nothing is changed", async () => {
        expect(output).toMatch(told);
        const [before] = seen;
        expect(seen).toEqual([before, before, before]);
        if (told.source.includes("refuses its new configuration")) shows("check");
      });
    }
  });

  describe("images that do not come up, in one run", () => {
    let output: string;
    const seen: string[] = [];
    // It ends so long after it was ready, however long that took.
    const endsWhenReady = `/bin/prometheus "$@" &
      until wget -q -O /dev/null http://127.0.0.1:9090/prometheus/-/ready; do sleep 0.2; done; sleep 3`;

    beforeAll(async () => {
      const [front, prometheus, grafana] = await Promise.all([
        variant(IMAGES.nginx, "never-ready", ["sh", "-c", "sleep 1000"]),
        variant(IMAGES.prometheus, "ends-when-ready", ["sh", "-c", endsWhenReady, "sh"]),
        variant(IMAGES.grafana, "ends-at-once", ["false"]),
      ]);
      seen.push(await images());
      await stack.configure(
        settings({ front: { image: front }, prometheus: { image: prometheus }, grafana: { image: grafana } }),
      );
      output = await stack.failingUp("--continue-on-error");
      seen.push(await images());
      await healthy();
      const back = await containers("grafana", "nginx", "prometheus");
      await recovers();
      expect(await containers("grafana", "nginx", "prometheus")).toBe(back);
    });

    const BAD: ReadonlyArray<[what: string, service: string, reason: string]> = [
      ["starts but is never ready", "nginx", "it was not ready within 30 s"],
      ["exits at once", "grafana", "it ended again and again right after its start"],
      ["is ready and exits after 3 s", "prometheus", "it was ready, but ended within 5 s"],
    ];
    for (const [what, service, reason] of BAD) {
      faultTest(`an image that ${what}`, "the previous release is restored, healthy", async () => {
        const told = `${service} did not come up: ${reason}(?:(?!did not come up)[^])*The previous release is back and healthy`;
        expect(output).toMatch(new RegExp(told));
        expect(seen).toEqual([seen[0], seen[0]]);
        shows("rollBack");
      });
    }
  });

  faultTest(
    "a wrong clock on the host, and a change that fails to start",
    "reports the offset; finds the last log lines; the previous release is restored",
    async () => {
      const untouched = await containers("grafana", "prometheus");
      // The host's clock is also this machine's: what lies is `date`, to the runner and to whoever logs in.
      await host.exec(`printf '#!/bin/sh\nexec /bin/date --date="2 hours" "$@"\n' >/usr/local/bin/date
        chmod 755 /usr/local/bin/date`);
      const image = await variant(IMAGES.nginx, "last-words", [
        "sh",
        "-c",
        "echo these are the last words; exit 1",
      ]);
      await stack.configure(settings({ front: { image } }));
      const output = await stack.failingUp();
      await host.exec("rm /usr/local/bin/date");
      expect(output).toMatch(/host test-transaction: its clock is (7\d\d\d) s ahead of this machine's/);
      expect(output).toMatch(/nginx did not come up: [\s\S]*\| these are the last words/);
      expect(output).toMatch(/The previous release is back and healthy\./);
      await recovers();
      expect(await containers("grafana", "prometheus")).toBe(untouched);
    },
  );

  faultTest(
    "a reload that leaves the old configuration active",
    "detected; the previous release is restored, healthy",
    async () => {
      // A shell stands before NGINX and keeps the signal to itself.
      const image = await variant(IMAGES.nginx, "deaf", [
        "sh",
        "-c",
        'trap "" HUP; "$@" & trap "kill $!" TERM; while kill -0 $!; do wait; done',
        "sh",
      ]);
      await stack.configure(settings({ front: { image } }));
      await stack.up();
      await stack.configure(settings({ front: { image }, grafana: { enabled: false } }));
      const output = await stack.failingUp();
      expect(output).toMatch(/nginx did not come up: nginx did not take the new configuration within 10 s/);
      expect(output).toMatch(/The previous release is back and healthy\./);
      expect((await host.fetch("/")).body).toContain('href="/grafana/"');
      await recovers();
    },
  );

  faultTest(
    "a new password with an image that fails to start",
    "the old password is restored with the previous image",
    async () => {
      const login = async (password: string) =>
        (await host.fetch("/grafana/api/user", { user: `admin:${password}` })).status;
      await stack.configure(settings(), { "grafana.adminPassword": "first password" });
      await stack.up();
      expect(await login("first password")).toBe(200);

      const image = await variant(IMAGES.grafana, "grafana-ends", ["false"]);
      await stack.configure(settings({ grafana: { image } }), { "grafana.adminPassword": "second password" });
      expect(await stack.failingUp()).toMatch(
        /grafana did not come up: [\s\S]*The previous release is back and healthy\./,
      );
      expect(await login("first password")).toBe(200);

      await stack.configure(settings(), { "grafana.adminPassword": "second password" });
      await stack.up();
      expect(await login("second password")).toBe(200);
      expect(await login("first password")).toBe(401);
      await stack.preview("--expect-no-changes");
    },
  );
});
