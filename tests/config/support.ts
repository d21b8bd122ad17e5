// A world in which checking can be tested: files that exist only here, an agent that does as it is told.
import { utils } from "ssh2";
import type { Context } from "../../config/context";
import { parse } from "../../config/parse";
import { format } from "../../config/problem";
import type { HostSettings } from "../../config/schema";

/** How keys are encrypted here. */
const encryption = (cipher: string) => ({ passphrase: "open sesame", cipher, rounds: 1 });

/** ssh2 makes about one key in a hundred with a byte too few, which it then refuses itself. */
export function wholeKey(options?: ReturnType<typeof encryption>) {
  for (;;) {
    const pair = utils.generateKeyPairSync("ed25519", options ?? {});
    if (!(utils.parseKey(pair.private, options?.passphrase) instanceof Error)) return pair;
  }
}

export const keys = {
  plain: wholeKey(),
  encrypted: wholeKey(encryption("aes256-ctr")),
  // Refused for its cipher, whatever else is wrong with it.
  oldCipher: wholeKey(encryption("aes128-cbc")),
};

export const hostKey = keys.plain.public.trim();

export interface World {
  files?: Record<string, string>;
  /** Keys of the stack file that hold something encrypted; those that can, unless said. */
  secretKeys?: readonly string[];
  stackFile?: string;
  agent?: ReturnType<Context["agent"]>;
  self?: ReturnType<Context["self"]>;
  /** What `ssh -G` prints, by destination. */
  sshConfig?: Readonly<Record<string, string>>;
}

function missing(path: string): Error {
  return Object.assign(new Error(`ENOENT: ${path}`), { code: "ENOENT" });
}

export function context(world: World = {}): Context {
  const files: Record<string, string> = { "~/.ssh/id_ed25519": keys.plain.private, ...world.files };
  return {
    isSecret: (key) => (world.secretKeys ?? ["host", "hosts", "grafana"]).includes(key),
    stackFile: () => world.stackFile ?? "",
    readFile: (path) => {
      const content = files[path];
      if (content === undefined) throw missing(path);
      return content;
    },
    listFiles: (directory) => {
      const prefix = directory === "." ? "" : directory.replace(/\/?$/, "/");
      const names = Object.keys(files).filter((path) => path.startsWith(prefix));
      if (names.length === 0) throw missing(directory);
      return [...new Set(names.map((path) => path.slice(prefix.length).split("/")[0] ?? ""))];
    },
    agent: () => world.agent ?? { socket: "", state: "none" },
    sshConfig: ({ host }) => {
      const text = world.sshConfig?.[host];
      return text === undefined ? { message: "there is none" } : { text };
    },
    self: () =>
      world.self ?? { machineId: "0123456789abcdef0123456789abcdef", hostname: "raspberrypi", user: "pi" },
  };
}

/** The least that a host needs. */
export const host = { address: "10.1.2.3", privateKeyFile: "~/.ssh/id_ed25519", hostKey };

/** A stack of that host, with more settings of the host and of the stack. */
export function stack(sections: Record<string, unknown> = {}, more: Record<string, unknown> = {}) {
  return { host: { ...host, ...more }, ...sections };
}

/** The only host's settings; fails with what is wrong. */
export function settingsOf(raw: Record<string, unknown>, world?: World): HostSettings {
  const parsed = parse(raw, context(world));
  if ("problems" in parsed) throw new Error(parsed.problems.map(format).join("\n"));
  const [only, ...rest] = parsed.settings.hosts;
  if (only === undefined || rest.length > 0)
    throw new Error(`expected one host, got ${parsed.settings.hosts.length}`);
  return only;
}

/** Everything that is wrong, as the user reads it. */
export function problemsOf(raw: Record<string, unknown>, world?: World): string[] {
  const parsed = parse(raw, context(world));
  return "problems" in parsed ? parsed.problems.map(format) : [];
}
