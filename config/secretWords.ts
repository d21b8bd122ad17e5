// Detects secrets in native configuration: by the types of the programs that read it, and by names.
import { fields } from "./schema/secretKeys.json";

/** Keys that always hold a secret; `key` does so only in some places, and URLs may contain one. */
const secretKeys: ReadonlySet<string> = new Set(
  fields.filter(({ key, url }) => key !== "key" && !(url && /^(api_)?url$/.test(key))).map(({ key }) => key),
);

/**
 * The key for a file that the program reads instead of this one.
 *
 * @param discovery the kind of service discovery that has the key
 */
export function fileInstead(key: string, discovery: string | undefined): string | undefined {
  if (key === "values") return "files";
  const owned = fields.filter((field) => field.key === key);
  const directory = `prometheus/discovery/${packages[discovery ?? ""] ?? discovery}.`;
  const found =
    owned.find((field) => field.in.startsWith(directory)) ??
    owned.find((field) => !field.in.startsWith("prometheus/"));
  return found !== undefined && "file" in found ? found.file : undefined;
}

/** Kinds of service discovery that share a package of Prometheus. */
const packages: Readonly<Record<string, string>> = { ec2: "aws", lightsail: "aws" };

const secretWord =
  /(^|_)(password|passwd|passphrase|passwort|pass|pwd|secret|token|credentials?|api_?key|auth_?key|account_?key|private_?key|secret_?key|signing_?key|license_?key|authorization)$/;

/** `apiKey`, `API-Key` and `api_key` are equivalent. */
function plain(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replaceAll(/[-.\s]/g, "_")
    .toLowerCase();
}

/** A key of a configuration; keys that only describe a method are not secret, whatever their name. */
export function isSecretKey(name: string, value: unknown): boolean {
  if (secretKeys.has(name.toLowerCase())) return true;
  const holds = Array.isArray(value) ? value.every((item) => isText(item)) : isText(value);
  return holds && secretWord.test(plain(name));
}

const isText = (value: unknown) => typeof value === "string" || typeof value === "number";

/** `auth` alone is not: the SNMP exporter's profiles have that name. */
export function isSecretParameter(name: string): boolean {
  return secretWord.test(plain(name)) || /(^|_)(key|access_?key|sig|signature|jwt)$/.test(plain(name));
}

/** Headers with text for people, such as those of a mail: "Token expired" is not a credential there. */
const forPeople = /^(subject|comments|keywords)$/;

export function isSecretHeader(name: string, values: unknown): boolean {
  const word = plain(name);
  if (forPeople.test(word)) return false;
  if (secretWord.test(word) || /cookie$|(^|_)(key|auth|session|signature|jwt)$/.test(word)) return true;
  return [values].flat().some((value) => /^(Bearer|Basic|Digest|Token|ApiKey)\s+\S/i.test(String(value)));
}

/** An environment variable or a program's option; the path of a secret is not secret. */
export function isSecretVariable(name: string): boolean {
  return secretWord.test(plain(name)) || /(^|_)key$/.test(plain(name));
}

/** A URL with credentials or a secret in it; the user alone is none for SSH, which asks for more. */
export function isSecretUrl(text: string): boolean {
  if (/^ssh:\/\/[^/?#\s:@]*@[^?@]*$/i.test(text)) return false;
  if (/^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]*@/i.test(text)) return true;
  const [, query] = /^[a-z][a-z0-9+.-]*:\/\/[^?#\s]*\?([^#\s]*)/i.exec(text) ?? [];
  return [...new URLSearchParams(query)].some(([name, value]) => value !== "" && isSecretParameter(name));
}

export const isPrivateKey = (text: string) => /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text);
