// What the stacks render is what is kept in tests/golden/. `npm run golden` writes it anew: read the diff.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir, hostname } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";
import { services } from "../../config/schema";
import { additions } from "../../config/schema/additions";
import { httpAuth } from "../../config/schema/auth";
import { core, isGroup } from "../../config/walk";
import { everySection } from "./everything";
import {
  FORMS,
  goldenDirectory,
  IDENTITIES,
  isRendered,
  kept,
  type Rendered,
  render,
  STACKS,
  type Stack,
} from "./goldenStacks";
import { differences } from "./identities";
import { SECRETS } from "./stackFile";

const writing = process.env.PODWATCH_GOLDEN === "write";

describe.each([...STACKS, ...FORMS])("%s", (stack) => {
  let rendered: Rendered;

  beforeAll(async () => {
    rendered = await render(stack);
    if (writing) write(stack, rendered);
  });

  test("makes no resource another one", () => {
    expect(differences(kept(stack)[IDENTITIES] ?? "", rendered[IDENTITIES] ?? "")).toBe("");
  });

  test("renders what is kept", () => {
    const before = kept(stack);
    expect(Object.keys(rendered).sort()).toEqual(Object.keys(before).sort());
    // What differs in the list of resources is told above, with what it means.
    for (const [name, text] of Object.entries(rendered).filter(([name]) => name !== IDENTITIES)) {
      expect(`${name}\n${text}`).toBe(`${name}\n${before[name]}`);
    }
  });

  test("holds no secret and nothing of the machine that rendered it", () => {
    const text = Object.values(kept(stack)).join("\n");
    const secrets = Object.values(SECRETS).flatMap((secret) => secret.trim().split("\n"));
    const machine = [resolve(__dirname, "../.."), ...(homedir() === "/" ? [] : [`${homedir()}/`])];
    for (const word of [...secrets, ...machine, "PRIVATE KEY", "/tmp/podwatch-"]) {
      expect(text).not.toContain(word);
    }
    // As a word: a machine may be called `vm`, as are metrics.
    expect(text.split(/[^A-Za-z0-9_-]+/)).not.toContain(hostname());
  });
});

test("`everything` sets every setting of the services", () => {
  const known = Object.entries(services).flatMap(([name, schema]) => settingNames(schema, name));
  const given = Object.entries(everySection()).flatMap(([name, section]) => namesIn(section, name));
  const missing = known.map(once).filter((name) => !given.map(once).includes(name));
  // A directory excludes a bucket; the test gives the password, and no private key is kept anywhere.
  expect([...new Set(missing)].sort()).toEqual([
    // Its members need IP addresses, and one host has none.
    "alertmanager.cluster.enabled",
    "alertmanager.cluster.port",
    "backup.directory",
    // For a Docker daemon without a runner.
    "engine.certificates",
    "engine.daemon",
    "executor.directory",
    // For HTTPS, instead of a key for SSH.
    "executor.repository.ca",
    "executor.repository.token",
    // One host has it, whose front is encrypted.
    "front.httpPort",
    "grafana.adminPassword",
    // Instead of a Grafana of the host's own, which has all others.
    "grafana.external.ca",
    "grafana.external.folder",
    "grafana.external.organisation",
    "grafana.external.token",
    "grafana.external.url",
    // For an agent, which has hardly any of the others.
    // Generated.
    "influxdb.adminPassword",
    "influxdb.writePassword",
    "prometheus.agent.maxTime",
    "prometheus.agent.minTime",
    // It names hosts, which differ where these sections are used.
    "prometheus.watches",
    // That of one host, since only root mounts disks.
    "storage.disks",
    // It is instead of the stack's.
    "telegraf.influxdb.ca",
    "telegraf.influxdb.password",
    "telegraf.influxdb.url",
    "telegraf.influxdb.username",
    "tls.certificate",
    "tls.key",
    "tls.keyFile",
    "topology.contacts.certificate",
    "topology.contacts.key",
    "topology.contacts.keyFile",
  ]);
});

const added = Object.keys(additions("", ""));

/** How to log in is the same wherever something is asked, and so is what may be added to a service: one place will do. */
function once(name: string): string {
  const parts = name.split(".");
  const [, setting = ""] = parts;
  if (added.includes(setting)) return parts.slice(1, setting === "resources" ? 3 : 2).join(".");
  // What is dropped is chosen in the same words as what is kept.
  const first = parts.findIndex((part) => part in httpAuth);
  if (name.startsWith("prometheus.discovery.") && first < 0) return name.replace(".drop.", ".keep.");
  return (first < 0 ? parts : parts.slice(parts.includes("tls") ? parts.indexOf("tls") : first)).join(".");
}

/** The settings below a schema; those of lists stand without a number. */
function settingNames(schema: z.ZodType, name: string, around: readonly z.ZodType[] = []): string[] {
  const { schema: inner } = core(schema);
  if (inner instanceof z.ZodArray) return settingNames(inner.element as z.ZodType, name, around);
  // A route holds routes.
  if (!(inner instanceof z.ZodObject) || around.includes(inner)) return [name];
  return Object.entries(inner.shape).flatMap(([key, value]) =>
    settingNames(value as z.ZodType, `${name}.${key}`, [...around, inner]),
  );
}

function namesIn(value: unknown, name: string): string[] {
  if (Array.isArray(value)) return [name, ...value.flatMap((item) => namesIn(item, name))];
  if (!isGroup(value)) return [name];
  return [name, ...Object.entries(value).flatMap(([key, inner]) => namesIn(inner, `${name}.${key}`))];
}

function write(stack: Stack, rendered: Rendered): void {
  const directory = goldenDirectory(stack);
  mkdirSync(directory, { recursive: true });
  for (const name of readdirSync(directory).filter(isRendered)) rmSync(join(directory, name));
  for (const [name, text] of Object.entries(rendered)) writeFileSync(join(directory, name), text);
}
