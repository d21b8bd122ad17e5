// Checks of InfluxDBs outside of the stack; reads their certificates.
import type { z } from "zod";
import { quote } from "../../config/problem";
import { resolveCa } from "../../config/resolve/auth";
import type { ResolveContext } from "../../config/section";
import { datasourceUid } from "./datasource.render";
import { titleOfOutside } from "./influxdb.render";
import type { grafana } from "./schema";

type Given = z.output<typeof grafana>;

export function resolveOutsideInfluxdbs(
  { influxdb, datasources }: Given,
  { locate, context, report }: Pick<ResolveContext, "locate" | "context" | "report">,
): Given["influxdb"] {
  return Object.fromEntries(
    Object.entries(influxdb).map(([name, { ca: given, ...one }]) => {
      const at = (...keys: string[]) => locate(["influxdb", name, ...keys]);
      if (given !== undefined && one.url.startsWith("http:")) {
        report(at("ca"), `has nothing to verify at ${quote(one.url)}; write https://, or remove it`);
      }
      for (const title of one.databases.map((database) => titleOfOutside(name, database))) {
        const uid = datasourceUid({ name: title });
        const same = datasources.find((own) => own.name === title || datasourceUid(own) === uid);
        if (same === undefined) continue;
        report(
          at(),
          `becomes the data source ${quote(title)}, as which grafana.datasources has one already; write another name`,
        );
      }
      const ca = resolveCa(given, at("ca"), context, report);
      return [name, { ...one, ...(ca === undefined ? {} : { ca }) }];
    }),
  );
}
