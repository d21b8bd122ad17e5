// Renders routes, inhibition rules and time intervals for alertmanager.yml.
import { ALERTS } from "../catalogue";
import { DOWNTIME_ALERT } from "../topology/rules";

interface Timing {
  readonly groupBy?: readonly string[] | undefined;
  readonly groupWait?: string | undefined;
  readonly groupInterval?: string | undefined;
  readonly repeatInterval?: string | undefined;
}

/** The root route. */
export interface RootRoute extends Timing {
  readonly receiver?: string | undefined;
  readonly routes: readonly Route[];
}

/** A child route. */
export interface Route extends RootRoute {
  readonly matchers: readonly string[];
  readonly continue: boolean;
  readonly muteTimeIntervals: readonly string[];
  readonly activeTimeIntervals: readonly string[];
}

export interface InhibitRule {
  readonly sourceMatchers: readonly string[];
  readonly targetMatchers: readonly string[];
  readonly equal: readonly string[];
}

export interface TimeInterval {
  /** Such as `08:00-17:30`. */
  readonly times: readonly string[];
  readonly weekdays: readonly string[];
  readonly daysOfMonth: readonly string[];
  readonly months: readonly string[];
  readonly years: readonly string[];
  readonly location?: string | undefined;
}

type Settings = Readonly<Record<string, unknown>>;

/**
 * @param usual the default receiver, and routes that precede the user's; if one of these says `continue`, what it takes goes to
 * the user's routes and the default receiver as well
 */
export function rootRouteConfig(
  route: RootRoute,
  usual: { readonly receiver: string; readonly before: readonly Settings[] },
): Settings {
  const own = route.routes.map(routeConfig);
  // Alertmanager's default receiver is for what no route takes: here, a route for all takes its place.
  const goesOn = usual.before.some((one) => one.continue === true);
  return {
    receiver: route.receiver ?? usual.receiver,
    group_by: labelNames(route.groupBy ?? ["alertname", "instance"]),
    group_wait: route.groupWait ?? "30s",
    group_interval: route.groupInterval ?? "5m",
    repeat_interval: route.repeatInterval ?? "4h",
    routes: [...usual.before, ...(goesOn ? [given({ routes: own })] : own)],
  };
}

function routeConfig(route: Route): Settings {
  return given({
    matchers: route.matchers,
    receiver: route.receiver,
    continue: route.continue || undefined,
    group_by: route.groupBy && labelNames(route.groupBy),
    group_wait: route.groupWait,
    group_interval: route.groupInterval,
    repeat_interval: route.repeatInterval,
    mute_time_intervals: route.muteTimeIntervals,
    active_time_intervals: route.activeTimeIntervals,
    routes: route.routes.map(routeConfig),
  });
}

/** Suppresses notifications that repeat what another one already says. */
export const SHIPPED_INHIBIT_RULES: readonly Settings[] = [
  {
    name: "critical-over-warning",
    source_matchers: ['severity="critical"'],
    target_matchers: ['severity=~"warning|info"'],
    equal: ["alertname", "instance"],
  },
  {
    // Alerts from the last scrape of a target that is down are stale.
    name: "target-down",
    source_matchers: ['alertname="InstanceDown"'],
    target_matchers: ['alertname!="InstanceDown"'],
    equal: ["job", "instance"],
  },
  {
    // The node exporter represents its host; services on the host have the host's name as their instance.
    name: "host-down",
    source_matchers: ['alertname="InstanceDown"', 'job="node"'],
    target_matchers: ['job!="node"'],
    equal: ["instance"],
  },
  {
    // Only alerts about a service of the topology have both labels.
    name: "declared-downtime",
    source_matchers: [`alertname="${DOWNTIME_ALERT}"`],
    target_matchers: [`alertname!="${DOWNTIME_ALERT}"`, 'hostname!=""', 'service_type!=""'],
    equal: ["hostname", "service_type"],
  },
  ...ALERTS.flatMap(({ name, covers }) => (covers === undefined ? [] : [coveringRule(name, covers)])),
];

/** Of a host's alerts, those about the same file system; of others, those about the same target. */
function coveringRule(name: string, covers: readonly string[]): Settings {
  return {
    name,
    source_matchers: [`alertname="${name}"`],
    target_matchers: [`alertname=~"${covers.join("|")}"`],
    equal: ["instance", "mountpoint"],
  };
}

export function inhibitRuleConfig(rule: InhibitRule): Settings {
  return given({
    source_matchers: rule.sourceMatchers,
    target_matchers: rule.targetMatchers,
    equal: rule.equal,
  });
}

export function timeIntervalConfig([name, intervals]: readonly [string, readonly TimeInterval[]]): Settings {
  return {
    name,
    time_intervals: intervals.map((interval) =>
      given({
        times: interval.times.map(timeRange),
        weekdays: interval.weekdays.flatMap((range) => unwrapped(range, WEEKDAYS)),
        days_of_month: interval.daysOfMonth,
        months: interval.months.flatMap((range) => unwrapped(range, MONTHS)),
        years: interval.years,
        location: interval.location,
      }),
    ),
  };
}

const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const MONTHS = [
  ...["january", "february", "march", "april", "may", "june"],
  ...["july", "august", "september", "october", "november", "december"],
];

/** Splits a range that wraps around the end of the week or year, since Alertmanager rejects it. */
function unwrapped(range: string, names: readonly string[]): string[] {
  const at = (name: string) => (/^\d+$/.test(name) ? Number(name) - 1 : names.indexOf(name.toLowerCase()));
  const [begin = "", end = begin] = range.split(":");
  if (at(begin) <= at(end)) return [range];
  return [span(begin, names.at(-1) ?? "", at), span(names[0] ?? "", end, at)];
}

function span(begin: string, end: string, at: (name: string) => number): string {
  return at(begin) === at(end) ? begin : `${begin}:${end}`;
}

/** Alertmanager's `...` means all labels, but looks like an ellipsis. */
function labelNames(names: readonly string[]): readonly string[] {
  return names.includes("*") || names.includes("...") ? ["..."] : names;
}

function timeRange(range: string): Settings {
  const [start_time, end_time] = range.split("-");
  return { start_time, end_time };
}

/** Leaves out empty values. */
function given(settings: Settings): Settings {
  return Object.fromEntries(
    Object.entries(settings).filter(
      ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
    ),
  );
}
