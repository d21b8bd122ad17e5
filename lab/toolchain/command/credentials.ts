// Turns a connection's key, password and agent into the methods SSH tries one after the other, and its host key
// into the one key that is accepted. All of it is checked before the first attempt to connect.
import { createConnection } from "node:net";
import { type ParsedKey, utils } from "ssh2";
import { systemError } from "./go";
import type { Connection } from "./inputs";

export interface Method {
  type: "publickey" | "password" | "keyboard-interactive" | "agent";
  /** The name by which the server knows it. */
  name: string;
  key?: ParsedKey;
  agent?: string;
}

export interface HostKey {
  type: string;
  data: Buffer;
}

export async function methodsOf(connection: Connection): Promise<Method[]> {
  const methods: Method[] = [];
  if (connection.privateKey !== undefined) {
    methods.push({ type: "publickey", name: "publickey", key: parsePrivateKey(connection) });
  }
  if (connection.password !== undefined) {
    methods.push({ type: "password", name: "password" });
    methods.push({ type: "keyboard-interactive", name: "keyboard-interactive" });
  }
  const agent = connection.agentSocketPath ?? (process.env.SSH_AUTH_SOCK || undefined);
  if (agent !== undefined) {
    await answers(agent);
    methods.push({ type: "agent", name: "publickey", agent });
  }
  return methods;
}

/** An agent that is named but does not answer is an error, even where a key would do. */
function answers(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ path });
    socket.once("connect", () => {
      socket.destroy();
      resolve();
    });
    socket.once("error", (error: NodeJS.ErrnoException) =>
      reject(new Error(`dial unix ${path}: connect: ${systemError(error.code) ?? error.message}`)),
    );
  });
}

function parsePrivateKey(connection: Connection): ParsedKey {
  const text = (connection.privateKey ?? "").replace(/\r\n/g, "\n");
  const parsed: ParsedKey | Error = utils.parseKey(text, connection.privateKeyPassword);
  if (!(parsed instanceof Error)) {
    if (parsed.isPrivateKey()) return parsed;
    throw new Error("ssh: no key found");
  }
  if (/no passphrase given/.test(parsed.message))
    throw new Error("ssh: this private key is passphrase protected");
  if (/passphrase|integrity check|decrypt/i.test(parsed.message)) {
    throw new Error("x509: decryption password incorrect");
  }
  throw new Error("ssh: no key found");
}

/** Takes the format of authorized_keys or of a known_hosts line; only the first key counts. */
export function parseHostKey(text: string): HostKey {
  for (const line of text.split(/\r?\n/)) {
    const words = line.trim().split(/\s+/);
    if (line.trim().startsWith("#")) continue;
    for (let index = 0; index + 1 < words.length; index++) {
      const type = words[index] ?? "";
      if (!/^(ssh-|ecdsa-|sk-)/.test(type)) continue;
      const data = Buffer.from(words[index + 1] ?? "", "base64");
      const nameLength = data.length > 4 ? data.readUInt32BE(0) : 0;
      if (data.subarray(4, 4 + nameLength).toString() === type) return { type, data };
    }
  }
  throw new Error("failed to parse host key: ssh: no key found");
}
