// Scrape jobs.

import { setsAddress } from "../components/prometheus/targets.resolve";
import { SECTIONS } from "../components/sections";
import { isGroup } from "../config/walk";
import { AUTH } from "./auth";
import { extra } from "./native";
import { relabelling } from "./relabelling";
import { asText, missing, needless, type Spot, type Table, takeAll, unknown } from "./spot";
import { type Group, targetGroups } from "./targets";

const limit =
  (setting: string) =>
  (here: Spot): void =>
    here.put(["limits", setting], here.value);

/** The limits of a job and of all jobs. */
export const LIMITS: Table = {
  body_size_limit: (here) => here.put(["limits", "bodySize"], here.text.replace(/iB$/, "B")),
  sample_limit: limit("samples"),
  label_limit: limit("labels"),
  label_name_length_limit: limit("labelNameLength"),
  label_value_length_limit: limit("labelValueLength"),
  target_limit: limit("targets"),
};

/** Native key -> what becomes of it; others go to `extra`. */
const JOB: Table = {
  ...AUTH,
  ...LIMITS,
  job_name: needless,
  static_configs: needless,
  file_sd_configs: needless,
  scheme: asText("scheme"),
  metrics_path: asText("metricsPath"),
  scrape_interval: asText("interval"),
  scrape_timeout: asText("timeout"),
  params: (here) => {
    const given = Object.entries(here.group).map(([name]) => [name, here.at(name).list.map(String)]);
    here.put("params", Object.fromEntries(given));
  },
  relabel_configs: needless,
  http_sd_configs: (here) => {
    if (here.list.length === 1) takeAll(here.at(0).below("httpSd"), HTTP_SD, unknown);
    else extra("prometheus")(here);
  },
};

const HTTP_SD: Table = { ...AUTH, url: asText("url"), refresh_interval: asText("refreshInterval") };

export function scrapeConfigs(here: Spot): void {
  // First of all, since it decides which names are taken.
  for (const job of here.items())
    for (const group of job.at("static_configs").items())
      for (const target of group.at("targets").list) {
        const place = here.draft.places.of(String(target));
        if (place?.is === "ours" && place.service === "nodeExporter")
          here.draft.set(["nodeExporter", "enabled"], true, group.origin);
      }
  for (const job of here.items()) scrapeJob(job);
}

function scrapeJob(here: Spot): void {
  const relabels = setsAddress(here.value);
  const groups = targetGroups(here, relabels);
  const listed = here.at("static_configs").items().length > 0;
  const discovers = Object.keys(here.group).some((key) => key.endsWith("_sd_configs"));
  if (groups.length === 0 && !discovers) {
    if (!listed)
      here.leave("has no targets", "give it some, and write it under prometheus.scrapeJobs", nameOf(here));
    return;
  }
  const files = here.has("file_sd_configs") ? targetFiles(here) : [];
  const byFile =
    here.has("file_sd_configs") || groups.some(({ labels }) => Object.keys(labels).some(isSpecial));
  if (byFile && groups.length > 0) {
    const name = `${slug(nameOf(here))}.json`;
    files.push(here.files.write("targets", name, `${JSON.stringify(groups, null, 2)}\n`));
  }
  if (byFile && files.length === 0) return;
  const to = here.next(byFile ? "fileSd" : "scrapeJobs");
  const renamed = naming(to);
  if (byFile) to.put("files", files);
  else listTargets(to, groups);
  takeAll(to, JOB, extra("prometheus"));
  relabelling(to, renamed);
}

/** Labels that are instructions for Prometheus are possible in target files only. */
const isSpecial = (label: string) => label.startsWith("__");

function listTargets(to: Spot, groups: readonly Group[]): void {
  if (groups.length === 0) return;
  const [only, ...more] = groups;
  if (only !== undefined && more.length === 0) {
    to.at("static_configs").put("targets", only.targets);
    if (Object.keys(only.labels).length > 0) to.put("labels", only.labels);
    return;
  }
  // Targets by themselves come first, in the configuration too.
  const first = groups.findIndex(({ labels }) => Object.keys(labels).length > 0);
  const alone = groups.slice(0, first < 0 ? groups.length : first).flatMap(({ targets }) => targets);
  const others = first < 0 ? [] : groups.slice(first).map(withoutNoLabels);
  const entries = [...alone, ...others];
  to.at("static_configs").put("targets", entries);
}

const withoutNoLabels = ({ targets, labels }: Group) =>
  Object.keys(labels).length === 0 ? { targets } : { targets, labels };

function targetFiles(here: Spot): string[] {
  const discoveries = here.at("file_sd_configs").items();
  return discoveries.flatMap((discovery) =>
    discovery
      .at("files")
      .items()
      .flatMap((item) => {
        const found = item.files.find(item.text);
        const pattern = item.files.referPattern(item.text);
        if (pattern !== undefined) return [pattern];
        if (found.length === 0) missing(item, item.text, `files of the job ${nameOf(here)}`);
        return found.map((path) => item.files.refer(path, "targets"));
      }),
  );
}

const nameOf = (job: Spot) => String(job.group.job_name ?? "");

const slug = (name: string) =>
  name
    .replace(/[^A-Za-z0-9_.-]+/g, "-")
    .replace(/^[-.]+|-+$/g, "")
    .slice(0, 60) || "job";

/** Podwatch's own jobs have their names; the label of the user's stays. */
function naming(to: Spot): string | undefined {
  const original = nameOf(to);
  const { draft } = to;
  const used = ["scrapeJobs", "fileSd"].flatMap((kind) => {
    const jobs = isGroup(draft.settings.prometheus) ? draft.settings.prometheus[kind] : [];
    return Array.isArray(jobs) ? jobs.map(({ name }) => name) : [];
  });
  const taken = new Set([...shippedJobs(draft.settings.nodeExporter !== undefined), ...used]);
  let name = slug(original);
  while (taken.has(name)) name = `${name}-own`;
  to.at("job_name").put("name", name);
  return name === original ? undefined : original;
}

function shippedJobs(withNode: boolean): string[] {
  const taken = Object.values(SECTIONS).flatMap((section) =>
    "taken" in section ? (section.taken?.jobs ?? []) : [],
  );
  return [...taken, ...(withNode ? ["node"] : [])];
}
