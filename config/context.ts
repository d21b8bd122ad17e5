// What validation needs from its environment besides the stack file; injected, so that checks can be tested without it.
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { homedir, hostname, userInfo } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import type { Destination } from "../connection/sshConfig";
import { machineId } from "../connection/thisMachine";

export type AgentState = "none" | "dead" | "empty" | "ready";

export interface Context {
  /** Whether a key of the stack file, without the namespace, contains an encrypted value. */
  isSecret(key: string): boolean;
  /** Text of the stack file; empty if it cannot be found. */
  stackFile(): string;
  /** Content of a file as the user named it: relative to the project, absolute, or below `~`. Throws as Node does. */
  readFile(path: string): string;
  /** Names in a directory. Throws as Node does. */
  listFiles(directory: string): string[];
  /** The SSH agent that the command provider will find. */
  agent(): { socket: string; state: AgentState };
  /** What `ssh -G` prints of a destination, or why it prints nothing. */
  sshConfig(to: Destination): { text: string } | { message: string };
  /** The machine that the program runs on, and who runs it. */
  self(): Self;
  /** Whether a problem is about a text that is not known yet; all is checked again when it is. Absent: everything is known. */
  isUnknown?(problem: string): boolean;
  /** Addresses of machines that the stack has made, by host; all is checked again with them. */
  readonly addresses?: Readonly<Record<string, string>>;
}

export interface Self {
  /** Absent without systemd. */
  readonly machineId?: string;
  readonly hostname: string;
  readonly user: string;
}

/** The machine that the program runs on. */
export function machine(
  projectDirectory: string,
  stack: string,
  isSecret: (key: string) => boolean,
): Context {
  const locate = (path: string) => {
    if (path === "~" || path.startsWith("~/")) return join(homedir(), path.slice(1));
    return isAbsolute(path) ? path : resolve(projectDirectory, path);
  };
  return {
    isSecret,
    stackFile: () => {
      try {
        return readFileSync(join(projectDirectory, `Pulumi.${stack}.yaml`), "utf8");
      } catch {
        return "";
      }
    },
    readFile: (path) => readFileSync(locate(path), "utf8"),
    listFiles: (directory) => readdirSync(locate(directory)),
    agent: () => {
      const socket = process.env.SSH_AUTH_SOCK ?? "";
      return { socket, state: socket === "" ? "none" : agentState(socket) };
    },
    sshConfig,
    self: () => {
      const id = machineId();
      return { hostname: hostname(), user: userName(), ...(id === undefined ? {} : { machineId: id }) };
    },
  };
}

/** A user without an entry in the user database has only a number. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "");
  }
}

/** It reads files of the user's and contacts nobody. */
function sshConfig({ host, user, port }: Destination): ReturnType<Context["sshConfig"]> {
  const words = [
    ...(user === undefined ? [] : ["-l", user]),
    ...(port === undefined ? [] : ["-p", String(port)]),
  ];
  const { status, stdout, stderr, error } = spawnSync("ssh", ["-G", ...words, "--", host], {
    encoding: "utf8",
    timeout: 5000,
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (error !== undefined && "code" in error && error.code === "ENOENT")
    return { message: "this machine has no ssh; install OpenSSH's client, or remove sshConfig" };
  if (status === 0) return { text: stdout };
  return {
    message: `ssh refuses its configuration (${stderr?.trim().split("\n").at(-1) || "no answer"}); correct it, or remove sshConfig`,
  };
}

function agentState(socket: string): AgentState {
  if (!statSync(socket, { throwIfNoEntry: false })?.isSocket()) return "dead";
  const listing = spawnSync("ssh-add", ["-l"], { timeout: 2000, stdio: "ignore" });
  // 2: cannot be reached; null: did not answer in time. Without ssh-add, the existence of the socket has to suffice.
  if (listing.error !== undefined && "code" in listing.error && listing.error.code === "ENOENT")
    return "ready";
  if (listing.status === 0) return "ready";
  return listing.status === 1 ? "empty" : "dead";
}

/** Why a file could not be read, with the fix. */
export function fileProblem(error: unknown, what: string): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT" || code === "ENOTDIR") return `does not exist; write the path of ${what}`;
  if (code === "EACCES" || code === "EPERM")
    return `may not be read; change its permissions, or write the path of another ${what.replace(/^an? /, "")}`;
  if (code === "EISDIR") return `is a directory; write the path of ${what}`;
  return `cannot be read (${String(code ?? error)}); write the path of ${what}`;
}
