// A jump host that is another host of the stack, or is named by ~/.ssh/config; what `ssh -G` says is asked of a real ssh.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { machine } from "../../config/context";
import { parse } from "../../config/parse";
import { parseDestination } from "../../connection/sshConfig";
import { context, hostKey, keys, problemsOf, settingsOf, type World } from "./support";

const login = { privateKeyFile: "~/.ssh/id_ed25519", hostKey };
const bastion = { ...login, address: "10.0.0.1", port: 2222, user: "jump" };
const inside = { ...login, address: "10.0.0.2" };

describe("via", () => {
  test("another host of the stack is the jump host, with the log-in that it has itself", () => {
    const parsed = parse({ hosts: { inside: { ...inside, via: "bastion" }, bastion } }, context());
    if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
    const [first, jump] = parsed.settings.hosts;
    expect(first?.connection).toEqual({
      host: "10.0.0.2",
      port: 22,
      user: "root",
      hostKey,
      privateKey: keys.plain.private.trim().concat("\n"),
      dialErrorLimit: 0,
      perDialTimeout: 5,
      proxy: jump?.connection,
    });
    expect(jump?.connection).toMatchObject({ host: "10.0.0.1", port: 2222, user: "jump", dialErrorLimit: 7 });
  });

  test("is the same as the jump host given in place", () => {
    const one = (host: object) => {
      const parsed = parse({ hosts: { inside: { ...inside, ...host }, bastion } }, context());
      return "settings" in parsed ? parsed.settings.hosts[0]?.connection : parsed.problems;
    };
    expect(one({ via: "bastion" })).toEqual(one({ proxy: bastion }));
  });

  test.each<[string, Record<string, unknown>, string]>([
    ["nobody", {}, '"nobody" is not a host of this stack; write one of bastion, '],
    ["inside", {}, '"inside" is this host itself; name the host that it is reached through, or remove this'],
    ["bastion", { bastion: { connection: "local" } }, '"bastion" is the machine that runs Pulumi'],
    [
      "bastion",
      { bastion: { ...bastion, via: "third" }, third: { ...login, address: "10.0.0.3" } },
      '"bastion" is itself reached through third, and only one hop is possible; name a host that is reached directly',
    ],
    [
      "bastion",
      { bastion: { ...bastion, proxy: { ...login, address: "10.0.0.3" } } },
      '"bastion" is itself reached through a proxy, and only one hop is possible',
    ],
  ])("%s cannot be the jump host", (via, others, message) => {
    const problems = problemsOf({ hosts: { inside: { ...inside, via }, bastion, ...others } });
    expect(problems).toEqual([expect.stringContaining(`podwatch:hosts.inside.via: ${message}`)]);
  });

  test("is refused beside proxy, with connection: local, and in a stack of one host", () => {
    expect(problemsOf({ hosts: { inside: { ...inside, via: "bastion", proxy: bastion }, bastion } })).toEqual(
      ['podwatch:hosts.inside.via: "bastion" is set together with proxy; keep one of them'],
    );
    expect(problemsOf({ hosts: { here: { connection: "local", via: "bastion" }, bastion } })).toEqual([
      expect.stringMatching(/^podwatch:hosts\.here\.via: is for SSH and not used with connection: local/),
    ]);
    expect(problemsOf({ host: { ...inside, via: "bastion" } })).toEqual([
      expect.stringMatching(/^podwatch:host\.via: "bastion" is no other host of this stack/),
    ]);
  });

  test("of hosts that name one another, each is refused: only one hop is possible", () => {
    const problems = problemsOf({
      hosts: { inside: { ...inside, via: "bastion" }, bastion: { ...bastion, via: "inside" } },
    });
    expect(problems).toEqual([
      expect.stringMatching(/^podwatch:hosts\.bastion\.via: "inside" is itself reached through bastion, and/),
      expect.stringMatching(/^podwatch:hosts\.inside\.via: "bastion" is itself reached through inside, and/),
    ]);
  });

  test("has the host's firewall let SSH in from there alone, unless it says from where", () => {
    const firewallOf = (more: object, jump: object = bastion) => {
      const parsed = parse(
        { hosts: { inside: { ...inside, via: "bastion", firewall: more }, bastion: jump } },
        context(),
      );
      if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
      return parsed.settings.hosts.map(({ firewall, via }) => [
        via,
        firewall.sshFrom,
        firewall.sshFromDeployer,
      ]);
    };
    expect(firewallOf({ enabled: true })).toEqual([
      ["bastion", ["10.0.0.1"], true],
      [undefined, undefined, false],
    ]);
    expect(firewallOf({ sshFrom: ["10.0.0.0/8"] })[0]).toEqual(["bastion", ["10.0.0.0/8"], false]);
    const named = { ...bastion, address: "bastion.my-company.net" };
    expect(firewallOf({ enabled: true }, named)[0]).toEqual(["bastion", undefined, true]);
  });

  test("what is wrong with the jump host is told once, where it stands", () => {
    const broken = { ...bastion, hostKey: "ssh-rsa AAAA" };
    expect(problemsOf({ hosts: { inside: { ...inside, via: "bastion" }, bastion: broken } })).toEqual([
      expect.stringMatching(/^podwatch:hosts\.bastion\.hostKey: /),
    ]);
  });
});

describe("sshConfig", () => {
  let directory: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "podwatch-ssh-config-"));
  });

  afterAll(() => rmSync(directory, { recursive: true }));

  /** A computer with this ~/.ssh/config, read by the real ssh. */
  function worldWith(config: string, ...destinations: string[]): World {
    const file = join(directory, "config");
    writeFileSync(file, config);
    const says = (name: string) =>
      execFileSync("ssh", ["-F", file, "-G", "--", name], { encoding: "utf8", stdio: "pipe" });
    return {
      files: {
        "~/.ssh/apimon": keys.plain.private,
        "~/.ssh/id_ed25519": "not the one",
        "/known": `apimon.my-cloud.net ${hostKey}\n[10.9.9.9]:2222 ${hostKey}\n`,
      },
      sshConfig: Object.fromEntries(destinations.map((name) => [name, says(name)])),
    };
  }

  const CONFIG = `
Host apimon-bastion
  HostName apimon.my-cloud.net
  User debian
  IdentityFile ~/.ssh/apimon
  UserKnownHostsFile /known
Host inside
  HostName 10.9.9.9
  Port 2222
  User inner
  IdentityFile ~/.ssh/apimon
  UserKnownHostsFile /missing /known
  ProxyJump apimon-bastion
Host chain
  HostName 10.9.9.8
  ProxyJump one,two
Host twice
  ProxyJump inside
Host socks
  ProxyCommand nc -X 5 -x secret-proxy:1080 %h %p
`;
  const privateKey = keys.plain.private.trim().concat("\n");
  const jump = { host: "apimon.my-cloud.net", port: 22, user: "debian", hostKey, privateKey };

  test("takes host name, user, key and host key from ~/.ssh/config", () => {
    const settings = settingsOf(
      { host: { address: "apimon-bastion", sshConfig: true } },
      worldWith(CONFIG, "apimon-bastion"),
    );
    expect(settings.connection).toEqual({ ...jump, dialErrorLimit: 7, perDialTimeout: 5 });
  });

  test("takes the port and one jump host, too", () => {
    const world = worldWith(CONFIG, "inside", "apimon-bastion");
    expect(settingsOf({ host: { address: "inside", sshConfig: "true" } }, world).connection).toEqual({
      host: "10.9.9.9",
      port: 2222,
      user: "inner",
      hostKey,
      privateKey,
      dialErrorLimit: 0,
      perDialTimeout: 5,
      proxy: { ...jump, dialErrorLimit: 7, perDialTimeout: 5 },
    });
  });

  test("the stack file takes precedence", () => {
    const own = { user: "me", port: 2200, hostKey, privateKeyFile: "~/.ssh/own", proxy: bastion };
    const world = worldWith(CONFIG, "socks");
    const files = {
      ...world.files,
      "~/.ssh/own": keys.plain.private,
      "~/.ssh/id_ed25519": keys.plain.private,
    };
    const { connection } = settingsOf(
      { host: { address: "socks", sshConfig: true, ...own } },
      { ...world, files },
    );
    expect(connection).toMatchObject({ host: "socks", user: "me", port: 2200, proxy: { host: "10.0.0.1" } });
  });

  test.each([
    [
      "chain",
      "is reached through more than one hop (ProxyJump one,two), and Podwatch can go over one jump host",
    ],
    ["twice", "is reached through inside, which itself has ProxyJump apimon-bastion, and Podwatch can go"],
    [
      "socks",
      "has a ProxyCommand, and Podwatch can go over one jump host by SSH only (no chain, no ProxyCommand, no SOCKS); set proxy or via here",
    ],
  ])("refuses what the provider cannot do: %s", (address, message) => {
    const world = worldWith(CONFIG, address, "inside");
    const problems = problemsOf(
      { host: { ...login, address, sshConfig: true, hostKey } },
      {
        ...world,
        files: { "~/.ssh/id_ed25519": keys.plain.private },
      },
    );
    expect(problems).toEqual([expect.stringContaining(message)]);
    expect(problems[0]).toMatch(/^podwatch:host\.sshConfig: /);
    expect(problems[0]).not.toContain("secret-proxy");
  });

  test("an agent is used where no key file can be", () => {
    const world = worldWith(CONFIG, "apimon-bastion");
    const { connection } = settingsOf(
      { host: { address: "apimon-bastion", sshConfig: true } },
      {
        ...world,
        files: { ...world.files, "~/.ssh/apimon": keys.encrypted.private },
        agent: { socket: "/run/agent", state: "ready" },
      },
    );
    expect(connection).toMatchObject({ agentSocketPath: "/run/agent" });
  });

  test("a host key that is nowhere, and an ssh that refuses, are told", () => {
    const nowhere = worldWith("Host x\n  UserKnownHostsFile /known\n  IdentityFile ~/.ssh/apimon\n", "x");
    expect(problemsOf({ host: { address: "x", sshConfig: true } }, nowhere)).toEqual([
      expect.stringMatching(/^podwatch:host\.knownHostsFile: "\/known" holds no key for x; /),
    ]);
    expect(problemsOf({ host: { ...login, address: "y", sshConfig: true } })).toEqual([
      'podwatch:host.sshConfig: true needs what ssh -G says of "y", and there is none',
    ]);
  });

  test("is for SSH only", () => {
    const local = { connection: "local", sshConfig: true };
    expect(problemsOf({ host: local })).toEqual([
      expect.stringMatching(/^podwatch:host\.sshConfig: is for SSH and not used with connection: local/),
    ]);
    const world = worldWith(CONFIG, "apimon-bastion");
    expect(problemsOf({ host: { ...local, address: "apimon-bastion" } }, world)).toHaveLength(2);
  });

  test("is asked of this machine's ssh", () => {
    const answer = machine(".", "dev", () => false).sshConfig({
      host: "nowhere.invalid",
      user: "me",
      port: 23,
    });
    expect(answer).toEqual({ text: expect.stringMatching(/^hostname nowhere\.invalid$/m) });
    expect(answer).toEqual({ text: expect.stringMatching(/^user me$/m) });
    expect(answer).toEqual({ text: expect.stringMatching(/^port 23$/m) });
  });

  test.each([
    ["bastion", { host: "bastion" }],
    ["me@bastion:2222", { user: "me", host: "bastion", port: 2222 }],
    ["ssh://me@bastion", { user: "me", host: "bastion" }],
    ["me@[fd00::1]:22", { user: "me", host: "fd00::1", port: 22 }],
    ["fd00::1", { host: "fd00::1" }],
  ])("ProxyJump %s", (text, destination) => {
    expect(parseDestination(text)).toEqual(destination);
  });
});
