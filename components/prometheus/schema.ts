// Prometheus: what it scrapes, how often, and how long it keeps what it found.
import { z } from "zod";
import { httpAuth, ownSecrets } from "../../config/schema/auth";
import { image } from "../../config/schema/image";
import { quadletSetting } from "../../config/schema/quadlet";
import {
  choice,
  data,
  duration,
  enabled,
  group,
  httpUrl,
  labels,
  list,
  localPath,
  scrapeTarget,
  setting,
  size,
  text,
  type WithSecrets,
} from "../../config/schema/words";
import versions from "../../versions.json";
import { jobLimits, limits } from "./limits.schema";
import { otherAlertmanager, remoteWrite } from "./remote.schema";

/** Keys of a scrape configuration that have a setting of their own, by that setting. */
export const typedJobKeys: Readonly<Record<string, string>> = {
  job_name: "name",
  scheme: "scheme",
  metrics_path: "metricsPath",
  scrape_interval: "interval",
  scrape_timeout: "timeout",
  params: "params",
  static_configs: "targets",
  file_sd_configs: "files",
};

const params = z.record(
  z.string(),
  z
    .preprocess(
      (value) => (typeof value === "string" ? [value] : value),
      list(z.string({ error: "is not text; put the parameter's value in quotes" }), "texts"),
    )
    .meta({ oneOrMany: true }),
  { error: "is not a group of parameters; write one `name: value` a line below it" },
);

const job = {
  name: setting(
    text(
      /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/,
      "is not a job name; write up to 64 letters, digits, _, - and ., beginning with a letter or digit",
    ),
    "Name of the job, the label `job` of its series. Unique.",
    { example: "node" },
  ),
  scheme: setting(choice(["http", "https"]).default("http"), "Protocol that targets are scraped with."),
  metricsPath: setting(
    text(/^\/[^\s?#]*$/, "is not a path; write one that begins with /, such as /metrics").default("/metrics"),
    "Path of the metrics on a target.",
  ),
  interval: setting(duration().optional(), "How often the targets are scraped.", {
    example: "30s",
    defaultText: "`prometheus.scrapeInterval`",
  }),
  timeout: setting(duration().optional(), "How long a scrape may take; at most the interval.", {
    example: "10s",
    defaultText: "`prometheus.scrapeTimeout`, at most the interval",
  }),
  labels: setting(labels().default({}), "Labels put on every target that the job names.", {
    example: { team: "core" },
  }),
  params: setting(params.default({}), "Parameters of the request, each with one value or a list of values.", {
    example: { module: "http_2xx" },
  }),
  limits: setting(jobLimits.optional(), "Limits of this job, each over that of `prometheus.limits`.", {
    example: { samples: 1_000_000 },
    defaultText: "`prometheus.limits`",
  }),
  extra: setting(
    z
      .record(z.string(), z.unknown(), {
        error: "is not a group of settings; write keys of a Prometheus scrape configuration below it",
      })
      .default({}),
    "Anything else of Prometheus' scrape configuration, in Prometheus' own words, merged as it stands. No place for secrets: log-ins are settings of the job, others stand under `prometheus.secrets`.",
    { example: { honor_labels: true } },
  ),
};

const httpSd = group({
  url: setting(
    httpUrl(),
    "Where the list of targets is asked for, as Prometheus' HTTP service discovery has it.",
    { example: "https://inventory.my-company.net/targets" },
  ),
  refreshInterval: setting(duration().default("1m"), "How often it is asked for."),
  ...httpAuth,
}).meta({
  id: "httpSd",
  description:
    "Targets that are asked for at a URL. How to log in there has nothing to do with how to log in at the targets.",
});

const targetGroup = group({
  targets: setting(
    list(scrapeTarget(), "targets, each host:port").min(1, { error: "is empty; write at least one target" }),
    "What is scraped, each as host:port.",
    { example: ["db1.internal:9100"] },
  ),
  labels: setting(labels().default({}), "Labels put on these targets, each over that of the job.", {
    example: { site: "north" },
  }),
}).meta({ id: "targetGroup", description: "Targets with labels of their own." });

export const scrapeJob = group({
  name: job.name,
  targets: setting(
    list(
      z.union([scrapeTarget(), targetGroup], {
        error:
          "is not a target; write host:port such as db1.internal:9100, without protocol or path, or a group of `targets` and `labels`",
      }),
      "targets, each host:port",
    ).default([]),
    "What is scraped, each as host:port, or a group of targets with labels of their own. Where `extra.relabel_configs` sets `__address__`, because another program (snmp_exporter, say) is asked about the targets, they are any text: addresses, names, URLs.",
    {
      example: ["db1.internal:9100", { targets: ["db2.internal:9100"], labels: { site: "north" } }],
      defaultText: "none; required unless `httpSd` or `extra` is a service discovery",
    },
  ),
  httpSd: setting(httpSd.optional(), "Where targets are asked for, beside those that are named."),
  scheme: job.scheme,
  metricsPath: job.metricsPath,
  interval: job.interval,
  timeout: job.timeout,
  labels: job.labels,
  params: job.params,
  limits: job.limits,
  ...httpAuth,
  extra: job.extra,
}).meta({ id: "scrapeJob", description: "A scrape job of your own, for targets that you name." });

export const fileSdJob = group({
  name: job.name,
  files: setting(
    list(localPath(), "files").min(1, { error: "is empty; write at least one file" }),
    "Target files on this computer (JSON or YAML, `*`, `?` and `**` as in a shell), relative to the project. Their content is shipped to the host.",
    { example: ["targets/*.json"] },
  ),
  scheme: job.scheme,
  metricsPath: job.metricsPath,
  interval: job.interval,
  timeout: job.timeout,
  labels: job.labels,
  params: job.params,
  limits: job.limits,
  ...httpAuth,
  extra: job.extra,
}).meta({ id: "fileSdJob", description: "A scrape job whose targets stand in files." });

export const prometheus = group({
  enabled: enabled("Prometheus"),
  scrapeInterval: setting(
    duration().default("15s"),
    "How often targets are scraped, unless their job says otherwise.",
  ),
  scrapeTimeout: setting(duration().optional(), "How long a scrape may take; at most the interval.", {
    example: "10s",
    defaultText: "`10s`, or the interval if that is shorter",
  }),
  evaluationInterval: setting(duration().default("15s"), "How often rules are evaluated."),
  retention: setting(
    group({
      time: setting(duration().default("15d"), "How long samples are kept."),
      size: setting(size().optional(), "How much room they may take; the oldest go first.", {
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
      text(/^[a-z0-9][a-z0-9-]*$/, "is not the name of a feature; write one such as native-histograms"),
      "features",
    ).default([]),
    "Features that Prometheus has off by itself (`--enable-feature`). One that its version does not know is only warned of, in its log.",
    { example: ["native-histograms", "exemplar-storage"] },
  ),
  outOfOrderTimeWindow: setting(
    duration().optional(),
    "How much older than the newest sample of its series a sample may be and still be taken (`out_of_order_time_window`).",
    { example: "30m", defaultText: "none is taken that is older" },
  ),
  externalLabels: setting(
    labels().default({}),
    "Labels that tell this Prometheus from others, put on everything it sends elsewhere. A `$` in a value is a dollar sign; variables of the environment are not filled in.",
    {
      example: { region: "eu" },
    },
  ),
  scrapeJobs: setting(list(scrapeJob, "scrape jobs").default([]), "Scrape jobs of your own."),
  fileSd: setting(
    list(fileSdJob, "scrape jobs with target files").default([]),
    "Scrape jobs whose targets stand in files beside the stack file.",
  ),
  ruleFiles: setting(
    list(localPath(), "rule files").default([]),
    "Files with recording and alerting rules on this computer (YAML, `*`, `?` and `**` as in a shell), relative to the project. Their content is shipped to the host, under the folder's name where several files have the same, and `promtool` checks it there before anything is changed.",
    { example: ["rules/*.yml"] },
  ),
  ruleTests: setting(
    list(localPath(), "files with tests of rules").default([]),
    "Files with tests of these rules, as `promtool test rules` takes them (YAML, `*`, `?` and `**` as in a shell), relative to the project. `promtool` of the image that will run puts the rules to them on the host; if one fails, nothing is changed. A file named here is no rule file, even if it fits a pattern of `ruleFiles`.",
    { example: ["rules/*_test.yml"] },
  ),
  remoteWrite: setting(
    list(remoteWrite, "endpoints").default([]),
    "Where samples are sent as well, each under a name of its own.",
  ),
  alertmanagers: setting(
    list(otherAlertmanager, "Alertmanagers").default([]),
    "Alertmanagers elsewhere that are told of alerts, besides the one that is deployed along.",
  ),
  secrets: ownSecrets("prometheus", "the `extra` of scrape jobs and the like"),
  quadlet: quadletSetting(),
  data: data("the samples"),
  image: image(versions.images.prometheus, "Prometheus"),
}).meta({ id: "prometheus", description: "Prometheus: collects the metrics and keeps them." });

/** A local file whose content goes to the host under `name`. */
export interface ShippedFile {
  /** Base name, behind folders where several files have that one; unique among its siblings. */
  name: string;
  /** Where it was read from, as the user wrote it or as the pattern found it. */
  path: string;
  content: string;
}

export type ScrapeJob = z.output<typeof scrapeJob>;
export type FileSdJob = Omit<z.output<typeof fileSdJob>, "files"> & { files: ShippedFile[] };

/** Fully resolved: what the user left open is filled in, files are read. */
export type PrometheusSettings<Secret = string> = WithSecrets<
  Omit<z.output<typeof prometheus>, "fileSd" | "ruleFiles" | "ruleTests" | "scrapeTimeout"> & {
    scrapeTimeout: string;
    fileSd: FileSdJob[];
    ruleFiles: ShippedFile[];
    /** They name the rule files as these lie on the host. */
    ruleTests: ShippedFile[];
  },
  Secret
>;

declare module "../../config/section" {
  interface ServiceSettings<Secret> {
    readonly prometheus: PrometheusSettings<Secret>;
  }
}
