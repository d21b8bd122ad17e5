import { inSeconds } from "../../lib/duration";
import type { ScrapeConfig } from "../../lib/telemetry";

/** How long before a scrape it counts as due, in seconds; of short intervals, a quarter. */
const MARGIN = 0.25;

/**
 * A query for the targets that are about to be scraped.
 *
 * A Prometheus that loads a new configuration of a job restarts its targets, each at its next scrape time, which are
 * fixed: a target whose scrape is due, but has not begun because the machine is busy, misses it
 * once. Source: Prometheus, scrape/scrape.go (`restartLoops`, `run`) and scrape/target.go (`offset`).
 *
 * @param defaultInterval of jobs without an interval
 */
export function scrapesDue(jobs: readonly ScrapeConfig[], defaultInterval: string): string {
  const interval = (job: ScrapeConfig) => inSeconds(String(job.scrape_interval ?? defaultInterval));
  const intervals = [...new Set(jobs.map(interval))].sort((a, b) => a - b);
  return intervals
    .map((seconds) =>
      due(
        seconds,
        jobs.filter((job) => interval(job) === seconds),
      ),
    )
    .join(" or ");
}

function due(interval: number, jobs: readonly ScrapeConfig[]): string {
  const names = jobs.map(({ job_name }) => job_name.replaceAll(/[\\^$.|?*+()[\]{}]/g, "\\$&")).join("|");
  const from = Number((interval - Math.min(MARGIN, interval / 4)).toFixed(3));
  return `(time() - timestamp(up{job=~${JSON.stringify(names)}})) % ${interval} > ${from}`;
}
