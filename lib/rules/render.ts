// Renders the enabled shipped alerts as rule files.
import { toYaml } from "../yaml";
import type { Alert, AlertValues, RuleGroup, Severity } from "./model";

/** A stack's settings of one alert. */
export interface AlertSettings {
  readonly enabled: boolean;
  readonly severity: Severity;
  /** How long the condition has to last; absent: it fires at once. */
  readonly for?: string;
  readonly values: AlertValues;
}

export interface AlertsInput {
  /** By the alert's name, for every alert of the catalogue. */
  readonly alerts: Readonly<Record<string, AlertSettings>>;
  /** URL of the runbooks; the alert's name is appended. */
  readonly runbookUrl: string;
}

/** Rule files by path below `rules/`, one for each group with an enabled alert. */
export function shippedRules(groups: readonly RuleGroup[], input: AlertsInput): Record<string, string> {
  return Object.fromEntries(
    groups
      .map((group) => ({ name: group.name, alerts: wanted([group], input) }))
      .filter(({ alerts }) => alerts.length > 0)
      .map(({ name, alerts }) => [`shipped/${name}.yml`, ruleFile(name, alerts, input)]),
  );
}

/** The alerts that are deployed. */
export function wanted(groups: readonly RuleGroup[], input: AlertsInput): Alert[] {
  return groups.flatMap(({ alerts }) => alerts).filter(({ name }) => settingsOf(name, input).enabled);
}

/** The defaults of an alert's thresholds. */
export function usualValues({ thresholds }: Alert): AlertValues {
  return Object.fromEntries(Object.entries(thresholds).map(([name, { usual }]) => [name, usual]));
}

function ruleFile(name: string, alerts: readonly Alert[], input: AlertsInput): string {
  return toYaml({ groups: [{ name, rules: alerts.map((alert) => rule(alert, input)) }] });
}

function rule(alert: Alert, input: AlertsInput) {
  const { severity, for: lasting, values } = settingsOf(alert.name, input);
  return {
    alert: alert.name,
    expr: alert.expr(values),
    ...(lasting === undefined ? {} : { for: lasting }),
    labels: { severity },
    annotations: {
      summary: alert.summary,
      description: alert.description(values),
      runbook_url: `${input.runbookUrl}/${alert.name}`,
    },
  };
}

function settingsOf(name: string, { alerts }: AlertsInput): AlertSettings {
  const settings = alerts[name];
  if (settings === undefined) throw new Error(`no settings for the alert ${JSON.stringify(name)}`);
  return settings;
}
