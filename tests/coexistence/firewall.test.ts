// The firewall beside others that rule the host: what is open has to be open through both, and what is closed closed.
import versions from "../../versions.json";
import { eventually, HERE, LabHost, must } from "../integration/support/lab";
import { operate } from "../integration/support/operate";
import { fromHere, scan } from "../integration/support/ports";
import { small } from "../integration/support/smallStack";
import { connection, Stack } from "../integration/support/stack";

jest.setTimeout(600_000);

const FRONT = 8080;
const ALLOWED = 7001;
const CLOSED = 7002;
const LISTEN = `for port in ${ALLOWED} ${CLOSED}; do
  systemd-run --quiet --unit listen-$port perl -MSocket=:all -e \\
    "socket(S, PF_INET6, SOCK_STREAM, 0); bind(S, pack_sockaddr_in6($port, inet_pton(AF_INET6, q(::)))); listen(S, 99); sleep"
done`;

let host: LabHost;
let stack: Stack;

async function deploy(name: string, packages: readonly string[], before: string): Promise<void> {
  host = await LabHost.boot(name);
  await must("lab/lab", ["install", name, ...packages]);
  await host.exec(`set -e\n${LISTEN}\n${before}`);
  stack = await Stack.create(name, settings());
  await stack.up();
}

const settings = () =>
  small(connection("operator", host), {
    front: { bind: "0.0.0.0", insecure: "a test", port: FRONT, tls: false },
    firewall: { allowFrom: [HERE], allow: [{ port: ALLOWED }] },
  });

afterEach(async () => {
  await stack?.dispose();
  await host?.down();
});

async function reached(): Promise<string[]> {
  const seen = await scan(fromHere, [host.address], [22, FRONT, ALLOWED, CLOSED, 9090]);
  return Object.entries(seen)
    .filter(([, state]) => state === "open")
    .map(([place]) => place.split(" ")[1] ?? "")
    .sort();
}

/** Through the front to another container, which is found by its name; over a new connection, since one of before a reboot is dropped. */
const answers = async () =>
  Number(
    await fromHere(
      `curl -s -o /dev/null -m 5 -w '%{http_code}' http://${host.address}:${FRONT}/prometheus/-/ready || :`,
    ),
  );

async function holds(): Promise<void> {
  expect(await reached()).toEqual(["22", String(ALLOWED), String(FRONT)]);
  await eventually(10, answers, (status) => status === 200);
}

test.each([
  [
    "firewalld",
    "systemctl start firewalld",
    "cat /etc/firewalld/policies/*; firewall-cmd --list-all-policies; firewall-cmd --list-all-zones",
    "rm /etc/firewalld/policies/podwatch.xml && firewall-cmd --reload && podman network reload --all",
    "firewall-cmd --reload && systemctl restart firewalld",
  ],
  [
    "ufw",
    "ufw allow 22/tcp && ufw --force enable",
    "ufw show added; cat /etc/ufw/user*.rules",
    `ufw delete allow ${ALLOWED}/tcp`,
    "ufw reload",
  ],
])("%s is told what to open, and it is taken back", async (name, start, show, damage, reload) => {
  await deploy(`test-${name}`, [name], start);
  await holds();
  const told = await host.exec(show);
  expect(told).toMatch(/podwatch/);
  await host.exec(damage);
  expect(await reached()).not.toContain(String(ALLOWED));
  expect((await operate(stack, "drift")).stdout).toMatch(/firewall +(policy|rules) +changed/);
  expect(await operate(stack, "repair")).toMatchObject({ code: 0 });
  await holds();
  await host.exec(reload);
  await holds();
  await host.reboot();
  await host.exec(LISTEN);
  await eventually(30, answers, (status) => status === 200);
  await holds();
  await stack.configure({ ...settings(), firewall: { allowFrom: [HERE] } });
  await stack.up();
  expect(await reached()).toEqual(["22", String(FRONT)]);
  await stack.destroy();
  expect(await host.exec(show)).not.toMatch(/podwatch/);
});

test("a port that Docker publishes is held, and open where it is allowed", async () => {
  const image = versions.images.nginx;
  await deploy(
    "test-docker",
    ["docker.io", "docker-cli"],
    `iptables -P FORWARD ACCEPT
    podman pull --quiet ${image} && podman save ${image} | docker load
    docker run --detach --name published --publish ${CLOSED + 1}:80 ${image} sh -c "printf 'events {}\\nhttp { server { listen 80; } }\\n' >/tmp/conf; exec nginx -c /tmp/conf -g 'daemon off;'"
    for subnet in 10.89.77.0/24; do iptables -I DOCKER-USER -s $subnet -j ACCEPT; iptables -I DOCKER-USER -d $subnet -j ACCEPT; done`,
  );
  expect(await host.exec(`curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:${CLOSED + 1}/`)).toBe(
    "404",
  );
  const published = () => scan(fromHere, [host.address], [CLOSED + 1]);
  expect(Object.values(await published())).toEqual(["closed"]);
  await holds();
  await stack.configure({ ...settings(), firewall: { allow: [{ port: CLOSED + 1, allowFrom: [HERE] }] } });
  await stack.up();
  expect(Object.values(await published())).toEqual(["open"]);
  await stack.destroy();
});

test("rules that no second log-in confirms are taken back after a minute", async () => {
  host = await LabHost.boot("test-revert");
  await host.exec(LISTEN);
  stack = await Stack.create("revert", settings());
  await stack.up();
  await holds();
  const other = await host.exec(
    `cd /var/lib/podwatch/services/firewall/current
    { cat headers; for part in files/rules.nft unit/podwatch-firewall.service; do echo part $part; sed 's/^/  /' $part; done; echo end; } | sed 's/${ALLOWED}/${CLOSED}/'`,
  );
  const apply = ["ssh", `operator@${host.name}`, "sudo sh /var/lib/podwatch/runner apply firewall"];
  expect(await must("lab/lab", apply, { input: other })).toBe("restarted\n");
  const begun = Date.now();
  expect(await reached()).toEqual(["22", String(CLOSED), String(FRONT)]);
  await eventually(90, reached, (seen) => seen.join() === ["22", ALLOWED, FRONT].join());
  const seconds = (Date.now() - begun) / 1000;
  expect(seconds).toBeGreaterThan(50);
  expect(await host.exec("journalctl -q -u podwatch-firewall-revert -o cat")).toContain(
    "no second log-in confirmed the new firewall within 60 s",
  );
  await stack.destroy();
});
