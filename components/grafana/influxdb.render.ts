// InfluxDBs outside of the stack as Grafana's data sources.
import { endpointAt } from "../../lib/endpoint";
import { type Datasource, datasourceUid, TITLES } from "./datasource.render";

export interface OutsideInfluxdb {
  readonly url: string;
  readonly databases: readonly string[];
  readonly user?: string | undefined;
  readonly ca?: string | undefined;
}

export function titleOfOutside(name: string, database: string): string {
  return `${TITLES.influxdb} ${name} ${database}`;
}

/** @param reader who reads there */
export function outsideDatasources<Secret>(
  name: string,
  { url, databases, ca }: OutsideInfluxdb,
  reader: { readonly username: string; readonly password: Secret },
): Array<Datasource<Secret>> {
  return databases.map((database) => {
    const title = titleOfOutside(name, database);
    return {
      type: "influxdb",
      database,
      name: title,
      uid: datasourceUid({ name: title }),
      endpoint: {
        ...endpointAt(url),
        auth: { type: "basic", ...reader },
        ...(ca === undefined ? {} : { tls: { ca } }),
      },
    };
  });
}

/** The variable of the environment in which a run finds an administrator there. */
export function administratorVariable(name: string): string {
  return `PODWATCH_INFLUXDB_ADMIN_${name.replaceAll("-", "_").toUpperCase()}`;
}
