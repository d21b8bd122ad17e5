// The settings of the shipped alerts are made of the catalogue; what they refuse and what they fill in.
import { ALERTS } from "../../../components/catalogue";
import { problemsOf, settingsOf, stack } from "../../config/support";

const resolved = (alerts: Record<string, unknown>) => settingsOf(stack({ alerts })).alerts;

test("every alert of the catalogue is enabled with its defaults", () => {
  const { alerts } = resolved({});
  const expected = ALERTS.map(({ name, severity, for: lasting, thresholds }) => [
    name,
    {
      enabled: true,
      severity,
      ...(lasting === undefined ? {} : { for: lasting }),
      values: Object.fromEntries(Object.entries(thresholds).map(([key, { usual }]) => [key, usual])),
    },
  ]);
  expect(alerts).toEqual(Object.fromEntries(expected));
});

test("a stack's settings of an alert override its defaults", () => {
  const { alerts, enabled } = resolved({
    HostCpuBusy: { above: "0.5", for: "0s", severity: "critical" },
    HostDiskFilling: { within: "2d" },
    HostRebooted: { enabled: false },
  });
  expect(enabled).toBe(true);
  expect(alerts.HostCpuBusy).toEqual({ enabled: true, severity: "critical", values: { above: 0.5 } });
  expect(alerts.HostDiskFilling).toMatchObject({ for: "1h", values: { within: "2d", below: 0.4 } });
  expect(alerts.HostRebooted).toMatchObject({ enabled: false, severity: "info" });
});

test("a host overrides single thresholds of the stack", () => {
  const raw = stack(
    { alerts: { HostCpuBusy: { above: 0.5, for: "1h" }, HostRebooted: { enabled: false } } },
    { alerts: { HostCpuBusy: { above: 0.6 } } },
  );
  const { alerts } = settingsOf(raw).alerts;
  expect(alerts.HostCpuBusy).toMatchObject({ for: "1h", values: { above: 0.6 } });
  expect(alerts.HostRebooted?.enabled).toBe(false);
});

test("all can be switched off at once, and runbooks can be the user's own", () => {
  expect(resolved({ enabled: false }).enabled).toBe(false);
  expect(resolved({ runbookUrl: "https://wiki.acme.net/runbooks/" })).toMatchObject({
    runbookUrl: "https://wiki.acme.net/runbooks",
    runbooksAtFront: false,
  });
  const raw = stack({ front: { publicUrl: "https://mon.acme.net/" } });
  expect(settingsOf(raw).alerts.runbookUrl).toBe("https://mon.acme.net/runbooks");
});

test.each<[string, Record<string, unknown>, string]>([
  [
    "an unknown alert",
    { HostCpuBusi: { above: 0.9 } },
    "HostCpuBusi: unknown setting; did you mean HostCpuBusy?",
  ],
  [
    "an alert in other letters",
    { hostCpuBusy: {} },
    "hostCpuBusy: unknown setting; did you mean HostCpuBusy?",
  ],
  [
    "an unknown threshold",
    { HostMemoryLow: { above: 0.9 } },
    "HostMemoryLow.above: unknown setting; remove it (known settings: enabled, severity, for, below)",
  ],
  [
    "a percentage",
    { HostCpuBusy: { above: 90 } },
    "HostCpuBusy.above: 90 is not a share of a whole; write a number from 0 to 1, such as 0.9 for 90 %",
  ],
  [
    "a negative number",
    { ProbeSlow: { above: -1 } },
    "ProbeSlow.above: -1 is not a number of seconds; write a number of 0 or more, such as 1.5",
  ],
  [
    "a number without unit",
    { HostRebooted: { within: 600 } },
    "HostRebooted.within: 600 is not a duration; write a number and a unit such as 15d, 12h or 90m",
  ],
  [
    "a vague delay",
    { HostCpuBusy: { for: "a while" } },
    'HostCpuBusy.for: "a while" is not a duration; write a number and a unit such as 15m or 1h, or 0s for none',
  ],
  [
    "an unknown severity",
    { Watchdog: { severity: "page" } },
    'Watchdog.severity: "page" is not known here; write critical or warning or info',
  ],
  [
    "a switch in place of the group",
    { Watchdog: false },
    "Watchdog: false is not a group of settings; write one setting a line below it",
  ],
  [
    "a URL with a query",
    { runbookUrl: "https://wiki.acme.net/?page=" },
    'runbookUrl: "https://wiki.acme.net/?page=" is not a URL of this kind; write http or https, the host and perhaps a path, such as https://wiki.my-company.net/runbooks',
  ],
])("%s is refused", (_, alerts, line) => {
  expect(problemsOf(stack({ alerts }))).toEqual([`podwatch:alerts.${line}`]);
});
