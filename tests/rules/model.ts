// What a case of a shipped alert is: series, and what the alert makes of them.

export interface Situation {
  /** Samples by series, in promtool's notation: `up{job="node"}` has `0x10` or `1 1 _ 0`. */
  readonly series: Readonly<Record<string, string>>;
  /** Time between two samples, and between two evaluations of the rule. */
  readonly step?: string;
  /** The threshold that is only just crossed, or only just not. */
  readonly just?: string;
  /** How far it may be off, as a share; the case has to turn over when the threshold is moved that far. */
  readonly margin?: number;
}

export interface Firing extends Situation {
  /** The first evaluation at which the condition is true; the alert has to fire after its `for`, and not before. */
  readonly since: string;
  /** The last evaluation at which it is true; absent: it lasts. */
  readonly until?: string;
  /** Labels besides the alert's name and severity. */
  readonly labels: Readonly<Record<string, string>>;
  /** What the description says in place of the value. */
  readonly value?: string;
}

export interface Silent extends Situation {
  /** Evaluated then, without the rule's `for`: it is no matter of patience. */
  readonly at: string;
}

/** Of one alert, each under a few words that say what is the case. */
export interface AlertCases {
  readonly fires: Readonly<Record<string, Firing>>;
  /** Absent only where nothing can keep the alert from firing. */
  readonly silent?: Readonly<Record<string, Silent>>;
}

/** By the alert's name. */
export type GroupCases = Readonly<Record<string, AlertCases>>;
