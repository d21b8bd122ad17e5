// What Prometheus' configuration may have besides what there are settings for, in its own syntax.
import { z } from "zod";
import { setting } from "../../config/schema/words";

export const extra = setting(
  z
    .record(
      z.string(),
      z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())], {
        error: "is not a part of Prometheus' configuration; write keys of it below it",
      }),
      {
        error: "is not a group of settings; write parts of Prometheus' configuration, such as otlp, below it",
      },
    )
    .default({}),
  "Further parts of Prometheus' configuration file, such as `otlp`, `tracing` and `runtime`, in Prometheus' syntax, merged verbatim; `global`, `alerting` and `storage` are merged by key. Must not contain secrets. What has a setting is refused.",
  {
    example: {
      otlp: { promote_resource_attributes: ["service.name"] },
      alerting: { alert_relabel_configs: [{ regex: "replica", action: "labeldrop" }] },
    },
  },
);

/** Parts and keys for which there are settings, by those. */
export const typedParts: Readonly<Record<string, string>> = {
  scrape_configs: "scrapeJobs",
  scrape_config_files: "scrapeJobs",
  rule_files: "ruleFiles",
  remote_write: "remoteWrite",
  remote_read: "remoteRead",
  "alerting.alertmanagers": "alertmanagers",
  "global.scrape_interval": "scrapeInterval",
  "global.scrape_timeout": "scrapeTimeout",
  "global.evaluation_interval": "evaluationInterval",
  "global.external_labels": "externalLabels",
  "global.query_log_file": "queryLog",
  "global.body_size_limit": "limits.bodySize",
  "global.sample_limit": "limits.samples",
  "global.label_limit": "limits.labels",
  "global.label_name_length_limit": "limits.labelNameLength",
  "global.label_value_length_limit": "limits.labelValueLength",
  "global.target_limit": "limits.targets",
  "storage.exemplars": "exemplars",
  "storage.tsdb.out_of_order_time_window": "outOfOrderTimeWindow",
  "storage.tsdb.retention": "retention",
};
