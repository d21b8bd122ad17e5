// When vmauth is of use.
import type { z } from "zod";
import { checkQuadlet } from "../../config/resolve/quadlet";
import { withPlainSecrets } from "../../config/schema/words";
import type { ResolveContext } from "../../config/section";
import { shortestInterval } from "../victoriametrics/resolve";
import type { VmauthSettings, vmauth } from "./schema";

export function resolveVmauth(
  given: z.output<typeof vmauth>,
  { before, host, locate, report }: ResolveContext,
): VmauthSettings {
  checkQuadlet(given.quadlet, locate, report, "vmauth");
  const stores = host.stores.length + (before.victoriametrics.enabled ? 1 : 0);
  if (given.enabled && stores === 0)
    report(
      locate(["enabled"]),
      "has no VictoriaMetrics to ask; write enabled: true under podwatch:victoriametrics for the hosts of the group databases, or remove it",
    );
  const enabled = given.enabled ?? (before.grafana.enabled && stores > 1);
  return withPlainSecrets({ ...given, enabled, scrapeInterval: shortestInterval(host.scrapers) });
}
