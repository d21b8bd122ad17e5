import type { HostSettings } from "../../config/load";
import { BRIDGE_ENDPOINT } from "../nginx/endpoint";
import type { PlacedService } from "../placement";
import { NodeExporter } from "./component";
import { NODE_BRIDGE_PATH, NODE_EXPORTER, NODE_JOB } from "./endpoint";
import { type NodeTarget, nodeHostSockets, nodeTelemetry } from "./render";

const NODE_METRICS = {
  job: NODE_JOB,
  path: NODE_BRIDGE_PATH,
  from: { ...BRIDGE_ENDPOINT, path: NODE_BRIDGE_PATH },
  about: nodeTelemetry([]),
};

export const nodeExporterPlacement: PlacedService = {
  service: NODE_EXPORTER,
  kind: "native",
  offer: ({ groups, nodeExporter: { enabled, reach }, become }) => {
    if (!enabled) return undefined;
    return reach.by === "port"
      ? {
          listens: [
            {
              bind: reach.bind,
              port: reach.port,
              setting: "podwatch:nodeExporter.port",
              allowFrom: reach.allowFrom,
            },
          ],
        }
      : {
          hostSockets: nodeHostSockets(become ? "rootful" : "rootless"),
          ...(groups && { metrics: NODE_METRICS }),
        };
  },
  telemetry: (monitor, hosts) => {
    const targets = hosts.flatMap((host) => nodeTarget(host, monitor));
    return targets.length > 0 ? [nodeTelemetry(targets)] : [];
  },
  place: ({ name, host, settings }, opts) => {
    const { gateways, nodeExporter } = settings;
    new NodeExporter(`${name}-node-exporter`, { host, gateways, settings: nodeExporter }, opts);
    return {};
  },
};

/** How a monitor's Prometheus scrapes node exporters: its own, and those of targets. */
function nodeTarget({ name, labels, nodeExporter }: HostSettings, monitor: HostSettings): NodeTarget[] {
  const { enabled, reach } = nodeExporter;
  if (!enabled) return [];
  if (reach.by === "port") return [{ instance: name, labels, by: "port", target: reach.target }];
  return name === monitor.name ? [{ instance: name, labels, by: "socket", bridge: BRIDGE_ENDPOINT }] : [];
}
