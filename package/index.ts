// What the package `podwatch` exports. Its entry point knows nothing of stack files and of the start of this repository's program.
export type { Installation } from "../components/placement";
export type { MonitoringStackArgs } from "./arguments";
export { Host, type HostArgs } from "./host";
export { MonitoringStack } from "./monitoringStack";
export {
  Alertmanager,
  type AlertmanagerArgs,
  BlackboxExporter,
  type BlackboxExporterArgs,
  ContainerEngine,
  type ContainerEngineArgs,
  Grafana,
  type GrafanaArgs,
  NginxBridge,
  type NginxBridgeArgs,
  NodeExporter,
  type NodeExporterArgs,
  PodNetwork,
  type PodNetworkArgs,
  Prometheus,
  type PrometheusArgs,
} from "./services";
