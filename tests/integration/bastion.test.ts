// Hosts that are reached only through another one of the stack.
import { eventually, LabHost, must, type Result, run } from "./support/lab";
import { nightly } from "./support/nightly";
import { drift, operate } from "./support/operate";
import { connection, Stack } from "./support/stack";

jest.setTimeout(300_000);

let bastion: LabHost;
let inner: LabHost;
let stack: Stack;

/** Hosts without services of their own, but for what every host may have. */
const settings = (of: { bastion?: object; inner?: object } = {}) => {
  const { name: _, ...toBastion } = connection("operator", bastion);
  const { name: __, ...toInner } = connection("operator", inner);
  const none = { enabled: false };
  return {
    grafana: none,
    prometheus: none,
    ssh: true,
    hosts: {
      // The one that is waited for comes last.
      [inner.name]: {
        ...toInner,
        via: bastion.name,
        firewall: { enabled: true },
        ...of.inner,
      },
      [bastion.name]: { ...toBastion, firewall: { sshLimit: { perMinute: 4 } }, ...of.bastion },
    },
  };
};

beforeAll(async () => {
  [bastion, inner] = (await LabHost.bootAll(["test-bastion", "test-bastion-inner"])) as [LabHost, LabHost];
  stack = await Stack.create("bastion", settings());
});

afterAll(async () => {
  await stack?.dispose();
  await Promise.all([bastion?.down(), inner?.down()]);
});

/** A log-in from this machine, or from another host. */
const portOf = (host: LabHost, from?: LabHost): Promise<Result> => {
  const script = `exec 3<>/dev/tcp/${host.address}/22 && head -c 4 <&3`;
  return from === undefined
    ? run("timeout", ["10", "bash", "-c", script])
    : run("lab/lab", ["exec", from.name, "timeout", "10", "bash", "-c", script]);
};

test("what is behind it is reached through it, and by SSH from nowhere else", async () => {
  await stack.up();
  expect(await inner.exec("nft list table inet podwatch_firewall")).toContain(
    `ip saddr ${bastion.address} tcp dport 22 accept`,
  );
  expect((await portOf(inner, bastion)).stdout).toBe("SSH-");
  expect((await portOf(inner)).stdout).toBe("");
  const again = await stack.up();
  expect([again.created, again.updated, again.deleted]).toEqual([undefined, undefined, undefined]);
  expect(await drift(stack)).toEqual({ code: 0, found: { [bastion.name]: [], [inner.name]: [] } });
});

/** What its SSH server goes by for somebody who logs in. */
const goesBy = async (host: LabHost, user: string) => {
  const all = await host.exec(`sshd -T -C user=${user},host=x,addr=10.99.0.1`);
  const words = "passwordauthentication|permitrootlogin|maxauthtries|allowtcpforwarding|allowusers";
  return all.match(new RegExp(`^(${words}) .*$`, "gm"))?.sort();
};
const HARDENED = ["maxauthtries 3", "passwordauthentication no", "permitrootlogin without-password"];
const FILE = "/etc/ssh/sshd_config.d/00-podwatch.conf";

test("their SSH servers are hardened; what somebody changes is found and put back", async () => {
  expect(await goesBy(bastion, "rootless")).toEqual(["allowtcpforwarding local", ...HARDENED]);
  expect(await goesBy(inner, "rootless")).toEqual(["allowtcpforwarding no", ...HARDENED]);
  expect(await goesBy(inner, "operator")).toEqual(["allowtcpforwarding local", ...HARDENED]);
  await inner.exec(`echo 'MaxAuthTries 9' >>${FILE}`);
  expect(await drift(stack)).toEqual({
    code: 2,
    found: { [bastion.name]: [], [inner.name]: [`ssh: file changed ${FILE}`] },
  });
  const repaired = await operate(stack, "repair", "--host", inner.name);
  expect([repaired.code, repaired.stdout]).toEqual([0, `host ${inner.name}: put back ssh\n`]);
  expect(await inner.exec(`cat ${FILE}; ls /var/lib/podwatch/services/ssh`)).not.toMatch(/9|unconfirmed/);
});

test("new connections to the bastion are limited by source, but not those of who deploys", async () => {
  const tries = async (from?: LabHost) => {
    const seen = await Promise.all(Array.from({ length: 7 }, () => portOf(bastion, from)));
    return seen.filter(({ stdout }) => stdout === "SSH-").length;
  };
  expect(await tries(inner)).toBeLessThanOrEqual(5);
  expect(await tries()).toBe(7);
});

test("a setting that locks out is taken back by the host itself", async () => {
  const before = await inner.exec(`cat ${FILE}`);
  const ssh = { confirmWithin: "10s", allowUsers: ["operator@192.0.2.1"] };
  await stack.configure(settings({ inner: { ssh } }));
  await stack.failingUp();
  await eventually(
    60,
    () => inner.exec(`cat ${FILE}`),
    (found) => found === before,
  );
  const told = await stack.failingUp();
  expect(told).toContain("no second log-in got through the new ssh within 10 s, so the host took it back");
});

test("a change that nobody has confirmed is gone after a boot, and a right one takes its place", async () => {
  const before = await inner.exec(`cat ${FILE}`);
  await stack.configure(settings({ inner: { ssh: { allowUsers: ["operator@192.0.2.2"] } } }));
  await stack.failingUp();
  expect(await inner.exec(`cat ${FILE}`)).not.toBe(before);
  const unconfirmed = "/var/lib/podwatch/services/ssh/unconfirmed";
  await inner.exec(`sed -i '1s/.*/another boot/' ${unconfirmed} && systemctl restart podwatch-ssh`);
  expect(await inner.exec(`cat ${FILE}; systemctl reload ssh; ls ${unconfirmed} 2>/dev/null || :`)).toBe(
    before,
  );
  await stack.configure(settings({ inner: { ssh: { allowUsers: ["operator@10.99.0.0/16"] } } }));
  await stack.up();
  expect(await goesBy(inner, "operator")).toContain("allowusers operator@10.99.0.0/16");
});

test.each([
  [
    "whose sshd_config does not read the file",
    "sed -i 's/^Include/#Include/' /etc/ssh/sshd_config",
    "sed -i 's/^#Include/Include/' /etc/ssh/sshd_config",
    /would not take over passwordauthentication .*; nothing was changed: let .* begin with the line "Include /,
  ],
  [
    "that lets the deploying user in by other ways only",
    "printf 'Match User operator\n  PubkeyAuthentication no\n' >/etc/ssh/sshd_config.d/99-own.conf",
    "rm /etc/ssh/sshd_config.d/99-own.conf",
    /would not let operator in with a key any more, as this deployment comes; nothing was changed/,
  ],
])("a host %s is refused", async (_, change, undo, message) => {
  const before = await inner.exec(`cat ${FILE}`);
  await inner.exec(change);
  await stack.configure(settings({ inner: { ssh: { maxAuthTries: 5 } } }));
  expect(await stack.failingUp()).toMatch(message);
  expect(await inner.exec(`${undo}; cat ${FILE}`)).toBe(before);
});

test("npm run ssh logs in through it, with arguments as they are, and ends as the command does", async () => {
  const words = ["a b", "$HOME", "'\"", "", "*", "--stack", "-s"];
  const told = await operate(stack, "ssh", inner.name, "printf", "<%s>", ...words);
  expect([told.code, told.stdout]).toEqual([0, words.map((word) => `<${word}>`).join("")]);
  const failed = await operate(stack, "ssh", inner.name, "sh", "-c", "echo out; echo err >&2; exit 7");
  expect([failed.code, failed.stdout, failed.stderr]).toEqual([7, "out\n", "err\n"]);
  expect((await operate(stack, "ssh", inner.name, "sh", "-c", "kill -TERM $$")).code).toBe(143);
  const unknown = await operate(stack, "ssh", "elsewhere");
  expect([unknown.code, unknown.stderr]).toEqual([
    1,
    `podwatch: the stack has no host "elsewhere": use ${bastion.name}, ${inner.name}\n`,
  ]);
});

test("npm run ssh without a command is a login shell at the terminal that it is typed at", async () => {
  const command = `stty rows 33 cols 111; node operate/run.js ssh --stack ${stack.name} ${inner.name}`;
  const { code, stdout } = await run("script", ["-qec", command, "/dev/null"], {
    env: { ...stack.environment(), PODWATCH_PULUMI: "lab/toolchain/pulumi" },
    input: "tty; stty size; id -un; shopt -q login_shell && echo login; exit 5\n",
  });
  expect(code).toBe(5);
  expect(stdout).toMatch(/\/dev\/pts\/\d+\s+33 111\s+operator\s+login\s/);
});

describe("people", () => {
  const KEY = "/root/of-people";
  /** What somebody gets who logs in from the bastion. */
  const as = (user: string, script: string) =>
    bastion.tryExec(
      `ssh -i ${KEY} -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR ${user}@${inner.address} ${JSON.stringify(script)}`,
    );
  let key: string;
  const have = async (users: object) => {
    await stack.configure(
      settings({ inner: { accounts: { enabled: Object.keys(users).length > 0, users } } }),
    );
    return stack.up();
  };

  beforeAll(async () => {
    key = (
      await bastion.exec(`ssh-keygen -q -t ed25519 -N '' -C of-people -f ${KEY} && cat ${KEY}.pub`)
    ).trim();
  });

  test("log in with their keys, with the rights that the stack file gives", async () => {
    const before = await inner.exec("cat /home/rootless/.ssh/authorized_keys");
    const account = "getent passwd rootless; id -Gn rootless";
    const theirs = await inner.exec(account);
    await have({
      alice: { keys: [key], sudo: true, groups: ["adm"] },
      rootless: { keys: [key], shell: "/bin/sh", groups: ["adm"] },
    });
    expect(await inner.exec(account)).toBe(theirs);
    expect(await inner.exec("passwd --status alice | cut -d ' ' -f 2")).toBe("L\n");
    expect((await as("alice", "id -un; id -Gn; sudo -n id -un; pwd")).stdout).toBe(
      "alice\nalice adm\nroot\n/home/alice\n",
    );
    expect((await as("rootless", "id -un; sudo -n id -un")).stdout).toBe("rootless\n");
    expect(await inner.exec("cat /home/rootless/.ssh/authorized_keys")).toBe(
      `${before}# Podwatch: begin\n${key}\n# Podwatch: end\n`,
    );
    const modes =
      "stat -c '%a %U %n' /home/alice/.ssh /home/alice/.ssh/authorized_keys /etc/sudoers.d/podwatch-accounts";
    expect(await inner.exec(modes)).toBe(
      "700 alice /home/alice/.ssh\n600 alice /home/alice/.ssh/authorized_keys\n440 root /etc/sudoers.d/podwatch-accounts\n",
    );
    expect(await drift(stack)).toEqual({ code: 0, found: { [bastion.name]: [], [inner.name]: [] } });
  });

  test("what somebody changes is found and put back; their own keys stay", async () => {
    const file = "/home/alice/.ssh/authorized_keys";
    await inner.exec(
      `echo 'ssh-ed25519 AAAAown own' >${file}; echo 'bob ALL=(ALL) ALL' >>/etc/sudoers.d/podwatch-accounts; touch /home/alice/hers; chown alice /home/alice/hers`,
    );
    expect((await drift(stack)).found[inner.name]).toEqual([
      "accounts: keys changed alice",
      "accounts: file changed /etc/sudoers.d/podwatch-accounts",
    ]);
    expect((await operate(stack, "repair", "--host", inner.name)).stdout).toBe(
      `host ${inner.name}: put back accounts\n`,
    );
    expect(await inner.exec(`cat ${file}`)).toMatch(/^ssh-ed25519 AAAAown own\n# Podwatch: begin\n/);
    expect((await as("alice", "sudo -n id -un")).stdout).toBe("root\n");
  });

  test("a file of keys that is a link to another's leads nowhere, and a group that is missing is refused", async () => {
    const shadow = await inner.exec("cat /etc/shadow");
    await inner.exec(
      "rm /home/alice/.ssh/authorized_keys; ln -s /etc/shadow /home/alice/.ssh/authorized_keys",
    );
    expect((await operate(stack, "repair", "--host", inner.name)).code).not.toBe(0);
    expect(await inner.exec("rm /home/alice/.ssh/authorized_keys; cat /etc/shadow")).toBe(shadow);
    expect((await operate(stack, "repair", "--host", inner.name)).code).toBe(0);
    await stack.configure(
      settings({
        inner: { accounts: { users: { alice: { keys: [key], sudo: true, groups: ["nowhere"] } } } },
      }),
    );
    expect(await stack.failingUp()).toContain(
      "the group nowhere of podwatch:accounts.users.alice is not on this host",
    );
  });

  test("whoever leaves is let in no more, and finds their files when they come back", async () => {
    const session = as("alice", "exec sleep 200");
    await eventually(
      20,
      () => inner.tryExec("pgrep -u alice sleep"),
      ({ code }) => code === 0,
    );
    await have({ rootless: { keys: [key] } });
    // Who is still logged in keeps the account until then.
    expect((await as("alice", "id -un")).code).not.toBe(0);
    expect(await inner.exec("id -un alice; ls /etc/sudoers.d | grep podwatch || :")).toBe("alice\n");
    await inner.exec("pkill -u alice sleep");
    await session;
    await have({ alice: { keys: [key] } });
    expect((await as("alice", "stat -c %U hers; sudo -n id -un")).stdout).toBe("alice\n");
    expect((await as("rootless", "id -un")).code).not.toBe(0);
    expect(await inner.exec("cat /home/rootless/.ssh/authorized_keys")).not.toContain("Podwatch");
    await have({});
    expect(await inner.exec("getent passwd alice; ls /home/alice")).toBe("hers\n");
    await have({ alice: { keys: [key] } });
    expect((await as("alice", "stat -c %U hers")).stdout).toBe("alice\n");
  });
});

describe("clocks", () => {
  /** A host's own time service, which may not set the clock here: it is that of this machine. */
  const install = async (host: LabHost, of: { package: string; unit: string; lines: string }) => {
    const directory = `/etc/systemd/system/${of.unit}.service.d`;
    await host.exec(`mkdir -p ${directory}; printf '${of.lines}' >${directory}/lab.conf`);
    await must("lab/lab", ["install", host.name, of.package]);
    await host.exec(`systemctl reload dbus; systemctl restart ${of.unit}`);
  };
  const CHRONY = {
    ...{ package: "chrony", unit: "chrony" },
    lines: "[Unit]\\nConditionCapability=\\n[Service]\\nExecStart=\\nExecStart=!/usr/sbin/chronyd -x\\n",
  };
  const TIMESYNCD = {
    ...{ package: "systemd-timesyncd", unit: "systemd-timesyncd" },
    lines:
      "[Unit]\\nConditionVirtualization=\\nConditionCapability=\\n[Service]\\nAmbientCapabilities=\\nCapabilityBoundingSet=\\n",
  };
  const PLACE = "/etc/chrony/conf.d/podwatch.conf";
  const allow = [{ port: 123, protocol: "udp", allowFrom: ["10.99.0.0/16"] }];
  const told = (time: object) =>
    settings({ inner: { time }, bastion: { firewall: { sshLimit: { perMinute: 4 }, allow } } });
  const state = () =>
    inner.exec(
      `cat ${PLACE} 2>&1; timedatectl show --property=Timezone --value; chronyc -c -N sources | cut -d , -f 3`,
    );
  let before: string;

  beforeAll(async () => {
    await install(bastion, CHRONY);
    await bastion.exec(
      "printf 'local stratum 8\\nallow 10.99.0.0/16\\n' >/etc/chrony/conf.d/lab.conf; systemctl restart chrony",
    );
  });

  test("a host without a time service that could be told is refused", async () => {
    await stack.configure(told({ servers: [bastion.address] }));
    expect(await stack.failingUp()).toContain(
      "this host has neither chrony nor systemd-timesyncd, one of which podwatch:time.servers is for; nothing was changed",
    );
    await install(inner, CHRONY);
    before = await state();
  });

  nightly("servers that do not answer are taken back", async () => {
    await stack.configure(told({ servers: ["192.0.2.1"], zone: "Europe/Berlin" }));
    expect(await stack.failingUp()).toContain(
      "none of the servers of podwatch:time.servers (192.0.2.1) has answered chrony.service within 30 s",
    );
    expect(await state()).toBe(before);
  });

  test("the servers of the stack file are told to it", async () => {
    await stack.configure(told({ servers: [bastion.address], zone: "Europe/Berlin" }));
    await stack.up();
    expect(await state()).toMatch(
      new RegExp(
        `^# Podwatch: begin\nserver ${bastion.address} iburst prefer\n# Podwatch: end\nEurope/Berlin\n(.*\n)*${bastion.address}\n`,
      ),
    );
    expect((await drift(stack)).found[inner.name]).toEqual([]);
  });

  test("what somebody changes is found and put back", async () => {
    await inner.exec(`rm ${PLACE}; systemctl disable --now chrony; timedatectl set-timezone Asia/Tokyo`);
    expect((await drift(stack)).found[inner.name]).toEqual([
      `time: file missing ${PLACE}`,
      "time: zone other Asia/Tokyo",
    ]);
    const repair = await operate(stack, "repair", "--host", inner.name);
    expect(repair.stdout).toBe(`host ${inner.name}: put back time\n`);
    expect((await drift(stack)).found[inner.name]).toEqual([]);
    expect(await inner.exec("systemctl is-enabled chrony; systemctl is-active chrony")).toBe(
      "enabled\nactive\n",
    );
    await inner.exec("systemctl stop chrony");
    expect((await drift(stack)).found[inner.name]).toEqual(["time: unit stopped chrony.service"]);
  });

  nightly(
    "one that reads no directory has them in its own file, and another one takes over from it",
    async () => {
      const own = "/etc/chrony/chrony.conf";
      await inner.exec(`sed -i '/^confdir/d' ${own}`);
      const untold = await inner.exec(`cat ${own}`);
      await inner.exec(`rm ${PLACE} /var/lib/podwatch/services/time/place`);
      await stack.configure(told({ servers: [bastion.address] }));
      await stack.up();
      expect(await inner.exec(`cat ${own}; ls ${PLACE} 2>/dev/null || :`)).toBe(
        `${untold}# Podwatch: begin\nserver ${bastion.address} iburst prefer\n# Podwatch: end\n`,
      );
      await inner.exec("dpkg --purge chrony");
      await install(inner, TIMESYNCD);
      const repair = await operate(stack, "repair", "--host", inner.name);
      expect(repair.stdout).toBe(`host ${inner.name}: put back time\n`);
      expect((await drift(stack)).found[inner.name]).toEqual([]);
      expect(
        await inner.exec("timedatectl show-timesync --property=SystemNTPServers --property=ServerName"),
      ).toBe(`SystemNTPServers=${bastion.address}\nServerName=${bastion.address}\n`);
    },
  );

  test("it is left as it was found", async () => {
    await stack.configure(told({ enabled: false }));
    await stack.up();
    const places = "/etc/chrony /etc/systemd/timesyncd.conf.d";
    expect(await inner.exec(`grep -rl Podwatch ${places} 2>/dev/null || :`)).toBe("");
    expect(before).toContain(await inner.exec("timedatectl show --property=Timezone --value"));
  });
});

test("destroy leaves nothing, the host behind it first", async () => {
  await stack.destroy();
  for (const host of [bastion, inner])
    expect(
      await host.exec(`ls -d /var/lib/podwatch /etc/systemd/system/podwatch* ${FILE} 2>&1 || :`),
    ).not.toMatch(/^\//m);
  expect(await inner.exec("nft list tables")).not.toContain("podwatch");
  expect(await goesBy(bastion, "rootless")).toContain("allowtcpforwarding yes");
  expect(await inner.exec("getent passwd alice; ls /etc/sudoers.d | grep podwatch || :")).toBe("");
});
