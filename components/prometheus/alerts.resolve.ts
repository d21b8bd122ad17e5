// Resolves the settings of the shipped alerts.
import type { z } from "zod";
import { inMilliseconds } from "../../lib/duration";
import type { AlertSettings } from "../../lib/rules/render";
import { RUNBOOKS_PATH } from "../../lib/runbooks";
import { ALERTS } from "../catalogue";
import type { AlertsSettings, alerts } from "./alerts.schema";

type Given = z.output<typeof alerts>;
type GivenAlert = Pick<AlertSettings, "enabled" | "severity"> & { for: string } & Record<string, never>;

/** @param publicUrl of the front, without a slash at the end */
export function resolveAlerts(given: Given, publicUrl: string): AlertsSettings {
  const { runbookUrl } = given;
  return {
    enabled: given.enabled,
    runbookUrl: runbookUrl?.replace(/\/+$/, "") ?? `${publicUrl}${RUNBOOKS_PATH}`,
    runbooksAtFront: runbookUrl === undefined,
    alerts: Object.fromEntries(
      ALERTS.map(({ name }) => [name, resolveAlert((given as Record<string, unknown>)[name] as GivenAlert)]),
    ),
  };
}

function resolveAlert({ enabled, severity, for: lasting, ...values }: GivenAlert): AlertSettings {
  return { enabled, severity, ...(inMilliseconds(lasting) > 0 ? { for: lasting } : {}), values };
}
