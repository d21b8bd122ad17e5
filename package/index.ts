// What the package `podwatch` exports. Its entry point knows nothing of stack files and of the start of this repository's program.
export { Alertmanager, type AlertmanagerArgs } from "../components/alertmanager/component";
export { BlackboxExporter, type BlackboxExporterArgs } from "../components/blackbox-exporter/component";
export { Grafana, type GrafanaArgs } from "../components/grafana/component";
export { Host, type HostArgs } from "../components/host";
export { PodNetwork, type PodNetworkArgs } from "../components/network/component";
export { NginxBridge, type NginxBridgeArgs } from "../components/nginx/component";
export { NodeExporter, type NodeExporterArgs } from "../components/node-exporter/component";
export type { Installation } from "../components/placement";
export { Prometheus, type PrometheusArgs } from "../components/prometheus/component";
export type { MonitoringStackArgs } from "./arguments";
export { MonitoringStack } from "./monitoringStack";
