// Availability, reliability and unknown time of periods of the calendar, in UTC, from the states of their minutes.
import type { Recording } from "../../lib/rules/record";
import { STATES, SUMMED } from "./states.render";

/** A period of the calendar. */
export interface Period {
  /** In the names of its series. */
  readonly name: string;
  /** At least what has passed since it began, and less than the time since its label was last used before. */
  readonly range: string;
  /** The label of its minutes, and PromQL for what the label's value is the remainder of. */
  readonly label: keyof typeof LABELS;
  readonly number: string;
  /** PromQL: minutes of it that have passed. */
  readonly minutes: string;
}

/** A label of minutes tells their period from those close to it: how many there are until it is used again. */
const LABELS = { day: 2, month: 3 } as const;

/** The minute that has just begun counts. */
const TODAY = "(time() % 86400 - time() % 60) / 60 + 1";

export const DAYS: readonly Period[] = [
  {
    name: "day",
    range: "1d",
    label: "day",
    number: "floor(vector(time()) / 86400)",
    minutes: `(${TODAY})`,
  },
  {
    name: "yesterday",
    range: "2d",
    label: "day",
    number: "(floor(vector(time()) / 86400) + 1)",
    minutes: "1440",
  },
];

export const MONTHS: readonly Period[] = [
  {
    name: "month",
    range: "31d",
    label: "month",
    number: "month()",
    minutes: `(scalar(day_of_month() - 1) * 1440 + ${TODAY})`,
  },
  {
    name: "last_month",
    range: "62d",
    label: "month",
    number: "(month() + 2)",
    // The day of the month, that many days ago, is how many days the last month has.
    minutes: "(scalar(day_of_month(vector(time()) - 86400 * day_of_month())) * 1440)",
  },
];

/** The labels of the minutes of a period. */
export function calendar({ name, label, number }: Period): Recording {
  const turns = [...Array(LABELS[label]).keys()].map(
    (turn) =>
      `label_replace(vector(1), "${label}", "${turn}", "", "") and on () ${number} % ${LABELS[label]} == ${turn}`,
  );
  return { record: `availability:calendar_${name}`, expr: turns.join("\nor ") };
}

/** What a minute counts as: 0 or 1 for each. */
const COUNTS = {
  up: `== bool ${STATES.up}`,
  known: `!= bool ${STATES.unknown}`,
  scheduled: `== bool ${STATES.scheduled}`,
} as const;

const counts = Object.keys(COUNTS) as (keyof typeof COUNTS)[];

/** Each minute's counts, with the labels of its day and month. */
export function minutes(): Recording[] {
  return SUMMED.flatMap((level) =>
    counts.map((count) => ({
      record: `availability:${level}_${count}`,
      expr: `(availability:${level}_state ${COUNTS[count]})\n* on () group_left (day) availability:calendar_day\n* on () group_left (month) availability:calendar_month`,
    })),
  );
}

export function sums(period: Period): Recording[] {
  return [...SUMMED.flatMap((level) => sumsOf(level, period)), ...regions(period)];
}

function sumsOf(level: string, { name, range, label, minutes }: Period): Recording[] {
  const sum = (count: string) => `availability:${level}_${count}_minutes:${name}`;
  return [
    ...counts.map((count) => ({
      record: sum(count),
      expr: `sum without (day, month) (\n  sum_over_time(availability:${level}_${count}[${range}])\n  and on (${label}) availability:calendar_${name}\n)`,
    })),
    { record: `availability:${level}_availability:${name}`, expr: `${sum("up")} / (${sum("known")} > 0)` },
    {
      record: `availability:${level}_reliability:${name}`,
      expr: `${sum("up")} / (${sum("known")} - ${sum("scheduled")} > 0)`,
    },
    { record: `availability:${level}_unknown:${name}`, expr: `1 - ${sum("known")} / ${minutes}` },
  ];
}

/** A region is the mean of its sites. */
function regions({ name }: Period): Recording[] {
  return ["availability", "reliability", "unknown"].map((value) => ({
    record: `availability:region_${value}:${name}`,
    expr: `avg by (roc) (availability:site_${value}:${name})`,
  }));
}
