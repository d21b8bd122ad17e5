// Private keys are validated here, before they reach the command provider, whose error would print them.
import { createPrivateKey } from "node:crypto";
import { fromBase64, Reader } from "./wire";

const askForKey = "write the path of a private key in OpenSSH or PEM format";

/** The problem of a private key's text, or undefined. Never quotes the text. */
export function privateKeyProblem(text: string, password: string | undefined): string | undefined {
  if (/^PuTTY-User-Key-File/.test(text)) {
    return "is a PuTTY key; convert it: puttygen KEY.ppk -O private-openssh -o KEY";
  }
  if (/^\s*(ssh-|ecdsa-|sk-)\S+ AAAA/.test(text))
    return "is a public key; give the private one, the file without .pub";
  const match = /^\s*-----BEGIN ([A-Z0-9 ]+)-----\r?\n([\s\S]+?)-----END \1-----\s*$/.exec(text);
  const [, label = "", body = ""] = match ?? [];
  if (!label.endsWith("PRIVATE KEY")) return `is not a private key; ${askForKey}`;
  if (label === "ENCRYPTED PRIVATE KEY") {
    return "is encrypted in a format that cannot be used (PKCS#8); convert it: ssh-keygen -p -f KEY";
  }
  return label === "OPENSSH PRIVATE KEY" ? opensshProblem(body, password) : pemProblem(text, password);
}

const needsPassword = "is encrypted; set privateKeyPassword too, or use the agent";
const notEncrypted = "is not encrypted, but privateKeyPassword is set; remove the password";
const damaged = "is cut off or damaged; copy the whole key file again";

function opensshProblem(body: string, password: string | undefined): string | undefined {
  const data = fromBase64(body.replace(/\s/g, ""));
  const magic = "openssh-key-v1\0";
  if (data === undefined || data.subarray(0, magic.length).toString("latin1") !== magic) return damaged;
  const reader = new Reader(data.subarray(magic.length));
  const [cipher] = [reader.string(), reader.bytes(), reader.bytes()];
  const keys = reader.number();
  const type = publicType(reader.bytes());
  const secret = reader.bytes();
  if (cipher === undefined || keys !== 1 || type === undefined || secret === undefined) return damaged;
  if (type.startsWith("sk-"))
    return "is a key on a security token, which only an agent can use; set agent: true instead";
  if (cipher === "none") {
    // The secret part begins with one random number, twice.
    const check = new Reader(secret);
    const [first, second] = [check.number(), check.number()];
    if (first === undefined || first !== second) return damaged;
    return password === undefined ? undefined : notEncrypted;
  }
  if (cipher !== "aes256-ctr" && cipher !== "aes256-cbc") {
    return `is encrypted with ${cipher}, which cannot be used; convert it: ssh-keygen -p -Z aes256-ctr -f KEY`;
  }
  return password === undefined ? needsPassword : undefined;
}

/** The type in the public part; undefined if it is incomplete. */
function publicType(blob: Buffer | undefined): string | undefined {
  const reader = new Reader(blob ?? Buffer.alloc(0));
  const type = reader.string();
  return type === "ssh-ed25519" && reader.bytes()?.length !== 32 ? undefined : type;
}

/** RSA, EC and PKCS#8 files, which Node can read itself. */
function pemProblem(text: string, password: string | undefined): string | undefined {
  const encrypted = text.includes("Proc-Type: 4,ENCRYPTED");
  if (encrypted && password === undefined) return needsPassword;
  if (!encrypted && password !== undefined) return notEncrypted;
  try {
    createPrivateKey({ key: text, ...(password === undefined ? {} : { passphrase: password }) });
    return undefined;
  } catch {
    return encrypted ? "cannot be decrypted; check privateKeyPassword and that the key is whole" : damaged;
  }
}
