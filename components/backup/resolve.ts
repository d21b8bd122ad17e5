// Checks that involve several settings of backups, and the services of the host.
import type { z } from "zod";
import { quote } from "../../config/problem";
import { resolveTls } from "../../config/resolve/auth";
import { withPlainSecrets } from "../../config/schema/words";
import type { ResolveContext } from "../../config/section";
import { inMilliseconds } from "../../lib/duration";
import type { BackupSettings, backup } from "./schema";

export function resolveBackup(
  given: z.output<typeof backup>,
  { host, before, context, locate, report }: ResolveContext,
): BackupSettings {
  const { directory, s3, ...others } = given;
  const enabled = given.enabled ?? (directory !== undefined || s3 !== undefined);
  if (directory !== undefined && s3 !== undefined) {
    report(locate(["directory"]), "is set together with s3; remove one of the two");
  }
  const { prometheus, grafana, alertmanager, influxdb } = before;
  const stores = prometheus.enabled && prometheus.mode !== "agent";
  if (enabled && !stores && !grafana.enabled && !alertmanager.enabled && !influxdb.enabled) {
    report(
      locate(["enabled"]),
      "true on a host without data of Prometheus, Grafana, Alertmanager or InfluxDB, so there is nothing to save; remove it",
    );
  }
  if (inMilliseconds(given.randomDelay) > DAY) {
    report(
      locate(["randomDelay"]),
      "is more than a day, so backups would overtake each other; write 24h or less",
    );
  }
  return withPlainSecrets({
    ...others,
    enabled,
    ...(s3 === undefined
      ? { directory: directory ?? (host.become ? "/var/backups/podwatch" : "%h/podwatch-backups") }
      : { s3: { ...s3, ca: caOf(s3) } }),
  });

  /** The text of the certificates. */
  function caOf({ ca, endpoint }: NonNullable<typeof s3>): string | undefined {
    if (ca !== undefined && !endpoint.startsWith("https://")) {
      report(
        locate(["s3", "ca"]),
        `has nothing to verify at ${quote(endpoint)}; write https://, or remove it`,
      );
    }
    return resolveTls({ ca, insecure: false }, locate(["s3"]), context, report).ca;
  }
}

const DAY = 86_400_000;
