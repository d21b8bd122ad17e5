// Checks that involve the host: the exporter's network is one of root's.
import type { z } from "zod";
import { checkQuadlet } from "../../config/resolve/quadlet";
import { withPlainSecrets } from "../../config/schema/words";
import type { ResolveContext } from "../../config/section";
import type { ApacheSettings, apache } from "./schema";

export function resolveApache(
  given: z.output<typeof apache>,
  { host, before, locate, report }: ResolveContext,
): ApacheSettings {
  if (given.enabled && !host.become) {
    report(
      locate(["enabled"]),
      "true needs become: true, since only root can read Apache's configuration and confine its exporter; set become: true for this host, or remove this",
    );
  }
  const { front } = before;
  const taken = (["statusPort", "httpPort"] as const).find((key) => given.port === front[key]);
  if (given.enabled && taken !== undefined) {
    report(
      locate(["port"]),
      `${given.port} is front.${taken}, and Apache listens there; write another port for one of them`,
    );
  }
  // The name is taken only where there is such a job: many have called their own so.
  const own = [...before.prometheus.scrapeJobs, ...before.prometheus.fileSd];
  if (given.enabled && own.some(({ name }) => name === "apache")) {
    report(
      locate(["enabled"]),
      'true brings a scrape job "apache", which is the name of one of yours too; write another name there, or remove it if it scrapes the same Apache',
    );
  }
  checkQuadlet(given.quadlet, locate, report, "apache-exporter");
  return withPlainSecrets(given);
}
