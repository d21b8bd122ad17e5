import { readFileSync } from "node:fs";
import { join } from "node:path";
import { visitHost } from "../../connection/ssh";
import { sudoersLines, sudoRefusal, sudoScript } from "../../connection/sudo";
import { faultTest } from "./support/faults";
import { CHECKOUT, eventually, LabHost } from "./support/lab";
import { watchProcesses } from "./support/processes";
import { targets } from "./support/queries";
import { snapshot } from "./support/snapshot";
import { connection, Stack } from "./support/stack";

jest.setTimeout(300_000);

describe("a host where sudo asks for a password", () => {
  let host: LabHost;
  let stack: Stack;
  let password: string;
  let before: string[];
  const settings = (more: object = {}) => ({
    host: connection("guarded", host),
    gateways: { gid: 990 },
    // Often scraped: to see that it is healthy takes a scrape.
    prometheus: { data: "delete", scrapeInterval: "2s" },
    grafana: { data: "delete" },
    ...more,
  });
  const secrets = () => ({ "host.becomePassword": password });

  beforeAll(async () => {
    host = await LabHost.boot("test-sudo");
    password = readFileSync(join(CHECKOUT, ".lab", "guarded.password"), "utf8").trim();
    before = await snapshot(host);
    stack = await Stack.create("sudo", settings());
  });

  /** Asks the host as every deployment does first. */
  const askSudo = async (user: "operator" | "guarded") => {
    const privateKey = readFileSync(join(CHECKOUT, ".lab/ssh/id_ed25519"), "utf8");
    const server = { host: host.address, user, hostKey: host.hostKey, privateKey };
    const withPassword = user === "guarded";
    const input = withPassword ? `${password}\n` : "";
    return visitHost(server, undefined, (run) => run(sudoScript(withPassword, false), input));
  };

  afterAll(async () => {
    await stack?.dispose();
    await host?.down();
  });

  // By the line itself that every deployment begins with, since a whole deployment for each would take minutes.
  test.each([
    ["operator", "Defaults requiretty", 'let root add the line "Defaults:operator !requiretty"'],
    ["guarded", "Defaults requiretty", 'let root add the line "Defaults:guarded !requiretty"'],
    ["operator", "Defaults noexec", 'let root add the line "Defaults:operator !noexec"'],
    ["guarded", "Defaults noexec", 'let root add the line "Defaults:guarded !noexec"'],
    ["guarded", "guarded ALL=(root) !ALL", "npm run sudoers -- --user guarded"],
    ["operator", "operator ALL=(root) PASSWD: ALL", "set becomePassword"],
    ["operator", "operator ALL=(root) !ALL", "set becomePassword"],
  ] as const)("%s with %j in sudoers is refused with the way out", async (user, line, wayOut) => {
    await host.exec(`echo '${line}' >/etc/sudoers.d/zz-tried`);
    try {
      const { code, stderr } = await askSudo(user);
      expect(
        sudoRefusal({ user, home: `/home/${user}`, withPassword: user === "guarded" }, code, stderr),
      ).toContain(wayOut);
    } finally {
      await host.exec("rm /etc/sudoers.d/zz-tried");
    }
  });

  test.each([
    [
      "guarded",
      "gpasswd --delete guarded sudo",
      "usermod --append --groups sudo guarded",
      "guarded is not in sudoers",
    ],
    ["guarded", "chmod u-s /usr/bin/sudo", "chmod u+s /usr/bin/sudo", "sudo cannot make anybody root"],
    [
      "operator",
      "mv /usr/bin/sudo /usr/bin/sudo-",
      "mv /usr/bin/sudo- /usr/bin/sudo",
      "sudo is not installed",
    ],
  ] as const)("%s after %j is refused with the way out", async (user, spoil, mend, wayOut) => {
    await host.exec(spoil);
    try {
      const { code, stderr } = await askSudo(user);
      expect(
        sudoRefusal({ user, home: `/home/${user}`, withPassword: user === "guarded" }, code, stderr),
      ).toContain(wayOut);
    } finally {
      await host.exec(mend);
    }
  });

  test("a lecture, use_pty and timestamp_timeout=0 cause no error", async () => {
    for (const line of [
      "Defaults lecture=always",
      "Defaults use_pty",
      "Defaults timestamp_timeout=0",
      "Defaults !use_pty",
    ]) {
      await host.exec(`echo '${line}' >/etc/sudoers.d/zz-tried`);
      expect([line, (await askSudo("guarded")).code, (await askSudo("operator")).code]).toEqual([line, 0, 0]);
    }
    await host.exec("rm /etc/sudoers.d/zz-tried /var/lib/sudo/lectured/*");
  });

  test("without a password is refused with instructions, and nothing is changed", async () => {
    expect(await stack.failingUp()).toMatch(
      /sudo does not let guarded in without a password.*set becomePassword/,
    );
    expect(await snapshot(host)).toEqual(before);
  });

  test("with a wrong one is refused with instructions", async () => {
    await stack.configure(settings(), { "host.becomePassword": "surely-wrong-0815" });
    const output = await stack.failingUp();
    expect(output).toMatch(/sudo does not accept becomePassword for guarded/);
    expect(output).not.toContain("surely-wrong-0815");
  });

  test("with the right one is deployed to, where sudoers allows only the runner's calls; the password shows nowhere", async () => {
    await host.exec(`gpasswd --delete guarded sudo
      cat >/etc/sudoers.d/podwatch <<'END'\n${sudoersLines("guarded", "/home/guarded", true)}END`);
    await stack.configure(settings(), secrets());
    const watched = await watchProcesses(host);
    await stack.up();
    await eventually(
      30,
      () => targets(host),
      (found) => found["prometheus/localhost:9090"] === 1,
    );
    const seen = await watched();
    expect(seen).toContain("podwatch/runner");
    expect(seen.includes(password)).toBe(false);
    expect((await stack.state()).includes(password)).toBe(false);
    const written = await host.exec("journalctl --no-pager; cat /home/guarded/.podwatch/*");
    expect(written).toContain("scrape_interval");
    expect(written.includes(password)).toBe(false);

    expect(Object.keys(await stack.up())).toEqual(["unchanged"]);
    await stack.destroy();
    await host.exec("rm /etc/sudoers.d/podwatch; usermod --append --groups sudo guarded");
    expect(await snapshot(host)).toEqual(before);
  });

  test("shows a readable diff of what changes, without the password", async () => {
    await stack.configure(settings(), secrets());
    await stack.up();
    await stack.configure(settings({ gateways: { gid: 990, scrapeInterval: "7s" } }), secrets());
    const diff = await stack.preview("--diff");
    expect(diff).toMatch(/^ *- +scrape_interval: 5s$/m);
    expect(diff).toMatch(/^ *\+ +scrape_interval: 7s$/m);
    expect(diff).not.toContain(password);
    await stack.up();
    const { yaml } = JSON.parse((await host.fetch("/prometheus/api/v1/status/config")).body).data;
    expect(yaml).toContain("scrape_interval: 7s");
  });

  faultTest(
    "a host that was reinstalled, where sudo asks for a password",
    "the error says what to type, and that deploys again",
    async () => {
      await host.exec(`systemctl stop 'podwatch-*'
        rm -rf /home/guarded/.podwatch /var/lib/podwatch /etc/containers/systemd/podwatch*
        systemctl daemon-reload; podman system reset --force 2>/dev/null`);
      await stack.configure(settings(), secrets());
      expect(await stack.failingUp()).toMatch(
        /Podwatch is gone from this host; .* pulumi up --replace '\*\*-runner\*'/,
      );
      await stack.up("--replace", "**-runner*");
      await eventually(
        30,
        () => targets(host),
        (found) => found["prometheus/localhost:9090"] === 1,
      );
      const installed =
        await stack.output<Record<string, { grafana: { password: string } }>>("installations");
      const user = `admin:${installed["test-sudo"]?.grafana.password}`;
      expect((await host.fetch("/grafana/api/user", { user })).status).toBe(200);
      await stack.preview("--expect-no-changes");
    },
  );
});
