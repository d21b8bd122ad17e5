// A certificate that a host gets for itself: what the CA would refuse is refused here.
import { isIP } from "node:net";
import { quote } from "../../config/problem";
import { resolveTls } from "../../config/resolve/auth";
import type { WithSecrets } from "../../config/schema/words";
import type { ResolveContext } from "../../config/section";
import type { AcmeSettings } from "./acme.schema";

type Acme = WithSecrets<AcmeSettings, string>;

/** The port at which a CA asks for the file of the proof: RFC 8555, 8.3. */
const ASKED_AT = 80;

/** With the contents of files, and the domains. */
export function resolveAcme(
  given: Acme,
  { publicUrl, httpPort }: { readonly publicUrl: string; readonly httpPort?: number | undefined },
  { locate, context, report }: ResolveContext,
): Acme {
  const at = (...names: string[]) => locate(["tls", "acme", ...names]);
  const read = (key: "ca" | "directoryCa") => {
    const path = { ca: given[key], insecure: false };
    const { ca } =
      given[key] === undefined
        ? {}
        : resolveTls(path, at(), context, (where, text) => {
            report([...where.slice(0, -1), key], text);
          });
    return ca === undefined ? {} : { [key]: ca };
  };
  const { hostname } = new URL(publicUrl);
  const domains = given.domains ?? [hostname];
  if (!given.acceptTerms) {
    report(
      at("acceptTerms"),
      `is not true; read the terms of service of the CA at ${given.directory}, and write true if you accept them`,
    );
  }
  if (isIP(hostname.replace(/^\[(.*)\]$/, "$1")) !== 0 || !hostname.includes(".")) {
    report(
      locate(["publicUrl"]),
      `${quote(publicUrl)} has no DNS name that a CA could ask for; write one that has, or tls: { ownCa: {} }`,
    );
  } else if (!domains.some((domain) => covers(domain, hostname))) {
    report(
      at("domains"),
      `${quote(domains.join(", "))} lacks ${quote(hostname)}, the host of publicUrl; add it`,
    );
  }
  if (given.dns === undefined) {
    if (httpPort !== ASKED_AT) {
      report(
        at(),
        `has to answer the CA's question by HTTP at port ${ASKED_AT}, and front.httpPort is ${httpPort ?? "not set"}; write httpPort: ${ASKED_AT} below podwatch:front, or prove the domain by acme.dns`,
      );
    }
    const wild = domains.find((domain) => domain.startsWith("*."));
    if (wild !== undefined) {
      report(at("domains"), `${quote(wild)} can be proved by DNS only; write acme.dns, or single names`);
    }
  }
  return { ...given, ...read("ca"), ...read("directoryCa"), domains };
}

function covers(domain: string, name: string): boolean {
  return (
    domain === name || (domain.startsWith("*.") && domain.slice(2) === name.slice(name.indexOf(".") + 1))
  );
}
