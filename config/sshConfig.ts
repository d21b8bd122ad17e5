// `sshConfig: true`: what the stack file leaves open of a log-in is taken from ~/.ssh/config, as ssh itself reads it. From
// then on it is as if it stood in the stack file.
import { isIPv6 } from "node:net";
import { findKnownHost } from "../connection/hostKey";
import { privateKeyProblem } from "../connection/privateKey";
import { type Destination, parseDestination, parseSshConfig, type SshConfig } from "../connection/sshConfig";
import type { Context } from "./context";
import { type Path, type Problem, quote } from "./problem";
import { isGroup, type Tree } from "./walk";

/** The stack file with these settings filled in, and what is in the way. */
export function withSshConfig(raw: Tree, context: Context): { filled: Tree; problems: Problem[] } {
  const problems: Problem[] = [];
  const fill = (entry: unknown, path: Path) => {
    if (!isGroup(entry) || !isOn(entry.sshConfig) || !isDestination(entry.address)) return entry;
    if (entry.connection === "local") return entry;
    return { ...entry, ...filled(entry, entry.address, [...path, "sshConfig"], context, problems) };
  };
  const { host, hosts } = raw;
  return {
    filled: {
      ...raw,
      ...(host === undefined ? {} : { host: fill(host, ["host"]) }),
      ...(isGroup(hosts)
        ? {
            hosts: Object.fromEntries(
              Object.entries(hosts).map(([name, entry]) => [name, fill(entry, ["hosts", name])]),
            ),
          }
        : {}),
    },
    problems,
  };
}

function isOn(value: unknown): boolean {
  return value === true || value === "true";
}

/** What may be given to ssh; anything else is reported as an address that is none. */
function isDestination(value: unknown): value is string {
  return typeof value === "string" && /^[A-Za-z0-9_[][A-Za-z0-9_.:%[\]-]*$/.test(value);
}

function filled(given: Tree, address: string, path: Path, context: Context, problems: Problem[]): Tree {
  const found = ask(destinationOf(given, address), path, context, problems);
  if (found === undefined) return {};
  const jump =
    given.proxy === undefined && given.via === undefined ? jumpOf(found, path, context, problems) : {};
  return { ...server(given, found, context), ...jump };
}

function destinationOf({ user, port }: Tree, host: string): Destination {
  return {
    host,
    ...(typeof user === "string" ? { user } : {}),
    ...(port === undefined ? {} : { port: Number(port) }),
  };
}

function ask(to: Destination, path: Path, context: Context, problems: Problem[]): SshConfig | undefined {
  const answer = context.sshConfig(to);
  if ("text" in answer) return parseSshConfig(answer.text);
  problems.push({ path, text: `true needs what ssh -G says of ${quote(to.host)}, and ${answer.message}` });
  return undefined;
}

/** One hop over SSH is what the command provider can do. */
function jumpOf(found: SshConfig, path: Path, context: Context, problems: Problem[]): Tree {
  const refuse = (text: string): Tree => {
    problems.push({ path, text: `true: in ~/.ssh/config, ${quote(found.hostName)} ${text}` });
    return {};
  };
  if (found.proxyJump === undefined) {
    return found.proxyCommand === undefined ? {} : refuse(`has a ProxyCommand, ${NOT_POSSIBLE}`);
  }
  if (found.proxyJump.includes(",")) {
    return refuse(`is reached through more than one hop (ProxyJump ${found.proxyJump}), ${NOT_POSSIBLE}`);
  }
  const to = parseDestination(found.proxyJump);
  const jump = ask(to, path, context, problems);
  if (jump === undefined) return {};
  if (jump.proxyJump !== undefined || jump.proxyCommand !== undefined) {
    const which = jump.proxyJump === undefined ? "a ProxyCommand" : `ProxyJump ${jump.proxyJump}`;
    return refuse(`is reached through ${to.host}, which itself has ${which}, ${NOT_POSSIBLE}`);
  }
  return { proxy: server({}, jump, context) };
}

const NOT_POSSIBLE =
  "and Podwatch can go over one jump host by SSH only (no chain, no ProxyCommand, no SOCKS); set proxy or via here, with a jump host that reaches it directly, " +
  "or run Pulumi where it is reached directly";

/** What a stack file would say of a server; what it does say wins. */
function server(given: Tree, found: SshConfig, context: Context): Tree {
  const address = found.hostName;
  const port = given.port === undefined ? found.port : Number(given.port);
  const user = given.user ?? found.user;
  const has = (...names: string[]) =>
    names.some((name) => given[name] !== undefined && given[name] !== false);
  return {
    address: isIPv6(address.replace(/^\[|\]$/g, "")) ? address.replace(/^\[|\]$/g, "") : address,
    ...(given.port === undefined ? { port } : {}),
    ...(given.user === undefined ? { user } : {}),
    ...(has("privateKeyFile", "privateKey", "agent", "password")
      ? {}
      : keyOf(given, found, String(user), context)),
    ...(has("hostKey", "knownHostsFile", "insecureIgnoreHostKey")
      ? {}
      : hostKeyOf(found, address, port, context)),
  };
}

/** The first identity that can be used as it is, else the agent, else the first one that is there. */
function keyOf(given: Tree, found: SshConfig, user: string, context: Context): Tree {
  const password = typeof given.privateKeyPassword === "string" ? given.privateKeyPassword : undefined;
  const present = found.identityFiles
    .map((file) => expanded(file, found, user, context))
    .flatMap((file) => {
      const text = contentOf(file, context);
      return text === undefined ? [] : [{ file, usable: privateKeyProblem(text, password) === undefined }];
    });
  const usable = present.find((one) => one.usable)?.file;
  if (usable === undefined && context.agent().state === "ready") return { agent: true };
  const file = usable ?? present[0]?.file;
  return file === undefined ? {} : { privateKeyFile: file };
}

/** The tokens of ssh_config(5) that name files of one's own. */
function expanded(file: string, found: SshConfig, user: string, context: Context): string {
  const tokens: Readonly<Record<string, string>> = {
    "%%": "%",
    "%d": "~",
    "%h": found.hostName,
    "%r": user,
    "%u": context.self().user,
    "%p": String(found.port),
  };
  return file.replace(/%./g, (token) => tokens[token] ?? token);
}

function hostKeyOf(found: SshConfig, address: string, port: number, context: Context): Tree {
  const files = found.knownHostsFiles.map((file) => expanded(file, found, found.user, context));
  for (const file of files) {
    const text = contentOf(file, context);
    if (text === undefined) continue;
    const { hostKeyAlias } = found;
    const key =
      hostKeyAlias === undefined ? findKnownHost(text, address, port) : findKnownHost(text, hostKeyAlias, 22);
    if ("value" in key) return { hostKey: key.value };
  }
  // It says what is missing there.
  return files[0] === undefined ? {} : { knownHostsFile: files[0] };
}

function contentOf(file: string, context: Context): string | undefined {
  try {
    return context.readFile(file);
  } catch {
    return undefined;
  }
}
