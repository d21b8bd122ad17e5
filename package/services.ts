// The components of a host, for programs that compose them by hand. Each takes the settings of its section of a stack file, and refers to the
// components that it needs; what else it takes from the host is what a stack would give it.
import type * as pulumi from "@pulumi/pulumi";
import { Alertmanager as CheckedAlertmanager } from "../components/alertmanager/component";
import { alertmanagerPlacement } from "../components/alertmanager/placement";
import { ALERTMANAGER_BACKEND } from "../components/alertmanager/render";
import type { alertmanager } from "../components/alertmanager/schema";
import { BlackboxExporter as CheckedBlackboxExporter } from "../components/blackbox-exporter/component";
import { blackboxExporterPlacement } from "../components/blackbox-exporter/placement";
import { BLACKBOX_BACKEND } from "../components/blackbox-exporter/render";
import type { blackboxExporter } from "../components/blackbox-exporter/schema";
import { ContainerEngine as CheckedContainerEngine } from "../components/engine/component";
import { enginePlacement } from "../components/engine/placement";
import type { engine } from "../components/engine/schema";
import { Grafana as CheckedGrafana } from "../components/grafana/component";
import { grafanaArgs, grafanaPlacement } from "../components/grafana/placement";
import { GRAFANA_BACKEND } from "../components/grafana/render";
import type { grafana } from "../components/grafana/schema";
import { PodNetwork as CheckedPodNetwork } from "../components/network/component";
import { networkPlacement } from "../components/network/placement";
import type { network } from "../components/network/schema";
import { NginxBridge as CheckedNginxBridge } from "../components/nginx/component";
import type { gateways } from "../components/nginx/gateways.schema";
import { nginxBridgeArgs, nginxPlacement } from "../components/nginx/placement";
import type { Backend } from "../components/nginx/render";
import { NodeExporter as CheckedNodeExporter } from "../components/node-exporter/component";
import { nodeExporterPlacement } from "../components/node-exporter/placement";
import type { nodeExporter } from "../components/node-exporter/schema";
import { containerPlace } from "../components/placement";
import type { alerts } from "../components/prometheus/alerts.schema";
import { Prometheus as CheckedPrometheus } from "../components/prometheus/component";
import { prometheusArgs, prometheusPlacement } from "../components/prometheus/placement";
import { PROMETHEUS_BACKEND } from "../components/prometheus/render";
import type { prometheus } from "../components/prometheus/schema";
import type { HostSettings } from "../config/load";
import type { Written } from "./arguments";
import { Composition } from "./composition";
import type { Host } from "./host";

/** The settings of a section; a component that is there is enabled. */
type Settings<Section> = Omit<Written<Section>, "enabled">;

type Options = pulumi.ComponentResourceOptions;

interface OnHost {
  readonly host: Host;
}

interface InContainer extends OnHost {
  /** The network of the same host. */
  readonly network: PodNetwork;
}

/** The settings of `engine` in a stack file, besides `install`. */
export interface ContainerEngineArgs extends OnHost, Omit<Settings<typeof engine>, "install"> {}

/** podman, installed where it is missing. All other components of the host wait for it, so it is the first of them. */
export class ContainerEngine extends CheckedContainerEngine {
  constructor(name: string, { host, ...engine }: ContainerEngineArgs, opts?: Options) {
    const given = Composition.of(host).add({
      title: `ContainerEngine ${name}`,
      service: enginePlacement,
      own: "engine",
      isFirst: true,
      written: { engine: { ...engine, install: true } },
      args: ({ settings }) => ({ host, engine: settings.engine.name, remove: settings.engine.remove }),
    });
    super(name, given, opts);
  }
}

/** The settings of `network` in a stack file. */
export interface PodNetworkArgs extends OnHost, Settings<typeof network> {}

export class PodNetwork extends CheckedPodNetwork {
  constructor(name: string, { host, ...network }: PodNetworkArgs, opts?: Options) {
    const given = Composition.of(host).add({
      title: `PodNetwork ${name}`,
      service: networkPlacement,
      own: "network",
      written: { network },
      args: ({ settings }) => ({ host, ...settings.network }),
    });
    super(name, given, opts);
  }
}

/** The settings of `prometheus` in a stack file. */
export interface PrometheusArgs extends InContainer, Settings<typeof prometheus> {
  /** The settings of `alerts` in a stack file. */
  readonly alerts?: Written<typeof alerts>;
  /** Node exporters of other hosts, which it scrapes too. */
  readonly nodeExporters?: readonly NodeExporter[];
}

export class Prometheus extends CheckedPrometheus {
  /** How the front serves it. */
  readonly backend: Backend = PROMETHEUS_BACKEND;

  constructor(name: string, args: PrometheusArgs, opts?: Options) {
    const { host, network, alerts, nodeExporters = [], ...prometheus } = args;
    const composition = Composition.of(host);
    const given = composition.add({
      title: `Prometheus ${name}`,
      service: prometheusPlacement,
      own: "prometheus",
      written: { prometheus: enabled(prometheus), ...(alerts === undefined ? {} : { alerts }) },
      created: { network },
      elsewhere: nodeExporters.map((node) => node.settings),
      args: prometheusArgs,
    });
    super(name, given, opts);
    composition.offer({ runbooks: this.runbooks });
  }
}

/** The settings of `grafana` in a stack file, except `external`, which a `MonitoringStack` has. Its data source is the Prometheus of the host; `datasources` are others. */
export interface GrafanaArgs extends InContainer, Omit<Settings<typeof grafana>, "external"> {}

export class Grafana extends CheckedGrafana {
  /** How the front serves it. */
  readonly backend: Backend = GRAFANA_BACKEND;

  constructor(name: string, { host, network, ...grafana }: GrafanaArgs, opts?: Options) {
    const given = Composition.of(host).add({
      title: `Grafana ${name}`,
      service: grafanaPlacement,
      own: "grafana",
      written: { grafana: enabled(grafana) },
      created: { network },
      args: grafanaArgs,
    });
    super(name, given, opts);
  }
}

export interface NginxBridgeArgs extends InContainer {
  /** The settings of `gateways` in a stack file, unless the host has them. */
  readonly gateways?: Written<typeof gateways>;
  /** The services behind the front, such as `prometheus.backend`; all of the host unless given. */
  readonly backends?: readonly Backend[];
}

/** The front of a host, whose settings are `front` of the host, and the bridge to its gateways. */
export class NginxBridge extends CheckedNginxBridge {
  constructor(name: string, { host, network, gateways, backends }: NginxBridgeArgs, opts?: Options) {
    const given = Composition.of(host).add({
      title: `NginxBridge ${name}`,
      service: nginxPlacement,
      written: gateways === undefined ? {} : { gateways },
      created: { network },
      args: (placement) => ({
        ...nginxBridgeArgs(placement),
        ...(backends === undefined ? {} : { backends }),
      }),
    });
    super(name, given, opts);
  }
}

/** The settings of `alertmanager` in a stack file. */
export interface AlertmanagerArgs extends InContainer, Settings<typeof alertmanager> {}

export class Alertmanager extends CheckedAlertmanager {
  /** How the front serves it. */
  readonly backend: Backend = ALERTMANAGER_BACKEND;

  constructor(name: string, { host, network, ...alertmanager }: AlertmanagerArgs, opts?: Options) {
    const given = Composition.of(host).add({
      title: `Alertmanager ${name}`,
      service: alertmanagerPlacement,
      own: "alertmanager",
      written: { alertmanager: enabled(alertmanager) },
      created: { network },
      args: (placement) => ({ ...containerPlace(placement), settings: placement.settings.alertmanager }),
    });
    super(name, given, opts);
  }
}

/** The settings of `blackboxExporter` in a stack file. */
export interface BlackboxExporterArgs extends InContainer, Settings<typeof blackboxExporter> {}

export class BlackboxExporter extends CheckedBlackboxExporter {
  /** How the front serves it. */
  readonly backend: Backend = BLACKBOX_BACKEND;

  constructor(name: string, { host, network, ...blackboxExporter }: BlackboxExporterArgs, opts?: Options) {
    const given = Composition.of(host).add({
      title: `BlackboxExporter ${name}`,
      service: blackboxExporterPlacement,
      own: "blackboxExporter",
      written: { blackboxExporter: enabled(blackboxExporter) },
      created: { network },
      args: (placement) => ({ ...containerPlace(placement), settings: placement.settings.blackboxExporter }),
    });
    super(name, given, opts);
  }
}

/** The settings of `nodeExporter` in a stack file. On a host with `role: "target"`, the Prometheus of another host scrapes it. */
export interface NodeExporterArgs extends OnHost, Settings<typeof nodeExporter> {}

export class NodeExporter extends CheckedNodeExporter {
  /** Those of its host, for a Prometheus elsewhere. */
  readonly settings: HostSettings;

  constructor(name: string, { host, ...nodeExporter }: NodeExporterArgs, opts?: Options) {
    const composition = Composition.of(host);
    const given = composition.add({
      title: `NodeExporter ${name}`,
      service: nodeExporterPlacement,
      own: "nodeExporter",
      written: { nodeExporter: enabled(nodeExporter) },
      args: ({ settings }) => ({ host, gateways: settings.gateways, settings: settings.nodeExporter }),
    });
    super(name, given, opts);
    this.settings = composition.settings;
  }
}

function enabled(settings: object): object {
  return { ...settings, enabled: true };
}
