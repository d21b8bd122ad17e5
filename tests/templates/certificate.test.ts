// How NGINX reads the validity of its certificate: the script as it is, by another engine of JavaScript.
import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderTemplate } from "../../lib/template";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "podwatch-certificate-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** As a command of a deployment makes it. */
function make(wanted: object): string {
  return execFileSync("node", ["-e", "require('podwatch/certificates/make').run()"], {
    cwd: join(__dirname, "../.."),
    input: JSON.stringify(wanted),
    encoding: "utf8",
  });
}

/** What is answered while a file holds these certificates. */
function metrics(pem: string): Record<string, number> {
  const certificate = join(directory, "certificate");
  writeFileSync(certificate, pem);
  writeFileSync(
    join(directory, "certificate.mjs"),
    renderTemplate("nginx/certificate.js.mustache", { certificate, acme: join(directory, "acme.prom") }),
  );
  const ask = `import certificate from ${JSON.stringify(join(directory, "certificate.mjs"))};
    certificate.metrics({ headersOut: {}, return: (status, text) => process.stdout.write(text) });`;
  const text = execFileSync("node", ["--input-type=module", "-e", ask], { encoding: "utf8" });
  return Object.fromEntries(
    [...text.matchAll(/^(podwatch_\w+) (\S+)$/gm)].map(([, name, value]) => [name, Number(value)]),
  );
}

const seconds = (date: string) => Date.parse(date) / 1000;
const BEGIN = "podwatch_front_certificate_not_before_timestamp_seconds";
const END = "podwatch_front_certificate_not_after_timestamp_seconds";

const authority = make({ name: "Podwatch test", days: 7300 });

// From 2050 on, times are written in another way (RFC 5280, 4.1.2.5).
test.each([1, 365, 20_000])("of a certificate of %d days", (days) => {
  const pem = make({ name: "mon", days, names: ["10.1.2.3"], authority });
  const { validFrom, validTo } = new X509Certificate(pem);
  expect(metrics(pem)).toEqual({ [BEGIN]: seconds(validFrom), [END]: seconds(validTo) });
});

test("of a chain, the first that expires counts", () => {
  const short = make({ name: "Short", days: 3 });
  const pem = make({ name: "mon", days: 30, names: ["10.1.2.3"], authority: short });
  const [own, issuer] = [pem, short].map((text) => new X509Certificate(text)) as [
    X509Certificate,
    X509Certificate,
  ];
  expect(metrics(`${own}${issuer}${pem.slice(pem.indexOf("-----BEGIN PRIVATE"))}`)).toEqual({
    [BEGIN]: seconds(own.validFrom),
    [END]: seconds(issuer.validTo),
  });
});

test.each(["rsa:2048", "ed25519"])("made by OpenSSL, with a key of %s", (key) => {
  const args = [
    "req",
    "-x509",
    "-nodes",
    "-newkey",
    key,
    "-subj",
    "/C=CH/O=Acme/CN=mon",
    "-days",
    "40",
    "-keyout",
    "-",
  ];
  const pem = execFileSync("openssl", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  expect(metrics(pem)[END]).toBe(seconds(new X509Certificate(pem).validTo));
});
