import { toldOfLast } from "../../operate/verifyBackup";

const bundle =
  "podwatch-bundle 1\nservice backup\npart files/job\n  host a\n  service grafana\n  service prometheus\nend\n";
const saved = (run: string, ...services: string[]) => services.map((service) => ({ run, service, bytes: 1 }));
const WHOLE = saved("20260130T030000Z", "grafana", "prometheus");
const PARTIAL = saved("20260131T030000Z", "grafana");
const at = (time: string) => Date.parse(time);

test.each([
  ["2026-01-30T03:00:30Z", "0 min ago"],
  ["2026-01-30T04:59:59Z", "119 min ago"],
  ["2026-01-30T05:00:00Z", "2 h ago"],
  ["2026-02-02T02:00:00Z", "2 days ago"],
  ["2026-01-30T02:59:00Z", "0 min ago"],
])("the last good backup is told with its age, at %s", (now, age) => {
  expect(toldOfLast(WHOLE, bundle, at(now))).toBe(`20260130T030000Z, ${age}`);
});

test("one that lacks a service is not the last good one, and is told of", () => {
  expect(toldOfLast([...WHOLE, ...PARTIAL], bundle, at("2026-01-31T04:00:00Z"))).toBe(
    "20260130T030000Z, 25 h ago; 20260131T030000Z lacks prometheus",
  );
});

test("none, and none that is whole, fail", () => {
  expect(() => toldOfLast([], bundle, 0)).toThrow("there is none yet");
  expect(() => toldOfLast(PARTIAL, bundle, 0)).toThrow(
    "there is no whole one: 20260131T030000Z lacks prometheus",
  );
});
