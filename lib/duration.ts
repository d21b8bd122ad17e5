// Durations in Prometheus' grammar, such as `15s` and `1h30m`: units in order, each at most once.

const PATTERN = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** Of the units of the pattern, in milliseconds. */
const UNITS = [31_536_000_000, 604_800_000, 86_400_000, 3_600_000, 60_000, 1000, 1];

/** Milliseconds of a duration, or NaN if it is none. */
export function inMilliseconds(duration: string): number {
  const match = duration === "" ? null : PATTERN.exec(duration);
  if (match === null) return Number.NaN;
  return UNITS.reduce((sum, unit, index) => sum + unit * Number(match[index + 1] ?? 0), 0);
}

/**
 * A duration in seconds: PromQL before Prometheus 3 knows no durations outside brackets.
 *
 * @throws Error if it is not a duration
 */
export function inSeconds(duration: string): number {
  const milliseconds = inMilliseconds(duration);
  if (Number.isNaN(milliseconds)) throw new Error(`${JSON.stringify(duration)} is not a duration`);
  return milliseconds / 1000;
}

/** Half of a duration, in milliseconds or whole seconds. */
export function halved(duration: string): string {
  const half = Math.floor(inMilliseconds(duration) / 2);
  return half % 1000 === 0 ? `${half / 1000}s` : `${half}ms`;
}
