// Presets: defaults below what a stack file says itself.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { presetSections } from "../../config/resolve/services";
import { stack as schema } from "../../config/schema";
import { leaves } from "../../config/walk";
import { problemsOf, settingsOf, stack } from "./support";

const pi = "raspberry-pi";

test("without a preset nothing of it is there", () => {
  const { prometheus, grafana } = settingsOf(stack());
  expect(prometheus.scrapeInterval).toBe("15s");
  expect(prometheus.retention).toEqual({ time: "15d" });
  expect([prometheus.quadlet.Service, grafana.quadlet.Container]).toEqual([{}, {}]);
});

test("every value of a preset becomes the setting", () => {
  const settings = settingsOf(stack({ preset: pi }));
  const given = leaves(schema, presetSections(pi));
  expect(given.length).toBeGreaterThan(10);
  for (const { path, value } of given) {
    const found = path.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], settings);
    expect([path, found]).toEqual([path, path.includes("quadlet") ? [value] : value]);
  }
});

test("the stack file overrides single settings", () => {
  const own = {
    prometheus: { retention: { size: "8GB" }, quadlet: { Service: { MemoryMax: "800M" } } },
    grafana: { quadlet: { Service: { CPUWeight: 50 } } },
  };
  const { prometheus, grafana } = settingsOf(stack({ preset: pi, ...own }));
  expect(prometheus.retention).toEqual({ time: "90d", size: "8GB" });
  expect(prometheus.quadlet.Service).toEqual({ MemoryMax: ["800M"] });
  expect(prometheus.quadlet.Container).toEqual({ Environment: ["GOMEMLIMIT=320MiB"] });
  expect(grafana.quadlet.Service).toEqual({ MemoryMax: ["300M"], CPUWeight: ["50"] });
});

test("a host's own settings come before both, and its preset is its own", () => {
  const faster = { preset: pi, prometheus: { scrapeInterval: "30s" } };
  const { prometheus } = settingsOf(stack({ prometheus: { scrapeInterval: "5s" } }, faster));
  expect([prometheus.scrapeInterval, prometheus.evaluationInterval]).toEqual(["30s", "60s"]);
});

test("an unknown preset is refused", () => {
  expect(problemsOf(stack({ preset: "pi" }))).toEqual([
    'podwatch:preset: "pi" is not known here; write raspberry-pi',
  ]);
  expect(problemsOf(stack({}, { preset: "pi" }))).toEqual([
    'podwatch:host.preset: "pi" is not known here; write raspberry-pi',
  ]);
});

test("its page lists each value, and no other", () => {
  const page = readFileSync(join(__dirname, "..", "..", "docs", "raspberry-pi.md"), "utf8");
  const listed = [...page.matchAll(/^\| `([A-Za-z.]+)` \| `([^`]+)` \|/gm)].map(([, path, value]) => [
    path,
    value,
  ]);
  const set = leaves(schema, presetSections(pi)).map(({ path, value }) => [path.join("."), value]);
  expect(listed.sort()).toEqual(set.sort());
});
