/** Limits of a scrape; 0 means no limit. */
export interface Limits {
  /** With its unit, in Prometheus' grammar, such as `64MB`. */
  readonly bodySize: string;
  readonly samples: number;
  readonly labels: number;
  readonly labelNameLength: number;
  readonly labelValueLength: number;
  readonly targets: number;
}

/** Limits set for a job. */
export type JobLimits = { readonly [Name in keyof Limits]?: Limits[Name] | undefined };

/** Prometheus' names of them. */
export const LIMIT_KEYS: Readonly<Record<keyof Limits, string>> = {
  bodySize: "body_size_limit",
  samples: "sample_limit",
  labels: "label_limit",
  labelNameLength: "label_name_length_limit",
  labelValueLength: "label_value_length_limit",
  targets: "target_limit",
};

/** The limits of all jobs, for Prometheus' `global` section. */
export function globalLimits(limits: Limits): Record<string, string | number> {
  return inPrometheusWords(limits, (value) => (isNone(value) ? undefined : value));
}

/** Those of one job. There, 0 would mean the global limit, so a very large number means none. */
export function jobLimits(limits: JobLimits | undefined): Record<string, string | number> {
  return inPrometheusWords(limits ?? {}, (value) => {
    if (!isNone(value)) return value;
    return typeof value === "string" ? "1EB" : 2_000_000_000;
  });
}

function inPrometheusWords(
  limits: JobLimits,
  write: (value: string | number) => string | number | undefined,
): Record<string, string | number> {
  const names = Object.keys(LIMIT_KEYS) as (keyof Limits)[];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = limits[name];
      const written = value === undefined ? undefined : write(value);
      return written === undefined ? [] : [[LIMIT_KEYS[name], written]];
    }),
  );
}

function isNone(value: string | number): boolean {
  return value === "0" || value === 0;
}

const UNITS: Readonly<Record<string, number>> = { B: 0, KB: 1, MB: 2, GB: 3 };

/** A size in bytes, as Prometheus counts them: a kilobyte has 1024. */
export function inBytes(size: string): number {
  const [, count, unit = "B"] = /^(\d+)([KMG]?B)?$/.exec(size) ?? [];
  return Number(count) * 1024 ** (UNITS[unit] ?? 0);
}
