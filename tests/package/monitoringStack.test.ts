// Another Pulumi program says what a stack file says, and its secrets may be Outputs.
import * as pulumi from "@pulumi/pulumi";
import type { z } from "zod";
import { MonitoringStack as CheckedStack } from "../../components/monitoringStack";
import { stack } from "../../config/schema";
import { child, core, isTree } from "../../config/walk";
import type { MonitoringStackArgs } from "../../package/arguments";
import { MonitoringStack } from "../../package/monitoringStack";
import { filesBeside } from "../components/everything";
import { STACKS, stackFiles } from "../components/goldenStacks";
import { deploy, plainText, type Recorded, Secret } from "../components/mocks";
import { beside, login, SECRETS, settingsOf } from "../components/stackFile";

/** Secrets that have to be known when the program runs. */
const READ_AT_ONCE = ["privateKey", "privateKeyPassword", "key", "clouds"];

/** The same, with an Output for each secret that may be one. */
function withOutputs(value: unknown, at: z.ZodType | undefined = stack, name = ""): unknown {
  if (isTree(value)) {
    const entries = Object.entries(value).map(([key, inner]) => {
      const index = Array.isArray(value) ? Number(key) : key;
      return [key, withOutputs(inner, at && child(at, index), key)] as const;
    });
    return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
  }
  const secret = at !== undefined && core(at).secret && !READ_AT_ONCE.includes(name);
  return secret ? pulumi.output(String(value)).apply((text) => text) : value;
}

function deployArgs(args: object, name = "podwatch", files = {}) {
  return deploy(() => beside(files, () => new MonitoringStack(name, args as MonitoringStackArgs)));
}

test.each(STACKS)("%s: a program gets the resources that the stack file gets", async (name) => {
  const written = stackFiles[name]();
  const settings = settingsOf(written, filesBeside());
  const { resources } = await deploy(() => new CheckedStack("podwatch", settings));
  const plain = await deployArgs(written, "podwatch", filesBeside());
  expect(plain.resources).toEqual(resources);
  const outputs = await deployArgs(withOutputs(written) as object, "podwatch", filesBeside());
  expect(outputs.resources).toEqual(resources);
  const visible = plainText(outputs.resources);
  for (const secret of Object.values(SECRETS)) {
    expect(visible).not.toContain(JSON.stringify(secret).slice(1, -1));
  }
});

test("an Output that is not marked as a secret becomes one, and its stand-in is nowhere", async () => {
  const password = "known-only-later";
  const args = { host: login, grafana: { adminPassword: pulumi.output(password) } };
  const { resources, result } = await deployArgs(args, "m");
  const put = named(resources, "m-monitor-grafana-admin-password-secret");
  expect((put.inputs.stdin as Secret).value).toContain(password);
  expect(put.inputs.stdin).toBeInstanceOf(Secret);
  expect(plainText(resources)).not.toContain(password);
  expect(JSON.stringify(resources)).not.toMatch(/[0-9a-f]{32}\.invalid|"[0-9a-f]{32}"/);
  expect(
    await pulumi.isSecret(result.installations.monitor?.grafana?.password as pulumi.Output<string>),
  ).toBe(true);
});

test("an Output that is known only later arrives as a secret", async () => {
  const becomePassword = pulumi.output(Promise.resolve("later")).apply((text) => `${text}!`);
  const { resources } = await deployArgs({ host: { ...login, user: "operator", becomePassword } });
  expect(JSON.stringify(resources, (_, value) => (value instanceof Secret ? value.value : value))).toContain(
    "later!",
  );
  expect(plainText(resources)).not.toContain("later!");
});

test("all problems are reported together, before anything is registered", async () => {
  const output = pulumi.output("operator");
  const { privateKey, ...rest } = login;
  expect(await refusal({ host: { ...rest, user: output, privateKey: pulumi.secret(privateKey) } })).toEqual([
    "MonitoringStack m has 2 problems; no host was touched:",
    `  host.privateKey: ${NOT_AN_OUTPUT}`,
    `  host.user: ${NOT_AN_OUTPUT}`,
  ]);
  expect(await refusal({ host: { ...login, user: output, port: 0 } })).toEqual([
    "MonitoringStack m has 2 problems; no host was touched:",
    "  host.port: 0 is not a port number; write a whole number from 1 to 65535",
    `  host.user: ${NOT_AN_OUTPUT}`,
  ]);
});

test.each<[string, object, string]>([
  ["a whole section", { host: login, grafana: pulumi.output({ adminUser: "ann" }) }, "grafana"],
  [
    "a whole group of secrets",
    { host: login, grafana: { secrets: pulumi.output({ a: "b" }) } },
    "grafana.secrets",
  ],
  [
    "a plain setting",
    { host: login, prometheus: { retention: pulumi.output("15d") } },
    "prometheus.retention",
  ],
  [
    "native configuration",
    {
      host: login,
      prometheus: { scrapeJobs: [{ name: "a", targets: ["b:1"], extra: { c: pulumi.secret("d") } }] },
    },
    "prometheus.scrapeJobs[0].extra.c",
  ],
  [
    "a password that opens a key",
    { host: { ...login, privateKeyPassword: pulumi.secret("x") } },
    "host.privateKeyPassword",
  ],
])("%s may not be an Output", async (_, args, setting) => {
  expect(await refusal(args)).toEqual([
    "MonitoringStack m has one problem; no host was touched:",
    `  ${setting}: ${NOT_AN_OUTPUT}`,
  ]);
});

test("a misspelt secret is an unknown setting", async () => {
  const [, problem, ...more] = await refusal({ host: login, grafana: { adminPasword: pulumi.secret("x") } });
  expect(problem).toMatch(/^ {2}grafana\.adminPasword: .*adminPassword/);
  expect(more).toEqual([]);
});

const NOT_AN_OUTPUT =
  "is an Output, but its text has to be known before anything is deployed; write it as plain text (only secrets that no check has to read, addresses and host keys may be Outputs)";

async function refusal(args: object): Promise<string[]> {
  const registered: Recorded[] = [];
  try {
    registered.push(...(await deployArgs(args, "m")).resources);
  } catch (error) {
    return (error as Error).message.split("\n");
  }
  throw new Error(`nothing was refused, and ${registered.length} resources were registered`);
}

function named(resources: readonly Recorded[], name: string): Recorded {
  const found = resources.find((resource) => resource.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}
