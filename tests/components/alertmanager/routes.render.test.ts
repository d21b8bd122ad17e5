import {
  rootRouteConfig,
  type TimeInterval,
  timeIntervalConfig,
} from "../../../components/alertmanager/routes.render";

const nothing: TimeInterval = { times: [], weekdays: [], daysOfMonth: [], months: [], years: [] };

const rendered = (interval: Partial<TimeInterval>) => {
  const config = timeIntervalConfig(["quiet", [{ ...nothing, ...interval }]]);
  return (config as { time_intervals: unknown[] }).time_intervals[0];
};

// Alertmanager's week begins on Sunday, and no range of its may go around the end.
test.each([
  [["monday:friday"], ["monday:friday"]],
  [["saturday:sunday"], ["saturday", "sunday"]],
  [["Friday:Tuesday"], ["Friday:saturday", "sunday:Tuesday"]],
  [
    ["wednesday", "sunday:monday"],
    ["wednesday", "sunday:monday"],
  ],
])("the weekdays %j become %j", (weekdays, expected) => {
  expect(rendered({ weekdays })).toEqual({ weekdays: expected });
});

test.each([
  [
    ["june:august", "12"],
    ["june:august", "12"],
  ],
  [["december:january"], ["december", "january"]],
  [["11:February"], ["11:december", "january:February"]],
])("the months %j become %j", (months, expected) => {
  expect(rendered({ months })).toEqual({ months: expected });
});

test.each([
  [["*"], ["..."]],
  [["..."], ["..."]],
  [["alertname", "..."], ["..."]],
  [["alertname"], ["alertname"]],
])("grouping by %j becomes %j", (groupBy, expected) => {
  const usual = { receiver: "ops", before: [] };
  expect(rootRouteConfig({ groupBy, routes: [] }, usual).group_by).toEqual(expected);
});

test("what a route of ours lets go on goes where it would go without it, also if no route takes it", () => {
  const child = { continue: false, routes: [], muteTimeIntervals: [], activeTimeIntervals: [] };
  const routes = [{ ...child, matchers: ['site="A"'], receiver: "a" }];
  const contacts = (goesOn: boolean) => ({ receiver: "contacts", ...(goesOn ? { continue: true } : {}) });
  const under = (goesOn: boolean) =>
    rootRouteConfig({ routes }, { receiver: "ops", before: [contacts(goesOn)] }).routes;
  const own = { matchers: ['site="A"'], receiver: "a" };
  expect(under(false)).toEqual([contacts(false), own]);
  // Without matchers it takes all, and has the receiver of its parent.
  expect(under(true)).toEqual([contacts(true), { routes: [own] }]);
});
