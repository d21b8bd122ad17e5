// Machines that a program makes itself: their addresses and host keys are known only while Pulumi deploys.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { MonitoringStack as CheckedStack } from "../../components/monitoringStack";
import { machine } from "../../config/context";
import { valueAt } from "../../config/walk";
import { isLocal } from "../../connection/connection";
import type { MonitoringStackArgs } from "../../package/arguments";
import { MonitoringStack } from "../../package/monitoringStack";
import { Outputs } from "../../package/outputs";
import { checkOf, refusals, settingsOf } from "../../package/settings";
import { deploy, plainText } from "../components/mocks";
import { hostKey, login, settingsOf as settingsOfStackFile } from "../components/stackFile";
import { wholeKey } from "../config/support";

const { address: _, ...keys } = login;
const entry = { ...keys, user: "operator" };
const otherKey = wholeKey().public.trim();

/** What Outputs resolve to. */
const VALUES = new Map<unknown, unknown>();

/** An Output that resolves a moment later, as those of resources do. */
function later(value: unknown): pulumi.Output<unknown> {
  const output = pulumi.output(new Promise((resolve) => setTimeout(resolve, 5, value)));
  VALUES.set(output, value);
  return output;
}

/** The same, with an Output for each address and each host key. */
function withOutputs(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === "address" || key === "hostKey" ? later(inner) : withOutputs(inner),
    ]),
  );
}

async function bothWays(stackFile: Record<string, unknown>) {
  const plain = await deploy(() => new CheckedStack("podwatch", settingsOfStackFile(stackFile)));
  const args = withOutputs(stackFile) as MonitoringStackArgs;
  const outputs = await deploy(() => new MonitoringStack("podwatch", args));
  return { plain, outputs };
}

const files = mkdtempSync(join(tmpdir(), "podwatch-known-"));
const knownHostsFile = join(files, "known_hosts");

beforeAll(() => {
  writeFileSync(knownHostsFile, `*.my-company.net,10.1.2.3 ${hostKey}\nmon1.other.net ${otherKey}\n`);
  delete process.env.SSH_AUTH_SOCK;
});

afterAll(() => rmSync(files, { recursive: true }));

test.each<[string, Record<string, unknown>]>([
  [
    "several hosts, of which one is the jump host of another, and one is scraped by both",
    {
      hosts: {
        b: { ...entry, address: "10.1.2.4", hostKey: otherKey, via: "a" },
        a: { ...entry, address: "10.1.2.3" },
        t: { ...entry, address: "target.my-company.net", role: "target" },
      },
      front: { bind: "0.0.0.0", insecure: "a test" },
      alertmanager: { enabled: true },
    },
  ],
  [
    "a jump host that is given in place, and a password for sudo",
    {
      host: {
        ...entry,
        address: "mon1.my-company.net",
        becomePassword: "s3cret",
        proxy: { ...keys, address: "jump.my-company.net" },
      },
      front: { bind: "0.0.0.0", insecure: "a test" },
    },
  ],
  [
    "an IPv6 address, in brackets where there have to be some",
    {
      hosts: {
        a: { ...entry, address: "fd10::3", prometheus: { enabled: true } },
        t: { ...entry, address: "fd10::4", role: "target", nodeExporter: { bind: "::" } },
      },
      front: { bind: "0.0.0.0", insecure: "a test" },
      network: { subnet6: "fdb6:93f8:2e1d::/64" },
    },
  ],
])("%s: the same resources as with plain text", async (_, stackFile) => {
  const { plain, outputs } = await bothWays(stackFile);
  expect(outputs.resources).toEqual(plain.resources);
  expect(outputs.outputs).toEqual(plain.outputs);
  expect(plainText(outputs.resources)).not.toContain(".invalid");
});

test("a key is found in a file by the address", async () => {
  const { hostKey: _, ...rest } = entry;
  const host = { ...rest, address: "mon1.other.net", knownHostsFile };
  const { plain, outputs } = await bothWays({ host });
  expect(outputs.resources).toEqual(plain.resources);
  expect(await reached({ ...host, address: later(host.address) })).toMatchObject({ hostKey: otherKey });
});

test("a key may come as a program prints it: with a comment, or after the address", async () => {
  for (const printed of [`${hostKey} root@mon1\n`, `10.1.2.3 ${hostKey}`])
    expect(await reached({ ...entry, address: "10.1.2.3", hostKey: later(printed) })).toMatchObject({
      host: "10.1.2.3",
      hostKey,
    });
});

test("an address that is a secret stays one, whatever the key is", async () => {
  const secret = (args: object) => {
    const connection = hostsOf(args)[0]?.connection;
    if (connection === undefined || isLocal(connection)) throw new Error("it is not reached over SSH");
    return pulumi.isSecret(connection.host as pulumi.Output<string>);
  };
  const address = later("10.1.2.3");
  expect(await secret({ host: { ...entry, address: pulumi.secret(address) } })).toBe(true);
  expect(await secret({ host: { ...entry, address, hostKey: pulumi.secret(hostKey) } })).toBe(false);
});

test.each<[string, object, RegExp]>([
  [
    "an address that is none",
    { host: { ...entry, address: later("http://10.1.2.3") } },
    /^ {2}host\.address: "http:\/\/10\.1\.2\.3" is not an address; write /,
  ],
  ["no address", { host: { ...entry, address: later(undefined) } }, /^ {2}host\.address: is missing; write /],
  [
    "a placeholder",
    { host: { ...entry, address: later("203.0.113.10") } },
    /^ {2}host\.address: "203\.0\.113\.10" is a placeholder; /,
  ],
  [
    "a host key that is none",
    { host: { ...login, hostKey: later("SHA256:abc") } },
    /^ {2}host\.hostKey: "SHA256:abc" is not a host key; /,
  ],
  [
    "an address without a key in the file",
    { host: { ...entry, hostKey: undefined, knownHostsFile, address: later("10.1.2.9") } },
    /^ {2}host\.knownHostsFile: ".*known_hosts" holds no key for 10\.1\.2\.9; /,
  ],
  [
    "an address in the range of the containers",
    { host: { ...entry, address: later("10.89.77.4") } },
    /^ {2}network\.subnet: "10\.89\.77\.0\/24" holds 10\.89\.77\.4, /,
  ],
  [
    "the address of another host",
    { hosts: { a: login, b: { ...entry, address: later("10.1.2.3") } } },
    /^ {2}hosts\.b\.address: "10\.1\.2\.3" with port 22 is also the address of podwatch:hosts\.a; /,
  ],
  [
    "a name in the place of an address that may connect",
    {
      hosts: {
        a: { ...entry, address: later("mon1.my-company.net") },
        t: { ...login, role: "target" },
      },
    },
    /^ {2}nodeExporter\.allowFrom: is missing, and a, .* no IP address in the stack file but "mon1\.my-company\.net"; /,
  ],
  [
    "an IPv6 address, where networks have been made without",
    {
      hosts: {
        a: { ...entry, address: "10.1.2.3" },
        t: {
          ...entry,
          address: later("fd10::4"),
          role: "target",
          nodeExporter: { allowFrom: ["fd10::3"] },
        },
      },
    },
    /^ {2}network\.subnet6: is missing, and the Prometheus of a needs IPv6 .*; write "fdb6:/,
  ],
])("once it is known, %s is refused before the host is touched", (_, args, problem) => {
  const [first, ...problems] = refusal(args).split("\n");
  expect(first).toBe("MonitoringStack m has one problem; host mon1 was not touched:");
  expect(problems).toEqual([expect.stringMatching(problem)]);
});

test("of two hosts with one address, the one that is known later is refused", () => {
  const hosts = { a: { ...entry, address: later("10.1.2.3") }, b: { ...entry, address: later("10.1.2.3") } };
  expect(refusal({ hosts })).toMatch(/hosts\.b\.address: "10\.1\.2\.3" with port 22 is also/);
});

test("only a machine whose address is an Output is waited for, unless it is said", () => {
  const address = later("10.1.2.3");
  const behind = { ...entry, address: "10.1.2.4", via: "a" };
  const hosts = { a: { ...entry, address }, b: behind, c: { ...entry, address: "10.1.2.5" } };
  const wait = (args: object) => hostsOf(args).map(({ waitForConnection }) => waitForConnection);
  expect(wait({ hosts })).toEqual(["5m", "5m", undefined]);
  expect(wait({ host: { ...entry, address, waitForConnection: "20m" } })).toEqual(["20m"]);
  expect(wait({ host: { ...login, waitForConnection: "30s" } })).toEqual(["30s"]);
});

test("what ssh is asked about has to be text", () => {
  const host = { ...entry, address: later("10.1.2.3"), sshConfig: true };
  expect(() => hostsOf({ host })).toThrow(/host\.address: is an Output, and sshConfig: true asks ssh of it/);
});

function hostsOf(args: object) {
  return settingsOf("MonitoringStack m", args).hosts;
}

/** How the only host is reached, once that is known. */
async function reached(host: object): Promise<unknown> {
  return promised(pulumi.output(hostsOf({ host })[0]?.connection as object));
}

/** What is wrong once everything is known; not inside an Output, whose errors end the program. */
function refusal(args: object): string {
  const outputs = new Outputs(args);
  const check = checkOf(
    outputs,
    machine(process.cwd(), "", () => true),
    refusals("MonitoringStack m"),
  );
  check();
  for (const standIn of outputs.unknown) outputs.learn(standIn, VALUES.get(valueAt(args, standIn.path)));
  try {
    check("mon1");
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("nothing was refused");
}

/** Left out of the typings. */
function promised<T>(output: pulumi.Output<T>): Promise<unknown> {
  return (output as unknown as { promise(): Promise<unknown> }).promise();
}
