// Limits of a target's metrics, so that a broken or hostile target harms only itself.
import type { z } from "zod";
import { type DeepReadonly, group, setting, text, whole } from "../../config/schema/words";

const most = () => whole(0, 2_000_000_000, "is not a limit; write a whole number, or 0 for no limit");

const bodySize = () =>
  text(
    /^(0|0*[1-9]\d*(B|KB|MB|GB))$/,
    "is not a size; write a whole number and a unit such as 16MB, or 0 for no limit",
  ).meta({ kind: "size" });

const WHAT = {
  bodySize: "Size of a response, uncompressed. `0`: no limit.",
  samples: "Samples in a response. `0`: no limit.",
  labels: "Labels of a sample. `0`: no limit.",
  labelNameLength: "Bytes of a label's name. `0`: no limit.",
  labelValueLength: "Bytes of a label's value. `0`: no limit.",
  targets: "Targets of a job. If there are more, none of them is scraped. `0`: no limit.",
} as const;

/** For all jobs. */
export const limits = group({
  bodySize: setting(bodySize().default("64MB"), WHAT.bodySize),
  samples: setting(most().default(500_000), WHAT.samples),
  labels: setting(most().default(100), WHAT.labels),
  labelNameLength: setting(most().default(256), WHAT.labelNameLength),
  labelValueLength: setting(most().default(8192), WHAT.labelValueLength),
  targets: setting(most().default(0), WHAT.targets),
});

const usual = { defaultText: "that of `prometheus.limits`" };

/** For one job, overriding those for all. */
export const jobLimits = group({
  bodySize: setting(bodySize().optional(), WHAT.bodySize, { example: "128MB", ...usual }),
  samples: setting(most().optional(), WHAT.samples, { example: 1_000_000, ...usual }),
  labels: setting(most().optional(), WHAT.labels, usual),
  labelNameLength: setting(most().optional(), WHAT.labelNameLength, usual),
  labelValueLength: setting(most().optional(), WHAT.labelValueLength, usual),
  targets: setting(most().optional(), WHAT.targets, { example: 1000, ...usual }),
}).meta({ id: "jobLimits", description: "Limits of one job, which override `prometheus.limits`." });

export type LimitsSettings = DeepReadonly<z.output<typeof limits>>;
export type JobLimits = DeepReadonly<z.output<typeof jobLimits>>;
