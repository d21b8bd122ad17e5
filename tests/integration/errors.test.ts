import { ENGINE, withDocker } from "./support/engine";
import { faultTest } from "./support/faults";
import { LabHost, must } from "./support/lab";
import { snapshot } from "./support/snapshot";
import { connection, Stack } from "./support/stack";

jest.setTimeout(300_000);

describe("what cannot be deployed is refused with one clear message", () => {
  let host: LabHost;
  let stack: Stack;
  let before: string[];

  beforeAll(async () => {
    host = await LabHost.boot("test-errors");
    before = await snapshot(host);
    stack = await Stack.create("errors", { host: connection("operator", host) });
  });

  afterAll(async () => {
    await stack?.dispose();
    await host?.down();
  });

  afterEach(async () => {
    expect(await snapshot(host)).toEqual(before);
  });

  /** Deploys to the host with some of its settings changed; it has to fail. */
  async function failWith(changed: object, secrets: Record<string, string> = {}): Promise<string> {
    await stack.configure({ host: { ...connection("operator", host), ...changed } }, secrets);
    return stack.failingUp();
  }

  test("exceptions from the policy are not: a preview lists them with their reasons", async () => {
    await stack.configure({
      host: { ...connection("operator", host) },
      policy: {
        exceptions: {
          backups: "nothing of worth is on it",
          "backup-alerts": "there are no backups",
          "pinned-host-keys": "a throwaway host",
        },
      },
    });
    const output = await stack.preview();
    expect(output).toMatch(/warning: policy: backups is not enforced: nothing of worth is on it$/m);
    expect(output).toMatch(/warning: policy: pinned-host-keys is not enforced: a throwaway host$/m);
    await stack.configure({ host: { ...connection("operator", host) }, policy: {} });
    const refused = await stack.run("preview");
    expect(refused).not.toHaveExited(0);
    expect(refused.stdout + refused.stderr).toMatch(
      /podwatch:backup\.enabled: is not true on a host with data/,
    );
  });

  test("all problems of the stack file at once, before anything is contacted", async () => {
    await stack.configure({
      host: { ...connection("operator", host), adress: "10.99.0.10", port: 70000 },
      prometheus: {
        scrape_interval: "5s",
        retention: { time: "15 days" },
        scrapeJobs: [{ name: "prometheus", targets: ["a:1"] }],
      },
      grafana: { adminPassword: "in-plain-text" },
      front: { publicUrl: "monitor" },
    });
    const refused = await stack.run("preview");
    expect(refused).not.toHaveExited(0);
    const output = refused.stdout + refused.stderr;
    for (const problem of [
      /podwatch:host\.adress: unknown setting; did you mean address\?/,
      /podwatch:host\.port: 70000 is not a port number; write /,
      /podwatch:prometheus\.scrape_interval: unknown setting; did you mean scrapeInterval\?/,
      /podwatch:prometheus\.retention\.time: "15 days" is not a duration; write /,
      /podwatch:prometheus\.scrapeJobs\[0\]\.name: "prometheus"/,
      /podwatch:grafana\.adminPassword.*pulumi config set --secret/,
      /podwatch:front\.publicUrl: "monitor" is not a URL/,
    ]) {
      expect(output).toMatch(problem);
    }
    expect(output).not.toContain("in-plain-text");
  });

  test("placeholders in the stack file for a real host", async () => {
    const config = (
      await must("lab/toolchain/stack-init", ["errors-prod", "Pulumi.prod.yaml"], {
        env: stack.environment(),
      })
    ).trim();
    const refused = await stack.run("preview", "--stack", "errors-prod", "--config-file", config);
    expect(refused).not.toHaveExited(0);
    expect(refused.stdout + refused.stderr).toMatch(/podwatch:host\.address: .* is a placeholder/);
  });

  describe("hosts that refuse the log-in, in one run", () => {
    let output: string;

    beforeAll(async () => {
      await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", ".lab/stranger"]);
      // No two hosts may have the same address and port, so one of them comes by another port of sshd.
      await host.exec(`
        systemd-run -q --unit=silent-server systemd-socket-activate -l 2223 --inetd -a sleep 60
        systemd-run -q --unit=second-sshd /usr/sbin/sshd -D -p 2224`);
      const pinned = { knownHostsFile: undefined, hostKey: host.hostKey };
      const other = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFm0Yl3UdZXN0pS5hTTJlGKTbPD0Sax1nGYcPyPD3p7P";
      const changes = {
        absent: { ...pinned, address: "10.99.0.250" },
        closed: { ...pinned, port: 2222 },
        silent: { ...pinned, port: 2223 },
        stranger: { privateKeyFile: ".lab/stranger" },
        changed: { ...pinned, port: 2224, hostKey: other },
      };
      const hosts = Object.entries(changes).map(([name, changed]) => [
        name,
        { ...connection("operator", host), name: undefined, ...changed },
      ]);
      try {
        await stack.configure({ hosts: Object.fromEntries(hosts) });
        output = await stack.failingUp("--continue-on-error");
      } finally {
        await host.exec("systemctl stop silent-server second-sshd");
        await must("rm", [".lab/stranger", ".lab/stranger.pub"]);
      }
    });

    const told = (fault: string, result: string, problem: RegExp) =>
      faultTest(fault, result, async () => expect(output).toMatch(problem));

    told(
      "a host that does not exist",
      "one-line error, nothing is changed",
      /host absent: 10\.99\.0\.250:22 (cannot be reached|does not answer)/,
    );
    told(
      "a port without an SSH server",
      "one-line error, nothing is changed",
      /host closed: \S+:2222 cannot be reached \(connect ECONNREFUSED/,
    );
    told(
      "a server that accepts the connection and never answers",
      "fails after 20 s with a one-line error",
      /host silent: \S+:2223 does not answer as an SSH server within 20 s/,
    );
    told(
      "a key that the host rejects",
      "one-line error, nothing is changed",
      /host stranger: \S+ does not let operator in; check user, and privateKeyFile/,
    );
    told(
      "a host key other than the pinned one",
      "refused, nothing is changed",
      /host changed: \S+ shows another host key than the one that is pinned/,
    );

    test("the key is not shown", () => expect(output).not.toContain("OPENSSH PRIVATE KEY"));
  });

  describe("settings that a service rejects, at a first deployment", () => {
    let output: string;

    beforeAll(async () => {
      await stack.configure({
        host: connection("operator", host),
        front: { image: "docker.io/library/nginx:v0.0.0-absent" },
        prometheus: {
          data: "delete",
          scrapeJobs: [
            { name: "broken", targets: ["a:1"], extra: { relabel_configs: [{ action: "nonsense" }] } },
          ],
        },
        grafana: { enabled: false },
      });
      output = await stack.failingUp("--continue-on-error");
      await stack.destroy();
    });

    faultTest(
      "an image that does not exist, at a first deployment",
      "an error; after `pulumi destroy` nothing is left",
      async () =>
        expect(output).toMatch(/the image docker\.io\/library\/nginx:v0\.0\.0-absent cannot be pulled/),
    );
    faultTest(
      "a scrape job that Prometheus rejects, at a first deployment",
      "an error; after `pulumi destroy` nothing is left",
      async () =>
        expect(output).toMatch(
          /prometheus refuses its new configuration; nothing was changed:[\s\S]*nonsense/,
        ),
    );
  });

  faultTest("the disk is full, at a first deployment", "one-line error, nothing is left", async () => {
    await host.exec(
      "mkdir -p /var/lib/podwatch && mount -t tmpfs -o size=64k tmpfs /var/lib/podwatch && ! head -c 100k /dev/zero >/var/lib/podwatch/filler",
    );
    const output = await failWith({});
    expect(output).toMatch(
      /too little room on this host: \/var\/lib\/podwatch has 0 MiB left and needs \d+; make room/,
    );
    await host.exec("umount /var/lib/podwatch; rmdir /var/lib/podwatch");
  });

  const OLD = withDocker
    ? {
        fault: "a Docker that is too old",
        answers: '[ "$1" = info ] && echo "19.03.15|[]|/var/lib/docker" || echo "Docker version 19.03.15"',
        refused: "Docker 19.03.15 is too old: 20.10 or newer is needed",
      }
    : {
        fault: "a podman that is too old",
        answers: "echo 4.3.1",
        refused: "podman 4.3.1 is too old: Quadlet units need podman 4.4 or newer",
      };

  faultTest(OLD.fault, "one-line error, nothing is changed", async () => {
    // Where the runner looks first, whatever the caller's PATH.
    const fake = `/usr/local/bin/${ENGINE}`;
    const { runnerScript } = await import("../../lib/runnerScript");
    await must("lab/lab", ["exec", host.name, "sh", "-c", "cat >/tmp/runner"], { input: runnerScript() });
    expect(
      await host.exec(
        `printf '#!/bin/sh\\n%s\\n' '${OLD.answers}' >${fake}; chmod +x ${fake}; sh /tmp/runner fit --engine=${ENGINE} container/prometheus </dev/null 2>&1 || :; rm ${fake}`,
      ),
    ).toBe(`podwatch: ${OLD.refused}\n`);
    await host.exec("rm -f /tmp/runner");
  });
});
