/** Urgency of an alert: act now, investigate during working hours, or for information. */
export type Severity = "critical" | "warning" | "info";

export const SEVERITIES = ["critical", "warning", "info"] as const satisfies readonly Severity[];

/** A number or a time that a stack file may change. */
export interface Threshold<Value extends number | string = number | string> {
  /** `ratio`: a share from 0 to 1; `seconds` and `number`: 0 or more; `duration`: as Prometheus writes it. */
  readonly kind: "ratio" | "seconds" | "number" | "duration";
  readonly usual: Value;
  /** What it limits, for the documentation. */
  readonly meaning: string;
}

export const ratio = (usual: number, meaning: string): Threshold<number> => ({
  kind: "ratio",
  usual,
  meaning,
});
export const seconds = (usual: number, meaning: string): Threshold<number> => ({
  kind: "seconds",
  usual,
  meaning,
});
export const number = (usual: number, meaning: string): Threshold<number> => ({
  kind: "number",
  usual,
  meaning,
});
export const duration = (usual: string, meaning: string): Threshold<string> => ({
  kind: "duration",
  usual,
  meaning,
});

type Thresholds = Readonly<Record<string, Threshold>>;
type Values<T extends Thresholds> = {
  readonly [Name in keyof T]: T[Name] extends Threshold<infer Value> ? Value : never;
};

interface Definition<T extends Thresholds> {
  /** In CamelCase, the subject first: `HostCpuBusy`. Name of the alert, its setting and its runbook. */
  readonly name: string;
  readonly severity: Severity;
  /** How long the condition has to last; absent: it fires at once. */
  readonly for?: string;
  readonly thresholds: T;
  /** Its meaning in one line, for the list of alerts. */
  readonly what: string;
  /** PromQL with a result for each instance for which it holds. */
  expr(values: Values<T>): string;
  /** Less specific alerts, inhibited while this one fires. */
  readonly covers?: readonly string[];
  /** One line for the title of a notification, with Prometheus' templates. */
  readonly summary: string;
  /** The situation and its consequence, with the value in a readable unit. */
  description(values: Values<T>): string;
}

/** A shipped alert, with configurable thresholds. */
export type Alert = Omit<Definition<Record<string, Threshold>>, "expr" | "description"> & {
  expr(values: AlertValues): string;
  description(values: AlertValues): string;
};

export type AlertValues = Readonly<Record<string, number | string>>;

/** The alerts about one subject, deployed together with what they monitor. */
export interface RuleGroup {
  /** Name of the group, and of its file. */
  readonly name: string;
  /** The source of the alerts' data, in one sentence. */
  readonly about: string;
  readonly alerts: readonly Alert[];
}

/** Checks that `expr` and `description` use the thresholds by their names and types. */
export function alert<const T extends Thresholds>(definition: Definition<T>): Alert {
  return definition as unknown as Alert;
}

/** A share in words: 0.9 is `90 %`. */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(4))} %`;
}
