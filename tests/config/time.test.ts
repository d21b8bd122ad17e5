// Time servers and time zone of a host.
import { problemsOf, settingsOf, stack } from "./support";

test("the clock is left alone unless something of it is written", () => {
  expect(settingsOf(stack({})).time).toEqual({ enabled: false, servers: [] });
  expect(settingsOf(stack({ time: { zone: "UTC" } })).time).toEqual({
    enabled: true,
    servers: [],
    zone: "UTC",
  });
  const servers = ["ntp1.example.org", "10.1.2.3", "fd00::123"];
  expect(settingsOf(stack({ time: { servers } })).time).toEqual({ enabled: true, servers });
});

test.each<[string, unknown, string]>([
  [
    "nothing",
    { enabled: true },
    "enabled: true without servers and zone; write one of the two, or remove this",
  ],
  [
    "a port",
    { servers: ["ntp1.example.org:123"] },
    'servers[0]: "ntp1.example.org:123" is not a time server; write a name such as ntp1.example.org, or an address, without a port',
  ],
  [
    "no zone",
    { zone: "Berlin" },
    'zone: "Berlin" is not a time zone; write one such as Europe/Berlin, or UTC',
  ],
  [
    "an offset",
    { zone: "+02:00" },
    'zone: "+02:00" is not a time zone; write one such as Europe/Berlin, or UTC',
  ],
])("refused: %s", (_, time, problem) => {
  expect(problemsOf(stack({ time }))).toEqual([`podwatch:time.${problem}`]);
});

test("without root a clock cannot be set", () => {
  const problems = problemsOf(stack({ time: { zone: "UTC" } }, { user: "ops", become: false }));
  expect(problems.join("\n")).toMatch(/time\.enabled: needs become: true, since only root can set a clock/);
});
