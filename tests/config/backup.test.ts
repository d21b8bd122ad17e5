// Backups that hosts make by themselves: what is refused before a host is touched, and what is the default.
import { problemsOf, settingsOf, stack } from "./support";

const world = { secretKeys: ["host", "backup"] };
const backup = (backup: object, more: object = {}) => problemsOf(stack({ backup, ...more }), world);
const s3 = { bucket: "my-backups", accessKeyId: "AKIA1", secretAccessKey: "s3cret/key" };

test("is off until it is said where to, and then goes on with the node exporter that tells of it", () => {
  expect(settingsOf(stack()).backup.enabled).toBe(false);
  const { backup, nodeExporter } = settingsOf(stack({ backup: { enabled: true } }), world);
  expect(backup).toMatchObject({ enabled: true, directory: "/var/backups/podwatch", keep: { last: 14 } });
  expect(nodeExporter.enabled).toBe(true);
  expect(settingsOf(stack({ backup: { s3 } }), world).backup).toMatchObject({
    enabled: true,
    s3: { ...s3, endpoint: "https://s3.amazonaws.com", prefix: "podwatch" },
  });
  expect(settingsOf(stack({ backup: { directory: "/mnt/backups" } }), world).backup.enabled).toBe(true);
  const rootless = settingsOf(stack({ backup: { enabled: true } }, { become: false, user: "pi" }), world);
  expect(rootless.backup).toMatchObject({ directory: "%h/podwatch-backups" });
});

test("a host that has only InfluxDB has data to save", () => {
  const only = { prometheus: { enabled: false }, grafana: { enabled: false }, gateways: { enabled: false } };
  const more = { influxdb: { databases: { apimon: {} } }, nodeExporter: { allowFrom: ["10.1.2.9"] } };
  expect(backup({ enabled: true }, { ...only, ...more })).toEqual([]);
});

test.each([
  [
    "two places",
    { s3, directory: "/mnt/backups" },
    {},
    /^podwatch:backup\.directory: is set together with s3; remove one/,
  ],
  [
    "nobody who tells",
    { enabled: true },
    { nodeExporter: { enabled: false } },
    /^podwatch:nodeExporter\.enabled: false leaves nobody to tell when backups fail/,
  ],
  [
    "no data",
    { enabled: true },
    { prometheus: { enabled: false }, grafana: { enabled: false } },
    /^podwatch:backup\.enabled: true on a host without data/m,
  ],
  [
    "a long delay",
    { enabled: true, randomDelay: "25h" },
    {},
    /^podwatch:backup\.randomDelay: is more than a day/,
  ],
  [
    "none that is kept",
    { keep: { last: 0 } },
    {},
    /^podwatch:backup\.keep\.last: 0 is not a number of backups/,
  ],
  ["a short password", { password: "short" }, {}, /^podwatch:backup\.password: .*16 characters/],
  [
    "a path out of the bucket",
    { s3: { ...s3, prefix: "../x" } },
    {},
    /^podwatch:backup\.s3\.prefix: .* is not a path in the bucket/,
  ],
  [
    "a CA for plain HTTP",
    { s3: { ...s3, endpoint: "http://10.1.2.3:9000", ca: "-----BEGIN CERTIFICATE-----" } },
    {},
    /^podwatch:backup\.s3\.ca: has nothing to verify at "http:\/\/10\.1\.2\.3:9000"; write https:\/\//m,
  ],
  [
    "a CA that is not there",
    { s3: { ...s3, ca: "tls/none.pem" } },
    {},
    /^podwatch:backup\.s3\.ca: .*tls\/none\.pem/m,
  ],
  [
    "a CA that is none",
    { s3: { ...s3, ca: "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----" } },
    {},
    /^podwatch:backup\.s3\.ca: the text is not a certificate in PEM form, or is damaged/m,
  ],
])("%s is refused", (_, given, more, message) => {
  expect(backup(given, more).join("\n")).toMatch(message);
});

test.each([
  "daily",
  "*-*-* 03:00",
  "Mon..Fri 22:30",
  "Mon,Thu *-*-* 04:00:00 Europe/Berlin",
  "*:0/15",
  "2026-01-01",
  "*-*-01 00:00 UTC",
])("systemd's calendar has %s", (schedule) => expect(backup({ schedule })).toEqual([]));

test.each(["0 3 * * *", "every night", "3am", "", "@daily", "03:00; reboot"])(
  "systemd's calendar has no %j",
  (schedule) =>
    expect(backup({ schedule })[0]).toMatch(/is not a time of systemd's calendar; write daily, one such as/),
);
