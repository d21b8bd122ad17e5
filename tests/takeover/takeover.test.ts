// Hosts deployed by an earlier version are taken over by this one: nothing restarts, and nothing is made anew.
//
//   TAKEOVER_FROM   the commit of the earlier version; `make takeover` has a default
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { quote } from "../../lib/shell";
import { checkOutEarlier } from "../integration/support/earlier";
import { CHECKOUT, LabHost, run } from "../integration/support/lab";
import { type NodeMirror, nodeMirror } from "../integration/support/nodeMirror";
import { INSIDE, installEarlier, installPulumi, OwnStack } from "../integration/support/selfDeploying";
import { rootlessSnapshot, snapshot } from "../integration/support/snapshot";
import { connection, Stack } from "../integration/support/stack";

jest.setTimeout(600_000);

const FROM = process.env.TAKEOVER_FROM ?? "";
const NAMES = ["sudo", "root", "guarded", "rootless", "jumped", "target"] as const;

/** The services that keep data. */
const KEEPERS = ["prometheus", "grafana", "alertmanager"];

/** A file of nobody's in a service's data. */
const MARKER = "put-in-before";

/** In it former versions had the runner's program, for a host where sudo asks for a password. */
const GOES = /-runner-bundle$/;

/** A resource as the state has it: what a change of would make it another one. */
interface Identity {
  readonly urn: string;
  readonly id?: string;
  readonly triggers?: unknown;
}

let hosts: Record<(typeof NAMES)[number], LabHost>;
let stack: Stack;
let mirror: NodeMirror;
let old: string;
let before: Record<string, unknown>;

beforeAll(async () => {
  old = join(mkdtempSync(join(tmpdir(), "podwatch-takeover-")), "old");
  checkOutEarlier(FROM, old);

  const booted = await LabHost.bootAll(NAMES.map((name) => `takeover-${name}`));
  hosts = Object.fromEntries(NAMES.map((name, index) => [name, booted[index]])) as typeof hosts;
  await hosts.root.letRootIn();
  before = await traces();
  mirror = await nodeMirror();
  stack = await Stack.create("takeover", settings());
  const password = readFileSync(join(CHECKOUT, ".lab", "guarded.password"), "utf8").trim();
  await stack.configure(settings(), { "hosts.guarded.becomePassword": password });
});

afterAll(async () => {
  await stack?.dispose();
  mirror?.close();
  await Promise.all(Object.values(hosts ?? {}).map((host) => host.down()));
  if (old) rmSync(join(old, ".."), { recursive: true, force: true });
});

function settings() {
  const entry = (name: (typeof NAMES)[number], user: Parameters<typeof connection>[0]) => {
    const { name: _, ...login } = connection(user, hosts[name]);
    return login;
  };
  return {
    hosts: {
      sudo: { ...entry("sudo", "operator"), prometheus: { data: "delete" } },
      root: entry("root", "root"),
      guarded: entry("guarded", "guarded"),
      rootless: { ...entry("rootless", "rootless"), become: false, gateways: { enabled: false } },
      jumped: { ...entry("jumped", "operator"), proxy: entry("sudo", "operator") },
      target: { ...entry("target", "operator"), role: "target" },
    },
    ...stackWide(),
  };
}

function stackWide() {
  return {
    gateways: { gid: 990 },
    prometheus: { scrapeInterval: "2s" },
    nodeExporter: { enabled: true, release: mirror.release },
    nginxExporter: { enabled: true },
    blackboxExporter: { targets: [{ name: "here", target: "http://podwatch-nginx:8080" }] },
    alertmanager: { enabled: true },
  };
}

/** What a deployment may leave behind, by host. */
async function traces(): Promise<Record<string, unknown>> {
  const all = NAMES.map(async (name) => [
    name,
    name === "rootless" ? await rootlessSnapshot(hosts[name]) : await snapshot(hosts[name]),
  ]);
  return Object.fromEntries(await Promise.all(all));
}

/** Shows when each container was started, and units that are none. */
const CONTAINERS =
  "podman ps --format '{{.Names}}' | sort | xargs -r podman inspect -f '{{.Name}} {{.State.StartedAt}}'";
const STARTED = `${CONTAINERS}; systemctl show --property Id,ActiveEnterTimestampMonotonic podwatch-node-exporter.service`;

/** When everything that runs was started, by host. */
async function started(): Promise<Record<string, string>> {
  const all = NAMES.map(async (name) => [
    name,
    name === "rootless"
      ? await hosts[name].execRootless(STARTED.replace("systemctl", "systemctl --user"))
      : await hosts[name].exec(STARTED),
  ]);
  return Object.fromEntries(await Promise.all(all));
}

/** Runs a script for each volume on each host, `$data` being its directory; gives what is printed, by host. */
async function inData(script: string): Promise<Record<string, string>> {
  const each = KEEPERS.map(
    (name) => `data=$(podman volume inspect -f '{{.Mountpoint}}' podwatch-${name}); ${script}`,
  );
  const all = NAMES.filter((name) => name !== "target").map(async (name) => [
    name,
    name === "rootless"
      ? await hosts[name].execRootless(`podman unshare sh -c ${quote(each.join("\n"))}`)
      : await hosts[name].exec(each.join("\n")),
  ]);
  return Object.fromEntries(await Promise.all(all));
}

async function identities(): Promise<Identity[]> {
  return identitiesIn(await stack.state());
}

function identitiesIn(state: string): Identity[] {
  const { deployment } = JSON.parse(state) as {
    deployment: { resources: Array<{ urn: string; id?: string; inputs?: { triggers?: unknown } }> };
  };
  return deployment.resources
    .map(({ urn, id, inputs }) => ({
      urn,
      ...(id === undefined ? {} : { id }),
      ...(inputs?.triggers === undefined ? {} : { triggers: inputs.triggers }),
    }))
    .sort((one, other) => (one.urn < other.urn ? -1 : 1));
}

test("the version before deploys", async () => {
  const deployed = await stack.run("up", "--yes", "--skip-preview", "--cwd", old);
  expect(deployed).toHaveExited(0);
  expect((await started()).sudo).toContain("podwatch-alertmanager");
  await inData(`echo $data >$data/${MARKER}`);
});

test("this version makes nothing anew, and restarts nothing", async () => {
  const [identitiesBefore, startedBefore] = [await identities(), await started()];
  const goes = identitiesBefore.filter(({ urn }) => GOES.test(urn));
  const stays = identitiesBefore.filter(({ urn }) => !GOES.test(urn));

  const { steps } = JSON.parse(await stack.preview("--json")) as { steps: { op: string; urn: string }[] };
  const others = steps.filter(({ op }) => op !== "same" && op !== "update");
  expect(others.map(({ op, urn }) => [op, urn])).toEqual(goes.map(({ urn }) => ["delete", urn]));

  const { deleted = 0, ...changes } = await stack.up();
  expect(deleted).toBe(goes.length);
  expect(Object.keys(changes).sort()).toEqual(["unchanged", "updated"]);
  expect(await identities()).toEqual(stays);
  expect(await started()).toEqual(startedBefore);
  for (const found of Object.values(await inData(`cmp $data/${MARKER} - <<END && echo kept\n$data\nEND`)))
    expect(found).toBe("kept\n".repeat(KEEPERS.length));
});

test("then there is nothing left to do, and everything is well", async () => {
  expect(await stack.up()).toEqual({ unchanged: expect.any(Number) });
  for (const command of ["status", "drift", "verify"]) {
    const looked = await run("npm", ["run", "-s", command, "--", "--stack", stack.name], {
      env: { ...stack.environment(), PODWATCH_PULUMI: "lab/toolchain/pulumi" },
    });
    expect(looked).toHaveExited(0);
  }
});

test("the version before takes them back, and this one again: nothing restarts", async () => {
  const [identitiesBefore, startedBefore] = [await identities(), await started()];
  expect(await stack.run("up", "--yes", "--skip-preview", "--cwd", old)).toHaveExited(0);
  expect(await started()).toEqual(startedBefore);
  await stack.up();
  expect([await identities(), await started()]).toEqual([identitiesBefore, startedBefore]);
});

test("a host that deploys itself is taken over, too", async () => {
  const host = await LabHost.boot("takeover-local");
  try {
    await installPulumi(host);
    const own = await OwnStack.create(host, "operator", "local", {
      host: { connection: "local", name: "pi" },
      ...stackWide(),
    });
    own.checkout = await installEarlier(host, old);
    await own.up();
    const [identitiesBefore, startedBefore] = [identitiesIn(await own.state()), await host.exec(STARTED)];
    own.checkout = INSIDE;
    const changes = await own.up();
    expect(Object.keys(changes).filter((kind) => !["unchanged", "updated"].includes(kind))).toEqual([]);
    expect(identitiesIn(await own.state())).toEqual(identitiesBefore);
    expect(await host.exec(STARTED)).toBe(startedBefore);
    expect(await own.up()).toEqual({ unchanged: expect.any(Number) });
  } finally {
    await host.down();
  }
});

test("it removes what the version before has made", async () => {
  await stack.destroy();
  const after = await traces();
  // Data that is kept, where the stack file does not say `data: delete`.
  const kept = (name: string, line: string) =>
    /^(volume |file .*\/storage\/volumes\/)podwatch-(prometheus|grafana|alertmanager)$/.test(line) &&
    !(name === "sudo" && line.endsWith("podwatch-prometheus"));
  for (const name of NAMES) {
    const left = (after[name] as string[]).filter((line) => !(before[name] as string[]).includes(line));
    expect({ name, left: left.filter((line) => !kept(name, line)) }).toEqual({ name, left: [] });
  }
});
