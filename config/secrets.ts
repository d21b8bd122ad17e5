// Secrets that stand in the stack file unencrypted.
import { load } from "js-yaml";
import type { Context } from "./context";
import { type Path, type Problem, quote, samePath, show } from "./problem";
import { namespace, stack } from "./schema";
import { isSecretUrl } from "./secretWords";
import { core, isGroup, isTree, leaves, schemaAt, type Tree, valueAt } from "./walk";

/** Each with the command that encrypts it; the value is never told. */
export function plainSecretProblems(raw: Tree, context: Context): Problem[] {
  const file = readFile(context.stackFile());
  const plain = leaves(stack, raw).filter(({ path, value, secret }) => {
    // Only what stands in plain text can be a number or a switch.
    if (!secret || value === null) return false;
    if (typeof value !== "string" || !context.isSecret(String(path[0]))) return true;
    return isPlainIn(file, path) ?? standsIn(file.text, String(path.at(-1)), value);
  });
  return plain.map(({ path }) => {
    const input = /^(privateKey|key)$/.test(String(path.at(-1))) ? " < KEYFILE" : "";
    const command = `pulumi config set --secret --path '${show(path)}'${input}`;
    return { path, text: `is a secret in plain text; encrypt it, type: ${command}` };
  });
}

/** Addresses that hold a secret, in settings that are none. */
export function exposedSecretProblems(raw: Tree): Problem[] {
  // The words of others are looked through where they are known.
  const addresses = leaves(stack, raw).filter(
    ({ path, value, secret }) =>
      !secret && typeof value === "string" && isSecretUrl(value) && !path.includes("extra"),
  );
  return addresses.map(({ path }) => ({
    path,
    text: `holds a log-in or a secret, which anybody could read in previews and on the host; write the address without it, and the log-in as ${
      path.includes("datasources")
        ? "basicAuthUser and as secrets under secureJsonData"
        : "basicAuth, bearerToken or headers"
    }`,
  }));
}

/** The same problems, none of which tells what is encrypted in the stack file, whatever setting that is. */
export function withoutEncrypted(problems: readonly Problem[], raw: Tree, context: Context): Problem[] {
  const encrypted = encryptedIn(readFile(context.stackFile()).config).flatMap((path) => {
    const value = valueAt(raw, path);
    return typeof value === "string" && value !== "" ? [{ path, value }] : [];
  });
  return problems.flatMap((problem) => {
    const text = encrypted.reduce(
      (told, { value }) => told.replaceAll(quote(value), "the value"),
      problem.text,
    );
    const telling = encrypted.find(
      ({ path, value }) =>
        [path, listOf(path)].some((at) => samePath(at, problem.path)) &&
        value.split(/\s+/).some((word) => word.length > 3 && text.includes(word)),
    );
    if (telling === undefined) return [{ ...problem, text }];
    if (isShippedAsItIs(telling.path)) return [];
    return [
      {
        ...problem,
        text: "the value is invalid; show it with pulumi config get --path, and correct it",
      },
    ];
  });
}

/** What is encrypted where that is of no use; where another check says more of it, it has the word. */
export function uselesslyEncrypted(context: Context, told: readonly Problem[]): Problem[] {
  const encrypted = encryptedIn(readFile(context.stackFile()).config).filter(isShippedAsItIs);
  return encrypted
    .filter((path) => !told.some((other) => [path, listOf(path)].some((at) => samePath(at, other.path))))
    .map((path) => ({
      path,
      text: "is encrypted here, but would be readable in previews and on the host; write it as basicAuth, bearerToken, oauth2, headers, tls.key or under `secrets` of the service",
    }));
}

/** Of an item: its list. */
function listOf(path: Path): Path {
  return typeof path.at(-1) === "number" ? path.slice(0, -1) : path;
}

/** Where something encrypted stands in a stack file. */
function encryptedIn(config: unknown): Path[] {
  if (!isTree(config)) return [];
  return Object.entries(config).flatMap(([key, value]) =>
    key.startsWith(`${namespace}:`) ? encryptedBelow(value, [key.slice(namespace.length + 1)]) : [],
  );
}

function encryptedBelow(value: unknown, path: Path): Path[] {
  if (!isTree(value)) return [];
  if (isGroup(value) && typeof value.secure === "string") return [path];
  return Object.entries(value).flatMap(([name, inner]) =>
    encryptedBelow(inner, [...path, Array.isArray(value) ? Number(name) : name]),
  );
}

/** Whether it becomes a part of a text that everybody sees: words of others, labels, parameters. */
function isShippedAsItIs(path: Path): boolean {
  const at = schemaAt(stack, path);
  if (at !== undefined && core(at).secret) return false;
  return path.some((part) =>
    /^(extra|params|labels|externalLabels|endpointParams|quadlet|modules|snippet)$/.test(String(part)),
  );
}

interface File {
  readonly text: string;
  /** What stands under `config:`. */
  readonly config: unknown;
}

function readFile(text: string): File {
  try {
    return { text, config: valueAt(load(text), ["config"]) };
  } catch {
    return { text, config: undefined };
  }
}

/** Whether a setting stands in a stack file as it is; undefined where it does not stand at all. */
function isPlainIn({ config }: File, [key, ...rest]: Path): boolean | undefined {
  const whole = valueAt(config, [`${namespace}:${String(key)}`]);
  const at = rest.map((_, index) => valueAt(whole, rest.slice(0, index)));
  if (at.some((group) => isGroup(group) && "secure" in group)) return false;
  const value = valueAt(whole, rest);
  if (value === undefined) return undefined;
  return !(isGroup(value) && "secure" in value);
}

/**
 * Whether a file's text shows a setting with this value. Pulumi tells of a key only whether anything in it is encrypted,
 * so beside an encrypted secret a plain one is found only by looking.
 */
function standsIn(file: string, name: string, value: string): boolean {
  const lines = value.split("\n").filter((line) => line !== "" && !line.startsWith("-----"));
  if (lines.length > 1) return lines.every((line) => file.includes(line));
  if (!file.includes(value)) return false;
  const escaped = value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`\\b${name}["']?\\s*:\\s*["']?${escaped}["']?\\s*(#|,|\\}|$)`, "m").test(file);
}
