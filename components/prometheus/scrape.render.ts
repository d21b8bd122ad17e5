import {
  authFiles,
  authSecrets,
  byName,
  type HttpAuth,
  httpAuthConfig,
  type NamedSecret,
  type Owner,
  owner,
  ownSecrets,
} from "../../lib/auth";
import { loginAt } from "../../lib/endpoint";
import type { ScrapeConfig, ScrapeJob } from "../../lib/telemetry";
import { PROMETHEUS } from "./endpoint";
import { type JobLimits, jobLimits } from "./limits.render";
import { targetFilePath } from "./render";

/** A user's scrape job, of either kind. */
export interface Job<Secret = unknown> extends HttpAuth<Secret> {
  readonly name: string;
  readonly scheme: string;
  readonly metricsPath: string;
  readonly interval?: string | undefined;
  readonly timeout?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, readonly string[]>>;
  readonly limits?: JobLimits | undefined;
  /** Further keys of a scrape configuration, in Prometheus' syntax. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** A scrape job with its targets written out. */
export function scrapeConfig(job: NamedJob): ScrapeConfig {
  const targets = job.targets.length > 0 ? { static_configs: staticConfigs(job) } : {};
  return { ...commonConfig(job), ...targets, ...discovered(job), ...job.extra };
}

/** Targets with labels of their own. */
export interface TargetGroup {
  readonly targets: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

function staticConfigs({ targets, labels }: NamedJob) {
  const alone = targets.filter((target) => typeof target === "string");
  const groups = targets.filter((target) => typeof target !== "string");
  return [...(alone.length > 0 ? [{ targets: alone, labels: {} }] : []), ...groups].map((group) => {
    const all = { ...labels, ...group.labels };
    return { targets: group.targets, ...(Object.keys(all).length > 0 ? { labels: all } : {}) };
  });
}

/** A scrape job with listed targets, or with service discovery. */
export type NamedJob<Secret = unknown> = Job<Secret> & {
  readonly targets: ReadonlyArray<string | TargetGroup>;
  readonly httpSd?:
    | (HttpAuth<Secret> & { readonly url: string; readonly refreshInterval: string })
    | undefined;
};

/** A scrape job of what the stack deploys: what the endpoint says of it applies to its targets, and to what lists them. */
export function deployedScrapeConfig({ config, endpoint }: ScrapeJob): ScrapeConfig {
  if (endpoint === undefined) return config;
  const login = httpAuthConfig(loginAt(endpoint), deployedOwner(config));
  const discovery = config.http_sd_configs as readonly object[] | undefined;
  return {
    ...config,
    ...(discovery ? { http_sd_configs: discovery.map((one) => ({ ...one, ...login })) } : {}),
    ...(endpoint.scheme === "https" ? { scheme: endpoint.scheme } : {}),
    ...login,
  };
}

/** The secrets that these jobs log in with. */
export function deployedSecrets<Secret>(jobs: ReadonlyArray<ScrapeJob<Secret>>): Array<NamedSecret<Secret>> {
  return jobs.flatMap(({ config, endpoint }) =>
    endpoint === undefined ? [] : authSecrets(loginAt(endpoint), deployedOwner(config)),
  );
}

/** The certificates that these jobs trust, by path below the configuration directory. */
export function deployedFiles(jobs: readonly ScrapeJob[]): Record<string, string> {
  return Object.assign(
    {},
    ...jobs.map(({ config, endpoint }) =>
      endpoint === undefined ? {} : authFiles(loginAt(endpoint), deployedOwner(config)),
    ),
  );
}

/** No job of the user's has the name of one of these. */
function deployedOwner({ job_name }: ScrapeConfig): Owner {
  return owner(PROMETHEUS, job_name);
}

/** The secrets of all jobs, and those that the user refers to, in the order of the service's description. */
export function scrapeSecrets<Secret>(
  jobs: ReadonlyArray<AnyJob<Secret>>,
  own?: Readonly<Record<string, Secret>>,
): Array<NamedSecret<Secret>> {
  const ofJobs = logins(jobs).flatMap(([auth, of]) => authSecrets(auth, of));
  return byName([...ofJobs, ...ownSecrets(PROMETHEUS, own)]);
}

/** The certificates of all jobs, by path below the configuration directory. */
export function scrapeFiles(jobs: readonly AnyJob[]): Record<string, string> {
  return Object.assign({}, ...logins(jobs).map(([auth, of]) => authFiles(auth, of)));
}

type AnyJob<Secret = unknown> = Job<Secret> & Pick<NamedJob<Secret>, "httpSd">;

/** A job may authenticate at its targets and at its service discovery. */
function logins<Secret>(jobs: ReadonlyArray<AnyJob<Secret>>): Array<[HttpAuth<Secret>, Owner]> {
  return jobs.flatMap(
    (job): Array<[HttpAuth<Secret>, Owner]> => [
      [job, jobOwner(job)],
      ...(job.httpSd ? [[job.httpSd, jobOwner(job, DISCOVERY)] satisfies [HttpAuth<Secret>, Owner]] : []),
    ],
  );
}

const DISCOVERY = "sd";

/** Names of jobs are unique, of whatever kind they are. */
export function jobOwner({ name }: Pick<Job, "name">, part?: string): Owner {
  return owner(PROMETHEUS, name, part);
}

/** A scrape job with its targets in deployed files. */
export function fileScrapeConfig(job: FileJob): ScrapeConfig {
  return {
    ...commonConfig(job),
    file_sd_configs: [{ files: job.files.map(({ name }) => targetFilePath(shippedName(job, name))) }],
    ...relabelled(job),
    ...job.extra,
  };
}

/** The target files of all jobs, by their deployed name. */
export function targetFiles(jobs: ReadonlyArray<Pick<FileJob, "name" | "files">>): Record<string, string> {
  return Object.fromEntries(
    jobs.flatMap((job) => job.files.map(({ name, content }) => [shippedName(job, name), content])),
  );
}

export type FileJob = Job & {
  readonly files: ReadonlyArray<{ readonly name: string; readonly content: string }>;
};

export function shippedName(job: Pick<Job, "name">, file: string): string {
  return `${job.name}/${file}`;
}

export function commonConfig(job: Job): ScrapeConfig {
  return {
    job_name: job.name,
    scheme: job.scheme,
    metrics_path: job.metricsPath,
    ...(job.interval === undefined ? {} : { scrape_interval: job.interval }),
    ...(job.timeout === undefined ? {} : { scrape_timeout: job.timeout }),
    ...(Object.keys(job.params).length > 0 ? { params: job.params } : {}),
    ...jobLimits(job.limits),
    ...httpAuthConfig(job, jobOwner(job)),
  };
}

function discovered(job: NamedJob) {
  const { httpSd } = job;
  if (httpSd === undefined) return {};
  const { url, refreshInterval } = httpSd;
  return {
    http_sd_configs: [
      { url, refresh_interval: refreshInterval, ...httpAuthConfig(httpSd, jobOwner(job, DISCOVERY)) },
    ],
  };
}

/** Targets from files bring labels of their own; the job's are added to each. */
function relabelled(job: Job) {
  const rules = Object.entries(job.labels).map(([name, value]) => ({
    target_label: name,
    replacement: value.replaceAll("$", "$$$$"),
  }));
  return rules.length > 0 ? { relabel_configs: rules } : {};
}
