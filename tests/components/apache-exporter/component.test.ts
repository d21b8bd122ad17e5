import { ApacheStatus } from "../../../components/apache-exporter/component";
import { apacheStatusPlacement } from "../../../components/apache-exporter/placement";
import { apacheTelemetry } from "../../../components/apache-exporter/render";
import { apacheRules } from "../../../components/apache-exporter/rules";
import { apacheSection } from "../../../components/apache-exporter/section";
import { Container } from "../../../components/container";
import type { HostSettings } from "../../../config/load";
import versions from "../../../versions.json";
import { everySection, filesBeside } from "../everything";
import { component, unitLines } from "../expected";
import { bundleOf, deployOnHost, serviceCommand, WEB } from "../onHost";
import { hostSettings } from "../stackFile";

const { container } = apacheSection;

function deployExporter(settings: HostSettings) {
  if (container === undefined) throw new Error("it is no container");
  const { type, deployment } = container;
  return deployOnHost(settings, (name, ground) => {
    return new Container(name, { type, ...ground, deployment: deployment(settings, ground) });
  });
}

test("minimal: asks Apache at the gateway of the network, and may reach nothing else", async () => {
  const { resources } = await deployExporter(hostSettings({ apache: { enabled: true } }));
  expect(resources).toEqual([component("ApacheExporter", "tested"), serviceCommand("apache-exporter")]);
  const { headers, parts } = bundleOf(resources);
  expect(headers).toEqual([
    "podwatch-bundle 1",
    "service apache-exporter",
    `image ${versions.images["apache-exporter"]}`,
    "user 65534:65534",
    "ready-within 30",
    "reach 10.89.77.1 80",
  ]);
  expect(Object.keys(parts)).toEqual(["hooks/ready", "unit/podwatch-apache-exporter.container"]);
  expect(parts["hooks/ready"]).toContain("http://127.0.0.1:9117/metrics");
  expect(unitLines(parts["unit/podwatch-apache-exporter.container"])).toEqual([
    "[Unit]",
    "Description=Podwatch Apache exporter",
    "[Container]",
    `Image=${versions.images["apache-exporter"]}`,
    "ContainerName=podwatch-apache-exporter",
    "Network=podwatch.network",
    "User=65534",
    "Group=65534",
    "ReadOnly=true",
    "NoNewPrivileges=true",
    "DropCapability=all",
    "Volume=/var/lib/podwatch/services/apache-exporter:/etc/podwatch:ro,z",
    'Exec="--scrape_uri=http://10.89.77.1:80/server-status?auto"',
    "[Service]",
    "Restart=always",
    "RestartSec=2",
    "TimeoutStartSec=300",
    "ExecStartPost=/bin/sh /var/lib/podwatch/runner confine apache-exporter",
    "[Install]",
    "WantedBy=multi-user.target",
  ]);
});

test("everything changed: another network, port and image", async () => {
  const { resources } = await deployExporter(hostSettings(everySection(), {}, filesBeside()));
  const { headers, parts } = bundleOf(resources);
  expect(headers).toContain("image registry.my-company.net:5000/mirror/apache-exporter:v1.0.10");
  expect(headers).toContain("reach 172.20.16.1 8088");
  expect(unitLines(parts["unit/podwatch-apache-exporter.container"])).toEqual(
    expect.arrayContaining([
      'Exec="--scrape_uri=http://172.20.16.1:8088/server-status?auto"',
      "Label=role=scoreboard",
      "MemoryMax=32M",
    ]),
  );
});

describe("the status block", () => {
  const deployBlock = (settings: HostSettings) =>
    deployOnHost(settings, (name, ground) => {
      const exporter = new Container("exporter", { type: "X", ...ground, deployment: { service: WEB } });
      return new ApacheStatus(name, { ...ground, settings: settings.apache, exporter: exporter.service });
    });

  test("goes where the distribution's Apache looks, after the exporter, which proves it", async () => {
    const { resources } = await deployBlock(hostSettings({ apache: { enabled: true } }));
    expect(resources).toEqual([
      component("ApacheStatus", "tested"),
      serviceCommand("apache-status", { dependsOn: ["exporter-service"] }),
    ]);
    const { headers, parts } = bundleOf(resources);
    expect(headers).toEqual([
      "podwatch-bundle 1",
      "service apache-status",
      "kind fragment",
      "file /etc/apache2/conf-enabled/podwatch-status.conf",
      "file /etc/httpd/conf.d/podwatch-status.conf",
      "begin # BEGIN apache server status",
      "end # END apache server status",
      "ready-within 15",
      "hooks-in podwatch-apache-exporter",
    ]);
    expect(Object.keys(parts)).toEqual([
      "files/2.2",
      "files/2.4",
      "hooks/check",
      "hooks/ready",
      "hooks/renew",
      "hooks/test",
      "hooks/variant",
    ]);
    expect(parts["files/2.4"]).toMatch(/^ {2}Require local\n {2}Require ip 10\.89\.77\.0\/24$/m);
    expect(parts["hooks/ready"]).toContain("'http://10.89.77.1:80/server-status?auto'");
  });

  test("everything changed: another file, network and port", async () => {
    const { resources } = await deployBlock(hostSettings(everySection(), {}, filesBeside()));
    const { headers, parts } = bundleOf(resources);
    expect(headers.filter((line) => line.startsWith("file "))).toEqual([
      "file /etc/httpd/conf.d/EPFL_isa.conf",
    ]);
    expect(parts["files/2.4"]).toContain("Require ip 172.20.16.0/20\n");
    expect(parts["files/2.2"]).toContain("Allow from 127.0.0.1 ::1 172.20.16.0/20\n");
    expect(parts["hooks/ready"]).toContain("'http://172.20.16.1:8088/server-status?auto'");
  });
});

test("is scraped under the host's name in both labels, with a dashboard and alerts", () => {
  const { scrapeJobs, ...rest } = apacheTelemetry("isaqal09");
  expect({ scrapeConfigs: scrapeJobs.map(({ config }) => config), ...rest }).toEqual({
    scrapeConfigs: [
      {
        job_name: "apache",
        static_configs: [
          {
            targets: ["podwatch-apache-exporter:9117"],
            labels: { instance: "isaqal09", server: "isaqal09" },
          },
        ],
      },
    ],
    dashboards: ["apache.json"],
    ruleGroups: [apacheRules],
  });
});

test("the host's firewall lets the containers, and nobody else, through to Apache", () => {
  const offer = (apache: object) => apacheStatusPlacement.offer(hostSettings({ apache }));
  expect(offer({ enabled: true, port: 8088 })).toEqual({
    asks: { port: 8088, setting: "podwatch:apache.port", allowFrom: ["10.89.77.0/24"] },
  });
  expect(offer({})).toBeUndefined();
});
