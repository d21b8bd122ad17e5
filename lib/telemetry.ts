import type { RuleGroup } from "./rules/model";

/** One entry of `scrape_configs`, in Prometheus' syntax. */
export type ScrapeConfig = { readonly job_name: string } & Readonly<Record<string, unknown>>;

/** How a part of an installation is monitored. */
export interface Telemetry {
  /** Its scrape jobs. */
  readonly scrapeConfigs: readonly ScrapeConfig[];
  /** Its shipped dashboards, by file name. */
  readonly dashboards: readonly string[];
  /** Its shipped alerts. */
  readonly ruleGroups: readonly RuleGroup[];
}
