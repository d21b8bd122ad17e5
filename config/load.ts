// The one place that reads the stack's configuration.
import * as pulumi from "@pulumi/pulumi";
import { distance } from "fastest-levenshtein";
import type { z } from "zod";
import type { Route } from "../connection/connection";
import { machine } from "./context";
import { originsOf } from "./origins";
import { parse } from "./parse";
import { format, type Problem, quote } from "./problem";
import * as schema from "./schema";
import { child, core, isTree, type Tree } from "./walk";

type Secret = pulumi.Output<string>;
export type HostSettings = schema.HostSettings<Secret>;
export type Settings = schema.Settings<Secret>;

/** Exported but left out of the typings; nothing else tells whether a key of `allConfig` is encrypted. */
const { isConfigSecret } = pulumi.runtime as unknown as { isConfigSecret(key: string): boolean };

const prefix = `${schema.namespace}:`;

/** The settings of the current stack, or one error that lists all problems. */
export function load(): Settings {
  const context = machine(process.cwd(), pulumi.getStack(), (key) => isConfigSecret(prefix + key));
  const raw = readStack();
  const file = `Pulumi.${pulumi.getStack()}.yaml`;
  const parsed = parse(raw, context);
  const problems = [...("problems" in parsed ? parsed.problems : []), ...misspelt()];
  if ("problems" in parsed || problems.length > 0) throw refusal(`${file} has`, problems.map(format));
  tellExceptions(parsed.settings);
  const checkAddress = (host: string, address: string) => {
    const now = parse(raw, { ...context, addresses: { [host]: address } });
    // The address itself is what the cloud gives, be it one that nobody would write.
    const late = "problems" in now ? now.problems.filter(({ path }) => path.at(-1) !== "address") : [];
    if (late.length > 0)
      throw refusal(
        `${file}, now that the machine of ${host} has the address ${address}, has`,
        late.map(format),
        "nothing was done on the machine",
      );
  };
  return { ...withSecrets(parsed.settings), ...(parsed.settings.machines && { checkAddress }) };
}

/** Every preview and deployment lists what the policy makes exceptions from. */
export function tellExceptions({ exceptions = [] }: schema.Settings): void {
  for (const { rule, reason } of exceptions) pulumi.log.warn(`policy: ${rule} is not enforced: ${reason}`);
}

interface Setting {
  readonly value?: string;
  readonly objectValue?: unknown;
  readonly secret: boolean;
}

/**
 * The settings in what `pulumi config --json --show-secrets` prints, for commands that are not run by Pulumi; secrets are plain text.
 *
 * @throws Error that lists what is wrong with the stack file
 */
export function readExported(text: string, projectDirectory: string, stack: string): schema.Settings {
  return exported(text, projectDirectory, stack).settings;
}

/** The same, host by host, with where each setting comes from; secrets are masked. */
export function readExportedOrigins(text: string, projectDirectory: string, stack: string) {
  const { raw, settings } = exported(text, projectDirectory, stack);
  return settings.hosts.map((host) => ({
    name: host.name,
    groups: host.groups,
    origins: originsOf(raw, host),
  }));
}

function exported(text: string, projectDirectory: string, stack: string) {
  const all = JSON.parse(text) as Readonly<Record<string, Setting>>;
  const ours = Object.entries(all).filter(([key]) => key.startsWith(prefix));
  const raw: Tree = Object.fromEntries(
    ours.map(([key, { value, objectValue }]) => [key.slice(prefix.length), objectValue ?? value]),
  );
  const context = machine(projectDirectory, stack, (key) => all[prefix + key]?.secret === true);
  const parsed = parse(raw, context);
  if ("problems" in parsed) throw new Error(parsed.problems.map((problem) => format(problem)).join("; "));
  return { raw, settings: parsed.settings };
}

/** Pulumi passes text; groups and lists arrive as JSON. */
function readStack(): Tree {
  const ours = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(ours.map(([key, text]) => [key.slice(prefix.length), decode(text)]));
}

/** Settings with a misspelt namespace, which would be ignored. */
function misspelt(): Problem[] {
  return Object.keys(pulumi.runtime.allConfig()).flatMap((key) => {
    const [given = "", name = ""] = key.split(/:(.*)/s);
    const close = given !== schema.namespace && distance(given.toLowerCase(), schema.namespace) <= 2;
    return close
      ? [{ path: [name], text: `is written as ${quote(key)}; correct the namespace as shown here` }]
      : [];
  });
}

function decode(text: unknown): unknown {
  if (typeof text !== "string" || !/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** One error with all problems. A stack trace does not help users, and printing it can take Node.js half a minute. */
export function refusal(
  where: string,
  problems: readonly string[],
  untouched = "no host was touched",
): Error {
  const count = problems.length === 1 ? "one problem" : `${problems.length} problems`;
  const lines = [`${where} ${count}; ${untouched}:`, ...problems.map((problem) => `  ${problem}`)];
  return Object.assign(new pulumi.RunError(lines.join("\n")), { stack: "" });
}

/** Marks secrets for Pulumi: encrypted in the state, masked in its output. */
export function withSecrets(
  settings: schema.Settings,
  secret: (text: string) => Secret = (text) => pulumi.secret(text),
): Settings {
  const hosts = settings.hosts.map((host) =>
    Object.freeze({
      ...(sealed(schema.hostEntry, host, secret) as HostSettings),
      // It contains the log-in settings of the host's entry.
      connection: sealed(schema.hostEntry, host.connection, secret) as Route<Secret>,
    }),
  );
  const { machines } = settings;
  return Object.freeze({ hosts: Object.freeze(hosts), ...(machines === undefined ? {} : { machines }) });
}

/** The same values; those whose setting is a secret are Pulumi secrets. */
function sealed(of: z.ZodType | undefined, value: unknown, secret: (text: string) => Secret): unknown {
  if (of === undefined || value === undefined) return value;
  if (core(of).secret) return secret(value as string);
  if (!isTree(value)) return value;
  const below = (key: string | number, inner: unknown) => sealed(child(of, key), inner, secret);
  if (Array.isArray(value)) return Object.freeze(value.map((item, index) => below(index, item)));
  return Object.freeze(
    Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, below(key, inner)])),
  );
}
