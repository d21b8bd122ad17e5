import { Container } from "../../../components/container";
import { NginxBridge } from "../../../components/nginx/component";
import { nginxExporterTelemetry } from "../../../components/nginx-exporter/render";
import { nginxRules } from "../../../components/nginx-exporter/rules";
import { nginxExporterSection } from "../../../components/nginx-exporter/section";
import type { HostSettings } from "../../../config/load";
import versions from "../../../versions.json";
import { everySection, filesBeside } from "../everything";
import { component, unitLines } from "../expected";
import { bundleOf, deployOnHost, serviceCommand } from "../onHost";
import { hostSettings } from "../stackFile";

const { container } = nginxExporterSection;

function deployExporter(settings: HostSettings) {
  if (container === undefined) throw new Error("it is no container");
  const { type, deployment } = container;
  return deployOnHost(settings, (name, ground) => {
    const { front, gateways } = settings;
    const bridge = new NginxBridge("front", {
      ...ground,
      hostName: "mon1",
      front,
      gateways,
      limits: settings.prometheus.limits,
      backends: [],
      runbooks: {},
    });
    return new Container(name, { type, ...ground, deployment: deployment(settings, { bridge }) });
  });
}

test("minimal: created after the front, which checks its readiness", async () => {
  const { resources } = await deployExporter(hostSettings({ nginxExporter: { enabled: true } }));
  expect(resources).toEqual([
    component("NginxExporter", "tested"),
    serviceCommand("nginx-exporter", { dependsOn: ["front-service"] }),
  ]);
  const { headers, parts } = bundleOf(resources);
  expect(headers).toEqual([
    "podwatch-bundle 1",
    "service nginx-exporter",
    `image ${versions.images["nginx-exporter"]}`,
    "user 1001:1001",
    "ready-within 30",
    "hooks-in podwatch-nginx",
  ]);
  expect(Object.keys(parts)).toEqual(["hooks/ready", "unit/podwatch-nginx-exporter.container"]);
  expect(parts["hooks/ready"]).toContain("http://podwatch-nginx-exporter:9113/metrics");
  expect(unitLines(parts["unit/podwatch-nginx-exporter.container"])).toEqual([
    "[Unit]",
    "Description=Podwatch NGINX exporter",
    "[Container]",
    `Image=${versions.images["nginx-exporter"]}`,
    "ContainerName=podwatch-nginx-exporter",
    "Network=podwatch.network",
    "User=1001",
    "Group=1001",
    "ReadOnly=true",
    "NoNewPrivileges=true",
    "DropCapability=all",
    "Volume=/var/lib/podwatch/services/nginx-exporter:/etc/podwatch:ro,z",
    "Exec=--nginx.scrape-uri=http://podwatch-nginx:8081/status",
    "[Service]",
    "Restart=always",
    "RestartSec=2",
    "TimeoutStartSec=300",
    "[Install]",
    "WantedBy=multi-user.target",
  ]);
});

test("everything changed", async () => {
  const { resources } = await deployExporter(hostSettings(everySection(), {}, filesBeside()));
  const { headers, parts } = bundleOf(resources);
  expect(headers).toContain("image registry.my-company.net:5000/mirror/nginx-exporter:1.4.2");
  expect(unitLines(parts["unit/podwatch-nginx-exporter.container"])).toEqual(
    expect.arrayContaining([
      "Documentation=https://monitor.my-company.net/front",
      "Label=role=counter",
      "MemoryMax=32M",
    ]),
  );
});

test("is scraped under the host's name, with the front's dashboard and alerts", () => {
  const { scrapeJobs, ...rest } = nginxExporterTelemetry("mon1");
  expect({ scrapeConfigs: scrapeJobs.map(({ config }) => config), ...rest }).toEqual({
    scrapeConfigs: [
      {
        job_name: "nginx",
        static_configs: [{ targets: ["podwatch-nginx-exporter:9113"], labels: { instance: "mon1" } }],
      },
    ],
    dashboards: ["front.json"],
    ruleGroups: [nginxRules],
  });
});
