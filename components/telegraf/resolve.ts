// Checks that involve several of Telegraf's settings.
import type { z } from "zod";
import { quote } from "../../config/problem";
import { resolveTls } from "../../config/resolve/auth";
import { checkQuadlet } from "../../config/resolve/quadlet";
import { withPlainSecrets } from "../../config/schema/words";
import type { ResolveContext } from "../../config/section";
import type { TelegrafSettings, telegraf } from "./schema";

export function resolveTelegraf(
  given: z.output<typeof telegraf>,
  { locate, report, context, host }: ResolveContext,
): TelegrafSettings {
  checkQuadlet(given.quadlet, locate, report, "telegraf");
  const { influxdb } = given;
  if (influxdb !== undefined && given.database === undefined && given.enabled) {
    report(locate(["database"]), "is missing; write the database of the InfluxDB outside of the stack");
  }
  if (influxdb?.ca !== undefined && influxdb.url.startsWith("http:")) {
    report(
      locate(["influxdb", "ca"]),
      `has nothing to verify at ${quote(influxdb.url)}; write https://, or remove it`,
    );
  }
  const { listen, ...others } = given;
  const everywhere = listen?.bind === "0.0.0.0" || listen?.bind === "::";
  const resolved = {
    ...others,
    ...(listen && { listen: { ...listen, address: everywhere ? host.address : listen.bind } }),
  };
  if (influxdb?.ca === undefined) return withPlainSecrets(resolved);
  const { ca } = resolveTls({ ca: influxdb.ca, insecure: false }, locate(["influxdb"]), context, report);
  return withPlainSecrets({ ...resolved, influxdb: { ...influxdb, ca } });
}
