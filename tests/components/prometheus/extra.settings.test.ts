// What may not be merged into Prometheus' configuration.
import { problemsOf, stack } from "../../config/support";

test.each<[object, string]>([
  [
    { extra: { scrape_configs: [] } },
    "extra.scrape_configs: would override Prometheus' own settings; write it as prometheus.scrapeJobs",
  ],
  [
    { extra: { global: { scrape_interval: "1s" } } },
    "extra.global.scrape_interval: would override Prometheus' own settings; write it as prometheus.scrapeInterval",
  ],
  [
    { extra: { tracing: { endpoint: "a:1", headers: { Authorization: "Bearer hunter2" } } } },
    "extra.tracing.headers.Authorization: is a secret",
  ],
  [{ extra: { otlp: true } }, "extra.otlp: true is not a part of Prometheus' configuration; write keys"],
  [
    { alertmanagers: [{ name: "a" }] },
    "alertmanagers[0].targets: is empty; write at least one as host:port, or a service discovery",
  ],
])("%j is refused", (prometheus, text) => {
  const lines = problemsOf(stack({ prometheus }));
  expect(lines).toEqual([expect.stringContaining(`podwatch:prometheus.${text}`)]);
  expect(lines.join()).not.toContain("hunter2");
});
