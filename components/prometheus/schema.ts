// Prometheus: scrape jobs, rules and retention.
import { z } from "zod";
import { additions } from "../../config/schema/additions";
import { httpAuth } from "../../config/schema/auth";
import { image } from "../../config/schema/image";
import { quadletSetting } from "../../config/schema/quadlet";
import {
  data,
  duration,
  enabled,
  flag,
  group,
  hostPath,
  httpUrl,
  labels,
  list,
  localPath,
  scrapeTarget,
  setting,
  size,
  text,
  type WithSecrets,
  whole,
} from "../../config/schema/words";
import versions from "../../versions.json";
import { discoveries, relabel } from "./discovery.schema";
import { extra } from "./extra.schema";
import { jobName, scraping } from "./jobs.schema";
import { limits } from "./limits.schema";
import { modeSettings, nativeHistograms } from "./mode.schema";
import { otherAlertmanager, remoteRead, remoteWrite } from "./remote.schema";

const httpSd = group({
  url: setting(
    httpUrl(),
    "URL of the list of targets, in the format of Prometheus' HTTP service discovery.",
    { example: "https://inventory.my-company.net/targets" },
  ),
  refreshInterval: setting(duration().default("1m"), "How often it is queried."),
  ...httpAuth,
}).meta({
  id: "httpSd",
  description:
    "Targets from HTTP service discovery. Its authentication is independent of that at the targets.",
});

export const targetGroup = group({
  targets: setting(
    list(scrapeTarget(), "targets, each host:port").min(1, { error: "is empty; write at least one target" }),
    "What is scraped, each as host:port.",
    { example: ["db1.internal:9100"] },
  ),
  labels: setting(labels().default({}), "Labels added to these targets; they override those of the job.", {
    example: { site: "north" },
  }),
}).meta({ id: "targetGroup", description: "Targets with labels of their own." });

export const scrapeJob = group({
  name: jobName,
  targets: setting(
    list(
      z.union([scrapeTarget(), targetGroup], {
        error:
          "is not a target; write host:port such as db1.internal:9100, without protocol or path, or a group of `targets` and `labels`",
      }),
      "targets, each host:port",
    ).default([]),
    "What is scraped, each as host:port, or a group of targets with labels of their own. If `extra.relabel_configs` sets `__address__`, because an exporter such as snmp_exporter is scraped for the targets, they may be any text: addresses, names, URLs.",
    {
      example: ["db1.internal:9100", { targets: ["db2.internal:9100"], labels: { site: "north" } }],
      defaultText: "none; required unless `httpSd` or `extra` is a service discovery",
    },
  ),
  httpSd: setting(httpSd.optional(), "HTTP service discovery, in addition to the listed targets."),
  ...scraping,
}).meta({ id: "scrapeJob", description: "Your own scrape job with targets." });

export const fileSdJob = group({
  name: jobName,
  files: setting(
    list(localPath(), "files").min(1, { error: "is empty; write at least one file" }),
    "Target files on this computer (JSON or YAML, `*`, `?` and `**` as in a shell), relative to the project. Their content is copied to the host.",
    { example: ["targets/*.json"] },
  ),
  ...scraping,
}).meta({ id: "fileSdJob", description: "A scrape job whose targets are in files." });

export const discoveryJob = group({
  name: jobName,
  ...discoveries,
  ...scraping,
  labels: setting(labels().default({}), "Labels added to every target.", { example: { team: "core" } }),
  relabel,
}).meta({
  id: "discoveryJob",
  description:
    "A scrape job whose targets Prometheus finds by itself, in exactly one of these ways. [docs/discovery.md](discovery.md) has an example of each.",
});

export const prometheus = group({
  enabled: enabled("Prometheus"),
  ...modeSettings,
  scrapeInterval: setting(
    duration().default("15s"),
    "How often targets are scraped, unless their job sets another interval.",
  ),
  scrapeTimeout: setting(duration().optional(), "How long a scrape may take; at most the interval.", {
    example: "10s",
    defaultText: "`10s`, or the interval if that is shorter",
  }),
  evaluationInterval: setting(duration().default("15s"), "How often rules are evaluated."),
  retention: setting(
    group({
      time: setting(duration().default("15d"), "How long samples are kept."),
      size: setting(size().optional(), "How much disk space they may use; the oldest are deleted first.", {
        example: "50GB",
        defaultText: "no limit",
      }),
    }).prefault({}),
    "How long, and how much, is kept.",
  ),
  limits: setting(
    limits.prefault({}),
    "What a scrape may bring at most, for every job, unless the job says otherwise. A target that gives more counts as down, and nothing of its answer is kept.",
  ),
  features: setting(
    list(
      text(/^[a-z0-9][a-z0-9-]*$/, "is not the name of a feature; write one such as exemplar-storage"),
      "features",
    ).default([]),
    "Optional features of Prometheus (`--enable-feature`). An unknown one only causes a warning in its log.",
    { example: ["promql-experimental-functions"] },
  ),
  nativeHistograms,
  outOfOrderTimeWindow: setting(
    duration().optional(),
    "How much older than the newest sample of its series a sample may be and still be accepted (`out_of_order_time_window`).",
    { example: "30m", defaultText: "none, older samples are rejected" },
  ),
  exemplars: setting(
    whole(0, 100_000_000, "is not a number of exemplars; write a whole number, or 0 for none").optional(),
    "Exemplars that are kept in memory (`storage.exemplars.max_exemplars`), about 100 bytes each. Needs `exemplar-storage` under `features`, which is added.",
    { example: 100_000, defaultText: "none; `100000` with the feature `exemplar-storage`" },
  ),
  queryLog: setting(
    flag().default(false),
    "Whether every query is written to `query.log` in the data volume, with its duration. The file grows without a limit: switch it on to find a slow dashboard, and off again.",
  ),
  externalLabels: setting(
    labels().default({}),
    "Labels that identify this Prometheus, added to everything it sends elsewhere. A `$` in a value is a dollar sign; environment variables are not expanded.",
    {
      example: { region: "eu" },
    },
  ),
  watches: setting(
    list(
      text(
        /^([a-z][a-z0-9-]{0,30}|[A-Za-z_][A-Za-z0-9_]*=.+)$/,
        "is neither the name of a host or a group nor a label; write a name of the stack's, or a label such as site=north",
      ),
      "names of hosts and groups, and labels of hosts",
    ).optional(),
    "Hosts of the stack that it watches besides its own, by their names, by groups, or by labels of hosts such as `site=north`: their node exporters, and in a stack with [groups](groups.md) what is behind their fronts. Your own scrape jobs are not affected.",
    { example: ["north", "site=south"], defaultText: "all hosts" },
  ),
  scrapeJobs: setting(list(scrapeJob, "scrape jobs").default([]), "Your own scrape jobs."),
  fileSd: setting(
    list(fileSdJob, "scrape jobs with target files").default([]),
    "Scrape jobs whose targets are in files on this computer.",
  ),
  discovery: setting(
    list(discoveryJob, "scrape jobs with service discovery").default([]),
    "Scrape jobs whose targets Prometheus finds by itself: in lists, files and DNS, in OpenStack, EC2, Consul and Docker.",
  ),
  ruleFiles: setting(
    list(localPath(), "rule files").default([]),
    "Files with recording and alerting rules on this computer (YAML, `*`, `?` and `**` as in a shell), relative to the project. Their content is copied to the host (in a folder of the same name, if several files have the same name), and `promtool` checks it there before anything is changed.",
    { example: ["rules/*.yml"] },
  ),
  ruleTests: setting(
    list(localPath(), "files with tests of rules").default([]),
    "Unit tests of these rules, for `promtool test rules` (YAML, `*`, `?` and `**` as in a shell), relative to the project. They run on the host, with `promtool` of the image to be deployed; if one fails, nothing is changed. A file listed here is not a rule file, even if it matches a pattern of `ruleFiles`.",
    { example: ["rules/*_test.yml"] },
  ),
  remoteWrite: setting(
    list(remoteWrite, "endpoints").default([]),
    "Endpoints to which samples are also sent.",
  ),
  remoteRead: setting(
    list(remoteRead, "endpoints").default([]),
    "Endpoints that queries also read older or other samples from.",
  ),
  alertmanagers: setting(
    list(otherAlertmanager, "Alertmanagers").default([]),
    "External Alertmanagers that also receive alerts, besides the deployed one.",
  ),
  extra,
  ...additions("prometheus", "the `extra` of scrape jobs and the like"),
  quadlet: quadletSetting(),
  data: data("the samples"),
  import: setting(
    hostPath().optional(),
    "Data directory, on the host, of a Prometheus that ran there before. It is copied into the volume before the first start, once; `promtool` checks the copy, and the directory stays as it is. Refused while that Prometheus still runs, and if ours has data already.",
    { example: "/srv/isa/prometheus/data" },
  ),
  image: image(versions.images.prometheus, "Prometheus"),
}).meta({ id: "prometheus", description: "Prometheus: collects and stores the metrics." });

/** A local file whose content goes to the host under `name`. */
export interface ShippedFile {
  /** Base name, behind folders where several files have that one; unique among its siblings. */
  name: string;
  /** Its source path, as the user wrote it or as the pattern matched it. */
  path: string;
  content: string;
}

export type ScrapeJob = z.output<typeof scrapeJob>;
export type FileSdJob = Omit<z.output<typeof fileSdJob>, "files"> & { files: ShippedFile[] };
type GivenDiscovery = z.output<typeof discoveryJob>;
export type DiscoveryJob = Omit<GivenDiscovery, "file"> & {
  file?: (Omit<NonNullable<GivenDiscovery["file"]>, "files"> & { files: ShippedFile[] }) | undefined;
};

/** Fully resolved: defaults are filled in, files are read. */
export type PrometheusSettings<Secret = string> = WithSecrets<
  Omit<z.output<typeof prometheus>, "fileSd" | "discovery" | "ruleFiles" | "ruleTests" | "scrapeTimeout"> & {
    scrapeTimeout: string;
    fileSd: FileSdJob[];
    discovery: DiscoveryJob[];
    ruleFiles: ShippedFile[];
    /** They refer to the rule files by their paths on the host. */
    ruleTests: ShippedFile[];
  },
  Secret
>;

declare module "../../config/section" {
  interface ServiceSettings<Secret> {
    readonly prometheus: PrometheusSettings<Secret>;
  }
}
