// What the address of the front itself shows. That old links lead on is tried in tests/integration/isa.test.ts.
import { NginxBridge } from "../../../components/nginx/component";
import { problemsOf, stack } from "../../config/support";
import { bundleOf, deployOnHost } from "../onHost";
import { hostSettings } from "../stackFile";

async function configuration(front: object): Promise<string> {
  const settings = hostSettings({ front });
  const { gateways, prometheus } = settings;
  const { resources } = await deployOnHost(settings, (name, ground) => {
    const args = {
      hostName: "mon1",
      front: settings.front,
      gateways,
      limits: prometheus.limits,
      backends: [],
      runbooks: {},
    };
    return new NginxBridge(name, { ...ground, ...args });
  });
  return bundleOf(resources).parts["files/nginx.conf"] ?? "";
}

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
