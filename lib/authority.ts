// The certificate of the stack's own authority, in files of services that trust it. It is known only once it is made, and rendering
// knows no Pulumi: it writes a mark, and the host fills in the certificate.
import type { Deployable } from "./deployable";

/** Stands for the certificate. */
export const OWN_AUTHORITY = "@podwatch-own-authority@";

/** How a server is encrypted. */
export type Encryption =
  | false
  | { readonly ownCa?: unknown; readonly files?: { readonly ca?: string | undefined } | undefined };

/** Whether the stack's own authority signs its certificate. */
export function isOfOwnAuthority<Server extends Encryption>(
  tls: Server,
): tls is Exclude<Server, false> & { readonly ownCa: NonNullable<Exclude<Server, false>["ownCa"]> } {
  return tls !== false && tls.ownCa !== undefined;
}

/** Whom its clients have to trust, in PEM form or as the mark; undefined: whom their system trusts. */
export function authorityOf(tls: Encryption): string | undefined {
  if (tls === false) return undefined;
  return isOfOwnAuthority(tls) ? OWN_AUTHORITY : tls.files?.ca;
}

export function trustsOwnAuthority(service: Deployable): boolean {
  return (
    service.kind === "container" && Object.values(service.files).some((text) => text.includes(OWN_AUTHORITY))
  );
}

/** @param certificate in PEM form */
export function withOwnAuthority(service: Deployable, certificate: string): Deployable {
  if (service.kind !== "container") return service;
  const files = Object.entries(service.files).map(([path, text]) => [
    path,
    text.replaceAll(OWN_AUTHORITY, certificate),
  ]);
  return { ...service, files: Object.fromEntries(files) };
}
