// Targets of scrape jobs, listed in the stack file or in files. Addresses, unless the job's relabelling sets the address.
import { safeLoad } from "js-yaml";
import type { z } from "zod";
import type { Context } from "../../config/context";
import { type Path, quote, type Report } from "../../config/problem";
import { parseJson, shippedFiles } from "../../config/resolve/files";
import { targetHost } from "../../config/schema/words";
import { isGroup } from "../../config/walk";
import type { FileSdJob, prometheus, ScrapeJob } from "./schema";

type GivenFileSd = z.output<typeof prometheus>["fileSd"][number];

/** Whether a job scrapes another program for its targets, such as snmp_exporter: targets may then be any text. */
export function setsAddress(extra: unknown): boolean {
  const relabelling = isGroup(extra) ? extra.relabel_configs : undefined;
  return (
    Array.isArray(relabelling) &&
    relabelling.some(
      (step) =>
        isGroup(step) &&
        step.target_label === "__address__" &&
        String(step.action ?? "replace").toLowerCase() === "replace",
    )
  );
}

const notAnAddress =
  "is not a target; write host:port such as db1.internal:9100, without protocol or path, or set __address__ in extra.relabel_configs if another program is scraped for it";

export function checkTargets(job: ScrapeJob, path: Path, report: Report): void {
  const discovers =
    job.httpSd !== undefined || Object.keys(job.extra).some((key) => key.endsWith("_sd_configs"));
  if (job.targets.length === 0 && !discovers) {
    report(
      [...path, "targets"],
      "is missing; write at least one target as host:port, or a service discovery: httpSd, or one under extra",
    );
  }
  // Discovered targets have their own labels, so the job's would be lost.
  if (job.targets.length === 0 && Object.keys(job.labels).length > 0) {
    report(
      [...path, "labels"],
      "apply to listed targets only, and the job has none; write them as relabel_configs under extra",
    );
  }
  if (setsAddress(job.extra)) return;
  job.targets.forEach((entry, index) => {
    const at = [...path, "targets", index];
    if (typeof entry === "string") checkAddress(entry, at, report);
    else
      entry.targets.forEach((target, inner) => {
        checkAddress(target, [...at, "targets", inner], report);
      });
  });
}

function checkAddress(target: string, path: Path, report: Report): void {
  if (targetHost(target) === undefined) report(path, `${quote(target)} ${notAnAddress}`);
}

export function readTargets<Job extends Pick<GivenFileSd, "files" | "extra">>(
  job: Job,
  path: Path,
  context: Context,
  report: Report,
): Omit<Job, "files"> & Pick<FileSdJob, "files"> {
  const at = (index: number) => [...path, "files", index];
  const check = (name: string, content: string) => targetFileProblem(name, content, setsAddress(job.extra));
  return { ...job, files: shippedFiles(job.files, { what: "a target file", check }, at, context, report) };
}

/** promtool reports invalid YAML on the host. */
function targetFileProblem(name: string, content: string, anyText: boolean): string | undefined {
  if (!/\.(json|ya?ml)$/.test(name))
    return "is of a kind that Prometheus does not read; write a file that ends in .json, .yml or .yaml";
  const parsed = name.endsWith(".json") ? parseJson(content) : parseYaml(content);
  if (parsed === undefined) return undefined;
  if ("message" in parsed) return parsed.message;
  const targets = targetsOf(parsed.value);
  if (targets === undefined)
    return 'is not a target file; write a list such as [{"targets": ["db1.internal:9100"], "labels": {}}]';
  const wrong = anyText ? undefined : targets.find((target) => targetHost(target) === undefined);
  return wrong === undefined ? undefined : `names ${quote(wrong)}, which ${notAnAddress}`;
}

function parseYaml(content: string): { value: unknown } | undefined {
  try {
    return { value: safeLoad(content) ?? [] };
  } catch {
    return undefined;
  }
}

/** All of a target file's targets, or undefined if it is none. */
function targetsOf(groups: unknown): string[] | undefined {
  if (!Array.isArray(groups)) return undefined;
  const targets = groups.flatMap((group) =>
    isGroup(group) && Array.isArray(group.targets) ? group.targets : [undefined],
  );
  return targets.every((target) => typeof target === "string") ? targets : undefined;
}
