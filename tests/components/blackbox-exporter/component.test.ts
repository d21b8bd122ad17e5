import { parse } from "yaml";
import { BlackboxExporter } from "../../../components/blackbox-exporter/component";
import { blackboxTelemetry, sendsPings } from "../../../components/blackbox-exporter/render";
import { blackboxRules } from "../../../components/blackbox-exporter/rules";
import type { HostSettings } from "../../../config/load";
import versions from "../../../versions.json";
import { everySection, filesBeside } from "../everything";
import { component, unitLines } from "../expected";
import { bundleOf, deployOnHost, serviceCommand } from "../onHost";
import { hostSettings } from "../stackFile";

function deployBlackbox(settings: HostSettings) {
  return deployOnHost(settings, (name, ground) => {
    const { front, blackboxExporter } = settings;
    return new BlackboxExporter(name, { ...ground, front, settings: blackboxExporter });
  });
}

test("minimal: probes by the built-in modules, confined, with the right to ping", async () => {
  const { resources, result } = await deployBlackbox(hostSettings({ blackboxExporter: { enabled: true } }));
  expect(resources).toEqual([component("BlackboxExporter", "tested"), serviceCommand("blackbox-exporter")]);
  expect(result.url).toBe("http://localhost/blackbox/");
  const { headers, parts } = bundleOf(resources);
  expect(headers).toEqual([
    "podwatch-bundle 1",
    "service blackbox-exporter",
    `image ${versions.images["blackbox-exporter"]}`,
    "user 65534:65534",
    "ready-within 30",
  ]);
  expect(Object.keys(parts)).toEqual([
    "files/blackbox.yml",
    "hooks/check",
    "hooks/ready",
    "hooks/reload",
    "unit/podwatch-blackbox-exporter.container",
  ]);
  expect(parse(parts["files/blackbox.yml"] ?? "")).toEqual({
    modules: {
      http: { prober: "http", http: { preferred_ip_protocol: "ip4" } },
      tcp: { prober: "tcp", tcp: { preferred_ip_protocol: "ip4" } },
      tls: { prober: "tcp", tcp: { preferred_ip_protocol: "ip4", tls: true } },
      icmp: { prober: "icmp", icmp: { preferred_ip_protocol: "ip4" } },
      dns: { prober: "dns", dns: { preferred_ip_protocol: "ip4", query_name: ".", query_type: "NS" } },
    },
  });
  expect(unitLines(parts["unit/podwatch-blackbox-exporter.container"])).toEqual([
    "[Unit]",
    "Description=Podwatch blackbox exporter",
    "[Container]",
    `Image=${versions.images["blackbox-exporter"]}`,
    "ContainerName=podwatch-blackbox-exporter",
    "Network=podwatch.network",
    "User=65534",
    "Group=65534",
    "ReadOnly=true",
    "NoNewPrivileges=true",
    "DropCapability=all",
    'PodmanArgs="--sysctl=net.ipv4.ping_group_range=65534 65534"',
    "Volume=/var/lib/podwatch/services/blackbox-exporter:/etc/podwatch:ro,z",
    "Exec=--config.file=/etc/podwatch/current/files/blackbox.yml --web.external-url=http://localhost/blackbox/ " +
      "--web.route-prefix=/blackbox",
    "[Service]",
    "Restart=always",
    "RestartSec=2",
    "TimeoutStartSec=300",
    "[Install]",
    "WantedBy=multi-user.target",
  ]);
});

test("everything changed: own modules stand beside the built-in ones and in their place", async () => {
  const settings = hostSettings(everySection(), {}, filesBeside());
  const { resources, result } = await deployBlackbox(settings);
  expect(result.url).toBe("http://10.1.2.3:8080/blackbox/");
  const { headers, parts } = bundleOf(resources);
  expect(headers).toContain("image registry.my-company.net:5000/mirror/blackbox-exporter:v0.27.0");
  const { modules } = parse(parts["files/blackbox.yml"] ?? "");
  expect(Object.keys(modules)).toEqual(["http", "tcp", "tls", "icmp", "dns", "login"]);
  expect(modules.icmp).toEqual({ prober: "icmp" });
  expect(modules.login.http.valid_status_codes).toEqual([200, 401]);
  expect(unitLines(parts["unit/podwatch-blackbox-exporter.container"])).toEqual(
    expect.arrayContaining(["Label=role=prober", "MemoryMax=64M"]),
  );
});

test("one job probes all targets, each under its own name and in its own time", () => {
  const { targets } = hostSettings({
    prometheus: { scrapeInterval: "20s" },
    blackboxExporter: {
      targets: [
        { name: "shop", target: "https://shop.my-company.net/?a=$1", labels: { team: "core" } },
        { name: "router", module: "icmp", target: "10.1.2.1", interval: "5s" },
        { name: "slow", module: "tls", target: "mail.my-company.net:993", interval: "1m" },
      ],
    },
  }).blackboxExporter;
  const address = ["podwatch-blackbox-exporter:9115"];
  const { scrapeJobs, ...rest } = blackboxTelemetry("mon1", targets);
  expect({ scrapeConfigs: scrapeJobs.map(({ config }) => config), ...rest }).toEqual({
    scrapeConfigs: [
      {
        job_name: "blackbox-exporter",
        metrics_path: "/blackbox/metrics",
        static_configs: [{ targets: address, labels: { instance: "mon1" } }],
      },
      {
        job_name: "blackbox",
        metrics_path: "/blackbox/probe",
        static_configs: [
          {
            targets: address,
            labels: {
              __param_module: "http",
              __param_target: "https://shop.my-company.net/?a=$1",
              team: "core",
              instance: "shop",
              module: "http",
              target: "https://shop.my-company.net/?a=$1",
            },
          },
          {
            targets: address,
            labels: {
              __param_module: "icmp",
              __param_target: "10.1.2.1",
              __scrape_interval__: "5s",
              __scrape_timeout__: "5s",
              instance: "router",
              module: "icmp",
              target: "10.1.2.1",
            },
          },
          {
            targets: address,
            labels: {
              __param_module: "tls",
              __param_target: "mail.my-company.net:993",
              __scrape_interval__: "1m",
              __scrape_timeout__: "10s",
              instance: "slow",
              module: "tls",
              target: "mail.my-company.net:993",
            },
          },
        ],
      },
    ],
    dashboards: ["probes.json"],
    ruleGroups: [blackboxRules],
  });
});

test("without targets nothing is probed", () => {
  expect(blackboxTelemetry("mon1", []).scrapeJobs.map(({ config }) => config.job_name)).toEqual([
    "blackbox-exporter",
  ]);
});

test.each<[what: string, pings: boolean, settings: object]>([
  ["a target of the built-in module", true, { targets: [{ name: "a", module: "icmp", target: "10.1.2.1" }] }],
  [
    "a target of a module of one's own",
    true,
    {
      targets: [{ name: "a", module: "near", target: "10.1.2.1" }],
      modules: { near: { prober: "icmp", timeout: "1s" } },
    },
  ],
  ["no target that is probed so", false, { targets: [{ name: "a", target: "http://10.1.2.1" }] }],
  [
    "an exporter that is switched off",
    false,
    { enabled: false, targets: [{ name: "a", module: "icmp", target: "10.1.2.1" }] },
  ],
])("pings: %s", (_what, pings, blackboxExporter) => {
  expect(sendsPings(hostSettings({ blackboxExporter }).blackboxExporter)).toBe(pings);
});
