// Checks that involve several of the front's settings, and derived defaults.
import type { z } from "zod";
import { quote } from "../../config/problem";
import { checkQuadlet } from "../../config/resolve/quadlet";
import { withPlainSecrets } from "../../config/schema/words";
import type { ResolveContext } from "../../config/section";
import { canonicalAddress, inUrl, isLoopback } from "../../lib/address";
import { checkAuth } from "./auth.resolve";
import { type FrontSettings, type front, isWildcard } from "./front.schema";
import { checkSnippet } from "./snippet.resolve";

/** An ordinary user may not bind a port below 1024. */
const FIRST_UNPRIVILEGED_PORT = 1024;

/** Checks and resolves what depends on the host. */
export function resolveFront(given: z.output<typeof front>, around: ResolveContext): FrontSettings<string> {
  const { host, locate, report, taken } = around;
  const settings = complete(given, host);
  if (!host.become && settings.port < FIRST_UNPRIVILEGED_PORT) {
    report(
      locate(["port"]),
      `${settings.port} can be bound by root only; write a port from ${FIRST_UNPRIVILEGED_PORT} up, or set become: true`,
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
  const port = given.port ?? (host.become ? 80 : 8080);
  const bind = canonicalAddress(given.bind);
  const everywhere = isWildcard(bind);
  const name = isLoopback(bind) ? "localhost" : everywhere ? host.address : bind;
  const derived = `http://${inUrl(name)}${port === 80 ? "" : `:${port}`}`;
  const publicUrl = (given.publicUrl ?? derived).replace(/\/$/, "");
  const own = [new URL(publicUrl).hostname, host.address, ...(everywhere || isLoopback(bind) ? [] : [bind])];
  const serverNames = [...new Set([...own, ...given.serverNames].map(asAsked))].sort();
  return withPlainSecrets({ ...given, bind, port, publicUrl, serverNames });
}

/** A name as in a request: lower case, IPv6 in brackets, without a trailing dot. */
function asAsked(name: string): string {
  return inUrl(canonicalAddress(name)).toLowerCase().replace(/\.$/, "");
}
