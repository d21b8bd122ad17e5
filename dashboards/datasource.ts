/** Placeholder in generated dashboards for the uid of the data source, which is known only at deployment. */
export const DATASOURCE_PLACEHOLDER = "__datasource__";
