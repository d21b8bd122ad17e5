// Checks that involve several of VictoriaMetrics' settings, and derived defaults.
import type { z } from "zod";
import { quote } from "../../config/problem";
import { checkQuadlet } from "../../config/resolve/quadlet";
import { withPlainSecrets } from "../../config/schema/words";
import type { ResolveContext, Scraper } from "../../config/section";
import { inMilliseconds, inSeconds } from "../../lib/duration";
import type { VictoriametricsSettings, victoriametrics } from "./schema";

const HOUR = 3600;

/** VictoriaMetrics refuses less. */
const SHORTEST_RETENTION = 24 * HOUR;

export function resolveVictoriametrics(
  given: z.output<typeof victoriametrics>,
  { host, locate, report }: ResolveContext,
): VictoriametricsSettings {
  checkQuadlet(given.quadlet, locate, report, "victoriametrics");
  const { retention } = given;
  const seconds = inSeconds(retention);
  if (seconds < SHORTEST_RETENTION || seconds % HOUR !== 0)
    report(
      locate(["retention"]),
      `${quote(retention)} is not what VictoriaMetrics keeps samples for; write whole hours, 1d or more`,
    );
  const scrapeInterval = shortestInterval(host.scrapers);
  return withPlainSecrets({
    ...given,
    deduplication: given.deduplication ?? scrapeInterval,
    scrapeInterval,
    replicated: host.stores.length > 0,
  });
}

/** What comes in most often. Without a Prometheus nothing does. */
export function shortestInterval(scrapers: readonly Scraper[]): string {
  const [shortest = "15s"] = scrapers
    .map(({ scrapeInterval }) => scrapeInterval)
    .sort((a, b) => inMilliseconds(a) - inMilliseconds(b));
  return shortest;
}
