// Checks that involve several of InfluxDB's settings.
import type { z } from "zod";
import { quote } from "../../config/problem";
import { checkQuadlet } from "../../config/resolve/quadlet";
import { withPlainSecrets } from "../../config/schema/words";
import type { ResolveContext } from "../../config/section";
import { inSeconds } from "../../lib/duration";
import type { InfluxdbSettings, influxdb } from "./schema";

/** InfluxDB refuses less. */
const SHORTEST_RETENTION = 3600;

export function resolveInfluxdb(
  given: z.output<typeof influxdb>,
  { locate, report }: ResolveContext,
): InfluxdbSettings {
  checkQuadlet(given.quadlet, locate, report, "influxdb");
  const databases = Object.entries(given.databases);
  const enabled = given.enabled ?? databases.length > 0;
  if (enabled && databases.length === 0) {
    report(
      locate(["databases"]),
      "names no database, so nobody could write anything; write one `name: {}` a line, or remove enabled",
    );
  }
  for (const [name, { retention }] of databases) {
    const seconds = inSeconds(retention);
    if (seconds === 0 || seconds >= SHORTEST_RETENTION) continue;
    report(
      locate(["databases", name, "retention"]),
      `${quote(retention)} is shorter than InfluxDB allows; write 1h or more, or 0s for ever`,
    );
  }
  const version = newer(given.image);
  if (version !== undefined) {
    report(
      locate(["image"]),
      `${quote(given.image)} is InfluxDB ${version}, which has neither these users nor InfluxQL's databases; write an image of version 1, such as docker.io/library/influxdb:1.8.10, or let an InfluxDB ${version} that runs elsewhere be a data source under grafana.datasources`,
    );
  }
  return withPlainSecrets({ ...given, enabled }) as InfluxdbSettings;
}

/** The major version that a tag names, unless that is the first: of InfluxDB itself, whose tags say it. */
function newer(image: string): string | undefined {
  const [, name = "", tag = ""] = /^([^@]+?):([^:/@]+)(?:@.*)?$/.exec(image) ?? [];
  if (!/(^|\/)influxdb3?(-core|-enterprise)?$/.test(name)) return undefined;
  if (/influxdb3/.test(name)) return "3";
  return /^v?([23])(?:[.-]|$)/.exec(tag)?.[1];
}
