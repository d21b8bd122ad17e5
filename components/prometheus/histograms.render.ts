import type { ScrapeConfig } from "../../lib/telemetry";

export interface NativeHistograms {
  readonly enabled: boolean;
  readonly keepClassic: boolean;
  readonly convertClassic: boolean;
  readonly bucketLimit?: number | undefined;
  readonly minBucketFactor?: number | undefined;
}

/** For Prometheus' `global` section. */
export function globalHistograms(histograms: NativeHistograms | undefined): Record<string, boolean> {
  return {
    ...(histograms?.keepClassic ? { always_scrape_classic_histograms: true } : {}),
    ...(histograms?.convertClassic ? { convert_classic_histograms_to_nhcb: true } : {}),
  };
}

/** Prometheus has no such keys for all jobs together. */
export function withHistograms(job: ScrapeConfig, histograms: NativeHistograms | undefined): ScrapeConfig {
  const { bucketLimit, minBucketFactor } = histograms ?? {};
  const limits = {
    ...(bucketLimit === undefined ? {} : { native_histogram_bucket_limit: bucketLimit }),
    ...(minBucketFactor === undefined ? {} : { native_histogram_min_bucket_factor: minBucketFactor }),
  };
  return Object.keys(limits).length === 0 ? job : { ...job, ...limits, ...job };
}
