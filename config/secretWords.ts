// What is a secret in somebody else's configuration: by the types of the programs that read it, and by what names say.
import { fields } from "./schema/secretKeys.json";

/** Keys that hold a secret wherever they stand; `key` does so in some places only, and addresses may hold one. */
const secretKeys: ReadonlySet<string> = new Set(
  fields.filter(({ key, url }) => key !== "key" && !(url && /^(api_)?url$/.test(key))).map(({ key }) => key),
);

/**
 * The key of a file that the program reads in the place of this one.
 *
 * @param discovery the kind of service discovery whose own key it is
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

/** Kinds of service discovery that share a package of Prometheus'. */
const packages: Readonly<Record<string, string>> = { ec2: "aws", lightsail: "aws" };

const secretWord =
  /(^|_)(password|passwd|passphrase|passwort|pass|pwd|secret|token|credentials?|api_?key|auth_?key|account_?key|private_?key|secret_?key|signing_?key|license_?key|authorization)$/;

/** `apiKey`, `API-Key` and `api_key` are one. */
function plain(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replaceAll(/[-.\s]/g, "_")
    .toLowerCase();
}

/** A key of a configuration; what only describes how something is done is no secret, whatever it is called. */
export function isSecretKey(name: string, value: unknown): boolean {
  if (secretKeys.has(name.toLowerCase())) return true;
  const holds = Array.isArray(value) ? value.every((item) => isText(item)) : isText(value);
  return holds && secretWord.test(plain(name));
}

const isText = (value: unknown) => typeof value === "string" || typeof value === "number";

/** `auth` alone is none: the SNMP exporter calls its profiles so. */
export function isSecretParameter(name: string): boolean {
  return secretWord.test(plain(name)) || /(^|_)(key|access_?key|sig|signature|jwt)$/.test(plain(name));
}

/** Headers whose words are for people, such as those of a mail: "Token expired" is no log-in there. */
const forPeople = /^(subject|comments|keywords)$/;

export function isSecretHeader(name: string, values: unknown): boolean {
  const word = plain(name);
  if (forPeople.test(word)) return false;
  if (secretWord.test(word) || /cookie$|(^|_)(key|auth|session|signature|jwt)$/.test(word)) return true;
  return [values].flat().some((value) => /^(Bearer|Basic|Digest|Token|ApiKey)\s+\S/i.test(String(value)));
}

/** A variable of a process, or an option of a program; one that says where the secret stands is none. */
export function isSecretVariable(name: string): boolean {
  return secretWord.test(plain(name)) || /(^|_)key$/.test(plain(name));
}

/** An address with a log-in or a secret in it. */
export function isSecretUrl(text: string): boolean {
  if (/^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]*@/i.test(text)) return true;
  const [, query] = /^[a-z][a-z0-9+.-]*:\/\/[^?#\s]*\?([^#\s]*)/i.exec(text) ?? [];
  return [...new URLSearchParams(query)].some(([name, value]) => value !== "" && isSecretParameter(name));
}

export const isPrivateKey = (text: string) => /-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text);
