// Checks that involve several settings of authentication; reads certificates and keys.
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { type Context, fileProblem } from "../context";
import { type Path, quote, type Report } from "../problem";
import type { HttpAuth, Tls } from "../schema/auth";
import type { SecretText } from "../schema/words";
import { isGroup } from "../walk";
import { ofParameters } from "./plainSecrets";

/** The checked settings, with the contents of files instead of their paths. */
export function resolveAuth<Auth extends Partial<HttpAuth>>(
  auth: Auth,
  path: Path,
  context: Context,
  report: Report,
): Auth {
  const ways = (["basicAuth", "bearerToken", "oauth2"] as const).filter((way) => auth[way] !== undefined);
  if (ways.length > 1) {
    report(
      [...path, ways[0] as string],
      `is set together with ${ways.slice(1).join(" and ")}; keep one of them`,
    );
  }
  checkHeaders(Object.keys(auth.headers ?? {}), [...path, "headers"], report);
  const { oauth2, tls } = auth;
  for (const found of ofParameters(oauth2?.endpointParams ?? {})) {
    report(
      [...path, "oauth2", "endpointParams", ...found.path],
      "looks like a secret, which anybody could read in previews and on the host; only clientSecret is kept secret here",
    );
  }
  return {
    ...auth,
    ...(oauth2?.tls && {
      oauth2: { ...oauth2, tls: resolveTls(oauth2.tls, [...path, "oauth2", "tls"], context, report) },
    }),
    ...(tls && { tls: resolveTls(tls, [...path, "tls"], context, report) }),
  };
}

/** Keys of an `http_config`, with the settings that they would override; the first is the one to write. */
const overruling: Readonly<Record<string, readonly (keyof HttpAuth)[]>> = {
  basic_auth: ["basicAuth", "bearerToken", "oauth2"],
  authorization: ["bearerToken", "basicAuth", "oauth2"],
  bearer_token_file: ["bearerToken", "basicAuth", "oauth2"],
  oauth2: ["oauth2", "basicAuth", "bearerToken"],
  http_headers: ["headers"],
  tls_config: ["tls"],
};

/** Native configuration may not override settings. */
export function checkOverruled(
  config: unknown,
  auth: Partial<HttpAuth>,
  path: Path,
  what: string,
  report: Report,
): void {
  if (!isGroup(config)) return;
  for (const [key, settings] of Object.entries(overruling)) {
    const given = settings.find((name) => auth[name] !== undefined);
    if (key in config && given !== undefined) {
      report([...path, key], `is set together with ${given} of ${what}; write all of it as ${settings[0]}`);
    }
  }
}

/** Header names are case-insensitive. */
function checkHeaders(names: readonly string[], path: Path, report: Report): void {
  names.forEach((name, index) => {
    const twin = names.slice(0, index).find((other) => other.toLowerCase() === name.toLowerCase());
    if (twin !== undefined)
      report([...path, name], `is the same header as ${quote(twin)}; remove one of the two`);
  });
}

/** Reads the files; a key has to belong to its certificate. */
export function resolveTls(tls: Tls, path: Path, context: Context, report: Report): Tls {
  const { keyFile, ...rest } = tls;
  const at = (name: string) => [...path, name];
  const ca = certificates(tls.ca, at("ca"), context, report);
  const certificate = certificates(tls.certificate, at("certificate"), context, report);
  if (tls.key !== undefined && keyFile !== undefined) {
    report(at("key"), "is set together with keyFile; keep one of them");
  }
  const hasKey = tls.key !== undefined || keyFile !== undefined;
  if (tls.certificate !== undefined && !hasKey) {
    report(at("key"), "is missing; write the certificate's private key, or its file as keyFile");
  }
  if (tls.certificate === undefined && hasKey) {
    report(at("certificate"), "is missing; write the certificate that the key belongs to");
  }
  const place = keyFile === undefined ? at("key") : at("keyFile");
  const text = tls.key ?? read(keyFile, place, "a private key", context, report);
  const key = privateKey(text, keyFile, place, report);
  if (key && certificate && !certificate[0]?.checkPrivateKey(key)) {
    report(
      place,
      `${keyFile === undefined ? "the key" : quote(keyFile)} does not belong to the certificate; write its own`,
    );
  }
  return {
    ...rest,
    ...(ca && { ca: written(ca) }),
    ...(certificate && { certificate: written(certificate) }),
    ...(text === undefined ? {} : { key: `${text.replaceAll("\r\n", "\n").trim()}\n` as SecretText }),
  };
}

/** Trusted certificates, as PEM text. */
export function resolveCa(
  given: string | undefined,
  path: Path,
  context: Context,
  report: Report,
): string | undefined {
  const found = certificates(given, path, context, report);
  return found && written(found);
}

/** The certificates in a PEM text or file. */
function certificates(
  given: string | undefined,
  path: Path,
  context: Context,
  report: Report,
): X509Certificate[] | undefined {
  const inline = given?.includes("-----BEGIN ");
  const text = inline ? given : read(given, path, "a certificate in PEM form", context, report);
  if (text === undefined) return undefined;
  const what = inline ? "the text" : quote(given);
  if (text.includes("PRIVATE KEY-----")) {
    report(path, `${what} holds a private key, which does not belong here; write the certificate alone`);
    return undefined;
  }
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  try {
    if (blocks.length > 0) return blocks.map((block) => new X509Certificate(block));
  } catch {
    // Told below.
  }
  report(
    path,
    `${what} is not a certificate in PEM form, or is damaged; write one that begins with -----BEGIN CERTIFICATE-----`,
  );
  return undefined;
}

/** Only the certificates: text around them is for people. */
function written(certificates: readonly X509Certificate[]): string {
  return certificates.map((certificate) => certificate.toString()).join("");
}

function privateKey(
  text: string | undefined,
  file: string | undefined,
  path: Path,
  report: Report,
): KeyObject | undefined {
  if (text === undefined) return undefined;
  try {
    return createPrivateKey(text);
  } catch {
    const what = file === undefined ? "the key" : quote(file);
    report(
      path,
      /ENCRYPTED/.test(text)
        ? `${what} is encrypted, and the service cannot ask for its password; decrypt it: openssl pkey -in KEY -out KEY.plain`
        : `${what} is not a private key in PEM form, or is damaged; copy the whole file again`,
    );
    return undefined;
  }
}

function read(
  file: string | undefined,
  path: Path,
  what: string,
  context: Context,
  report: Report,
): string | undefined {
  if (file === undefined) return undefined;
  try {
    return context.readFile(file);
  } catch (error) {
    report(path, `${quote(file)} ${fileProblem(error, what)}`);
    return undefined;
  }
}
