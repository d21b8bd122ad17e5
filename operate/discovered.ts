// Jobs whose targets Prometheus finds by itself, and finds none.
import { safeLoad } from "js-yaml";
import { GATEWAYS_JOB } from "../components/nginx/endpoint";

interface Configuration {
  readonly scrape_configs?: ReadonlyArray<{ readonly job_name: string }>;
}

/** The jobs with a service discovery in the bundle of Prometheus. All gateways may be stopped on purpose. */
export function discoveringJobs(bundle: string): string[] {
  const secret = [...bundle.matchAll(/^reloaded-secret podwatch-prometheus-job\.(\S+)$/gm)];
  const [, lines = ""] = /^part files\/prometheus\.yml\n((?: {2}.*\n|\n)*)/m.exec(bundle) ?? [];
  const configuration = safeLoad(lines.replaceAll(/^ {2}/gm, "")) as Configuration | undefined;
  const jobs = (configuration?.scrape_configs ?? [])
    .filter((job) => Object.keys(job).some((key) => key.endsWith("_sd_configs")))
    .map(({ job_name }) => job_name);
  return [...jobs, ...secret.map(([, job = ""]) => job)].filter((job) => job !== GATEWAYS_JOB);
}

/** What is said of those that have no target; nothing if all have some. */
export function withoutTargets(
  bundle: string,
  targets: ReadonlyArray<{ readonly scrapePool?: string }>,
): string {
  const empty = discoveringJobs(bundle).filter(
    (job) => !targets.some(({ scrapePool }) => scrapePool === job),
  );
  return empty.length === 0 ? "" : `; nothing found by ${empty.join(", ")}`;
}
