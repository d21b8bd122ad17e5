import { authority, type Endpoint } from "./endpoint";
import type { RuleGroup } from "./rules/model";

/** One entry of `scrape_configs`, in Prometheus' syntax. */
export type ScrapeConfig = { readonly job_name: string } & Readonly<Record<string, unknown>>;

/** A scrape job of what the stack deploys. */
export interface ScrapeJob<Secret = unknown> {
  /** Without scheme, log-in and certificates, which the endpoint says. */
  readonly config: ScrapeConfig;
  /** What is scraped, or asked for targets; absent: plain HTTP without a log-in. */
  readonly endpoint?: Endpoint<Secret>;
}

/** How a part of an installation is monitored. */
export interface Telemetry<Secret = unknown> {
  /** Its scrape jobs. */
  readonly scrapeJobs: ReadonlyArray<ScrapeJob<Secret>>;
  /** Its shipped dashboards, by file name. */
  readonly dashboards: readonly string[];
  /** Its shipped alerts. */
  readonly ruleGroups: readonly RuleGroup[];
  /** Files of recording rules, by path below `rules/`. */
  readonly recordings?: Readonly<Record<string, string>>;
}

/** The job of a service that serves its metrics below its endpoint, in the usual place. */
export function metricsJob<Secret>(
  job: string,
  endpoint: Endpoint<Secret>,
  labels?: Readonly<Record<string, string>>,
): ScrapeJob<Secret> {
  return {
    config: {
      job_name: job,
      ...(endpoint.path === "" ? {} : { metrics_path: `${endpoint.path}/metrics` }),
      static_configs: [{ targets: [authority(endpoint)], ...(labels === undefined ? {} : { labels }) }],
    },
    endpoint,
  };
}
