import { posix } from "node:path";
import type { z } from "zod";
import { type Path, quote, type Report } from "../../config/problem";
import { resolveTls } from "../../config/resolve/auth";
import { pattern, shippedFiles } from "../../config/resolve/files";
import { checkQuadlet } from "../../config/resolve/quadlet";
import { withPlainSecrets } from "../../config/schema/words";
import type { ResolveContext } from "../../config/section";
import { parseHostKey } from "../../connection/hostKey";
import { inSeconds } from "../../lib/duration";
import type { ExecutorSettings, executor, ResolvedScenario, Scenario } from "./schema";

type Given = z.output<typeof executor>;

/** Bundles must be small, since the state contains them. */
const MOST_CHARACTERS = 262_144;
const LONGEST_STOP = 300;
const TIMEOUT = 300;

export function resolveExecutor(given: Given, around: ResolveContext): ExecutorSettings {
  const { locate, report } = around;
  const { directory, ...others } = given;
  const jobs = Object.entries(given.jobs).map(([name, job]) => [
    name,
    resolveJob(job, locate(["jobs", name]), report),
  ]);
  const enabled = given.enabled ?? jobs.length > 0;
  const scenarios = directory === undefined ? undefined : readScenarios(directory, around);
  if (enabled) checkSource(given, around);
  if (scenarios !== undefined) checkPaths(given, Object.keys(scenarios), around);
  if (inSeconds(given.stopWithin) > LONGEST_STOP) {
    report(locate(["stopWithin"]), `${quote(given.stopWithin)} is longer than 300s; write 300s or less`);
  }
  checkQuadlet(given.quadlet, locate, report, "executor");
  const knownHosts = resolveHostKey(given, around);
  return {
    ...withPlainSecrets({ ...others, enabled, repository: withCa(given, around) }),
    jobs: Object.fromEntries(jobs) as Record<string, ResolvedScenario>,
    ...(scenarios === undefined ? {} : { scenarios }),
    ...(knownHosts === undefined ? {} : { knownHosts }),
  };
}

function resolveJob(job: Scenario, path: Path, report: Report): ResolvedScenario {
  const playbook = /\.ya?ml$/.test(job.path);
  const type = job.type ?? (playbook ? "ansible" : "executable");
  if (type === "ansible" && !playbook) {
    report(
      [...path, "path"],
      `${quote(job.path)} is no playbook; write one that ends in .yaml, or type: executable`,
    );
  }
  if (job.interval !== undefined && job.cron !== undefined) {
    report([...path, "cron"], "is given beside interval; remove one of them");
  } else if (job.interval === undefined && job.cron === undefined) {
    report([...path, "interval"], "is missing; write how often the job runs, such as 5m, or cron");
  }
  const interval = job.interval === undefined ? undefined : inSeconds(job.interval);
  const timeout = job.timeout ?? `${interval === undefined ? TIMEOUT : Math.min(interval, TIMEOUT)}s`;
  if (job.exclusive !== undefined && interval !== undefined && inSeconds(timeout) > interval) {
    report(
      [...path, "timeout"],
      `${quote(timeout)} is longer than the interval, ${job.interval}, so that one run could hold up the group ${quote(job.exclusive)} for good; write ${job.interval} or less`,
    );
  }
  return { ...job, type, timeout };
}

function checkSource({ repository, directory }: Given, { locate, report }: ResolveContext): void {
  if (repository === undefined && directory === undefined) {
    report(
      locate(["repository"]),
      "is missing; write url and ref of the scenarios' git repository below it, or directory",
    );
  } else if (repository !== undefined && directory !== undefined) {
    report(locate(["directory"]), "is given beside repository; remove one of them");
  }
}

function resolveHostKey({ repository }: Given, { locate, report }: ResolveContext): string | undefined {
  if (repository === undefined) return undefined;
  const { url, key, hostKey, token, ca } = repository;
  const at = (name: string) => locate(["repository", name]);
  if (url.startsWith("https://")) {
    if (key !== undefined)
      report(at("key"), "is for SSH, and the repository is read by HTTPS; write token, or remove it");
    if (hostKey !== undefined)
      report(at("hostKey"), "is for SSH, and the repository is read by HTTPS; remove it");
    return undefined;
  }
  if (ca !== undefined)
    report(at("ca"), "is for HTTPS, and the repository is read by SSH; write hostKey, or remove it");
  if (token !== undefined)
    report(at("token"), "is for HTTPS, and the repository is read by SSH; write key, or remove it");
  if (key === undefined) {
    report(at("key"), "is missing, and the repository is read by SSH; set the deploy key as a secret");
  }
  if (hostKey === undefined) {
    report(
      at("hostKey"),
      "is missing, and the repository is read by SSH; write what `ssh-keyscan -t ed25519 ADDRESS` prints after the address",
    );
    return undefined;
  }
  const found = parseHostKey(hostKey);
  if ("message" in found) {
    report(at("hostKey"), `${quote(hostKey)} ${found.message}`);
    return undefined;
  }
  const [, host = "", port] = /^(?:ssh:\/\/)?[^@]+@([A-Za-z0-9.-]+)(?::(\d+)\/)?/.exec(url) ?? [];
  const name = port === undefined || !url.startsWith("ssh://") || port === "22" ? host : `[${host}]:${port}`;
  return `${name} ${found.value}\n`;
}

/** The repository with the text of its certificates. */
function withCa({ repository }: Given, { locate, context, report }: ResolveContext): Given["repository"] {
  if (repository?.ca === undefined) return repository;
  const { ca } = resolveTls({ ca: repository.ca, insecure: false }, locate(["repository"]), context, report);
  return { ...repository, ca };
}

/** The files of a directory on this computer, by path below it. */
function readScenarios(
  directory: string,
  { locate, context, report }: ResolveContext,
): Record<string, string> {
  const top = posix.normalize(`${directory}/`);
  const files = shippedFiles(
    [`${top}**/*`],
    { what: "a scenario", check: () => undefined },
    () => locate(["directory"]),
    context,
    report,
  );
  const size = files.reduce((sum, { content }) => sum + content.length, 0);
  if (size > MOST_CHARACTERS) {
    report(
      locate(["directory"]),
      `${quote(directory)} has ${size} characters, and the limit is ${MOST_CHARACTERS}; use repository`,
    );
  }
  return Object.fromEntries(
    files.map(({ path, content }) => [posix.normalize(path).slice(top.length), content]),
  );
}

function checkPaths(
  { jobs, directory }: Given,
  files: readonly string[],
  { locate, report }: ResolveContext,
): void {
  for (const [name, job] of Object.entries(jobs)) {
    for (const key of ["path", "cleanup"] as const) {
      const path = job[key];
      if (path === undefined || files.some((file) => pattern(path).test(file))) continue;
      report(
        locate(["jobs", name, key]),
        `${quote(path)} is not in ${directory}; write the path of a file below it`,
      );
    }
  }
}
