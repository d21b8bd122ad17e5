// The table of docs/machines.md: how long each step took.
import { betweenMarkers } from "../markedPage";

const BEGIN = "<!-- made by the tests: make machines -->";
const END = "<!-- end of what the tests made -->";

/** The page with these times, in seconds. */
export function withTimes(
  page: string,
  times: readonly (readonly [step: string, seconds: number])[],
): string {
  const rows = times.map(([step, seconds]) => `| ${step} | ${Math.round(seconds)} s |\n`);
  return betweenMarkers(page, BEGIN, END, `| step | time |\n|---|---|\n${rows.join("")}`);
}
