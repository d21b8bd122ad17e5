// Checks that involve several of the front's settings, and derived defaults.
import type { z } from "zod";
import { quote, type Report } from "../../config/problem";
import type { Locate } from "../../config/resolve/locate";
import { checkQuadlet } from "../../config/resolve/quadlet";
import { withPlainSecrets } from "../../config/schema/words";
import type { ResolveContext } from "../../config/section";
import { canonicalAddress, inUrl, isLoopback, isWildcard } from "../../lib/address";
import { resolveAcme } from "./acme.resolve";
import { checkAuth } from "./auth.resolve";
import { resolveFiles } from "./files.resolve";
import { type FrontSettings, type front, frontTls } from "./front.schema";
import { checkSnippet } from "./snippet.resolve";

/** An ordinary user may not bind a port below 1024. */
const FIRST_UNPRIVILEGED_PORT = 1024;

/** Checks and resolves what depends on the host. */
export function resolveFront(given: z.output<typeof front>, around: ResolveContext): FrontSettings<string> {
  const { host, locate, report, taken } = around;
  const settings = withFiles(complete(given, host), around);
  checkTls(given, settings, locate, report);
  const ports = new Set<number | undefined>();
  for (const key of ["port", "statusPort", "httpPort"] as const) {
    const port = settings[key];
    if (port !== undefined && ports.has(port)) {
      const whose = port === settings.port ? "the port of the front itself" : "statusPort, too";
      report(locate([key]), `${port} is ${whose}; write another one`);
    }
    ports.add(port);
    if (!host.become && port !== undefined && port < FIRST_UNPRIVILEGED_PORT) {
      report(
        locate([key]),
        `${port} can be bound by root only; write a port from ${FIRST_UNPRIVILEGED_PORT} up, or set become: true`,
      );
    }
  }
  if (settings.httpPort !== undefined && settings.tls === false) {
    report(
      locate(["httpPort"]),
      `${settings.httpPort} sends people to where the front is encrypted, and it is not; remove it, or write tls: { ownCa: {} }`,
    );
  }
  if (host.become && settings.bind === "::1") {
    report(
      locate(["bind"]),
      `${quote(settings.bind)} cannot be forwarded to root's containers; write 127.0.0.1, which also reaches only the host itself, or set become: false`,
    );
  }
  if (settings.snippet !== undefined) checkSnippet(settings.snippet, taken.paths, locate, report);
  checkAuth(settings.auth, locate, report);
  checkQuadlet(settings.quadlet, locate, report, "nginx");
  return settings;
}

/** The port depends on the host's rights, the URL on where the front listens. */
function complete(
  given: z.output<typeof front>,
  host: { readonly become: boolean; readonly address: string },
): FrontSettings<string> {
  const bind = canonicalAddress(given.bind);
  const everywhere = isWildcard(bind);
  const tls =
    given.tls === undefined && !isLoopback(bind) ? frontTls.parse({ ownCa: {} }) : given.tls || false;
  const [scheme, usual, unprivileged] = tls ? (["https", 443, 8443] as const) : (["http", 80, 8080] as const);
  const port = given.port ?? (host.become ? usual : unprivileged);
  const name = isLoopback(bind) ? "localhost" : everywhere ? host.address : bind;
  const derived = `${scheme}://${inUrl(name)}${port === usual ? "" : `:${port}`}`;
  const publicUrl = (given.publicUrl ?? derived).replace(/\/$/, "");
  const own = [new URL(publicUrl).hostname, host.address, ...(everywhere || isLoopback(bind) ? [] : [bind])];
  const serverNames = [...new Set([...own, ...given.serverNames].map(asAsked))].sort();
  return withPlainSecrets({ ...given, bind, port, tls, publicUrl, serverNames });
}

/** With the contents of the certificate's files. */
function withFiles(settings: FrontSettings<string>, around: ResolveContext): FrontSettings<string> {
  const { tls, publicUrl } = settings;
  if (tls === false) return settings;
  const { files, acme } = tls;
  return {
    ...settings,
    tls: {
      ...tls,
      ...(files && { files: resolveFiles(files, publicUrl, around) }),
      ...(acme && { acme: resolveAcme(acme, settings, around) }),
    },
  };
}

function checkTls(
  given: z.output<typeof front>,
  { tls, bind }: FrontSettings<string>,
  locate: Locate,
  report: Report,
): void {
  if (tls === false) return;
  const [way, ...others] = (["ownCa", "files", "acme"] as const).filter((key) => tls[key] !== undefined);
  if (way === undefined) {
    report(
      locate(["tls"]),
      "does not say where the certificate comes from; write ownCa: {} below it, or files, or acme",
    );
  } else if (others.length > 0) {
    report(locate(["tls", way]), `is set together with ${others.join(" and ")}; keep one of them`);
  }
  if (given.publicUrl?.startsWith("http://")) {
    const why = given.tls ? "" : `, as it is by default at ${quote(bind)}`;
    report(
      locate(["publicUrl"]),
      `${quote(given.publicUrl)} is in clear text, and the front is encrypted${why}; write https, or tls: false`,
    );
  }
}

/** A name as in a request: lower case, IPv6 in brackets, without a trailing dot. */
function asAsked(name: string): string {
  return inUrl(canonicalAddress(name)).toLowerCase().replace(/\.$/, "");
}
