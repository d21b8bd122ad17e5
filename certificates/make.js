// Makes a certificate: reads what is wanted from standard input (JSON), prints the certificate and its private key in PEM form.
//
//   name       whom it is for, or the name of the authority
//   days       how long it is valid
//   names      DNS names and addresses; absent: it is an authority's own
//   client     whether its owner shows it to servers, too
//   authority  its certificate and private key in PEM form, in the order printed here
//
// Run by a command of a deployment, not by the program: what is made stays in the state, and the library is loaded only then.
require("reflect-metadata");
const { createPrivateKey, KeyObject, webcrypto, X509Certificate } = require("node:crypto");
const { text } = require("node:stream/consumers");
const { isIP } = require("node:net");
const x509 = require("@peculiar/x509");

/** Understood by every client of TLS 1.2, and what Mozilla's guidelines name first. */
const KEY = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

const DAY = 86_400_000;

/** Clocks of clients may be behind ours. */
const BEFORE = 3_600_000;

async function make({ name, days, names, client, authority }) {
  x509.cryptoProvider.set(webcrypto);
  const keys = await webcrypto.subtle.generateKey(KEY, true, ["sign", "verify"]);
  const common = {
    notBefore: new Date(Date.now() - BEFORE),
    notAfter: new Date(Date.now() + days * DAY),
    signingAlgorithm: KEY,
  };
  const certificate =
    authority === undefined
      ? await root(name, keys, common)
      : await signed({ name, names, client }, keys, common, await signer(authority));
  const key = KeyObject.from(keys.privateKey).export({ type: "pkcs8", format: "pem" });
  return `${certificate.toString("pem")}\n${key}`;
}

async function root(name, keys, common) {
  const usages = x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign;
  return x509.X509CertificateGenerator.createSelfSigned({
    ...common,
    name: [{ CN: [name] }],
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(usages, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
}

async function signed({ name, names, client }, keys, common, { certificate, key }) {
  const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;
  return x509.X509CertificateGenerator.create({
    ...common,
    subject: [{ CN: [name.slice(0, 64)] }],
    issuer: certificate.subjectName,
    publicKey: keys.publicKey,
    signingKey: key,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(client ? [serverAuth, clientAuth] : [serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) === 0 ? "dns" : "ip", value })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(certificate.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
}

/** Each of the two finds its own part of the text. */
async function signer(pem) {
  const key = createPrivateKey(pem).export({ type: "pkcs8", format: "der" });
  return {
    certificate: new x509.X509Certificate(new X509Certificate(pem).raw),
    key: await webcrypto.subtle.importKey("pkcs8", key, KEY, false, ["sign"]),
  };
}

module.exports = { make };

/** For a command: `node -e "require('podwatch/certificates/make').run()"`. */
module.exports.run = async () => process.stdout.write(await make(JSON.parse(await text(process.stdin))));
