// Hosts that moved, were reinstalled, or are gone.
import { faultTest } from "./support/faults";
import { start, strike } from "./support/interruptions";
import { eventually, LabHost, must } from "./support/lab";
import { nightly, nightlyFaultTest } from "./support/nightly";
import { freezeSessions, silence } from "./support/silence";
import { healthy, pinned, small, startedAt } from "./support/smallStack";
import { snapshot } from "./support/snapshot";
import { Stack, type StackSettings } from "./support/stack";

jest.setTimeout(300_000);

const GONE = "10.99.0.250";

let one: LabHost;
let two: LabHost;
let before: string[];
let stack: Stack;

beforeAll(async () => {
  [one, two] = await Promise.all([LabHost.boot("test-lost-one"), LabHost.boot("test-lost-two")]);
  before = await snapshot(one);
  stack = await Stack.create("lost-hosts", small(pinned(one)));
  await stack.up();
});

afterAll(async () => {
  await stack?.dispose();
  await one?.down();
  await two?.down();
});

describe("a host cannot be moved to an unsuitable one: an error is reported, and the old host keeps running", () => {
  const there = (changed: object) => pinned(two, { name: one.name, ...changed });
  const noSpace = "/var/lib/containers/storage";

  type Unsuitable = readonly [what: string, changed: object, spoil: string, mend: string, message: RegExp];
  const keepsRunning = async (...[_what, changed, spoil, mend, message]: Unsuitable) => {
    const running = await startedAt(one);
    if (spoil !== "") await two.exec(spoil);
    await stack.configure(small(there(changed)));
    const output = await stack.failingUp();
    if (mend !== "") await two.exec(mend);
    expect(output).toMatch(message);
    expect(output).not.toMatch(/runner |answers |service /);
    expect(await startedAt(one)).toBe(running);
  };

  test.each<Unsuitable>([
    [
      "the address does not answer",
      { address: GONE },
      "",
      "",
      /10\.99\.0\.250:22 (cannot be reached|does not answer)/,
    ],
    [
      "the user may not become root",
      { user: "rootless" },
      "",
      "",
      /sudo does not let rootless in without a password/,
    ],
    [
      "another program has a network with its name",
      {},
      "podman network create podwatch",
      "podman network rm podwatch",
      /there is already a network named podwatch that is not managed by Podwatch/,
    ],
    [
      "another program uses the front's port",
      {},
      "systemd-run --quiet --unit other systemd-socket-activate -l 80 cat; until ss -Hltn | grep -q ':80 '; do sleep 0.1; done",
      "systemctl stop other",
      /another program listens on port 80 already .* or set podwatch:front\.port to a port that is free/,
    ],
  ])("%s", keepsRunning);

  // They differ from those above in the reason only.
  nightly.each<Unsuitable>([
    ["nobody is at the port", { port: 2222 }, "", "", /:2222 cannot be reached/],
    ["it knows no such user", { user: "stranger", become: false }, "", "", /:22 does not let stranger in/],
    [
      "it has no podman",
      {},
      "mv /usr/bin/podman /usr/bin/podman.away",
      "mv /usr/bin/podman.away /usr/bin/podman",
      /podwatch: podman is not installed on this host/,
    ],
    [
      "its disk is full",
      {},
      `mkdir -p ${noSpace}; mount -t tmpfs -o size=64m tmpfs ${noSpace}`,
      `umount ${noSpace}`,
      /podwatch: too little room on this host: \S+\/storage has \d+ MiB left and needs 1024/,
    ],
  ])("%s", keepsRunning);

  test("with --target its check is left out", async () => {
    const running = await startedAt(one);
    await stack.configure(small(there({})));
    expect(await stack.failingUp("--target", "**-runner")).toMatch(
      /host \S+: it would move .* nothing was changed\. Run pulumi up without --target/,
    );
    expect(await startedAt(one)).toBe(running);
  });

  test("the old host does not answer; once it does, everything moves", async () => {
    const running = await startedAt(one);
    const answerAgain = await silence(one);
    const output = await stack.failingUp();
    await answerAgain();
    expect(output).toMatch(/host test-lost-one: \S+:22 does not answer as an SSH server within 20 s/);
    expect(await startedAt(one)).toBe(running);
  });
});

faultTest("another address of a host", "removed from the old host, deployed to the new one", async () => {
  await stack.configure(small(pinned(two, { name: one.name })));
  await stack.up();
  await healthy(two);
  expect(await snapshot(one)).toEqual(before);
  await stack.preview("--expect-no-changes");
});

/** A stack file of several hosts, each a small one. */
function several(hosts: Readonly<Record<string, object>>, more: object = {}): StackSettings {
  const { host: _, ...rest } = small({}, more);
  return { ...rest, hosts };
}

describe("a removal under the old name of a host keeps what it has under the new one", () => {
  const at = (host: LabHost) => pinned(host, { name: undefined });
  const data = (host: LabHost) =>
    host.exec(
      "podman volume inspect -f '{{.CreatedAt}}' podwatch-prometheus; podman network inspect -f '{{.ID}}' podwatch",
    );

  test("a renamed host: nothing restarts, and its data stay", async () => {
    const [running, kept] = [await startedAt(two), await data(two)];
    await stack.configure(several({ renamed: at(two) }));
    expect(await stack.up()).toMatchObject({ created: expect.any(Number), deleted: expect.any(Number) });
    expect(await startedAt(two)).toBe(running);
    expect(await data(two)).toBe(kept);
    await stack.preview("--expect-no-changes");
  });

  nightly("a rename that fails and is reverted: nothing restarts", async () => {
    const running = await startedAt(two);
    const bad = { Container: { Nonsense: "1" } };
    await stack.configure(several({ again: at(two) }, { nginxExporter: { enabled: true, quadlet: bad } }));
    expect(await stack.failingUp()).toMatch(/podwatch: .* unit podwatch-nginx-exporter\.container/);
    await stack.configure(several({ renamed: at(two) }));
    await stack.up();
    expect(await startedAt(two)).toBe(running);
    await stack.preview("--expect-no-changes");
  });

  test("two hosts swap addresses: both are healthy, and their removal leaves nothing", async () => {
    await stack.configure(several({ renamed: at(two), other: at(one) }));
    await stack.up();
    await stack.configure(several({ renamed: at(one), other: at(two) }));
    await stack.up();
    await Promise.all([healthy(one), healthy(two)]);
    await stack.preview("--expect-no-changes");
    await stack.configure(small(pinned(two, { name: one.name })));
    await stack.up();
    await healthy(two);
    expect(await snapshot(one)).toEqual(before);
    await stack.preview("--expect-no-changes");
  });
});

faultTest("Pulumi's state is lost", "a new one takes over the host; nothing restarts", async () => {
  const running = await startedAt(two);
  await stack.dispose();
  stack = await Stack.create("lost-hosts", small(pinned(two, { name: one.name })));
  await stack.up();
  expect(await startedAt(two)).toBe(running);
  await stack.preview("--expect-no-changes");
});

describe("a host that was reinstalled", () => {
  /** Takes from host two what a new installation would not have. */
  const wipe = () =>
    two.exec(
      "systemctl stop 'podwatch-*'; rm -rf /var/lib/podwatch /etc/containers/systemd/podwatch*; systemctl daemon-reload; podman system reset --force 2>/dev/null",
    );

  faultTest(
    "a host that was reinstalled, with its old key",
    "the error says what to type, and that deploys again",
    async () => {
      await wipe();
      const changed = { prometheus: { data: "delete", scrapeInterval: "16s" } };
      await stack.configure(small(pinned(two, { name: one.name }), changed));
      expect(await stack.failingUp()).toMatch(
        /Podwatch is gone from this host; .* pulumi up --replace '\*\*-runner\*'/,
      );
      await stack.up("--replace", "**-runner*");
      await healthy(two);
      await stack.preview("--expect-no-changes");
    },
  );

  faultTest(
    "a host that was reinstalled, with a new key",
    "refused, and deployed again once the new key is in the stack file",
    async () => {
      await wipe();
      await two.exec(
        "cd /etc/ssh && rm ssh_host_ed25519_key* && ssh-keygen -q -t ed25519 -N '' -f ssh_host_ed25519_key && systemctl restart ssh",
      );
      const hostKey = (await two.exec("cut -d ' ' -f 1,2 /etc/ssh/ssh_host_ed25519_key.pub")).trim();
      await stack.configure(small(pinned(two, { name: one.name })));
      expect(await stack.failingUp()).toMatch(/shows another host key than the one that is pinned/);
      await stack.configure(small(pinned(two, { name: one.name, hostKey })));
      await stack.up();
      await healthy(two);
    },
  );

  faultTest(
    "/var/lib/podwatch is deleted on a host, with everything running",
    "the error says what to type, and that deploys again; data and network stay",
    async () => {
      const created =
        "podman volume inspect -f '{{.CreatedAt}}' podwatch-prometheus; podman network inspect -f '{{.ID}}' podwatch";
      const kept = await two.exec(created);
      await two.exec("rm -r /var/lib/podwatch");
      const hostKey = (await two.exec("cut -d ' ' -f 1,2 /etc/ssh/ssh_host_ed25519_key.pub")).trim();
      const changed = { prometheus: { data: "delete", scrapeInterval: "17s" } };
      await stack.configure(small(pinned(two, { name: one.name, hostKey }), changed));
      expect(await stack.failingUp()).toMatch(
        /Podwatch is gone from this host; .* pulumi up --replace '\*\*-runner\*'/,
      );
      await stack.up("--replace", "**-runner*");
      await healthy(two);
      expect(await two.exec(created)).toBe(kept);
      await stack.preview("--expect-no-changes");
    },
  );

  faultTest("`pulumi destroy` of a host that was reinstalled", "succeeds", async () => {
    await wipe();
    await stack.destroy();
  });
});

faultTest("one host of two is gone", "reported within 60 s, and the other one is deployed", async () => {
  const here = pinned(one, { name: undefined });
  const gone = pinned(one, { name: undefined, address: GONE });
  const { host: _, ...rest } = small({});
  await stack.configure({ ...rest, hosts: { here, gone } });
  const begin = Date.now();
  const output = await stack.failingUp("--continue-on-error");
  // Beside other tests, time says nothing.
  if (process.env.FAULT_REPORT) expect(Date.now() - begin).toBeLessThan(60_000);
  expect(output).toMatch(/host gone: 10\.99\.0\.250:22 (cannot be reached|does not answer)/);
  await healthy(one);
  await stack.destroy();
  expect(await snapshot(one)).toEqual(before);
});

/** What `pulumi destroy` says, which has to fail within a minute. */
async function failingDestroy(): Promise<string> {
  const begin = Date.now();
  const output = await stack.failingDestroy();
  // Beside other tests, time says nothing.
  if (process.env.FAULT_REPORT) expect(Date.now() - begin).toBeLessThan(60_000);
  return output;
}

/** Makes the state one of an earlier version, in which the guard's whole program was its `delete`. */
async function withGuardAsBefore(): Promise<void> {
  const state = JSON.parse(await stack.state());
  for (const { urn, inputs, outputs } of state.deployment.resources) {
    if (!urn.endsWith("-answers")) continue;
    const program = `process.argv[1] = ${JSON.stringify(inputs.delete)};\n${inputs.interpreter.pop()}`;
    inputs.delete = program;
    Object.assign(outputs, { delete: program, interpreter: inputs.interpreter });
  }
  await stack.importState(JSON.stringify(state));
}

/** What a `pulumi up` says that is interrupted while it waits for a host that never answers. */
async function interruptedUp(): Promise<string> {
  await stack.configure(small(pinned(one), { prometheus: { data: "delete", scrapeInterval: "9s" } }));
  const up = start(stack);
  await eventually(
    60,
    async () => up.output(),
    (output) => / updating \(|error/.test(output),
  );
  process.kill(-up.pid, "SIGINT");
  await up.ended;
  const output = up.output();
  up.forget();
  await stack.configure(small(pinned(one)));
  return output;
}

faultTest(
  "`pulumi destroy` with a server that accepts the connection and never answers",
  "fails after 20 s with a one-line error; nothing is removed",
  async () => {
    await stack.configure(small(pinned(one)));
    await stack.up();
    const answerAgain = await silence(one);
    const interrupted = await interruptedUp();
    const output = await failingDestroy();
    // Nothing but the guard itself is made anew, and for that nobody is asked.
    await withGuardAsBefore();
    const made = await stack.up();
    await answerAgain();
    expect(output).toMatch(
      /running "ask test-lost-one at \S+ port 22 within 20000 ms":\s+podwatch: host test-lost-one: \S+:22 does not answer as an SSH server within 20 s \(it takes the connection and says nothing\)/,
    );
    expect(output).not.toContain("setTimeout");
    expect(interrupted).toMatch(
      /error: before hook \S+ failed: host test-lost-one: interrupted before anything was changed there\n/,
    );
    expect(interrupted).not.toMatch(/rpc error|grpc|EOF|^ +at /im);
    expect(made).toEqual({ updated: 1, unchanged: expect.any(Number) });
    await healthy(one);
    await stack.preview("--expect-no-changes");
  },
);

nightlyFaultTest(
  "the SSH sessions of a host stop in the middle of a `pulumi up`, and the connection stands",
  "Pulumi waits; interrupted twice it ends, and the next `pulumi up` converges",
  async () => {
    const retention = { time: "3d" };
    await stack.configure(
      small(pinned(one), { prometheus: { data: "delete", scrapeInterval: "2s", retention } }),
    );
    const up = start(stack);
    const goOn = await freezeSessions(one, "prometheus");
    expect(up.isOver()).toBe(false);
    await strike("the engine is interrupted twice (SIGINT)", up, one, 0);
    await up.ended;
    expect(up.output()).toContain("update cancelled");
    up.forget();
    await goOn();
    await stack.up();
    await healthy(one);
    await stack.preview("--expect-no-changes");
  },
);

faultTest(
  "`pulumi destroy` with the host gone",
  "reported; once the host is forgotten, nothing is left in the state",
  async () => {
    await one.exec("systemctl stop ssh.socket ssh.service");
    await withGuardAsBefore();
    expect(await failingDestroy()).toMatch(
      /host test-lost-one: \S+:22 does not answer as an SSH server within 20 s \(connect ECONNREFUSED/,
    );
    const [runner = ""] = /urn:[^"]*-runner(?=")/.exec(await stack.state()) ?? [];
    const forget = ["state", "delete", "--yes", "--target-dependents", "--stack", stack.name, runner];
    await must("lab/toolchain/pulumi", forget, { env: stack.environment() });
    await stack.destroy();
  },
);
