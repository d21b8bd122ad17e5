const UNITS = { y: 31_536_000_000, w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** Half of a duration in Prometheus' grammar, in milliseconds or whole seconds. */
export function halved(duration: string): string {
  const parts = [...duration.matchAll(/(\d+)(ms|[ywdhms])/g)];
  if (parts.length === 0) throw new Error(`${JSON.stringify(duration)} is not a duration`);
  const total = parts.reduce(
    (sum, [, count, unit]) => sum + Number(count) * UNITS[unit as keyof typeof UNITS],
    0,
  );
  const half = Math.floor(total / 2);
  return half % 1000 === 0 ? `${half / 1000}s` : `${half}ms`;
}
