// What the address of the front itself shows. That old links lead on is tried in tests/integration/isa.test.ts.
import { problemsOf, stack } from "../../config/support";
import { frontParts } from "./front";

const configuration = async (front: object) => (await frontParts(front))["files/nginx.conf"] ?? "";

/** What the front answers at each location that leads on. */
const ledOn = (text: string) =>
  [...text.matchAll(/location (\S+ \S+) \{\n +return 307 (.*);/g)].map(
    ([, location, to]) => `${location} ${to}`,
  );

test("is the start page, unless it is Prometheus", async () => {
  const usual = await configuration({});
  expect([ledOn(usual), usual.includes("location = /start")]).toEqual([[], false]);
  expect(usual).toMatch(/location = \/ \{\n +index index\.html;/);

  const formerly = await configuration({ root: "prometheus" });
  expect(formerly).not.toMatch(/location = \/ \{\n +index/);
  expect(formerly).toMatch(/location = \/start \{\n +rewrite \^ \/index\.html last;/);
  expect(ledOn(formerly)).toEqual(
    expect.arrayContaining(
      ["= /", "= /graph", "= /targets", "= /alerts", "^~ /api/v1/"].map(
        (location) => `${location} /prometheus$request_uri`,
      ),
    ),
  );
});

test("Prometheus has to be there", () => {
  const without = {
    prometheus: { enabled: false },
    grafana: { enabled: false },
    front: { root: "prometheus" },
  };
  expect(problemsOf(stack(without))).toEqual([
    "podwatch:prometheus.enabled: false leaves front.root: prometheus with nothing to show; write front.root: start, or remove this",
  ]);
});
