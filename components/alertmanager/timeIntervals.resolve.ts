// Rejects what Alertmanager would refuse although its syntax is right: ranges that end before they begin.
// Ranges of weekdays and months may wrap around the end of the week or year; they are split there.
import { quote, type Report } from "../../config/problem";
import type { Locate } from "../../config/resolve/locate";
import type { AlertmanagerSettings } from "./schema";

type Intervals = AlertmanagerSettings["timeIntervals"];
type Interval = Intervals[string][number];

export function checkTimeIntervals(intervals: Intervals, locate: Locate, report: Report): void {
  for (const [name, all] of Object.entries(intervals)) {
    all.forEach((interval, index) => {
      checkTimeInterval(interval, (inner) => locate(["timeIntervals", name, index, ...inner]), report);
    });
  }
}

function checkTimeInterval(interval: Interval, locate: Locate, report: Report): void {
  const check = (
    setting: "times" | "daysOfMonth" | "years",
    message: (range: string) => string | undefined,
  ) =>
    interval[setting].forEach((range, index) => {
      const found = message(range);
      if (found !== undefined) report(locate([setting, index]), `${quote(range)} ${found}`);
    });
  check("times", timesProblem);
  check("daysOfMonth", daysProblem);
  check("years", yearsProblem);
  const { location } = interval;
  if (location !== undefined && !isTimeZone(location)) {
    report(locate(["location"]), `${quote(location)} is not a time zone; write one such as Europe/Zurich`);
  }
}

function timesProblem(range: string): string | undefined {
  const [start = "", end = ""] = range.split("-");
  if (start < end) return undefined;
  if (start === end)
    return 'covers no time; write an end that comes later, or "00:00-24:00" for the whole day';
  const parts = [`${start}-24:00`, `00:00-${end}`].filter((part) => part !== "00:00-00:00");
  return `crosses midnight; write ${parts.map((part) => quote(part)).join(" and ")}`;
}

function daysProblem(range: string): string | undefined {
  const [begin = 0, end = begin] = range.split(":").map(Number);
  if ([begin, end].some((day) => day === 0 || Math.abs(day) > 31)) {
    return "is not in a month; write days from 1 to 31, or from -1, the last, to -31";
  }
  if (begin < 0 && end > 0) return "begins at the end of a month; write two ranges, one for each month";
  return dayOfLongMonth(begin) > dayOfLongMonth(end) ? "ends before it begins; swap the two" : undefined;
}

function dayOfLongMonth(day: number): number {
  return day < 0 ? 32 + day : day;
}

function yearsProblem(range: string): string | undefined {
  const [begin = "", end = begin] = range.split(":");
  return begin > end ? "ends before it begins; swap the two" : undefined;
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
