// The port that shows the front's own status. What it answers, and to whom, is tried in tests/integration/isa.test.ts.
import { GRAFANA_BACKEND } from "../../../components/grafana/render";
import { plannedServices, wire } from "../../../components/services";
import { fitCommand } from "../../../lib/runner";
import { host, problemsOf, stack } from "../../config/support";
import { unitLines } from "../expected";
import { hostSettings } from "../stackFile";
import { frontParts } from "./front";

const partsOf = (front: object) => frontParts(front, [GRAFANA_BACKEND]);

const listens = (parts: Readonly<Record<string, string>>) => ({
  published: unitLines(parts["unit/podwatch-nginx.container"]).filter((line) => /^PublishPort=/.test(line)),
  inside: [...(parts["files/nginx.conf"] ?? "").matchAll(/^ +listen (.*);$/gm)].map(([, place]) => place),
});

test("is off by default", async () => {
  const parts = await partsOf({});
  expect(listens(parts)).toEqual({ published: ["PublishPort=127.0.0.1:80:8080"], inside: ["8080", "8081"] });
  expect(parts["files/nginx.conf"]).not.toMatch(/status\.js|front-status/);
  expect(parts).not.toHaveProperty(["files/status.js"]);
});

test("is published where the front is, and encrypted as it is", async () => {
  const clear = await partsOf({ bind: "0.0.0.0", insecure: "a test", tls: false, statusPort: 8090 });
  expect(listens(clear)).toEqual({
    published: ["PublishPort=0.0.0.0:80:8080", "PublishPort=0.0.0.0:8090:8083"],
    inside: ["8080", "8083", "8081"],
  });
  expect(listens(await partsOf({ statusPort: 8090, tls: { ownCa: {} } })).inside).toEqual([
    "8080 ssl",
    "8083 ssl",
    "8081",
  ]);
});

test("knows each path, where it leads, and nothing secret", async () => {
  const script = (await partsOf({ statusPort: 8090, root: "prometheus" }))["files/status.js"] ?? "";
  const [, routes = ""] = /const ROUTES = (\[[\s\S]*?^\]);/m.exec(script) ?? [];
  expect(JSON.parse(routes)).toEqual([
    { path: "/start", service: "Start page" },
    {
      path: "/grafana/",
      service: "Grafana",
      upstream: "podwatch-grafana:3000",
      asked: "http://podwatch-grafana:3000/grafana/",
    },
    { path: "/roq/service/", service: "Gateways" },
  ]);
});

test("the firewall and the first look at a host know it", () => {
  const settings = hostSettings({
    front: { bind: "0.0.0.0", insecure: "a test", tls: false, statusPort: 8090 },
  });
  const wired = wire(settings, [settings]);
  expect(wired.offers.nginx?.listens).toEqual([
    { bind: "0.0.0.0", port: 80, setting: "podwatch:front.port" },
    { bind: "0.0.0.0", port: 8090, setting: "podwatch:front.statusPort" },
  ]);
  expect(fitCommand("own", plannedServices(wired))).toContain(
    "container/nginx=0.0.0.0:80=podwatch:front.port,0.0.0.0:8090=podwatch:front.statusPort",
  );
});

test.each<[string, Record<string, unknown>, string]>([
  [
    "the front's own port",
    { front: { port: 8090, statusPort: 8090 } },
    "podwatch:front.statusPort: 8090 is the port of the front itself; write another one",
  ],
  [
    "the front's own port, which stands nowhere",
    { front: { statusPort: 80 } },
    "podwatch:front.statusPort: 80 is the port of the front itself; write another one",
  ],
  [
    "Apache's",
    { front: { port: 8443, statusPort: 80 }, apache: { enabled: true } },
    "podwatch:apache.port: 80 is front.statusPort, and Apache listens there; write another port for one of them",
  ],
  [
    "the node exporter's",
    {
      prometheus: { enabled: false },
      grafana: { enabled: false },
      front: { bind: "0.0.0.0", insecure: "a test", tls: false, statusPort: 9100 },
      nodeExporter: { enabled: true, allowFrom: ["10.1.2.9"] },
    },
    "podwatch:nodeExporter.port: 9100 is a port of the front, which is on this host too; write another one",
  ],
  [
    "one of root's",
    { host: { ...host, user: "operator", become: false }, front: { statusPort: 81 } },
    "podwatch:front.statusPort: 81 can be bound by root only; write a port from 1024 up, or set become: true",
  ],
  [
    "no port",
    { front: { statusPort: true } },
    "podwatch:front.statusPort: true is not a port number; write a whole number from 1 to 65535",
  ],
])("refused: %s", (_, sections, problem) => {
  expect(problemsOf(stack(sections))).toEqual(expect.arrayContaining([problem]));
});
