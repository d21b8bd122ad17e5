// A certificate of the front that comes from elsewhere: what is taken, and what is refused before anything is touched.
import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { problemsOf, settingsOf, stack, type World } from "./support";

/** What this computer takes for public authorities. */
const mockPublic: string[] = [];
jest.mock("node:tls", () => ({
  ...jest.requireActual("node:tls"),
  get rootCertificates() {
    return mockPublic;
  },
}));

/** As a command of a deployment makes it. */
function make(wanted: object) {
  const pem = execFileSync("node", ["-e", "require('podwatch/certificates/make').run()"], {
    cwd: join(__dirname, "../.."),
    input: JSON.stringify(wanted),
    encoding: "utf8",
  });
  const at = pem.indexOf("-----BEGIN PRIVATE");
  return { pem, certificate: new X509Certificate(pem).toString(), key: pem.slice(at) };
}

const names = ["mon.acme.net", "10.1.2.3"];
const authority = make({ name: "Acme", days: 100 });
const stranger = make({ name: "Stranger", days: 100 });
const known = make({ name: "Known", days: 100 });
const ours = make({ name: "mon", days: 90, names, authority: authority.pem });
const other = make({ name: "mon", days: 90, names, authority: authority.pem });
const expired = make({ name: "mon", days: -0.01, names, authority: authority.pem });
const fromPublic = make({ name: "mon", days: 90, names, authority: known.pem });
mockPublic.push(known.certificate);
const chain = ours.certificate + authority.certificate;
const files = {
  "tls/chain.pem": chain,
  "tls/own.pem": ours.certificate,
  "tls/public.pem": fromPublic.certificate,
  "~/public": fromPublic.key,
  "~/key": ours.key,
  "~/other": other.key,
};
const world: World = { files, secretKeys: ["front"] };
const front = (given: object, more: object = {}) =>
  stack({
    front: {
      bind: "0.0.0.0",
      insecure: "a test",
      publicUrl: "https://mon.acme.net",
      ...more,
      tls: { files: given },
    },
  });

test.each<[what: string, given: object, ca: string | undefined, publicUrl?: string]>([
  [
    "its chain ends in an authority",
    { certificate: "tls/chain.pem", keyFile: "~/key" },
    authority.certificate,
  ],
  ["as text", { certificate: chain, key: ours.key }, authority.certificate],
  ["a public authority", { certificate: "tls/public.pem", keyFile: "~/public" }, undefined],
  [
    "a ca",
    { certificate: "tls/own.pem", keyFile: "~/key", ca: authority.certificate },
    authority.certificate,
  ],
  ["an address", { certificate: "tls/public.pem", keyFile: "~/public" }, undefined, "https://10.1.2.3"],
])("is taken, with what clients trust: %s", (_, given, ca, ...[publicUrl]) => {
  const { tls } = settingsOf(front(given, publicUrl ? { publicUrl } : {}), world).front;
  const own = ca === undefined ? fromPublic : ours;
  expect(tls).toMatchObject({ files: { key: own.key } });
  expect(tls !== false && tls.files?.certificate.startsWith(own.certificate)).toBe(true);
  expect(tls !== false && tls.files?.ca).toBe(ca);
});

const AT = "podwatch:front.tls.files";
const good = { certificate: "tls/chain.pem", keyFile: "~/key" };
test.each<[given: object, complaint: string, more?: object]>([
  [
    { ...good, keyFile: "~/other" },
    `${AT}.keyFile: "~/other" does not belong to the certificate; write its own`,
  ],
  [
    { certificate: "tls/chain.pem" },
    `${AT}.key: is missing; write the certificate's private key, or its file as keyFile`,
  ],
  [{ ...good, certificate: "tls/none.pem" }, `${AT}.certificate: "tls/none.pem" does not exist; `],
  [
    { certificate: ours.certificate + known.certificate, keyFile: "~/key" },
    `${AT}.certificate: "CN=Known" did not issue the certificate before it; write the front's own first, then each one's issuer`,
  ],
  [
    good,
    `${AT}.certificate: the certificate is not for "other.acme.net", the host of publicUrl, but for: mon.acme.net, 10.1.2.3; write one that is`,
    { publicUrl: "https://other.acme.net" },
  ],
  [
    { certificate: expired.certificate + authority.certificate, key: expired.key },
    `${AT}.certificate: the certificate expired on 20`,
  ],
  [
    { certificate: "tls/own.pem", keyFile: "~/key" },
    `${AT}.certificate: "CN=mon", the last of the chain, is issued by none of the public authorities, but by "CN=Acme"; append the`,
  ],
  [
    { ...good, ca: stranger.certificate },
    `${AT}.ca: did not issue "CN=Acme", the last of the chain; write the certificate of its issuer`,
  ],
])("what clients would refuse is refused: %#", (given, complaint, ...[more]) => {
  const said = problemsOf(front(given, more), world);
  expect(said).toHaveLength(1);
  expect(said[0]).toContain(complaint);
  for (const secret of [ours.key, other.key]) expect(said[0]).not.toContain(secret);
});

test.each([
  ["a short key", ["rsa:1024"], [], "key has 1024 bits only"],
  ["a client's", ["rsa:2048"], ["-addext", "extendedKeyUsage=clientAuth"], "is not for servers; have one"],
  ["only a common name", ["rsa:2048"], [], 'not for "other.acme.net"', "https://other.acme.net"],
])("%s is refused", (_, newKey, more, complaint, publicUrl = "https://mon.acme.net") => {
  const name = new URL(publicUrl).hostname;
  const pem = execFileSync(
    "openssl",
    [
      "req",
      "-x509",
      "-nodes",
      "-newkey",
      ...newKey,
      "-subj",
      `/CN=${name}`,
      "-keyout",
      "-",
      "-out",
      "-",
    ].concat(["-addext", "subjectAltName=DNS:mon.acme.net", ...more]),
    { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
  );
  const at = pem.indexOf("-----BEGIN CERTIFICATE");
  const said = problemsOf(front({ certificate: pem.slice(at), key: pem.slice(0, at) }, { publicUrl }), world);
  expect(said).toHaveLength(1);
  expect(said[0]).toContain(complaint);
});

test("one that is not valid yet is refused", () => {
  jest.useFakeTimers({ now: Date.now() - 7 * 86_400_000, doNotFake: ["nextTick", "setImmediate"] });
  try {
    expect(problemsOf(front(good), world)[0]).toMatch(/tls\.files\.certificate: .* is not valid before 20/);
  } finally {
    jest.useRealTimers();
  }
});

test("a key in plain text is refused, and so are two sources", () => {
  const plain = problemsOf(front({ certificate: chain, key: ours.key }), { files });
  expect(plain).toEqual([
    expect.stringContaining("pulumi config set --secret --path 'podwatch:front.tls.files.key'"),
  ]);
  const both = stack({
    front: {
      bind: "0.0.0.0",
      insecure: "a test",
      publicUrl: "https://mon.acme.net",
      tls: { ownCa: {}, files: good },
    },
  });
  expect(problemsOf(both, world)).toEqual([
    expect.stringContaining("front.tls.ownCa: is set together with files"),
  ]);
});
