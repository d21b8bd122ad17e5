// Routing, named as in Alertmanager's configuration.
import { z } from "zod";
import { duration, flag, group, list, setting, text } from "../../config/schema/words";
import { receiverName } from "./receivers.schema";

const matcher = () =>
  text(
    /^ *[A-Za-z_][A-Za-z0-9_]* *((=~|!~|!=|=) *[^\p{Cc}\s][^\p{Cc}]*|!?= *)$/u,
    'is not a matcher; write one such as severity="critical" or instance=~"db.*" (in quotes as a whole)',
  ).meta({ kind: "matcher" });

const labelName = () => text(/^[A-Za-z_][A-Za-z0-9_]*$/, "is not a label name; write one such as alertname");

/** Alertmanager itself writes `...` for all. */
const groupingLabel = () =>
  text(
    /^([A-Za-z_][A-Za-z0-9_]*|\*|\.{3})$/,
    'is not a label name; write one such as alertname, or "*" for all labels',
  );

const matchers = (what: string, example: readonly string[]) =>
  setting(list(matcher(), "matchers").default([]), what, { example });

const intervalNames = (what: string) =>
  setting(
    list(text(/^\S.*$/, "is not a name; write one of those under timeIntervals"), "names").default([]),
    what,
    {
      example: ["nights"],
    },
  );

const timing = {
  groupBy: (usual: { defaultText: string }) =>
    setting(
      list(groupingLabel(), "label names").optional(),
      "Labels by which alerts are grouped: alerts with equal values share a notification. `*` (Alertmanager's `...`) means all labels, so each alert is sent alone.",
      { example: ["alertname", "instance"], ...usual },
    ),
  groupWait: (usual: { defaultText: string }) =>
    setting(duration().optional(), "How long the first notification of a group waits for more alerts.", {
      example: "10s",
      ...usual,
    }),
  groupInterval: (usual: { defaultText: string }) =>
    setting(duration().optional(), "Minimum time between notifications about changes of a group.", {
      example: "1m",
      ...usual,
    }),
  repeatInterval: (usual: { defaultText: string }) =>
    setting(duration().optional(), "How often a notification is repeated while alerts still fire.", {
      example: "12h",
      ...usual,
    }),
};

const inherited = { defaultText: "that of the parent route" };

/** A child route. */
export interface Route {
  receiver?: string | undefined;
  matchers: string[];
  continue: boolean;
  groupBy?: string[] | undefined;
  groupWait?: string | undefined;
  groupInterval?: string | undefined;
  repeatInterval?: string | undefined;
  muteTimeIntervals: string[];
  activeTimeIntervals: string[];
  routes: Route[];
}

export const route: z.ZodType<Route> = group({
  matchers: matchers("Which alerts match: those for which all matchers hold.", ['severity="critical"']),
  receiver: setting(receiverName().optional(), "Name of the receiver.", {
    example: "pager",
    ...inherited,
  }),
  continue: setting(
    flag().default(false),
    "Whether routes after this one are tried too; otherwise an alert goes only to the first match.",
  ),
  groupBy: timing.groupBy(inherited),
  groupWait: timing.groupWait(inherited),
  groupInterval: timing.groupInterval(inherited),
  repeatInterval: timing.repeatInterval(inherited),
  muteTimeIntervals: intervalNames("Names of the time intervals in which no notifications are sent."),
  activeTimeIntervals: intervalNames("Names of the time intervals outside which no notifications are sent."),
  routes: setting(
    list(
      z.lazy(() => route),
      "routes",
    ).default([]),
    "Child routes, tried first.",
  ),
}).meta({ id: "route", description: "Sends matching alerts to a receiver." });

/** The root route. */
export const rootRoute = group({
  receiver: setting(
    receiverName().optional(),
    "Name of the receiver of all alerts that match no other route.",
    { example: "ops", defaultText: "the only receiver, if there is just one" },
  ),
  groupBy: timing.groupBy({ defaultText: "`alertname` and `instance`" }),
  groupWait: timing.groupWait({ defaultText: "`30s`" }),
  groupInterval: timing.groupInterval({ defaultText: "`5m`" }),
  repeatInterval: timing.repeatInterval({ defaultText: "`4h`" }),
  routes: setting(list(route, "routes").default([]), "Child routes; the first that matches gets the alert."),
});

export const inhibitRule = group({
  sourceMatchers: matchers("Which alerts inhibit others.", ['alertname="SwitchDown"']),
  targetMatchers: matchers("Which alerts are inhibited.", ['job="node"']),
  equal: setting(list(labelName(), "label names").default([]), "Labels that have to be equal in both.", {
    example: ["instance"],
  }),
}).meta({
  id: "inhibitRule",
  description: "Suppresses notifications about some alerts while another one fires.",
});

const range = (what: string, example: string, grammar: RegExp) =>
  list(text(grammar, `is not ${what}; write one such as ${example}`), `texts such as ${example}`).default([]);

const day = "(mon|tues|wednes|thurs|fri|satur|sun)day";
const month =
  "(january|february|march|april|may|june|july|august|september|october|november|december|[1-9]|1[0-2])";

export const timeInterval = group({
  times: setting(
    range("a span of the day", '"08:00-17:30"', /^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$/),
    "Times of day; a range must not cross midnight.",
    { example: ["00:00-08:00", "18:00-24:00"] },
  ),
  weekdays: setting(
    range("a range of weekdays", "monday:friday", new RegExp(`^${day}(:${day})?$`, "i")),
    "Days of the week; a range may wrap around.",
    {
      example: ["saturday:sunday"],
    },
  ),
  daysOfMonth: setting(
    range("a range of days", '"1:7"', /^-?\d{1,2}(:-?\d{1,2})?$/),
    "Days of the month; negative ones count from its end.",
    { example: ["-3:-1"] },
  ),
  months: setting(
    range("a range of months", "june:august", new RegExp(`^${month}(:${month})?$`, "i")),
    "Months, by name or number; a range may wrap around.",
    {
      example: ["december"],
    },
  ),
  years: setting(range("a range of years", '"2026:2027"', /^\d{4}(:\d{4})?$/), "Years or ranges of years.", {
    example: ["2026"],
  }),
  location: setting(
    text(/^[A-Za-z][A-Za-z0-9_+/-]*$/, "is not a time zone; write one such as Europe/Zurich").optional(),
    "Time zone of the times.",
    { example: "Europe/Zurich", defaultText: "`UTC`" },
  ),
}).meta({ id: "timeInterval", description: "A time interval: all settings have to match." });
