/** How urgent an alert is: somebody is called, looks at it in the daytime, or merely knows. */
export type Severity = "critical" | "warning" | "info";

export const SEVERITIES = ["critical", "warning", "info"] as const satisfies readonly Severity[];

/** A number or a time that a stack file may change. */
export interface Threshold<Value extends number | string = number | string> {
  /** `ratio`: a share from 0 to 1; `seconds` and `number`: 0 or more; `duration`: as Prometheus writes it. */
  readonly kind: "ratio" | "seconds" | "number" | "duration";
  readonly usual: Value;
  /** What it is a limit of, for the reference. */
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
  /** In capitals and small letters, the subject first: `HostCpuBusy`. It is the alert's name, its setting and its runbook. */
  readonly name: string;
  readonly severity: Severity;
  /** How long the condition has to last; absent: it fires at once. */
  readonly for?: string;
  readonly thresholds: T;
  /** What it says, in one line for the list of all alerts. */
  readonly what: string;
  /** PromQL that has a result for each instance of which it is true. */
  expr(values: Values<T>): string;
  /** Alerts that say less of the same thing: of them nobody is told while this one fires. */
  readonly covers?: readonly string[];
  /** One line for a message's title; with Prometheus' templates. */
  readonly summary: string;
  /** What is the case and what follows, with the value in a readable unit. */
  description(values: Values<T>): string;
}

/** A shipped alert, with thresholds that are still open. */
export type Alert = Omit<Definition<Record<string, Threshold>>, "expr" | "description"> & {
  expr(values: AlertValues): string;
  description(values: AlertValues): string;
};

export type AlertValues = Readonly<Record<string, number | string>>;

/** The alerts about one subject; they are deployed together with what they watch. */
export interface RuleGroup {
  /** Name of the group, and of its file. */
  readonly name: string;
  /** Where the alerts get their data from, in one sentence. */
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
