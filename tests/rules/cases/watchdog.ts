import type { GroupCases } from "../model";

export const watchdogCases: GroupCases = {
  Watchdog: { fires: { always: { series: {}, since: "0s", labels: {} } } },
};
