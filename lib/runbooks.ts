import { readAsset } from "./assets";
import type { Alert } from "./rules/model";

/** Path of the runbooks at the front, without a slash at the end. */
export const RUNBOOKS_PATH = "/runbooks";

/** The runbooks of alerts, as Markdown, by the alert's name. */
export function runbooksOf(alerts: readonly Alert[]): Record<string, string> {
  return Object.fromEntries(alerts.map(({ name }) => [name, readAsset(`docs/runbooks/${name}.md`)]));
}
