// Checks of a Grafana of somebody else's that involve other settings; reads the certificate.
import type { z } from "zod";
import { quote } from "../../config/problem";
import { resolveCa } from "../../config/resolve/auth";
import type { ResolveContext } from "../../config/section";
import { endpointAt, isOfOwnHost } from "../../lib/endpoint";
import type { grafana } from "./schema";

type Given = z.output<typeof grafana>;

/** What only a Grafana of the host's own has. */
const OF_OWN = [
  "adminPassword",
  "anonymous",
  "datasources",
  "embedding",
  "influxdb",
  "ldap",
  "oauth",
  "plugins",
  "settings",
  "smtp",
] as const satisfies ReadonlyArray<keyof Given>;

export function resolveExternal(given: Given, around: ResolveContext): Given["external"] {
  const { external } = given;
  if (external === undefined) return undefined;
  const { before, written, locate, context, report } = around;
  const at = (key: string) => locate(["external", key]);
  if (written.enabled === true) {
    report(
      locate(["enabled"]),
      "true is set together with external, a Grafana of somebody else's instead of the host's own; keep one of them",
    );
  }
  for (const key of OF_OWN.filter((name) => written[name] !== undefined)) {
    report(locate([key]), "is of a Grafana of the host's own, not of external; set it in that Grafana");
  }
  const { prometheus, front } = before;
  if (!prometheus.enabled || prometheus.mode === "agent") {
    report(
      locate(["external"]),
      "has no data to show, since the host has no Prometheus that can be asked; remove it, or let the host have one (prometheus.enabled, prometheus.mode)",
    );
  } else if (isOfOwnHost(endpointAt(front.publicUrl))) {
    report(
      locate(["external"]),
      `would ask the front at ${quote(front.publicUrl)}, which only the host itself reaches; write an address under front.bind that Grafana reaches, such as 0.0.0.0, with log-ins under front.auth, or under front.publicUrl the address of a proxy on the host`,
    );
  }
  if (external.ca !== undefined && external.url.startsWith("http:")) {
    report(at("ca"), "is not used by a URL without encryption; write https under url, or remove this");
  }
  const ca = resolveCa(external.ca, at("ca"), context, report);
  return { ...external, url: external.url.replace(/\/+$/, ""), ...(ca === undefined ? {} : { ca }) };
}
