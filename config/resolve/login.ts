// Turns the login settings of a host or proxy into those of the command provider; nothing invalid may reach the provider,
// because its own errors come late and print the private key.
import type { z } from "zod";
import type { SshServer } from "../../connection/connection";
import { findKnownHost, parseHostKey } from "../../connection/hostKey";
import { privateKeyProblem } from "../../connection/privateKey";
import { type Context, fileProblem } from "../context";
import { type Path, quote, type Report } from "../problem";
import type { login } from "../schema/login";

/** The valid settings; a missing or invalid address has been reported already. */
export type LoginSettings = { [Key in keyof typeof login]?: z.output<(typeof login)[Key]> | undefined };

/** The settings as typed, to distinguish an invalid one from a missing one. */
export type Given = Readonly<Record<string, unknown>>;

/**
 * Eight dials, at most 5 s each, 3.8 s of pauses in all: enough for a server that restarts or is busy, while a host that is down
 * is reported after 44 s instead of 182 s as with the provider's defaults. Fewer failed log-ins also keep an
 * OpenSSH 9.8 or later from blocking this computer.
 */
const patience = { dialErrorLimit: 7, perDialTimeout: 5 };

/** Behind a proxy the provider retries over the same dead connection, and the last error hides the first. */
const patienceBehindProxy = { ...patience, dialErrorLimit: 0 };

export function resolveLogin(
  fields: LoginSettings,
  given: Given,
  path: Path,
  proxied: boolean,
  context: Context,
  report: Report,
): SshServer | undefined {
  const hostKey = resolveHostKey(fields, given, path, context, report);
  const keys = resolveKeys(fields, given, path, context, report);
  if (fields.address === undefined || keys === undefined) return undefined;
  return {
    host: fields.address,
    port: fields.port ?? 22,
    user: fields.user ?? "root",
    ...(hostKey === undefined ? {} : { hostKey }),
    ...keys,
    ...(proxied ? patienceBehindProxy : patience),
  };
}

/** Which of several settings the user chose; more or fewer than one is a problem of the group. */
function chosen(
  given: Given,
  names: readonly string[],
  none: string,
  path: Path,
  report: Report,
): string | undefined {
  const set = names.filter(
    (name) => given[name] !== undefined && given[name] !== false && given[name] !== "false",
  );
  if (set.length === 0) report(path, none);
  if (set.length > 1) report(path, `${set.join(" and ")} are set together; keep one of them`);
  return set.length === 1 ? set[0] : undefined;
}

function resolveHostKey(
  fields: LoginSettings,
  given: Given,
  path: Path,
  context: Context,
  report: Report,
): string | undefined {
  const names = ["hostKey", "knownHostsFile", "insecureIgnoreHostKey"];
  const none =
    "has no host key; set hostKey (what `ssh-keyscan -t ed25519 ADDRESS` prints after the address) or knownHostsFile";
  const name = chosen(given, names, none, path, report);
  if (name === "hostKey" && fields.hostKey !== undefined) {
    const found = parseHostKey(fields.hostKey);
    if ("value" in found) return found.value;
    report([...path, name], `${quote(fields.hostKey)} ${found.message}`);
  }
  if (name === "knownHostsFile" && fields.knownHostsFile !== undefined) {
    const file = read(fields.knownHostsFile, [...path, name], "a known_hosts file", context, report);
    if (file === undefined || fields.address === undefined || fields.port === undefined) return undefined;
    const found = findKnownHost(file, fields.address, fields.port);
    if ("value" in found) return found.value;
    report([...path, name], `${quote(fields.knownHostsFile)} ${found.message}`);
  }
  return undefined;
}

type Keys = Pick<SshServer, "privateKey" | "privateKeyPassword" | "password" | "agentSocketPath">;

function resolveKeys(
  fields: LoginSettings,
  given: Given,
  path: Path,
  context: Context,
  report: Report,
): Keys | undefined {
  const names = ["privateKeyFile", "privateKey", "agent", "password"];
  const none = "has no way to log in; set one of privateKeyFile, privateKey, agent and password";
  const name = chosen(given, names, none, path, report);
  if (given.privateKeyPassword !== undefined && (name === "agent" || name === "password")) {
    report([...path, "privateKeyPassword"], `is not used together with ${name}; remove it`);
  }
  const agent = context.agent();
  if (name === "agent") return agentKeys(agent, [...path, name], report);
  if (name !== undefined && agent.state === "dead") {
    report(
      path,
      `SSH_AUTH_SOCK is ${quote(agent.socket)}, where no agent answers, which alone makes a log-in fail; start the agent or type: unset SSH_AUTH_SOCK`,
    );
  }
  if (name === "password") return fields.password === undefined ? undefined : { password: fields.password };
  return name === undefined ? undefined : privateKeys(fields, name, path, context, report);
}

function agentKeys(agent: ReturnType<Context["agent"]>, path: Path, report: Report): Keys | undefined {
  if (agent.state === "none")
    report(
      path,
      "true needs an SSH agent, and SSH_AUTH_SOCK is not set; start one, or set privateKeyFile instead",
    );
  if (agent.state === "dead")
    report(
      path,
      `true needs an SSH agent, and none answers at SSH_AUTH_SOCK, ${quote(agent.socket)}; start one, or set privateKeyFile instead`,
    );
  if (agent.state === "empty")
    report(path, "true needs an SSH agent that holds a key, and yours holds none; type: ssh-add");
  return agent.state === "ready" ? { agentSocketPath: agent.socket } : undefined;
}

function privateKeys(
  fields: LoginSettings,
  name: string,
  path: Path,
  context: Context,
  report: Report,
): Keys | undefined {
  const file = fields.privateKeyFile;
  const text =
    name === "privateKeyFile"
      ? file === undefined
        ? undefined
        : read(file, [...path, name], "a private key", context, report)
      : fields.privateKey;
  if (text === undefined) return undefined;
  const message = privateKeyProblem(text, fields.privateKeyPassword);
  if (message !== undefined) {
    report([...path, name], `${name === "privateKeyFile" ? quote(file) : "the value"} ${message}`);
    return undefined;
  }
  const password = fields.privateKeyPassword;
  return {
    privateKey: `${text.trim()}\n`,
    ...(password === undefined ? {} : { privateKeyPassword: password }),
  };
}

function read(file: string, path: Path, what: string, context: Context, report: Report): string | undefined {
  try {
    return context.readFile(file);
  } catch (error) {
    report(path, `${quote(file)} ${fileProblem(error, what)}`);
    return undefined;
  }
}
