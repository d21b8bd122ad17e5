// A host that deploys itself: Pulumi runs inside the lab host, with `connection: local`.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CHECKOUT, eventually, LabHost, must } from "./support/lab";
import { promises } from "./support/promises";
import { targets } from "./support/queries";
import { installPulumi, OwnStack, type User } from "./support/selfDeploying";
import { rootlessSnapshot, snapshot } from "./support/snapshot";

jest.setTimeout(300_000);

const shows = promises("podman", { drift: "yes" });

describe("a host that deploys itself", () => {
  let host: LabHost;
  let stack: OwnStack;
  let before: string[];
  const sections = {
    gateways: { gid: 990 },
    // Often scraped: to see that it is healthy takes a scrape.
    prometheus: { data: "delete", scrapeInterval: "2s" },
    grafana: { data: "delete" },
  };
  const local = (more: object = {}) => ({ host: { connection: "local", name: "pi" }, ...sections, ...more });

  beforeAll(async () => {
    host = await LabHost.boot("test-local");
    await host.gateway("start", "deribit");
    await installPulumi(host);
    stack = await OwnStack.create(host, "operator", "local", local());
    await rootlessSnapshot(host);
    before = await snapshot(host);
  });

  afterAll(async () => {
    await host?.down();
  });

  /**
   * Every file that a deployment makes on the host, with its owner, mode and content; but for that of `reloads`, which
   * depends on which services found systemd's reading of units shared.
   */
  const files = () =>
    host.exec(`
      cd / && find var/lib/podwatch etc/containers/systemd ! -path '*/secrets/*' ! -path '*/locks/*' -printf '%p %y %U:%G %m %l\\n' | sort
      find var/lib/podwatch etc/containers/systemd -type f ! -path '*/secrets*' ! -name reloads -exec sha256sum {} + | sort -k 2`);

  async function healthy(): Promise<void> {
    await eventually(
      60,
      () => targets(host),
      (found) =>
        JSON.stringify(found) ===
        JSON.stringify({ "prometheus/localhost:9090": 1, "roq-gateways/deribit": 1 }),
    );
  }

  test("up makes it healthy, and a second up changes nothing", async () => {
    await stack.up();
    await healthy();
    expect(await stack.up()).toEqual({ unchanged: expect.any(Number) });
    expect(await stack.state()).not.toContain("command:remote:Command");
  });

  test("status, verify, drift and the like work as on any other host", async () => {
    const status = await stack.operate("status", "--json");
    expect(status).toHaveExited(0);
    expect(JSON.parse(status.stdout)).toMatchObject({
      healthy: true,
      hosts: [{ name: "pi", address: "localhost" }],
    });
    const verified = await stack.operate("verify");
    expect(verified).toHaveExited(0);
    expect(verified.stdout).toMatch(/^ok +pi +targets: 2 up$/m);
    await host.exec("echo '# by hand' >>/etc/containers/systemd/podwatch-nginx.container");
    const drift = await stack.operate("drift");
    expect(drift).toHaveExited(2);
    expect(drift.stdout).toContain("podwatch-nginx.container");
    expect((await stack.operate("repair")).stdout).toBe("host pi: put back nginx\n");
    expect(await stack.operate("drift")).toHaveExited(0);
    shows("drift");
    expect((await stack.operate("logs", "--service", "prometheus")).stdout).toMatch(/^pi prometheus \| /m);
    const backup = await stack.operate(
      "backup",
      "--service",
      "grafana",
      "--to",
      "~/.cache/podwatch-backup",
      "--json",
    );
    expect(backup).toHaveExited(0);
    const [saved] = JSON.parse(backup.stdout).hosts;
    expect(saved.archives).toMatchObject([{ service: "grafana" }]);
    const restored = await stack.operate("restore", "--from", "~/.cache/podwatch-backup", "--force");
    expect(restored).toHaveExited(0);
    expect(restored.stderr).toBe("");
  });

  test("over SSH, the same settings produce the same files; a change of the connection removes first, then recreates", async () => {
    const made = await files();
    await stack.configure(local({ host: await ssh("operator") }));
    await stack.up();
    await healthy();
    // The front takes requests by the address, too, where the stack file has one.
    const butTheFront = (text: string) =>
      text.split("\n").filter((line) => !line.includes("/services/nginx/"));
    expect(butTheFront(await files())).toEqual(butTheFront(made));
    // What is left runs where Pulumi runs, to ask whether the host answers.
    const commands = [...(await stack.state()).matchAll(/command:local:Command::([\w-]+)/g)];
    expect(new Set(commands.map(([, name]) => name))).toEqual(new Set(["podwatch-pi-answers"]));
    expect(await stack.up()).toEqual({ unchanged: expect.any(Number) });
    await stack.destroy();
    expect(await snapshot(host)).toEqual(before);
  });

  /** The settings with which a user of the host reaches it over SSH, from itself. */
  async function ssh(user: User) {
    await must(
      "lab/lab",
      ["ssh", `${user}@${host.name}`, "umask 077; mkdir -p ~/.cache; cat >~/.cache/key"],
      {
        input: readFileSync(join(CHECKOUT, ".lab", "ssh", "id_ed25519"), "utf8"),
      },
    );
    const { address, hostKey } = host;
    return { name: "pi", address, hostKey, user, privateKeyFile: "~/.cache/key" };
  }

  const small = { prometheus: { enabled: false }, grafana: { enabled: false }, gateways: { enabled: false } };

  test("with a password for sudo; if it is missing, a one-line error asks for it", async () => {
    const settings = { host: { connection: "local" }, ...small };
    const guarded = await OwnStack.create(host, "guarded", "guarded", settings);
    const refused = await guarded.failingUp();
    expect(refused).not.toHaveExited(0);
    expect(refused.stdout + refused.stderr).toMatch(
      /host monitor: sudo does not let guarded in without a password .*set becomePassword/,
    );
    const password = readFileSync(join(CHECKOUT, ".lab", "guarded.password"), "utf8").trim();
    await guarded.configure(settings, { "host.becomePassword": password });
    await guarded.up();
    expect((await host.fetch("/")).status).toBe(200);
    expect((await guarded.state()).includes(password)).toBe(false);
    expect(await guarded.operate("status")).toHaveExited(0);
    await guarded.destroy();
    expect(await snapshot(host)).toEqual(before);
  });

  test("without root, and from SSH to local", async () => {
    const settings = (way: object) => ({ host: { ...way, name: "pi", become: false }, ...small });
    const rootless = await OwnStack.create(host, "rootless", "rootless", settings(await ssh("rootless")));
    await rootless.up();
    await rootless.configure(settings({ connection: "local" }));
    await rootless.up();
    expect(await rootless.state()).not.toContain("command:remote:Command");
    expect((await host.fetch("/", { port: 8080 })).status).toBe(200);
    expect(await rootless.operate("status")).toHaveExited(0);
    await rootless.destroy();
    expect((await rootlessSnapshot(host)).filter((line) => !line.includes("/.cache/"))).toEqual([
      "network podman",
    ]);
    expect(await snapshot(host)).toEqual(before);
  });
});
