// Host keys: whether a pinned key can be used by the command provider, and which key a known_hosts file has for an address.
import { createHmac } from "node:crypto";
import { canonicalAddress } from "../lib/address";
import { fromBase64, Reader } from "./wire";

/** Types the provider can check, best first. It offers plain ssh-rsa for an RSA key, which servers no longer speak. */
const usable = ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"];
const worksWith = `write a key of type ${usable.slice(0, -1).join(", ")} or ${usable.at(-1)}`;

export type Found<T> = { value: T } | { message: string };

/** `type base64`, optionally followed by a comment or preceded by host names; returns only type and key. */
export function parseHostKey(text: string): Found<string> {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  if (lines.length > 1) return { message: "holds more than one line; write the one key to pin" };
  const words = (lines[0] ?? "").split(/\s+/);
  if (words[0]?.startsWith("@"))
    return { message: "is a certificate or revocation line; write the host's own key" };
  const start = words.findIndex((word) => /^(ssh-|ecdsa-|sk-)/.test(word));
  const [type, encoded] = start < 0 || start > 1 ? [] : words.slice(start);
  if (type === undefined || encoded === undefined) {
    return {
      message:
        "is not a host key; write type and key, what `ssh-keyscan -t ed25519 ADDRESS` prints after the address",
    };
  }
  if (!usable.includes(type)) {
    return {
      message: `is a key of type ${type}, which cannot be used; ${worksWith} (\`ssh-keyscan -t ed25519 ADDRESS\`)`,
    };
  }
  if (!isKey(type, encoded)) {
    return {
      message:
        "is cut off or mistyped; copy the whole key that `ssh-keyscan -t ed25519 ADDRESS` prints after the address",
    };
  }
  return { value: `${type} ${encoded}` };
}

function isKey(type: string, encoded: string): boolean {
  const data = fromBase64(encoded);
  if (data === undefined) return false;
  const reader = new Reader(data);
  if (reader.string() !== type) return false;
  if (type === "ssh-ed25519") return reader.bytes()?.length === 32;
  const curve = reader.string();
  const point = reader.bytes();
  return curve === type.slice("ecdsa-sha2-".length) && point !== undefined && point[0] === 4;
}

/** The best usable key for an address in a known_hosts file's text. */
export function findKnownHost(file: string, address: string, port: number): Found<string> {
  // As typed, and in ssh's own spelling.
  const [name = "", ...others] = [address.toLowerCase(), canonicalAddress(address.toLowerCase())].map(
    (host) => (port === 22 ? host : `[${host}]:${port}`),
  );
  const scan = `ssh-keyscan ${port === 22 ? "" : `-p ${port} `}-t ed25519 ${address}`;
  const keys = file.split("\n").flatMap((line) => {
    const [names = "", type = "", key = ""] = line.trim().split(/\s+/);
    return names === "" || /^[#@]/.test(names) || ![name, ...others].some((one) => covers(names, one))
      ? []
      : [{ type, key }];
  });
  if (keys.length === 0) {
    return {
      message: `holds no key for ${name}; add the line that \`${scan}\` prints, once you have compared its fingerprint`,
    };
  }
  const best = usable.flatMap((type) => keys.filter((key) => key.type === type && isKey(type, key.key)))[0];
  if (best === undefined) {
    const types = [...new Set(keys.map((key) => key.type))].join(", ");
    return {
      message: `holds for ${name} only keys that cannot be used (${types}); add the line that \`${scan}\` prints`,
    };
  }
  return { value: `${best.type} ${best.key}` };
}

/** Whether a line's first field covers a name: hashed, or a list of patterns in which a `!` excludes. */
function covers(field: string, name: string): boolean {
  if (field.startsWith("|1|")) {
    const [, , salt = "", hash = ""] = field.split("|");
    return createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest("base64") === hash;
  }
  const patterns = field.toLowerCase().split(",");
  const excluded = patterns.some((pattern) => pattern.startsWith("!") && matches(pattern.slice(1), name));
  return !excluded && patterns.some((pattern) => matches(pattern, name));
}

function matches(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*/g, ".*")
    .replace(/\?/g, ".");
  return new RegExp(`^${source}$`).test(name);
}
