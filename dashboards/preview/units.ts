// Numbers with their units, close to how Grafana writes them.

type Scale = ReadonlyArray<readonly [factor: number, suffix: string]>;

const TIME: Scale = [
  [604_800, " weeks"],
  [86_400, " days"],
  [3_600, " hours"],
  [60, " mins"],
  [1, " s"],
  [1e-3, " ms"],
  [1e-6, " µs"],
  [1e-9, " ns"],
];
const BYTES: Scale = [
  [2 ** 40, " TiB"],
  [2 ** 30, " GiB"],
  [2 ** 20, " MiB"],
  [2 ** 10, " KiB"],
  [1, " B"],
];
const SHORT: Scale = [
  [1e12, " T"],
  [1e9, " G"],
  [1e6, " M"],
  [1e3, " K"],
  [1, ""],
];

/** `unit` is Grafana's name of it. */
export function format(value: number, unit: string, decimals?: number): string {
  switch (unit) {
    case "percentunit":
      return `${digits(value * 100, decimals)}%`;
    case "s":
      return scaled(value, TIME, decimals);
    case "ns":
      return scaled(value * 1e-9, TIME, decimals);
    case "bytes":
      return scaled(value, BYTES, decimals);
    case "Bps":
      return `${scaled(value, BYTES, decimals)}/s`;
    case "cps":
      return `${scaled(value, SHORT, decimals)} c/s`;
    case "ops":
      return `${scaled(value, SHORT, decimals)} ops/s`;
    case "reqps":
      return `${scaled(value, SHORT, decimals)} req/s`;
    case "pps":
      return `${scaled(value, SHORT, decimals)} p/s`;
    default:
      return scaled(value, SHORT, decimals);
  }
}

function scaled(value: number, scale: Scale, decimals?: number): string {
  const [factor, suffix] = scale.find(([from]) => Math.abs(value) >= from) ?? scale.at(-1) ?? [1, ""];
  return `${value === 0 ? "0" : digits(value / factor, decimals)}${value === 0 ? "" : suffix}`;
}

/** Three significant digits unless it is said how many stand behind the point. */
function digits(value: number, decimals?: number): string {
  if (decimals !== undefined) return value.toFixed(decimals);
  return String(Number(value.toPrecision(3)));
}
