import { problemsOf, settingsOf, stack } from "../../config/support";

test("Apache is monitored if that is said", () => {
  expect(settingsOf(stack({})).apache.enabled).toBe(false);
  expect(settingsOf(stack({ apache: { enabled: true } })).apache).toMatchObject({ enabled: true, port: 80 });
});

test("without Prometheus nothing scrapes its exporter", () => {
  const given = { prometheus: { enabled: false }, grafana: { enabled: false }, apache: { enabled: true } };
  expect(problemsOf(stack(given))).toEqual([
    "podwatch:prometheus.enabled: false leaves the Apache exporter without a Prometheus that scrapes it; set apache.enabled to false too, or remove this",
  ]);
});

test("only root can confine its exporter", () => {
  const given = { ...stack({ apache: { enabled: true } }).host, user: "operator", become: false };
  expect(problemsOf({ host: given, apache: { enabled: true } })).toEqual([
    expect.stringMatching(
      /^podwatch:apache\.enabled: true needs become: true, .*; set become: true for this host/,
    ),
  ]);
});

test.each([
  "--scrape_uri=http://x/",
  "--telemetry.endpoint=/x",
  "--web.listen-address=:1",
  "--web.config.file=x",
])("the argument %s is Podwatch's", (argument) => {
  expect(problemsOf(stack({ apache: { enabled: true, arguments: [argument] } }))).toEqual([
    expect.stringContaining("podwatch:apache.arguments"),
  ]);
});

test("a job of one's own may have its name, unless both are there", () => {
  const job = { name: "apache", targets: ["10.1.2.4:9117"] };
  expect(problemsOf(stack({ prometheus: { scrapeJobs: [job] } }))).toEqual([]);
  expect(problemsOf(stack({ prometheus: { scrapeJobs: [job] }, apache: { enabled: true } }))).toEqual([
    expect.stringMatching(/^podwatch:apache\.enabled: true brings a scrape job "apache"/),
  ]);
});
