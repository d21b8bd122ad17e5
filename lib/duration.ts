// Durations in Prometheus' grammar, such as `15s` and `1h30m`.

const SECONDS: Readonly<Record<string, number>> = {
  y: 31_536_000,
  w: 604_800,
  d: 86_400,
  h: 3600,
  m: 60,
  s: 1,
  ms: 0.001,
};

/**
 * A duration in seconds: PromQL before Prometheus 3 knows no durations outside brackets.
 *
 * @throws Error if it is not a duration
 */
export function inSeconds(duration: string): number {
  const parts = [...duration.matchAll(/(\d+)(ms|[ywdhms])/g)];
  if (parts.length === 0) throw new Error(`${JSON.stringify(duration)} is not a duration`);
  return parts.reduce((sum, [, count, unit = ""]) => sum + Number(count) * (SECONDS[unit] ?? 0), 0);
}

/** Half of a duration, in milliseconds or whole seconds. */
export function halved(duration: string): string {
  const half = Math.floor(Math.round(inSeconds(duration) * 1000) / 2);
  return half % 1000 === 0 ? `${half / 1000}s` : `${half}ms`;
}
