/** Placeholder in generated dashboards for the uid of the data source, which is known only at deployment. */
export const DATASOURCE_PLACEHOLDER = "__datasource__";

/** Kinds of data sources that shipped dashboards ask, each in its language; with their names for people. */
export const SOURCE_TITLES = { prometheus: "Prometheus", influxdb: "InfluxDB" } as const;

export type SourceKind = keyof typeof SOURCE_TITLES;
