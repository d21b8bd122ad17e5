// Checks that involve several of Prometheus' settings, and derived defaults.
import type { z } from "zod";
import { type Path, quote, type Report } from "../../config/problem";
import { checkOverruled, resolveAuth } from "../../config/resolve/auth";
import type { Locate } from "../../config/resolve/locate";
import { type NativeConfiguration, refuseSecrets } from "../../config/resolve/plainSecrets";
import { checkQuadlet } from "../../config/resolve/quadlet";
import { withPlainSecrets } from "../../config/schema/words";
import type { ResolveContext } from "../../config/section";
import { inMilliseconds } from "../../lib/duration";
import { resolveDiscovery } from "./discovery.resolve";
import { checkExtra } from "./extra.resolve";
import { typedJobKeys } from "./jobs.schema";
import { type JobLimits, LIMIT_KEYS } from "./limits.render";
import { ofMode } from "./mode.resolve";
import { resolveRemotes } from "./remote.resolve";
import { resolveRules } from "./rules.resolve";
import type { PrometheusSettings, prometheus, ScrapeJob } from "./schema";
import { checkTargets, readTargets } from "./targets.resolve";

type Given = z.output<typeof prometheus>;
type GivenJob = Given["fileSd" | "discovery"][number];

/** Lists of a user's jobs. */
const JOB_KINDS = ["scrapeJobs", "fileSd", "discovery"] as const;

/** Prometheus' own default. */
const usualTimeout = "10s";

export function resolvePrometheus(
  given: Given,
  { before, locate, context, report, taken }: ResolveContext,
): PrometheusSettings {
  if (!given.enabled && before.front.root === "prometheus") {
    report(
      locate(["enabled"]),
      "false leaves front.root: prometheus with nothing to show; write front.root: start, or remove this",
    );
  }
  checkQuadlet(given.quadlet, locate, report, "prometheus");
  const scrapeTimeout = given.scrapeTimeout ?? shorter(usualTimeout, given.scrapeInterval);
  if (inMilliseconds(scrapeTimeout) > inMilliseconds(given.scrapeInterval)) {
    report(locate(["scrapeTimeout"]), tooLong(scrapeTimeout, given.scrapeInterval));
  }
  checkNames(given, taken.jobs, locate, report);
  const scrapeJobs = given.scrapeJobs.map((job, index) => {
    const path = locate(["scrapeJobs", index]);
    checkJob(job, given.scrapeInterval, path, locate(["secrets"]), report);
    checkTargets(job, path, report);
    const { httpSd } = job;
    return {
      ...resolveAuth(job, path, context, report),
      ...(httpSd && { httpSd: resolveAuth(httpSd, [...path, "httpSd"], context, report) }),
    };
  });
  const fileSd = given.fileSd.map((job, index) => {
    const path = locate(["fileSd", index]);
    checkJob(job, given.scrapeInterval, path, locate(["secrets"]), report);
    return resolveAuth(readTargets(job, path, context, report), path, context, report);
  });
  const discovery = given.discovery.flatMap((job, index) => {
    const path = locate(["discovery", index]);
    checkJob(job, given.scrapeInterval, path, locate(["secrets"]), report);
    return resolveDiscovery(job, path, locate(["secrets"]), context, report) ?? [];
  });
  const rules = resolveRules(given, locate, context, report);
  const remoteWrite = resolveRemotes(given.remoteWrite, "remoteWrite", locate, context, report);
  const remoteRead = resolveRemotes(given.remoteRead, "remoteRead", locate, context, report);
  const alertmanagers = resolveRemotes(given.alertmanagers, "alertmanagers", locate, context, report);
  checkHistograms(given, locate, report);
  checkExtra(given.extra, locate, report);
  return ofMode(
    withPlainSecrets({
      ...given,
      scrapeTimeout,
      scrapeJobs,
      fileSd,
      discovery,
      remoteWrite,
      remoteRead,
      alertmanagers,
      ...rules,
    }),
  );
}

export const shorter = (a: string, b: string) => (inMilliseconds(a) < inMilliseconds(b) ? a : b);

const tooLong = (timeout: string, interval: string) =>
  `${quote(timeout)} is longer than the interval, ${interval}; write at most ${interval}`;

function checkHistograms(given: Given, locate: Locate, report: Report): void {
  const { enabled, ...more } = given.nativeHistograms;
  if (enabled || given.features.includes("native-histograms")) return;
  for (const [key, value] of Object.entries(more)) {
    if (value !== undefined && value !== false)
      report(
        locate(["nativeHistograms", key]),
        "has no effect while native histograms are off; write enabled: true beside it",
      );
  }
}

/** Names of jobs are unique, over all kinds and the built-in ones. */
function checkNames(given: Given, builtIn: readonly string[], locate: Locate, report: Report): void {
  const seen = new Map<string, string>(builtIn.map((name) => [name, "a shipped job"]));
  for (const kind of JOB_KINDS) {
    given[kind].forEach((job, index) => {
      const owner = seen.get(job.name);
      if (owner === undefined) seen.set(job.name, "another job");
      else
        report(
          locate([kind, index, "name"]),
          `${quote(job.name)} is already the name of ${owner}; write another name`,
        );
    });
  }
}

function checkJob(
  job: ScrapeJob | GivenJob,
  usualInterval: string,
  path: Path,
  secrets: Path,
  report: Report,
): void {
  const interval = job.interval ?? usualInterval;
  if (job.timeout !== undefined && inMilliseconds(job.timeout) > inMilliseconds(interval)) {
    report([...path, "timeout"], tooLong(job.timeout, interval));
  }
  for (const key of Object.keys(job.extra)) {
    const setting = Object.hasOwn(typedJobKeys, key) ? typedJobKeys[key] : undefined;
    if (setting !== undefined) {
      const instead =
        setting in job ? `write ${asWhat(setting)} of the job` : `write a job under ${homeOf(setting)}`;
      report([...path, "extra", key], `would override the job's own settings; ${instead}`);
    }
  }
  for (const name of Object.keys(job.limits ?? {}) as (keyof JobLimits)[]) {
    if (LIMIT_KEYS[name] in job.extra) {
      report(
        [...path, "extra", LIMIT_KEYS[name]],
        `would override limits.${name} of the job; remove one of the two`,
      );
    }
  }
  checkOverruled(job.extra, job, [...path, "extra"], "the job", report);
  if ("http_sd_configs" in job.extra && "httpSd" in job && job.httpSd !== undefined) {
    report([...path, "extra", "http_sd_configs"], "is set together with httpSd of the job; keep one of them");
  }
  const relabels = "relabel_configs" in job.extra && "files" in job;
  if (Object.keys(job.labels).length > 0 && relabels) {
    report(
      [...path, "extra", "relabel_configs"],
      "would override the job's labels; write the labels in the target files, or as relabel_configs too",
    );
  }
  const around: NativeConfiguration = {
    owner: path,
    below: ["extra"],
    what: "the job",
    login: loginOfJob,
    secrets,
    file: "/run/secrets/prometheus.NAME",
  };
  refuseSecrets(job.extra, around, report);
  refuseSecrets({ params: job.params }, { ...around, below: [] }, report);
}

/** The parts of a job's `extra` with authentication: the job itself, and its service discovery. */
function loginOfJob(inner: Path): Path | undefined {
  if (inner.length === 0) return [];
  return inner.length === 2 && inner[0] === "http_sd_configs" ? ["httpSd"] : undefined;
}

const asWhat = (setting: string) =>
  setting === "targets"
    ? "each of its groups, targets and labels, as an entry of targets"
    : `it as ${setting}`;

/** Which kind of job lists its targets so. */
const homeOf = (setting: string) => (setting === "files" ? "fileSd" : "scrapeJobs");
