// The certificate of the stack's own authority, in files of services that trust it. It is known only once it is made, and rendering
// knows no Pulumi: it writes a mark, and the host fills in the certificate.
import type { Deployable } from "./deployable";

/** Stands for the certificate. */
export const OWN_AUTHORITY = "@podwatch-own-authority@";

/** How a server is encrypted. */
export type Encryption =
  | false
  | {
      readonly ownCa?: unknown;
      readonly files?: Trusted | undefined;
      readonly acme?: Trusted | undefined;
    };

interface Trusted {
  /** Whom clients have to trust, in PEM form; absent: public authorities. */
  readonly ca?: string | undefined;
}

/** Whether the stack's own authority signs its certificate. */
export function isOfOwnAuthority<Server extends Encryption>(
  tls: Server,
): tls is Exclude<Server, false> & { readonly ownCa: NonNullable<Exclude<Server, false>["ownCa"]> } {
  return tls !== false && tls.ownCa !== undefined;
}

/** Whether the stack's own authority signs one, be it only until another one is there. */
export function needsOwnAuthority(tls: Encryption): boolean {
  return tls !== false && (tls.ownCa ?? tls.acme) !== undefined;
}

/** Whom its clients have to trust, in PEM form or as the mark; undefined: whom their system trusts. */
export function authorityOf(tls: Encryption): string | undefined {
  if (tls === false) return undefined;
  if (isOfOwnAuthority(tls)) return OWN_AUTHORITY;
  const { files, acme } = tls;
  return acme?.ca === undefined ? files?.ca : `${OWN_AUTHORITY}\n${acme.ca}`;
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
