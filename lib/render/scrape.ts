import type { ScrapeConfig } from "../telemetry";
import { type JobLimits, jobLimits } from "./limits";
import { targetFilePath } from "./prometheus";

/** What a user's scrape job says, however it finds its targets. */
export interface Job {
  readonly name: string;
  readonly scheme: string;
  readonly metricsPath: string;
  readonly interval?: string | undefined;
  readonly timeout?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, readonly string[]>>;
  readonly limits?: JobLimits | undefined;
  /** Further keys of a scrape configuration, in Prometheus' own words. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** A scrape job with its targets written out. */
export function scrapeConfig(job: Job & { readonly targets: readonly string[] }): ScrapeConfig {
  const targets =
    job.targets.length > 0 ? { static_configs: [{ targets: job.targets, ...labels(job) }] } : {};
  return { ...common(job), ...targets, ...job.extra };
}

/** A scrape job with its targets in files that are shipped along. */
export function fileScrapeConfig(job: FileJob): ScrapeConfig {
  return {
    ...common(job),
    file_sd_configs: [{ files: job.files.map(({ name }) => targetFilePath(shippedName(job, name))) }],
    ...relabelled(job),
    ...job.extra,
  };
}

/** The target files of all jobs, by the name under which they are shipped. */
export function targetFiles(jobs: readonly FileJob[]): Record<string, string> {
  return Object.fromEntries(
    jobs.flatMap((job) => job.files.map(({ name, content }) => [shippedName(job, name), content])),
  );
}

export type FileJob = Job & {
  readonly files: ReadonlyArray<{ readonly name: string; readonly content: string }>;
};

function shippedName(job: Job, file: string): string {
  return `${job.name}/${file}`;
}

function common(job: Job): ScrapeConfig {
  return {
    job_name: job.name,
    scheme: job.scheme,
    metrics_path: job.metricsPath,
    ...(job.interval === undefined ? {} : { scrape_interval: job.interval }),
    ...(job.timeout === undefined ? {} : { scrape_timeout: job.timeout }),
    ...(Object.keys(job.params).length > 0 ? { params: job.params } : {}),
    ...jobLimits(job.limits),
  };
}

function labels(job: Job) {
  return Object.keys(job.labels).length > 0 ? { labels: job.labels } : {};
}

/** Targets from files bring labels of their own; the job's are added to each. */
function relabelled(job: Job) {
  const rules = Object.entries(job.labels).map(([name, value]) => ({
    target_label: name,
    replacement: value.replaceAll("$", "$$$$"),
  }));
  return rules.length > 0 ? { relabel_configs: rules } : {};
}
