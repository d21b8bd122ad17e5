import { problemsOf, settingsOf, stack } from "../../config/support";

test("is deployed if that is said", () => {
  const enabled = (more: Record<string, unknown>) => settingsOf(stack(more)).nginxExporter.enabled;
  expect(enabled({})).toBe(false);
  expect(enabled({ nginxExporter: { enabled: true } })).toBe(true);
});

test("without Prometheus nothing scrapes it", () => {
  const given = {
    prometheus: { enabled: false },
    grafana: { enabled: false },
    nginxExporter: { enabled: true },
  };
  expect(problemsOf(stack(given))).toEqual([
    "podwatch:prometheus.enabled: false leaves the NGINX exporter without a Prometheus that scrapes it; set nginxExporter.enabled to false too, or remove this",
  ]);
});

test("its unit keys are checked", () => {
  const quadlet = { Container: { Image: "other" } };
  expect(problemsOf(stack({ nginxExporter: { enabled: true, quadlet } }))).toEqual([
    expect.stringContaining("podwatch:nginxExporter.quadlet.Container.Image"),
  ]);
});
