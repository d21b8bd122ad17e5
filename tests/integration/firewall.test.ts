// The firewall of a host: who reaches which port, whoever opened it, and that nobody is locked out.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import versions from "../../versions.json";
import { CHECKOUT, eventually, LabHost, must, run } from "./support/lab";
import { operate, operateJson } from "./support/operate";
import { type From, fromHere, listener, type Seen, scan } from "./support/ports";
import { small } from "./support/smallStack";
import { snapshot } from "./support/snapshot";
import { connection, Stack } from "./support/stack";

jest.setTimeout(400_000);

let host: LabHost;
let friend: LabHost;
let stack: Stack;
let before: string[];

const OTHER_CONTAINER = 7001;
const ROOTLESS_CONTAINER = 7002;
const PROGRAM = 7003;
const ALLOWED = 7004;
const ALLOWED_CONTAINER = 7005;

const NGINX = `${versions.images.nginx} sh -c "printf 'events {}\\nhttp { server { listen [::]:80 ipv6only=off; } }\\n' >/tmp/conf; exec nginx -c /tmp/conf -g 'daemon off;'"`;
const publish = (port: number) => `--publish ${port}:80 --publish '[::]:${port}:80'`;

/** What else is on the host: containers of root's, one of an ordinary user's, and two programs. */
const OTHERS = `
  podman network create --ipv6 others
  podman run --quiet --detach --name others --network others ${publish(OTHER_CONTAINER)} ${publish(ALLOWED_CONTAINER)} ${NGINX}
  loginctl enable-linger rootless
  ${[PROGRAM, ALLOWED].map(listener).join("")}`;
const ROOTLESS = `podman run --quiet --detach --name others --publish ${ROOTLESS_CONTAINER}:80 ${NGINX}`;

const open = { bind: "::", insecure: "a test", port: 8443, tls: false };

/** Settings by stack: the front is open in the last two. */
const STACKS: Readonly<Record<string, (allowFrom: readonly string[]) => object>> = {
  default: () => ({ firewall: { enabled: true } }),
  prod: (allowFrom) => ({ front: open, firewall: { allowFrom } }),
  qual: (allowFrom) => ({
    front: open,
    firewall: {
      allowFrom,
      allow: [{ port: ALLOWED }, { port: ALLOWED_CONTAINER, allowFrom }],
    },
  }),
};

const settings = (name: string, more: object = {}) =>
  small(connection("operator", host), {
    ...STACKS[name]?.([friend.address, friend.address6]),
    network: { subnet6: "fd5a:1c3e:9b20::/64" },
    ...more,
  });

beforeAll(async () => {
  [host, friend] = (await LabHost.bootAll(["test-firewall", "test-firewall-friend"])) as [LabHost, LabHost];
  await host.exec(OTHERS);
  await host.execRootless(ROOTLESS);
  before = await snapshot(host);
  stack = await Stack.create("firewall", settings("prod"));
});

afterAll(async () => {
  await stack?.dispose();
  await Promise.all([host?.down(), friend?.down()]);
});

const on =
  (lab: LabHost, ...within: string[]): From =>
  (script) =>
    must("lab/lab", ["exec", lab.name, ...within, "bash", "-c", script]);

/** As a container sees the network, with the host's own programs. */
const inContainer: From = async (script) => {
  const process = await host.exec("podman inspect --format '{{.State.Pid}}' podwatch-prometheus");
  return on(host, "nsenter", "-t", process.trim(), "-n")(script);
};

const rules = () => host.exec("nft list table inet podwatch_firewall");
const runner = (words: string) => `sudo sh /var/lib/podwatch/runner ${words}`;

/** Another log-in of the user that deploys. */
const logIn = (script: string, input = "") =>
  run("lab/lab", ["ssh", `operator@${host.name}`, script], { input });

const PORTS = {
  22: "SSH",
  80: "the front, on loopback",
  8080: "nothing",
  8443: "the front",
  9090: "Prometheus, not published",
  [OTHER_CONTAINER]: "published port of another container",
  [ROOTLESS_CONTAINER]: "published port of a rootless container",
  [PROGRAM]: "a program of the host",
  [ALLOWED]: "a program of the host, allowed in qual",
  [ALLOWED_CONTAINER]: "published port of another container, allowed to some in qual",
} as const;

const FRONT_SOURCES = ["the host itself", "an allowed host", "the container network"];

/** Whether a port has to be reachable. */
function expected(name: string, port: number, source: string): Seen {
  const listening = port !== 8080 && port !== 9090 && port !== 80 && (port !== 8443 || name !== "default");
  const allowed =
    source === "the host itself" ||
    port === 22 ||
    (port === 8443 && FRONT_SOURCES.includes(source)) ||
    (name === "qual" && port === ALLOWED) ||
    (name === "qual" && port === ALLOWED_CONTAINER && source === "an allowed host");
  return listening && allowed ? "open" : "closed";
}

const numbers = Object.keys(PORTS).map(Number);

test("without it, whatever is published or listens is open to everybody", async () => {
  const [seen] = await Promise.all([scan(fromHere, [host.address, host.address6], numbers)]);
  const reached = Object.entries(seen).filter(([, state]) => state === "open");
  const listening = [22, OTHER_CONTAINER, ROOTLESS_CONTAINER, PROGRAM, ALLOWED, ALLOWED_CONTAINER];
  expect(reached.map(([place]) => place).sort()).toEqual(
    [host.address, host.address6].flatMap((address) => listening.map((port) => `${address} ${port}`)).sort(),
  );
});

test("up brings it into force, confirmed by a second log-in, before anything is published", async () => {
  const { created } = await stack.up();
  expect(created).toBeGreaterThan(0);
  expect(await rules()).toContain(`ip saddr ${friend.address} tcp dport 8443 accept`);
  expect(await host.exec("ls /var/lib/podwatch/services/firewall; systemctl list-timers --all")).not.toMatch(
    /unconfirmed|podwatch-firewall-revert/,
  );
  const again = await stack.up();
  expect([again.created, again.updated, again.deleted]).toEqual([undefined, undefined, undefined]);
});

describe("who reaches what", () => {
  const rows: string[] = [];

  // In the order of the deployments.
  test.each(["prod", "default", "qual"])("in the stack %s", async (name) => {
    await stack.configure(settings(name));
    await stack.up();
    const sources: ReadonlyArray<readonly [string, From]> = [
      ["the host itself", on(host)],
      ["an allowed host", on(friend)],
      ["another host", fromHere],
      ["the container network", inContainer],
    ];
    const addresses = [host.address, host.address6];
    const seen = await Promise.all(sources.map(([, from]) => scan(from, addresses, numbers)));
    const table = numbers.flatMap((port) =>
      sources.map(([source], index) => ({
        port,
        source,
        wanted: expected(name, port, source),
        found: addresses.map((address) => seen[index]?.[`${address} ${port}`]),
      })),
    );
    for (const { port, source, wanted, found } of table) {
      const about = PORTS[port as keyof typeof PORTS];
      rows.push(`| ${name} | ${port}: ${about} | ${source} | ${wanted} | ${found.join(" | ")} |`);
    }
    expect(table).toEqual(table.map((row) => ({ ...row, found: [row.wanted, row.wanted] })));
  });

  test("docs/firewall.md says so", async () => {
    const file = join(CHECKOUT, "docs/firewall.md");
    const text = await readFile(file, "utf8");
    const shown = text.replace(
      /(\| stack \| port .*\n\|---.*\n)(\|.*\n)+/,
      (_, head: string) => `${head}${rows.join("\n")}\n`,
    );
    if (process.env.PODWATCH_WRITE_TABLES) await writeFile(file, shown);
    else expect(text).toBe(shown);
  });
});

test("it is put back where somebody changes or removes it", async () => {
  for (const [damage, what] of [
    ["nft insert rule inet podwatch_firewall incoming tcp dport 1-65535 accept", "changed"],
    ["nft delete table inet podwatch_firewall", "missing"],
  ] as const) {
    await host.exec(damage);
    const { json } = await operateJson<object>(stack, "drift");
    expect(JSON.stringify(json)).toContain(
      JSON.stringify({ object: "table", what, which: "podwatch_firewall" }).slice(1, -1),
    );
    expect(await operate(stack, "repair")).toMatchObject({ code: 0 });
    expect(await operate(stack, "drift")).toMatchObject({ code: 0 });
  }
});

test("rules that would shut out the deployment are refused before anything is changed", async () => {
  const former = await rules();
  await stack.configure(settings("qual", { firewall: { sshFrom: [friend.address, "fd10:99::/64"] } }));
  expect(await stack.failingUp()).toMatch(
    /logs in from 10\.99\.0\.1, which the new rules would shut out; nothing was changed: add it to podwatch:firewall\.sshFrom/,
  );
  expect(await rules()).toBe(former);
  await stack.configure(
    settings("qual", { firewall: { sshFrom: ["10.99.0.0/28"], allow: [{ port: 7006 }] } }),
  );
  await stack.up();
  expect(await rules()).toContain("ip saddr 10.99.0.0/28 tcp dport 22 accept");
});

test("rules that no second log-in confirms are taken back by the host itself, at a reboot at the latest", async () => {
  const former = await rules();
  const bundle = (await host.exec("cat /var/lib/podwatch/services/firewall/current/headers")).concat(
    await host.exec(
      "cd /var/lib/podwatch/services/firewall/current; for part in files/rules.nft unit/podwatch-firewall.service; do echo part $part; sed -e 's/7006/7007/' -e 's/^/  /' $part; done; echo end",
    ),
  );
  const apply = async () => {
    expect(await logIn(runner("apply firewall"), bundle)).toMatchObject({ code: 0, stdout: "restarted\n" });
    expect(await rules()).toContain("tcp dport 7007");
  };
  await apply();
  // The log-in that applied it proves nothing; here, one session does both.
  const release = (await host.exec("readlink /var/lib/podwatch/services/firewall/current")).trim();
  const both = await logIn(
    `cat >bundle; ${runner("apply firewall")} <bundle && ${runner(`confirm firewall ${release.replace("releases/", "")}`)} </dev/null; rm bundle`,
    bundle,
  );
  expect(both.stderr).toMatch(/is confirmed by a log-in of its own, and this is the one that applied it/);
  expect(await host.exec("systemctl show --property TimersMonotonic podwatch-firewall-revert.timer")).toMatch(
    /OnActiveUSec=1min /,
  );
  await host.exec("systemctl start podwatch-firewall-revert.service");
  await eventually(10, rules, (found) => found === former);
  expect((await logIn(runner(`confirm firewall ${release.replace("releases/", "")}`))).stderr).toMatch(
    /no second log-in got through the new firewall within 60 s, so the host took it back:\s+correct podwatch:firewall, or/,
  );
  await apply();
  await host.reboot();
  expect(await rules()).toBe(former);
  const times = await host.exec(
    "systemctl show --property ActiveEnterTimestampMonotonic --value podwatch-firewall network-pre.target network.target ssh",
  );
  const [loaded = 0, ...later] = times.trim().split(/\s+/).map(Number);
  expect(loaded).toBeGreaterThan(0);
  expect(later.every((time) => time > loaded)).toBe(true);
  expect(await operate(stack, "repair")).toMatchObject({ code: 0 });
});

test("destroy removes all of it", async () => {
  await stack.destroy();
  expect(await host.exec("nft list tables")).not.toContain("podwatch");
  // It has rebooted meanwhile.
  expect(await snapshot(host)).toEqual(before.filter((thing) => !thing.startsWith("unit listen-")));
});
