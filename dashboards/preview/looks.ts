// Colours as Grafana's dark theme has them.

export const color = {
  page: "#111217",
  panel: "#181b1f",
  line: "#2c3037",
  text: "#ccccdc",
  faint: "#8e8e9c",
} as const;

/** Of the names that thresholds and mappings use. */
export const named: Readonly<Record<string, string>> = {
  green: "#73bf69",
  orange: "#ff9830",
  red: "#f2495c",
  blue: "#5794f2",
};

/** For one series after the other. */
export const palette = [
  "#73bf69",
  "#f2cc0c",
  "#8ab8ff",
  "#ff780a",
  "#f2495c",
  "#5794f2",
  "#b877d9",
  "#705da0",
  "#37872d",
  "#fade2a",
  "#447ebc",
  "#c15c17",
];

/** A colour by its name or as it is written; undefined for others, such as those of a palette. */
export function shadeOf(name: string | undefined): string | undefined {
  if (name !== undefined && /^(#[0-9a-f]{3,8}|rgba?\([\d\s,.%]+\))$/i.test(name)) return name;
  return named[(name ?? "").replace(/^(super-light|light|semi-dark|dark)-/, "")];
}

export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
