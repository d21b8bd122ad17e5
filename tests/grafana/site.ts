// An instance with a fake Prometheus as its data source and one provisioned dashboard, below the sub-path /grafana/.
import { rmSync } from "node:fs";
import { FakePrometheus } from "./fakePrometheus";
import { build, StandIn } from "./standin";

export const password = "a-first-password";
export const admin = { auth: `admin:${password}` };

const dataSources = (url: string) => `
apiVersion: 1
datasources:
  - name: Prometheus
    uid: PBFA97CFB590B2093
    type: prometheus
    access: proxy
    url: ${url}
    isDefault: $IS_DEFAULT
    jsonData: { timeInterval: 5s, httpHeaderName1: X-Scope }
    secureJsonData: { httpHeaderValue1: "$__file{@ROOT@/scope}" }
  - { name: Prometheus 2, type: prometheus, url: "http://127.0.0.1:1" }
`;
const provider = `
apiVersion: 1
providers:
  - { name: gateways, folder: Gateways, updateIntervalSeconds: 1, options: { path: "@ROOT@/dashboards/current" } }
`;

/** A dashboard with one panel. */
export const dashboard = (uid: string, title: string) =>
  JSON.stringify({ uid, title, panels: [{ title: "Up", targets: [{ refId: "A", expr: "up" }] }] });

export interface Site {
  grafana: StandIn;
  prometheus: FakePrometheus;
  close(): Promise<void>;
}

export async function startSite(): Promise<Site> {
  const prometheus = new FakePrometheus();
  const binaryDir = build();
  const url = await prometheus.listen();
  const grafana = new StandIn(
    binaryDir,
    {
      "provisioning/datasources/prometheus.yaml": dataSources(url),
      "provisioning/dashboards/gateways.yaml": provider,
      "dashboards/v1/gateway.json": dashboard("Afi9GToZz", "Gateway"),
      "dashboards/v1/broken.json": '{ "title": "cut off',
      password,
      scope: "tenant-7\n",
    },
    {
      GF_SERVER_ROOT_URL: "http://localhost/grafana/",
      GF_SERVER_SERVE_FROM_SUB_PATH: "true",
      GF_LIVE_ALLOWED_ORIGINS: "https://*.example.org",
      IS_DEFAULT: "true",
    },
  );
  grafana.env.GF_SECURITY_ADMIN_PASSWORD__FILE = `${grafana.root}/password`;
  grafana.link("v1", "dashboards/current");
  const close = async () => {
    await grafana.remove();
    prometheus.close();
    rmSync(binaryDir, { recursive: true, force: true });
  };
  try {
    await grafana.start();
  } catch (error) {
    await close();
    throw error;
  }
  return { grafana, prometheus, close };
}
