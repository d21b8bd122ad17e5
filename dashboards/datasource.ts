/** Stands in generated dashboards for the uid of the data source, which is known only when a stack is deployed. */
export const DATASOURCE_PLACEHOLDER = "__datasource__";
