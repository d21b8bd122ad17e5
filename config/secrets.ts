// Unencrypted secrets in the stack file.
import { load } from "js-yaml";
import type { Context } from "./context";
import { type Path, type Problem, quote, samePath, show } from "./problem";
import { namespace, stack } from "./schema";
import { isSecretUrl } from "./secretWords";
import { core, isGroup, isTree, leaves, schemaAt, type Tree, valueAt } from "./walk";

/** Reports each with the command that encrypts it, never with the value. */
export function plainSecretProblems(raw: Tree, context: Context): Problem[] {
  const file = readFile(context.stackFile());
  const plain = leaves(stack, raw).filter(({ path, value, secret }) => {
    // Only plain text can be a number or a boolean.
    if (!secret || value === null) return false;
    if (typeof value !== "string" || !context.isSecret(String(path[0]))) return true;
    return isPlainIn(file, path) ?? standsIn(file.text, String(path.at(-1)), value);
  });
  return plain.map(({ path, value }) => {
    const input = /^(privateKey|key)$/.test(String(path.at(-1))) ? " < KEYFILE" : "";
    const command = `pulumi config set --secret --path '${show(path)}'${input}`;
    if (path.at(-1) === "becomePassword" && value === "ask") return { path, text: askingProblem(command) };
    return { path, text: `is a secret in plain text; encrypt it, type: ${command}` };
  });
}

/**
 * Why nobody can be asked at each run: the command provider keeps what a command reads in the state, and reads it from there again to
 * remove something. A password that is only asked for would be in the state all the same, or missing in `pulumi destroy`.
 */
function askingProblem(command: string): string {
  return (
    '"ask" is not possible: Pulumi keeps the input of every command, so also sudo\'s password, in the state (encrypted), and takes it from there in pulumi destroy, ' +
    `where nobody could be asked; encrypt the password, type: ${command}, or let sudo ask for none (npm run sudoers -- --user USER prints the lines)`
  );
}

/** URLs with a secret, in settings that are not secret. */
export function exposedSecretProblems(raw: Tree): Problem[] {
  // Native configuration is searched where its schema is known.
  const addresses = leaves(stack, raw).filter(
    ({ path, value, secret }) =>
      !secret && typeof value === "string" && isSecretUrl(value) && !path.some(hasCheckOfItsOwn),
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

/** Settings whose own check names another way out. */
const hasCheckOfItsOwn = (part: string | number) =>
  ["extra", "settings", "arguments", "environment"].includes(String(part));

/** The same problems, without any encrypted value of the stack file. */
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

/** Encrypted values in settings that are not secret, unless another check has a more specific problem. */
export function uselesslyEncrypted(context: Context, told: readonly Problem[]): Problem[] {
  const encrypted = encryptedIn(readFile(context.stackFile()).config).filter(isShippedAsItIs);
  return encrypted
    .filter((path) => !told.some((other) => [path, listOf(path)].some((at) => samePath(at, other.path))))
    .map((path) => ({
      path,
      text: "is encrypted here, but would be readable in previews and on the host; write it as basicAuth, bearerToken, oauth2, headers, tls.key or under `secrets` of the service",
    }));
}

/** The list of an item. */
function listOf(path: Path): Path {
  return typeof path.at(-1) === "number" ? path.slice(0, -1) : path;
}

/** Paths of encrypted values in a stack file. */
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

/** Whether it becomes part of readable text: native configuration, labels, parameters. */
function isShippedAsItIs(path: Path): boolean {
  const at = schemaAt(stack, path);
  if (at !== undefined && core(at).secret) return false;
  return path.some((part) =>
    /^(extra|params|labels|externalLabels|endpointParams|quadlet|modules|snippet|settings)$/.test(
      String(part),
    ),
  );
}

interface File {
  readonly text: string;
  /** The values under `config:`. */
  readonly config: unknown;
}

function readFile(text: string): File {
  try {
    return { text, config: valueAt(load(text), ["config"]) };
  } catch {
    return { text, config: undefined };
  }
}

/** Whether a setting is unencrypted in a stack file; undefined if it is not set. */
function isPlainIn({ config }: File, [key, ...rest]: Path): boolean | undefined {
  const whole = valueAt(config, [`${namespace}:${String(key)}`]);
  const at = rest.map((_, index) => valueAt(whole, rest.slice(0, index)));
  if (at.some((group) => isGroup(group) && "secure" in group)) return false;
  const value = valueAt(whole, rest);
  if (value === undefined) return undefined;
  return !(isGroup(value) && "secure" in value);
}

/**
 * Whether a file's text shows a setting with this value. Pulumi reports only whether a key contains anything encrypted,
 * so a plain secret beside an encrypted one is found only in the text.
 */
function standsIn(file: string, name: string, value: string): boolean {
  const lines = value.split("\n").filter((line) => line !== "" && !line.startsWith("-----"));
  if (lines.length > 1) return lines.every((line) => file.includes(line));
  if (!file.includes(value)) return false;
  const escaped = value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`\\b${name}["']?\\s*:\\s*["']?${escaped}["']?\\s*(#|,|\\}|$)`, "m").test(file);
}
