// The shipped alerts: each may be disabled, and its thresholds changed.
// Alerts and defaults are defined in the services' rules; the settings are derived from them.
import type { z } from "zod";
import { amount, choice, delay, duration, flag, group, setting, share, url } from "../../config/schema/words";
import { type Alert, SEVERITIES, type Threshold } from "../../lib/rules/model";
import type { AlertSettings } from "../../lib/rules/render";
import { ALERTS } from "../catalogue";

const thresholdSchemas: Readonly<Record<Threshold["kind"], () => z.ZodType>> = {
  ratio: share,
  seconds: () => amount("a number of seconds"),
  number: () => amount("a number"),
  duration,
};

function threshold({ kind, usual, meaning }: Threshold): z.ZodType {
  return setting(thresholdSchemas[kind]().default(usual as never), meaning);
}

function alertSchema(alert: Alert) {
  const thresholds = Object.fromEntries(
    Object.entries(alert.thresholds).map(([name, value]) => [name, threshold(value)]),
  );
  return setting(
    group({
      enabled: setting(flag().default(true), "Whether the alert is deployed."),
      severity: setting(
        choice(SEVERITIES).default(alert.severity),
        "How urgent it is: its label `severity`.",
      ),
      for: setting(
        delay().default(alert.for ?? "0s"),
        "How long the condition has to last before the alert fires; `0s`: it fires at once.",
      ),
      ...thresholds,
    }).prefault({}),
    `${alert.what}.`,
    { defaultText: usualText(alert), page: `runbooks/${alert.name}.md` },
  );
}

/** The defaults of an alert in one line. */
function usualText(alert: Alert): string {
  const parts = [
    `\`${alert.severity}\``,
    ...(alert.for === undefined ? [] : [`for \`${alert.for}\``]),
    ...Object.entries(alert.thresholds).map(([name, { usual }]) => `${name} \`${usual}\``),
  ];
  return parts.join(", ");
}

export const alerts = group({
  enabled: setting(flag().default(true), "Whether shipped alerts are deployed."),
  runbookUrl: setting(
    url().optional(),
    "URL of your own runbooks; alerts link there, with the alert's name appended.",
    {
      example: "https://wiki.my-company.net/runbooks",
      defaultText: "the shipped runbooks, which the front serves at `/runbooks/`",
    },
  ),
  ...Object.fromEntries(ALERTS.map((alert) => [alert.name, alertSchema(alert)])),
}).meta({
  id: "alerts",
  description: "The shipped alerts, for what a stack monitors.",
});

/** Fully resolved. */
export interface AlertsSettings {
  readonly enabled: boolean;
  /** URL of the runbooks, without a slash at the end. */
  readonly runbookUrl: string;
  /** Whether the front serves the runbooks. */
  readonly runbooksAtFront: boolean;
  /** By name; every alert of the catalogue is there. */
  readonly alerts: Readonly<Record<string, AlertSettings>>;
}

declare module "../../config/section" {
  interface ServiceSettings<Secret> {
    readonly alerts: AlertsSettings;
  }
}
