import type { RuleGroup } from "./rules/model";

/** One entry of `scrape_configs`, in Prometheus' own words. */
export type ScrapeConfig = { readonly job_name: string } & Readonly<Record<string, unknown>>;

/** What a part of an installation brings along to be watched. */
export interface Telemetry {
  /** How Prometheus scrapes it. */
  readonly scrapeConfigs: readonly ScrapeConfig[];
  /** The shipped dashboards that show it, by file name. */
  readonly dashboards: readonly string[];
  /** The shipped alerts about it. */
  readonly ruleGroups: readonly RuleGroup[];
}
