// Every service that a host may have, in the order in which they are created and shown: a service comes after those that it waits for.
import { alertmanagerPlacement } from "./alertmanager/placement";
import { blackboxExporterPlacement } from "./blackbox-exporter/placement";
import { grafanaPlacement } from "./grafana/placement";
import { networkPlacement } from "./network/placement";
import { nginxPlacement } from "./nginx/placement";
import { nginxExporterPlacement } from "./nginx-exporter/placement";
import { nodeExporterPlacement } from "./node-exporter/placement";
import type { PlacedService } from "./placement";
import { prometheusPlacement } from "./prometheus/placement";

export const SERVICES: readonly PlacedService[] = [
  networkPlacement,
  grafanaPlacement,
  prometheusPlacement,
  nginxPlacement,
  nginxExporterPlacement,
  nodeExporterPlacement,
  alertmanagerPlacement,
  blackboxExporterPlacement,
];
