import * as pulumi from "@pulumi/pulumi";
import type { HostSettings, Settings } from "../config/load";
import { shippedDashboards } from "../dashboards/shipped";
import type { Newcomer } from "../lib/runner";
import type { Telemetry } from "../lib/telemetry";
import { Alertmanager } from "./alertmanager/component";
import { BlackboxExporter } from "./blackbox-exporter/component";
import { Grafana } from "./grafana/component";
import { Host } from "./host";
import { PodNetwork } from "./network/component";
import { NginxBridge } from "./nginx/component";
import { gatewayTelemetry } from "./nginx/gateways.render";
import { NginxExporter } from "./nginx-exporter/component";
import { nginxExporterTelemetry } from "./nginx-exporter/render";
import { NodeExporter } from "./node-exporter/component";
import { type NodeTarget, nodeTelemetry } from "./node-exporter/render";
import { Prometheus } from "./prometheus/component";

/** What users need to know of a host once it is deployed. */
export interface Installation {
  /** The start page. */
  readonly url: string;
  readonly prometheus?: string;
  readonly alertmanager?: string;
  readonly grafana?: {
    readonly url: string;
    readonly user: string;
    readonly password: pulumi.Output<string>;
  };
}

/** A host with services. */
interface Monitor {
  readonly host: Host;
  readonly settings: HostSettings;
  readonly nodeExporter: NodeExporter | undefined;
  /** All hosts of the stack that have a node exporter. */
  readonly nodes: readonly HostSettings[];
}

/** Everything that a stack file describes, host by host. */
export class MonitoringStack extends pulumi.ComponentResource {
  /** By name of the host. */
  readonly installations: Readonly<Record<string, Installation>>;

  constructor(name: string, settings: Settings, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:MonitoringStack", name, {}, opts);
    const nodes = settings.hosts.filter(({ nodeExporter }) => nodeExporter.enabled);
    this.installations = Object.fromEntries(
      settings.hosts.flatMap((settings) => {
        const hostName = `${name}-${settings.name}`;
        const host = new Host(hostName, { ...settings, services: servicesOn(settings) }, { parent: this });
        const nodeExporter = this.nodeExporter(hostName, host, settings);
        const installed: Array<[string, Installation]> =
          settings.role === "target"
            ? []
            : [[settings.name, this.install(hostName, { host, settings, nodeExporter, nodes })]];
        host.guardRemoval(`${hostName}-answers`);
        return installed;
      }),
    );
    this.registerOutputs({ installations: this.installations });
  }

  private nodeExporter(name: string, host: Host, settings: HostSettings): NodeExporter | undefined {
    const { gateways, nodeExporter } = settings;
    return nodeExporter.enabled
      ? new NodeExporter(
          `${name}-node-exporter`,
          { host, gateways, settings: nodeExporter },
          { parent: this },
        )
      : undefined;
  }

  private install(name: string, { host, settings, nodeExporter, nodes }: Monitor): Installation {
    const opts = { parent: this };
    const { front } = settings;
    const network = new PodNetwork(`${name}-network`, { host, ...settings.network }, opts);
    const place = { host, network, hostName: settings.name, front };

    const alertmanager = settings.alertmanager.enabled
      ? new Alertmanager(`${name}-alertmanager`, { ...place, settings: settings.alertmanager }, opts)
      : undefined;
    const blackbox = settings.blackboxExporter.enabled
      ? new BlackboxExporter(
          `${name}-blackbox-exporter`,
          { ...place, settings: settings.blackboxExporter },
          opts,
        )
      : undefined;
    const prometheus = settings.prometheus.enabled
      ? new Prometheus(
          `${name}-prometheus`,
          {
            ...place,
            settings: settings.prometheus,
            watched: [
              ...frontTelemetry(settings),
              ...nodesTelemetry(settings, nodes),
              ...present(alertmanager, blackbox).map(({ telemetry }) => telemetry),
            ],
            alertmanagers: present(alertmanager).map(({ target }) => target),
            alerts: settings.alerts,
          },
          opts,
        )
      : undefined;
    const grafana = settings.grafana.enabled
      ? new Grafana(
          `${name}-grafana`,
          {
            ...place,
            settings: settings.grafana,
            datasources: present(prometheus).map((source) =>
              source.datasource(settings.grafana.datasourceUid),
            ),
            dashboards: shippedDashboards(
              present(prometheus).flatMap(({ dashboards }) => dashboards),
              settings.grafana.datasourceUid,
            ),
          },
          opts,
        )
      : undefined;
    const bridge = new NginxBridge(
      `${name}-nginx`,
      {
        ...place,
        gateways: settings.gateways,
        hostSockets: nodeExporter?.hostSockets,
        limits: settings.prometheus.limits,
        backends: present(grafana, prometheus, alertmanager, blackbox).map(({ backend }) => backend),
        runbooks: prometheus?.runbooks ?? {},
      },
      opts,
    );
    if (settings.nginxExporter.enabled) {
      new NginxExporter(
        `${name}-nginx-exporter`,
        { ...place, bridge, settings: settings.nginxExporter },
        opts,
      );
    }
    return {
      url: bridge.url,
      ...(prometheus ? { prometheus: prometheus.url } : {}),
      ...(alertmanager ? { alertmanager: alertmanager.url } : {}),
      ...(grafana
        ? { grafana: { url: grafana.url, user: grafana.adminUser, password: grafana.adminPassword } }
        : {}),
    };
  }
}

/** Names of the services that a host is to have, as the runner knows them. */
function servicesOn(settings: HostSettings): Newcomer[] {
  const { role, alertmanager, blackboxExporter, front, grafana, nginxExporter, nodeExporter, prometheus } =
    settings;
  const { reach } = nodeExporter;
  const optional = [
    ["alertmanager", alertmanager],
    ["blackbox-exporter", blackboxExporter],
    ["grafana", grafana],
    ["nginx-exporter", nginxExporter],
    ["prometheus", prometheus],
  ] as const;
  return [
    ...(nodeExporter.enabled
      ? [{ service: "node-exporter", listens: reach.by === "port" ? reach : undefined }]
      : []),
    ...(role === "target"
      ? []
      : [
          { service: "network" },
          { service: "nginx", listens: front },
          ...optional.flatMap(([service, { enabled }]) => (enabled ? [{ service }] : [])),
        ]),
  ];
}

/** How the front is watched. It is made last, since it shows the others; Prometheus has to know before. */
function frontTelemetry({ name, gateways, nginxExporter }: HostSettings): Telemetry[] {
  return [
    ...(gateways.enabled ? [gatewayTelemetry(gateways)] : []),
    ...(nginxExporter.enabled ? [nginxExporterTelemetry(name)] : []),
  ];
}

/** How the hosts are watched whose node exporters this monitor's Prometheus asks, if there are any. */
function nodesTelemetry(monitor: HostSettings, nodes: readonly HostSettings[]): Telemetry[] {
  const targets = nodes.flatMap((node) => nodeTarget(node, monitor));
  return targets.length > 0 ? [nodeTelemetry(targets)] : [];
}

/** How a monitor's Prometheus asks a node exporter: its own, and those of hosts that have no Prometheus of their own. */
function nodeTarget({ name, nodeExporter: { reach } }: HostSettings, monitor: HostSettings): NodeTarget[] {
  if (reach.by === "port") return [{ instance: name, by: "port", target: reach.target }];
  return name === monitor.name ? [{ instance: name, by: "socket" }] : [];
}

/** Those of the services that the stack file asks for. */
function present<Services extends readonly unknown[]>(
  ...services: Services
): Array<NonNullable<Services[number]>> {
  return services.filter((service) => service !== undefined) as Array<NonNullable<Services[number]>>;
}
