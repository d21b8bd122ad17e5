// Times in the syntax of cron, crontab(5): five fields, minute to day of the week.
import { text } from "../../config/schema/words";

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

interface Field {
  readonly from: number;
  readonly to: number;
  readonly names?: readonly string[];
}

const FIELDS: readonly Field[] = [
  { from: 0, to: 59 },
  { from: 0, to: 23 },
  { from: 1, to: 31 },
  { from: 1, to: 12, names: MONTHS },
  { from: 0, to: 7, names: DAYS },
];

export function isCron(value: string): boolean {
  const fields = value.split(" ");
  if (fields.length !== FIELDS.length) return false;
  // cron itself runs a job on days of either kind, which nobody expects.
  if (fields[2] !== "*" && fields[4] !== "*") return false;
  return fields.every((field, index) =>
    field.split(",").every((part) => isPart(part, FIELDS[index] as Field)),
  );
}

/** `*`, a value or a range, and perhaps a step. */
function isPart(part: string, { from, to, names = [] }: Field): boolean {
  const match = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?|([a-z]{3})(?:-([a-z]{3}))?)(?:\/(\d{1,2}))?$/.exec(part);
  if (match === null) return false;
  const [, first, last = first, name, lastName = name, step] = match;
  if (step !== undefined && (Number(step) < 1 || Number(step) > to)) return false;
  if (name !== undefined) {
    return names.includes(name) && names.indexOf(lastName as string) >= names.indexOf(name);
  }
  return (
    first === undefined || (Number(first) >= from && Number(last) <= to && Number(first) <= Number(last))
  );
}

export const cron = () =>
  text(
    isCron,
    'is not a time of cron; write minute, hour, day, month and day of the week, such as "*/15 * * * *" or "30 6 * * mon-fri", with * for the day or the day of the week',
  );
