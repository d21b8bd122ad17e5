// How to log in where something is asked: what is taken, and what is refused before anything is touched.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { problemsOf, settingsOf, stack, type World } from "./support";

const world: World = { secretKeys: ["host", "prometheus"] };
const job = (more: object) =>
  stack({ prometheus: { scrapeJobs: [{ name: "shop", targets: ["a:1"], ...more }] } });
const problems = (more: object, others: World = {}) => problemsOf(job(more), { ...world, ...others });
const AT = "podwatch:prometheus.scrapeJobs[0]";

/** A key and a certificate of its own, in PEM form. */
function selfSigned(name: string) {
  const directory = mkdtempSync(join(tmpdir(), "podwatch-pem-"));
  const [key, certificate] = [join(directory, "key"), join(directory, "certificate")];
  const algorithm = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const args = ["req", "-x509", ...algorithm, "-subj", `/CN=${name}`, "-keyout", key, "-out", certificate];
  execFileSync("openssl", args, { stdio: "pipe" });
  const pair = { key: readFileSync(key, "utf8"), certificate: readFileSync(certificate, "utf8") };
  rmSync(directory, { recursive: true });
  return pair;
}

const [ours, theirs] = [selfSigned("ours"), selfSigned("theirs")];

describe("secrets", () => {
  test.each([
    ["quotes, dollars and braces", `p"a'$$s: #{{x}}\\`],
    ["digits", "12345"],
    ["a line break at the end", "hunter2\n"],
    ["other scripts", "пароль 密码 🔑"],
    ["a blank in between", "correct horse"],
    ["very much text", "x".repeat(100_000)],
  ])("may hold %s", (_, password) => {
    const raw = job({ basicAuth: { username: "prom", password } });
    const [shop] = settingsOf(raw, world).prometheus.scrapeJobs;
    expect(shop?.basicAuth).toEqual({ username: "prom", password });
  });

  test.each([
    ["nothing", ""],
    ["a blank at the beginning", " hunter2"],
    ["a blank at the end", "hunter2 "],
    ["a blank before the line break", "hunter2\t\n"],
    ["nothing but a line break", "\n"],
  ])("may not be %s, which would not arrive", (_, password) => {
    expect(problems({ basicAuth: { username: "prom", password } })).toEqual([
      `${AT}.basicAuth.password: the value is not a password; write the one to log in with, which may not begin or end with a space, since programs trim those`,
    ]);
  });

  test("have no invisible characters", () => {
    const said = problems({ basicAuth: { username: "prom", password: "hunter\0two" } });
    expect(said).toEqual([
      `${AT}.basicAuth.password: the value holds \\u0000 (a control character); remove it`,
    ]);
  });

  test("of a header stand on one line", () => {
    const said = problems({ bearerToken: "two\nlines", headers: { "X-Key": "two\nlines" } });
    expect(said).toEqual([
      expect.stringContaining(`${AT}.bearerToken: the value is not a token; `),
      expect.stringContaining(`${AT}.headers.X-Key: the value is not a header's value; `),
    ]);
  });

  test("in plain text are refused with the command to type, numbers too", () => {
    const auth = {
      basicAuth: { username: "prom", password: 12345 },
      headers: { "X-Key": "hunter2" },
      tls: { certificate: ours.certificate, key: ours.key },
      httpSd: { url: "http://a/", oauth2: { clientId: "a", clientSecret: true, tokenUrl: "http://a/" } },
    };
    const plain = (path: string, input = "") =>
      `${AT}.${path}: is a secret in plain text; encrypt it, type: pulumi config set --secret --path '${AT}.${path}'${input}`;
    expect(problems(auth, { secretKeys: ["host"] })).toEqual([
      plain("basicAuth.password"),
      plain("headers.X-Key"),
      plain("httpSd.oauth2.clientSecret"),
      plain("tls.key", " < KEYFILE"),
    ]);
  });

  test.each([
    ["in quotes that hold quotes", `'p"a''$$s: #{{x}}\\'`],
    ["in quotes with escapes", `"p\\"a'$$s: #{{x}}\\\\"`],
    ["on a line of its own", `|-\n          p"a'$$s: #{{x}}\\`],
  ])("in plain text beside an encrypted one are found: %s", (_, written) => {
    const raw = job({
      basicAuth: { username: "prom", password: `p"a'$$s: #{{x}}\\` },
      headers: { "X-Key": "v" },
    });
    const file = (password: string) => `config:
  podwatch:prometheus:
    scrapeJobs:
      - basicAuth:
          password: ${password}
        headers: { X-Key: { secure: v1:AAAA } }
`;
    expect(problemsOf(raw, { ...world, stackFile: file(written) })).toEqual([
      expect.stringContaining(`${AT}.basicAuth.password: is a secret in plain text; `),
    ]);
    expect(problemsOf(raw, { ...world, stackFile: file("{ secure: v1:AAAA }") })).toEqual([]);
  });
});

test("one way to log in is enough", () => {
  const basicAuth = { username: "a", password: "hunter2" };
  const oauth2 = { clientId: "a", clientSecret: "hunter2", tokenUrl: "https://a/token" };
  expect(problems({ basicAuth, bearerToken: "hunter2", oauth2 })).toEqual([
    `${AT}.basicAuth: is set together with bearerToken and oauth2; keep one of them`,
  ]);
  expect(problems({ basicAuth, httpSd: { url: "https://a/", bearerToken: "x", oauth2 } })).toEqual([
    `${AT}.httpSd.bearerToken: is set together with oauth2; keep one of them`,
  ]);
});

test("headers that the connection needs, or that stand there twice, are refused", () => {
  const said = problems({ headers: { authorization: "x", "X Y": "x", "X-Key": "a", "x-key": "b" } });
  const form =
    "is not a header that may be set; write up to 64 letters, digits, - and _; Authorization is set by basicAuth, bearerToken and oauth2";
  expect(said).toEqual([
    `${AT}.headers.authorization: "authorization" ${form}`,
    `${AT}.headers.x-key: is the same header as "X-Key"; remove one of the two`,
    `${AT}.headers["X Y"]: "X Y" ${form}`,
  ]);
});

describe("certificates and keys", () => {
  const files = {
    "tls/ca.pem": `the CA\n${theirs.certificate}`,
    "tls/ours.pem": ours.certificate,
    "~/key": ours.key,
  };

  test("come as text or from files, in one form", () => {
    const raw = job({ tls: { ca: "tls/ca.pem", certificate: ours.certificate, keyFile: "~/key" } });
    const [shop] = settingsOf(raw, { ...world, files }).prometheus.scrapeJobs;
    expect(shop?.tls).toEqual({ ca: theirs.certificate, ...ours, insecure: false });
  });

  test("with Windows' line ends arrive without", () => {
    const crlf = (text: string) => text.replaceAll("\n", "\r\n");
    const raw = job({ tls: { certificate: crlf(ours.certificate), key: crlf(ours.key) } });
    expect(settingsOf(raw, world).prometheus.scrapeJobs[0]?.tls).toEqual({ ...ours, insecure: false });
  });

  test.each<[what: string, tls: object, complaint: string]>([
    ["no key", { certificate: "tls/ours.pem" }, "tls.key: is missing; write the certificate's private key"],
    ["no certificate", { keyFile: "~/key" }, "tls.certificate: is missing; "],
    [
      "both keys",
      { certificate: "tls/ours.pem", key: ours.key, keyFile: "~/key" },
      "tls.key: is set together with keyFile",
    ],
    [
      "another's key",
      { certificate: "tls/ca.pem", keyFile: "~/key" },
      'tls.keyFile: "~/key" does not belong to the certificate',
    ],
    ["a missing file", { ca: "tls/none.pem" }, 'tls.ca: "tls/none.pem" does not exist; '],
    ["a key as CA", { ca: "~/key" }, 'tls.ca: "~/key" holds a private key, which does not belong here'],
    [
      "nonsense",
      { ca: "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n" },
      "tls.ca: the text is not a certificate in PEM form",
    ],
    [
      "a broken key",
      { certificate: "tls/ours.pem", key: "-----BEGIN PRIVATE KEY-----\nx" },
      "tls.key: the key is not a private key in PEM form",
    ],
  ])("that cannot work are refused: %s", (_, tls, complaint) => {
    const said = problems({ tls }, { files });
    expect(said).toEqual([expect.stringContaining(`${AT}.${complaint}`)]);
    expect(said.join()).not.toContain(ours.key.split("\n")[1]);
  });
});

test("the job's own settings are not overridden", () => {
  const extra = { basic_auth: { username: "a", password_file: "/x" }, tls_config: {}, http_sd_configs: [] };
  const auth = { bearerToken: "hunter2", tls: {}, httpSd: { url: "http://a/" } };
  expect(problems({ ...auth, extra })).toEqual([
    `${AT}.extra.basic_auth: is set together with bearerToken of the job; write all of it as basicAuth`,
    `${AT}.extra.http_sd_configs: is set together with httpSd of the job; keep one of them`,
    `${AT}.extra.tls_config: is set together with tls of the job; write all of it as tls`,
  ]);
  expect(problems({ extra })).toEqual([]);
});

describe("remote write and external Alertmanagers", () => {
  const tell = (prometheus: object) => problemsOf(stack({ prometheus }), world);
  const write = { name: "central", url: "https://a.acme.net/write" };

  test("logs in by the same settings", () => {
    const remoteWrite = [{ ...write, basicAuth: { username: "me", password: "hunter2" } }];
    const alertmanagers = [{ name: "central", targets: ["a:9093"], bearerToken: "hunter2" }];
    expect(tell({ remoteWrite, alertmanagers })).toEqual([]);
    const at = "podwatch:prometheus.remoteWrite[0].basicAuth.password";
    expect(problemsOf(stack({ prometheus: { remoteWrite } }), { secretKeys: ["host"] })).toEqual([
      `${at}: is a secret in plain text; encrypt it, type: pulumi config set --secret --path '${at}'`,
    ]);
  });

  test("has a unique name, and its native options override nothing and contain no secret", () => {
    const remoteWrite = [
      { ...write, bearerToken: "hunter2", extra: { url: "http://b", oauth2: {} } },
      { ...write, extra: { basic_auth: { password: "hunter2" }, sigv4: { secret_key: "hunter2" } } },
    ];
    const alertmanagers = [{ name: "a", targets: ["a:1"], extra: { scheme: "https" } }];
    const at = "podwatch:prometheus.remoteWrite";
    const read = "is a secret, which anybody could read in previews and on the host";
    expect(tell({ remoteWrite, alertmanagers })).toEqual([
      "podwatch:prometheus.alertmanagers[0].extra.scheme: would override the settings of the Alertmanager; write it as scheme of the Alertmanager",
      `${at}[0].extra.oauth2: is set together with bearerToken of the endpoint; write all of it as oauth2`,
      `${at}[0].extra.url: would override the settings of the endpoint; write it as url of the endpoint`,
      `${at}[1].extra.basic_auth.password: ${read}; write it as basicAuth.password of the endpoint, type: pulumi config set --secret --path '${at}[1].basicAuth.password'`,
      `${at}[1].extra.sigv4.secret_key: ${read}; it cannot be read from a file; leave it out`,
      `${at}[1].name: "central" is already the name of another one; write another name`,
    ]);
  });
});
