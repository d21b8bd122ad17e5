import * as pulumi from "@pulumi/pulumi";
import type { HostSettings, Settings } from "../config/load";
import { shippedDashboards } from "../dashboards/shipped";
import { blackboxTelemetry } from "../lib/render/blackboxExporter";
import { gatewayTelemetry } from "../lib/render/gateways";
import type { Telemetry } from "../lib/telemetry";
import { Alertmanager } from "./alertmanager";
import { BlackboxExporter } from "./blackboxExporter";
import { Grafana } from "./grafana";
import { Host } from "./host";
import { NginxBridge } from "./nginxBridge";
import { PodNetwork } from "./podNetwork";
import { Prometheus } from "./prometheus";

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

/** Everything that a stack file describes, host by host. */
export class MonitoringStack extends pulumi.ComponentResource {
  /** By name of the host. */
  readonly installations: Readonly<Record<string, Installation>>;

  constructor(name: string, settings: Settings, opts?: pulumi.ComponentResourceOptions) {
    super("podwatch:index:MonitoringStack", name, {}, opts);
    this.installations = Object.fromEntries(
      settings.hosts.map((host) => [host.name, this.install(`${name}-${host.name}`, host)]),
    );
    this.registerOutputs({ installations: this.installations });
  }

  private install(name: string, settings: HostSettings): Installation {
    const opts = { parent: this };
    const { front, gateways } = settings;
    const host = new Host(name, settings, opts);
    const network = new PodNetwork(`${name}-network`, { host, ...settings.network }, opts);
    const alertmanager = settings.alertmanager.enabled
      ? new Alertmanager(
          `${name}-alertmanager`,
          { host, network, hostName: settings.name, front, settings: settings.alertmanager },
          opts,
        )
      : undefined;
    const prometheus = settings.prometheus.enabled
      ? new Prometheus(
          `${name}-prometheus`,
          {
            host,
            network,
            front,
            settings: settings.prometheus,
            watched: [...watched(settings), ...(alertmanager ? [alertmanager.telemetry] : [])],
            alertmanagers: alertmanager ? [alertmanager.target] : [],
            alerts: settings.alerts,
          },
          opts,
        )
      : undefined;
    const grafana = settings.grafana.enabled
      ? new Grafana(
          `${name}-grafana`,
          {
            host,
            network,
            front,
            settings: settings.grafana,
            datasources: prometheus ? [prometheus.datasource(settings.grafana.datasourceUid)] : [],
            dashboards: prometheus
              ? shippedDashboards(
                  prometheus.telemetry.flatMap(({ dashboards }) => dashboards),
                  settings.grafana.datasourceUid,
                )
              : {},
          },
          opts,
        )
      : undefined;
    const blackbox = settings.blackboxExporter.enabled
      ? new BlackboxExporter(
          `${name}-blackbox-exporter`,
          { host, network, front, settings: settings.blackboxExporter },
          opts,
        )
      : undefined;
    const bridge = new NginxBridge(
      `${name}-nginx`,
      {
        host,
        network,
        hostName: settings.name,
        front,
        gateways,
        backends: [grafana, prometheus, alertmanager, blackbox].flatMap((service) =>
          service ? [service.backend] : [],
        ),
      },
      opts,
    );
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

/** What Prometheus watches on a host besides itself. */
function watched({ name, gateways, blackboxExporter }: HostSettings): Telemetry[] {
  return [
    ...(gateways.enabled ? [gatewayTelemetry(gateways)] : []),
    ...(blackboxExporter.enabled ? [blackboxTelemetry(name, blackboxExporter.targets)] : []),
  ];
}
