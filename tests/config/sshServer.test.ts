// The host's SSH server, and what would lock out Pulumi.
import { parse } from "../../config/parse";
import { context, hostKey, problemsOf, settingsOf, stack } from "./support";

const given = (ssh: unknown, host: Record<string, unknown> = {}) => stack({ ssh }, host);
const byPassword = { privateKeyFile: undefined, password: "a password of theirs" };
const of = (ssh: unknown, host: Record<string, unknown> = {}) => settingsOf(given(ssh, host)).ssh;

test("it is left alone unless a setting of it is written", () => {
  expect(settingsOf(stack({})).ssh.enabled).toBe(false);
  expect(of(true).enabled).toBe(true);
  expect(of({ maxAuthTries: 2 })).toMatchObject({ enabled: true, maxAuthTries: 2 });
});

test("hardened by default", () => {
  expect(of(true, { user: "ops" })).toEqual({
    enabled: true,
    passwords: false,
    rootLogIn: "keys",
    maxAuthTries: 3,
    loginGraceTime: 30,
    forwarding: false,
    allowUsers: [],
    deployer: { user: "ops", by: "key" },
    confirmWithin: 60,
  });
});

test("forwarding is for the host that others are reached through", () => {
  const login = { hostKey, privateKeyFile: "~/.ssh/id_ed25519" };
  const hosts = {
    bastion: { ...login, address: "10.0.0.1" },
    inside: { ...login, address: "10.0.0.2", via: "bastion" },
  };
  const parsed = parse({ hosts, ssh: { enabled: true } }, context());
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
  expect(parsed.settings.hosts.map(({ name, ssh }) => [name, ssh.forwarding])).toEqual([
    ["bastion", true],
    ["inside", false],
  ]);
  expect(problemsOf({ hosts, ssh: { tcpForwarding: false } })).toEqual([
    "podwatch:ssh.tcpForwarding: false would cut off the hosts that are reached through this one (via); remove it",
  ]);
});

test("who deploys by a password, or by an agent, goes on doing so", () => {
  expect(of(true, byPassword)).toMatchObject({ passwords: true, rootLogIn: "passwords" });
  expect(of(true, { ...byPassword, user: "ops" })).toMatchObject({ passwords: true, rootLogIn: "keys" });
  const agent = { socket: "/run/agent", state: "ready" } as const;
  const byAgent = given(true, { privateKeyFile: undefined, agent: true });
  expect(settingsOf(byAgent, { agent }).ssh).toMatchObject({ passwords: false, maxAuthTries: 6 });
});

test.each<[string, object, Record<string, unknown>, string]>([
  [
    "root for root",
    { rootLogIn: "no" },
    {},
    'rootLogIn: "no" would lock out Pulumi, which logs in as root with a key; set another user for this host, or remove this',
  ],
  [
    "keys alone for root with a password",
    { rootLogIn: "keys" },
    byPassword,
    'rootLogIn: "keys" would lock out Pulumi, which logs in as root with a password; set another user for this host, or write passwords',
  ],
  [
    "no passwords for who has one",
    { passwords: false },
    { ...byPassword, user: "ops" },
    "passwords: false would lock out Pulumi, which logs in as ops with a password; set privateKeyFile instead of password for this host, or remove this",
  ],
  [
    "all users but the deployer",
    { allowUsers: ["alice", "opsy"] },
    { user: "ops" },
    "allowUsers: would lock out Pulumi, which logs in as ops; add ops",
  ],
  [
    "everybody",
    { allowUsers: [] },
    {},
    "allowUsers: lists nobody; write who may log in, or remove it, so that all users may",
  ],
  [
    "an endless log-in",
    { loginGraceTime: "11m" },
    {},
    'loginGraceTime: "11m" is too long; write at most 10m',
  ],
  ["no time", { confirmWithin: "9s" }, {}, 'confirmWithin: "9s" is not from 10s to 1h; write one such as 1m'],
  [
    "no root",
    { enabled: true },
    { become: false, user: "ops" },
    "enabled: needs become: true, since only root can configure the SSH server; set become: true for this host, or ssh.enabled to false",
  ],
])("refused: %s", (_, ssh, host, problem) => {
  expect(problemsOf(given(ssh, host))).toEqual([`podwatch:ssh.${problem}`]);
});

test.each(["al ice", "alice@", "alice@example.org", "*", "alice@10.0.0.0/16 root"])(
  "%j is no user",
  (user) => {
    expect(problemsOf(given({ allowUsers: [user] }))).toEqual([
      expect.stringMatching(
        /^podwatch:ssh\.allowUsers\[0\]: .* is not a user; write a name such as alice, or/,
      ),
    ]);
  },
);
