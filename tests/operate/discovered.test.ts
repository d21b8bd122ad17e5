import { readFileSync } from "node:fs";
import { join } from "node:path";
import { discoveringJobs, withoutTargets } from "../../operate/discovered";

const bundle = readFileSync(
  join(__dirname, "../golden/everything/podwatch-rootful-prometheus-service-bundle.bundle"),
  "utf8",
);
const JOBS = [
  "topology-probe-http",
  "topology-probe-login",
  "topology-probe-tcp",
  "topology-eu.egi.cloud",
  "found-by-dns",
  "asked-for",
  "machines",
  "listed",
  "in-files",
  "in-dns",
  "services",
  "containers",
  "servers",
  "servers-by-name",
  "hypervisors",
  "instances",
];

test("jobs that find targets by themselves are known from the bundle, those that are secrets too", () => {
  expect(discoveringJobs(bundle)).toEqual(JOBS);
});

test("those without a target are told", () => {
  const all = JOBS.map((scrapePool) => ({ scrapePool }));
  expect(withoutTargets(bundle, all)).toBe("");
  expect(withoutTargets(bundle, all.slice(1, -1))).toBe("; nothing found by topology-probe-http, instances");
});

test("gateways may all be stopped", () => {
  const gateways =
    "part files/prometheus.yml\n  scrape_configs:\n    - job_name: roq-gateways\n      http_sd_configs: []\n";
  expect(discoveringJobs(gateways)).toEqual([]);
});
