import { createHmac, generateKeyPairSync } from "node:crypto";
import { utils } from "ssh2";
import { findKnownHost, parseHostKey } from "../../connection/hostKey";
import { privateKeyProblem } from "../../connection/privateKey";
import { hostKey, keys } from "./support";

const ecdsa = utils.generateKeyPairSync("ecdsa", { bits: 256 });
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const rsaPublic = utils.generateKeyPairSync("rsa", { bits: 2048 }).public.trim();
const [type = "", key = ""] = hostKey.split(" ");

describe("private keys", () => {
  const pem = (encoding: "pkcs1" | "pkcs8", passphrase?: string) =>
    rsa.privateKey.export({
      type: encoding as "pkcs1",
      format: "pem",
      ...(passphrase === undefined ? {} : { cipher: "aes-128-cbc", passphrase }),
    }) as string;

  test.each([
    ["OpenSSH", keys.plain.private, undefined],
    ["OpenSSH with Windows line ends", keys.plain.private.replaceAll("\n", "\r\n"), undefined],
    ["OpenSSH, encrypted", keys.encrypted.private, "open sesame"],
    ["ECDSA", ecdsa.private, undefined],
    ["PKCS#1", pem("pkcs1"), undefined],
    ["PKCS#1, encrypted", pem("pkcs1", "pw"), "pw"],
    ["PKCS#8", pem("pkcs8"), undefined],
  ])("are taken: %s", (_, text, password) => {
    expect(privateKeyProblem(text, password)).toBeUndefined();
  });

  test.each([
    [
      "encrypted, no password",
      keys.encrypted.private,
      undefined,
      /^is encrypted; set privateKeyPassword too/,
    ],
    [
      "PKCS#1 encrypted, no password",
      pem("pkcs1", "pw"),
      undefined,
      /^is encrypted; set privateKeyPassword too/,
    ],
    ["wrong password", pem("pkcs1", "pw"), "other", /^cannot be decrypted; /],
    ["not encrypted", keys.plain.private, "pw", /^is not encrypted, but privateKeyPassword is set/],
    [
      "cipher that Go does not know",
      keys.oldCipher.private,
      "open sesame",
      /^is encrypted with aes128-cbc, .*ssh-keygen -p/,
    ],
    ["PKCS#8 encrypted", pem("pkcs8", "pw"), "pw", /PKCS#8\); convert it: ssh-keygen -p/],
    ["public key", hostKey, undefined, /^is a public key; give the private one/],
    ["PuTTY", "PuTTY-User-Key-File-3: ssh-ed25519\n", undefined, /^is a PuTTY key; convert it/],
    [
      "certificate",
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
      undefined,
      /^is not a private key; /,
    ],
    ["other text", "hello", undefined, /^is not a private key; /],
    ["empty", "", undefined, /^is not a private key; /],
    [
      "a line lost",
      keys.plain.private.split("\n").toSpliced(2, 1).join("\n"),
      undefined,
      /^is cut off or damaged; /,
    ],
    [
      "a PEM line lost",
      pem("pkcs1").split("\n").toSpliced(2, 1).join("\n"),
      undefined,
      /^is cut off or damaged; /,
    ],
    ["no end", keys.plain.private.split("\n").slice(0, 3).join("\n"), undefined, /^is not a private key; /],
  ])("are refused before the provider sees them: %s", (_, text, password, message) => {
    const found = privateKeyProblem(text, password);
    expect(found).toMatch(message);
    expect(found).not.toContain(text.split("\n")[1] || "\0");
  });

  test("for a security token need an agent", () => {
    const line = (text: string) => Buffer.concat([Buffer.from([0, 0, 0, text.length]), Buffer.from(text)]);
    const number = Buffer.from([0, 0, 0, 1]);
    const blob = line("sk-ssh-ed25519@openssh.com");
    const body = Buffer.concat([
      Buffer.from("openssh-key-v1\0"),
      ...[line("none"), line("none"), line(""), number],
      Buffer.concat([Buffer.from([0, 0, 0, blob.length]), blob]),
      line("12341234"),
    ]);
    const text = `-----BEGIN OPENSSH PRIVATE KEY-----\n${body.toString("base64")}\n-----END OPENSSH PRIVATE KEY-----\n`;
    expect(privateKeyProblem(text, undefined)).toMatch(/security token.*; set agent: true/);
  });
});

describe("pinned host keys", () => {
  test.each([
    hostKey,
    `${hostKey} root@host\n`,
    `10.1.2.3 ${hostKey}`,
    `# 10.1.2.3:22 SSH-2.0-OpenSSH_10.0\n10.1.2.3 ${hostKey}\n`,
  ])("are reduced to type and key: %j", (text) => {
    expect(parseHostKey(text)).toEqual({ value: `${type} ${key}` });
  });

  test("of the NIST curves are taken", () => {
    expect(parseHostKey(ecdsa.public)).toHaveProperty("value");
  });

  test.each([
    ["RSA", rsaPublic, /type ssh-rsa, which cannot be used; write a key of type ssh-ed25519, /],
    ["two", `${hostKey}\n${hostKey}`, /more than one line/],
    ["authority", `@cert-authority * ${hostKey}`, /certificate or revocation line/],
    ["fingerprint", "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU", /^is not a host key; /],
    ["cut off", hostKey.slice(0, -6), /^is cut off or mistyped; /],
    ["another type's key", `ecdsa-sha2-nistp256 ${key}`, /^is cut off or mistyped; /],
    ["no key", "ssh-ed25519", /^is not a host key; /],
    ["empty", "", /^is not a host key; /],
  ])("are refused: %s", (_, text, message) => {
    expect(parseHostKey(text)).toEqual({ message: expect.stringMatching(message) });
  });
});

describe("known_hosts files", () => {
  const hashed = (name: string) => {
    const salt = Buffer.from("0123456789abcdefghij");
    return `|1|${salt.toString("base64")}|${createHmac("sha1", salt).update(name).digest("base64")}`;
  };
  const found = { value: `${type} ${key}` };

  test.each([
    ["by address", `10.1.2.3 ${hostKey}`, "10.1.2.3", 22],
    ["in a list", `a.net,10.1.2.3 ${hostKey}`, "10.1.2.3", 22],
    ["with a port", `[10.1.2.3]:2222 ${hostKey}`, "10.1.2.3", 2222],
    ["hashed", `${hashed("10.1.2.3")} ${hostKey}`, "10.1.2.3", 22],
    ["hashed with a port", `${hashed("[fd00::1]:2222")} ${hostKey}`, "fd00::1", 2222],
    ["of an IPv6 address in another spelling", `fd00::1 ${hostKey}`, "FD00:0:0::1", 22],
    ["of one with a port", `${hashed("[fd00::1]:2222")} ${hostKey}`, "fd00:0::1", 2222],
    ["of one spelled as typed", `fd00:0::1 ${hostKey}`, "fd00:0::1", 22],
    ["by pattern", `*.acme.net,!bad.acme.net ${hostKey}`, "mon.acme.net", 22],
    ["whatever the case", `Mon.Acme.net ${hostKey}`, "mon.ACME.net", 22],
    ["the best of several", `h ${rsaPublic}\nh ${ecdsa.public}\n\n# c\nh ${hostKey}`, "h", 22],
  ])("hold a key %s", (_, file, address, port) => {
    expect(findKnownHost(file, address, port)).toEqual(found);
  });

  test.each([
    [
      "of another port",
      `10.1.2.3 ${hostKey}`,
      "10.1.2.3",
      2222,
      /holds no key for \[10\.1\.2\.3\]:2222; .*`ssh-keyscan -p 2222 -t ed25519 10\.1\.2\.3`/,
    ],
    [
      "of another host",
      `10.1.2.30 ${hostKey}\n${hashed("10.1.2.31")} ${hostKey}`,
      "10.1.2.3",
      22,
      /^holds no key for 10\.1\.2\.3; /,
    ],
    ["excluded", `*.acme.net,!bad.acme.net ${hostKey}`, "bad.acme.net", 22, /^holds no key for /],
    ["revoked", `@revoked 10.1.2.3 ${hostKey}`, "10.1.2.3", 22, /^holds no key for /],
    [
      "of a useless type",
      `10.1.2.3 ${rsaPublic}`,
      "10.1.2.3",
      22,
      /only keys that cannot be used \(ssh-rsa\); add the line that `ssh-keyscan -t ed25519/,
    ],
    ["in an empty file", "", "10.1.2.3", 22, /^holds no key for /],
  ])("hold none: %s", (_, file, address, port, message) => {
    expect(findKnownHost(file, address, port)).toEqual({ message: expect.stringMatching(message) });
  });
});
