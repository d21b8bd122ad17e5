// What every scrape job of the user's says, however it finds its targets.
import { z } from "zod";
import { httpAuth } from "../../config/schema/auth";
import { choice, duration, labels, list, setting, text } from "../../config/schema/words";
import { jobLimits } from "./limits.schema";

/** Native keys of a scrape configuration for which there is a setting, by that setting. */
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

export const jobName = setting(
  text(
    /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/,
    "is not a job name; write up to 64 letters, digits, _, - and ., beginning with a letter or digit",
  ),
  "Name of the job, the label `job` of its series. Unique.",
  { example: "node" },
);

/** What every job says of its scrapes, however it finds its targets. */
export const scraping = {
  scheme: setting(choice(["http", "https"]).default("http"), "Protocol for scraping."),
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
  labels: setting(labels().default({}), "Labels added to every target listed in the job.", {
    example: { team: "core" },
  }),
  params: setting(params.default({}), "Parameters of the request, each with one value or a list of values.", {
    example: { module: "http_2xx" },
  }),
  limits: setting(jobLimits.optional(), "Limits of this job, which override `prometheus.limits`.", {
    example: { samples: 1_000_000 },
    defaultText: "`prometheus.limits`",
  }),
  ...httpAuth,
  extra: setting(
    z
      .record(z.string(), z.unknown(), {
        error: "is not a group of settings; write keys of a Prometheus scrape configuration below it",
      })
      .default({}),
    "Further options of Prometheus' scrape configuration, in Prometheus' syntax, merged verbatim. Must not contain secrets: set authentication in the job, other secrets under `prometheus.secrets`.",
    { example: { honor_labels: true } },
  ),
};
