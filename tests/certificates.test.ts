// The certificates that a deployment makes, as clients see them.
import { execFileSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { join } from "node:path";

const DAY = 86_400_000;

/** As a command of a deployment runs it. */
function make(wanted: object): { pem: string; certificate: X509Certificate } {
  const pem = execFileSync("node", ["-e", "require('podwatch/certificates/make').run()"], {
    cwd: join(__dirname, ".."),
    input: JSON.stringify(wanted),
    encoding: "utf8",
  });
  const certificate = new X509Certificate(pem);
  expect(certificate.checkPrivateKey(createPrivateKey(pem))).toBe(true);
  return { pem, certificate };
}

test("an authority signs certificates for names and addresses, each with a key of its own", () => {
  const authority = make({ name: "Podwatch test", days: 7300 });
  expect(authority.certificate.ca).toBe(true);
  expect(authority.certificate.verify(authority.certificate.publicKey)).toBe(true);
  const names = ["10.1.2.3", "fd00::7", "monitor.my-company.net", "*.lab.my-company.net", "localhost"];
  const [one, other] = [1, 2].map(() => make({ name: "mon", days: 90, names, authority: authority.pem }));
  const { certificate } = one as { certificate: X509Certificate };
  expect(certificate.checkIssued(authority.certificate)).toBe(true);
  expect(certificate.verify(authority.certificate.publicKey)).toBe(true);
  expect(certificate.ca).toBe(false);
  expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
  const peer = make({ name: "mon", days: 90, names, client: true, authority: authority.pem });
  expect(peer.certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
  for (const name of ["monitor.my-company.net", "grafana.lab.my-company.net", "localhost"])
    expect(certificate.checkHost(name)).toBeDefined();
  for (const address of ["10.1.2.3", "fd00::7"]) expect(certificate.checkIP(address)).toBeDefined();
  expect(certificate.checkHost("other.my-company.net")).toBeUndefined();
  const life = Date.parse(certificate.validTo) - Date.now();
  expect(life).toBeGreaterThan(89 * DAY);
  expect(life).toBeLessThanOrEqual(90 * DAY);
  expect(other?.certificate.serialNumber).not.toBe(certificate.serialNumber);
  expect(other?.certificate.publicKey.equals(certificate.publicKey)).toBe(false);
});
