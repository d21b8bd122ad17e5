// Time intervals, in which routes are muted or active.
import { isGroup } from "../config/walk";
import { asText, asTexts, type Spot, type Table, takeAll, unknown } from "./spot";

const INTERVAL: Table = {
  times: (here) => {
    const ranges = here.list.filter(isGroup);
    here.put(
      "times",
      ranges.map(({ start_time, end_time }) => `${String(start_time)}-${String(end_time)}`),
    );
  },
  weekdays: asTexts("weekdays"),
  days_of_month: asTexts("daysOfMonth"),
  months: asTexts("months"),
  years: asTexts("years"),
  location: asText("location"),
};

export function timeIntervals(here: Spot): void {
  for (const item of here.items()) {
    const name = String(item.group.name ?? "");
    const list = item.below("timeIntervals", name);
    for (const interval of item.at("time_intervals").items()) {
      const to = interval.next("timeIntervals", name);
      to.put([], {});
      takeAll(to, INTERVAL, unknown);
    }
    if (!item.has("time_intervals")) list.put([], []);
  }
}
