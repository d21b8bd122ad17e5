// Tables: rows with the columns of an answer.
import type { FieldDefaults, ShownPanel } from "./collect";
import { escapeHtml } from "./looks";
import { format } from "./units";

/** A row with the line below it, in pixels. */
export const LINE = 21;

/** As many rows as there is room for, and how many there are besides. */
export function tablePanel({ table, fieldConfig }: ShownPanel, height: number): string {
  const { columns = [], rows = [] } = table ?? {};
  const defaults = fieldConfig?.defaults ?? {};
  const room = Math.floor(height / LINE) - 1;
  const drawn = rows.length > room ? rows.slice(0, room - 1) : rows;
  const head = columns.map(({ name }) => `<th>${escapeHtml(name)}</th>`).join("");
  const lines = drawn.map((row) => {
    const cells = columns.map(
      ({ isTime }, at) => `<td>${escapeHtml(written(row[at], isTime, defaults))}</td>`,
    );
    return `<tr>${cells.join("")}</tr>`;
  });
  const rest = rows.length - drawn.length;
  const more = rest > 0 ? `<tr><td colspan="${columns.length}">and ${rest} more</td></tr>` : "";
  return `<table><tr>${head}</tr>${lines.join("")}${more}</table>`;
}

function written(value: unknown, isTime: boolean, { unit = "none", decimals }: FieldDefaults): string {
  if (value === null || value === undefined) return "";
  if (isTime) return clock(value as number | string);
  if (typeof value !== "number") return typeof value === "object" ? JSON.stringify(value) : String(value);
  // Without a unit Grafana shortens nothing.
  if (unit === "none" || unit === "") return String(Number(value.toFixed(decimals ?? 3)));
  return format(value, unit, decimals ?? undefined);
}

function clock(value: number | string): string {
  const time = new Date(value);
  return Number.isNaN(time.getTime()) ? String(value) : time.toISOString().slice(0, 19).replace("T", " ");
}
