// `connection: local`: the program runs on the host itself.
import { problemsOf, settingsOf } from "./support";

const local = (more: object = {}, sections: object = {}) => ({
  host: { connection: "local", ...more },
  ...sections,
});

test("a host that is this machine needs nothing else", () => {
  expect(settingsOf(local())).toMatchObject({
    name: "monitor",
    connection: { machine: "0123456789abcdef0123456789abcdef", user: "pi" },
    become: true,
    front: { port: 80, publicUrl: "http://localhost" },
  });
  expect(settingsOf(local({ become: false })).front.port).toBe(8080);
});

test("a front that is open to others is found under the machine's name", () => {
  expect(settingsOf(local({}, { front: { bind: "0.0.0.0", insecure: "a test" } })).front.publicUrl).toBe(
    "https://raspberrypi",
  );
  const given = local(
    {},
    { front: { bind: "0.0.0.0", insecure: "a test", tls: false, publicUrl: "http://pi.lan" } },
  );
  expect(settingsOf(given).front.publicUrl).toBe("http://pi.lan");
});

test("settings for SSH are refused by name", () => {
  const text = (name: string) =>
    `podwatch:host.${name}: is for SSH and not used with connection: local, where commands run as the user who runs Pulumi; remove one of the two`;
  const ssh = {
    address: "10.1.2.3",
    port: 22,
    user: "pi",
    knownHostsFile: "known",
    privateKeyFile: "~/.ssh/id_ed25519",
    agent: false,
    waitForConnection: "5m",
  };
  expect(problemsOf(local(ssh))).toEqual(Object.keys(ssh).sort().map(text));
  const proxy = { address: "10.1.2.4", agent: true, hostKey: "x" };
  expect(problemsOf(local({ proxy }))).toContain(text("proxy"));
});

test("a machine without systemd cannot be deployed to", () => {
  expect(problemsOf(local(), { self: { hostname: "laptop", user: "me" } })).toEqual([
    'podwatch:host.connection: "local" needs a Linux machine with systemd, and this one has no /etc/machine-id; run Pulumi on the host itself, or write connection: ssh',
  ]);
});

test("root needs no password for sudo, and is no ordinary user", () => {
  const root = { machineId: "0123456789abcdef0123456789abcdef", hostname: "pi", user: "root" };
  expect(problemsOf(local({ becomePassword: "x" }), { self: root })).toEqual([
    "podwatch:host.becomePassword: is not used by root, who needs no sudo; remove it, or run Pulumi as another user",
  ]);
  expect(problemsOf(local({ become: false }), { self: root })).toEqual([
    "podwatch:host.become: false means rootless containers, but the user is root; run Pulumi as the user who is to own them, or remove this",
  ]);
  expect(settingsOf(local({ becomePassword: "x" })).becomePassword).toBe("x");
});

test("one machine is one host", () => {
  expect(problemsOf({ hosts: { a: { connection: "local" }, b: { connection: "local" } } })).toEqual([
    'podwatch:hosts.b.connection: "local" is also what podwatch:hosts.a says, and this is one machine; keep one of the two hosts',
  ]);
});

test("another way is no way, and over SSH an address is needed", () => {
  expect(problemsOf({ host: { connection: "telnet" } })).toContain(
    'podwatch:host.connection: "telnet" is not known here; write ssh or local',
  );
  expect(problemsOf({ host: { connection: "ssh" } })).toContainEqual(
    expect.stringMatching(/^podwatch:host\.address: is missing; .* connection: local/),
  );
});
