import fc from "fast-check";
import { front } from "../../components/nginx/front.schema";
import { isAddress, isImage, targetHost } from "../../config/schema/words";
import { inMilliseconds } from "../../lib/duration";
import versions from "../../versions.json";
import { problemsOf, stack } from "./support";

describe("durations", () => {
  test.each([
    ["15d", 1_296_000_000],
    ["1h30m", 5_400_000],
    ["1y2w3d4h5m6s7ms", 31_536_000_000 + 1_209_600_000 + 259_200_000 + 14_400_000 + 300_000 + 6_000 + 7],
  ])("%s", (text, ms) => expect(inMilliseconds(text)).toBe(ms));

  test.each(["", "15", "d", "15 d", "-1d", "1.5h", "1m1h", "1h1h", "15D", "1d ", "15 days"])(
    "not %j",
    (text) => expect(inMilliseconds(text)).toBeNaN(),
  );

  test("are the sum of their parts, in order", () => {
    const units = ["y", "w", "d", "h", "m", "s", "ms"];
    const parts = fc.uniqueArray(fc.tuple(fc.nat(units.length - 1), fc.nat(1000)), {
      minLength: 1,
      selector: ([unit]) => unit,
    });
    fc.assert(
      fc.property(parts, (chosen) => {
        const ordered = chosen.toSorted(([a], [b]) => a - b).map(([unit, count]) => `${count}${units[unit]}`);
        const sum = ordered.reduce((total, part) => total + inMilliseconds(part), 0);
        expect(inMilliseconds(ordered.join(""))).toBe(sum);
        if (ordered.length > 1) expect(inMilliseconds(ordered.toReversed().join(""))).toBeNaN();
      }),
    );
  });
});

test.each(["10.0.0.1", "::1", "fd00::1", "localhost", "mon-1", "a.b.c.", "x_y.acme.net", "1host.net"])(
  "address %s",
  (text) => expect(isAddress(text)).toBe(true),
);
test.each([
  "",
  " ",
  "10.0.0",
  "10.0.0.256",
  "a..b",
  "-a",
  "a-",
  "a b",
  "a/b",
  "u@h",
  "h:22",
  "[::1]",
  `${"a".repeat(64)}.b`,
])("not an address: %j", (text) => expect(isAddress(text)).toBe(false));

test.each([
  ["db1:9100", "db1"],
  ["10.0.0.1:1", "10.0.0.1"],
  ["[fd00::1]:65535", "fd00::1"],
])("target %s", (text, host) => expect(targetHost(text)).toBe(host));
test.each(["db1", "db1:", "db1:0", "db1:65536", "http://db1:1", "db1:1/m", "fd00::1:9100", "[db1]:1", ":1"])(
  "not a target: %s",
  (text) => expect(targetHost(text)).toBeUndefined(),
);

test.each([
  ...Object.values(versions.images),
  "localhost/x:1",
  "reg:5000/a/b:v1.2_3-x",
  `quay.io/a@sha256:${"0a".repeat(32)}`,
  `quay.io/a:1@sha256:${"0a".repeat(32)}`,
])("image %s", (text) => expect(isImage(text)).toBe(true));
test.each([
  "nginx:1.30",
  "library/nginx:1.30",
  "docker.io/library/nginx",
  "docker.io/library/nginx:latest",
  "docker.io/library/nginx:",
  "docker.io/Library/nginx:1",
  "docker.io/nginx@sha256:abc",
  "https://docker.io/nginx:1",
  "docker.io/nginx:1 --privileged",
])("not a pinned image: %s", (text) => expect(isImage(text)).toBe(false));

test.each(["monitor.acme.net", "*.lan", "*.acme.net", "10.0.0.1", "fd00::1", "localhost"])(
  "name of the front: %s",
  (name) => expect(front.parse({ serverNames: [name] }).serverNames).toEqual([name]),
);
test.each([
  "*",
  "*.",
  "a.*",
  "*.10.0.0.1",
  "x*.acme.net",
  "http://a",
  "a:80",
  "[::1]",
  "a b",
  "~.*",
  'a";',
  ".acme.net",
])("not a name of the front: %j", (name) =>
  expect(front.safeParse({ serverNames: [name] }).success).toBe(false),
);

test.each([
  "alertmanager",
  "blackbox",
  "blackbox-exporter",
  "grafana",
  "nginx",
  "prometheus",
  "roq-gateways",
])("the built-in job's name %s may not be taken", (name) => {
  const scrapeJobs = [{ name, targets: ["app:80"] }];
  expect(problemsOf(stack({ prometheus: { scrapeJobs } }))).toEqual([
    `podwatch:prometheus.scrapeJobs[0].name: "${name}" is already the name of a shipped job; write another name`,
  ]);
});
