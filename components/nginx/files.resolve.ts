// A certificate of the front that comes from elsewhere: what clients would refuse is refused here.
import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { rootCertificates } from "node:tls";
import { quote } from "../../config/problem";
import { resolveTls } from "../../config/resolve/auth";
import type { SecretText, WithSecrets } from "../../config/schema/words";
import type { ResolveContext } from "../../config/section";
import type { FrontFiles } from "./files.schema";

type Files = WithSecrets<FrontFiles, string>;

/** NGINX starts with no shorter RSA key. */
const LEAST_RSA_BITS = 2048;

/** RFC 5280, 4.2.1.12: for servers, and for anything. */
const FOR_SERVERS = ["1.3.6.1.5.5.7.3.1", "2.5.29.37.0"];

/** The checked contents of the files; `ca` is what clients have to trust, absent if it is a public authority. */
export function resolveFiles(
  given: Files,
  publicUrl: string,
  { locate, context, report }: ResolveContext,
): Files {
  const at = (name: string) => locate(["tls", "files", name]);
  const asked = { ...given, key: given.key as SecretText | undefined, insecure: false };
  const read = resolveTls(asked, locate(["tls", "files"]), context, report);
  const chain = inside(read.certificate);
  const [own] = chain;
  const last = chain.at(-1);
  // What is no certificate has been reported.
  if (own === undefined || last === undefined) return given;
  for (const problem of [...ofEach(chain), ...ofOrder(chain), ...ofServer(own, publicUrl)]) {
    report(at("certificate"), problem);
  }
  const trusted = inside(read.ca);
  if (trusted.length > 0 && !trusted.some((ca) => isSame(ca, last) || issued(last, ca))) {
    report(
      at("ca"),
      `did not issue ${called(last)}, the last of the chain; write the certificate of its issuer`,
    );
  }
  const ca = read.ca ?? (issued(last, last) ? last.toString() : undefined);
  if (ca === undefined && given.ca === undefined && !isOfPublicAuthority(last)) {
    report(
      at("certificate"),
      `${called(last)}, the last of the chain, is issued by none of the public authorities, but by ${quote(oneLine(last.issuer))}; append the certificates that are missing up to one of theirs, or write that of your own authority as ca`,
    );
  }
  const { certificate = "", key } = read;
  return { certificate, ...(key === undefined ? {} : { key }), ...(ca === undefined ? {} : { ca }) };
}

function ofEach(chain: readonly X509Certificate[]): string[] {
  const now = Date.now();
  return chain.flatMap((certificate, index) => {
    const who = index === 0 ? "the certificate" : `that of ${called(certificate)}`;
    const { validFrom, validTo } = certificate;
    if (Date.parse(validTo) <= now) return [`${who} expired on ${day(validTo)}; write a renewed one`];
    if (Date.parse(validFrom) > now) {
      return [
        `${who} is not valid before ${day(validFrom)}; write one that is, or set this computer's clock`,
      ];
    }
    return [];
  });
}

function ofOrder([own, ...issuers]: readonly X509Certificate[]): string[] {
  let before = own;
  for (const issuer of issuers) {
    if (before !== undefined && !issued(before, issuer)) {
      return [
        `${called(issuer)} did not issue the certificate before it; write the front's own first, then each one's issuer`,
      ];
    }
    before = issuer;
  }
  return [];
}

function ofServer(own: X509Certificate, publicUrl: string): string[] {
  const problems: string[] = [];
  const name = new URL(publicUrl).hostname.replace(/^\[(.*)\]$/, "$1");
  if ((isIP(name) === 0 ? own.checkHost(name, { subject: "never" }) : own.checkIP(name)) === undefined) {
    const names = own.subjectAltName?.replaceAll(/(DNS|IP Address):/g, "") ?? "none";
    problems.push(
      `the certificate is not for ${quote(name)}, the host of publicUrl, but for: ${names}; write one that is, or a publicUrl that it is for`,
    );
  }
  // Absent: for anything.
  const usages: readonly string[] | undefined = own.keyUsage;
  if (usages !== undefined && !usages.some((usage) => FOR_SERVERS.includes(usage))) {
    problems.push("the certificate is not for servers; have one issued for server authentication");
  }
  const { modulusLength = LEAST_RSA_BITS } = own.publicKey.asymmetricKeyDetails ?? {};
  if (modulusLength < LEAST_RSA_BITS) {
    problems.push(
      `the certificate's key has ${modulusLength} bits only, which clients refuse; have one issued for a key of ${LEAST_RSA_BITS} bits or more`,
    );
  }
  return problems;
}

function inside(pem: string | undefined): X509Certificate[] {
  const blocks = pem?.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}

/** Whether clients know its issuer, or itself, without being told. */
function isOfPublicAuthority(certificate: X509Certificate): boolean {
  return rootCertificates.some((pem) => {
    const root = new X509Certificate(pem);
    return isSame(root, certificate) || issued(certificate, root);
  });
}

function isSame(one: X509Certificate, other: X509Certificate): boolean {
  return one.fingerprint256 === other.fingerprint256;
}

function issued(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function called({ subject }: X509Certificate): string {
  return quote(oneLine(subject ?? ""));
}

function oneLine(name: string): string {
  return name.replaceAll("\n", ", ");
}

function day(date: string): string {
  return new Date(date).toISOString().slice(0, 10);
}
