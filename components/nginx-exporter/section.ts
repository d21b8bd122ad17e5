import { checkedQuadlet } from "../../config/resolve/quadlet";
import { goMemory } from "../../config/schema/presets";
import { section } from "../../config/section";
import { BRIDGE_ENDPOINT } from "../nginx/endpoint";
import { NGINX_EXPORTER, NGINX_JOB } from "./endpoint";
import { nginxExporter, nginxExporterTelemetry } from "./render";
import { nginxExporter as schema } from "./schema";

export const nginxExporterSection = section("nginxExporter", {
  schema,
  resolve: checkedQuadlet,
  chapters: { nginxExporter: { title: "NGINX exporter" } },
  presets: { "raspberry-pi": { quadlet: goMemory(64) } },
  withoutPrometheus:
    "the NGINX exporter without a Prometheus that scrapes it; set nginxExporter.enabled to false too",
  taken: { jobs: [NGINX_JOB] },
  container: {
    service: NGINX_EXPORTER,
    type: "NginxExporter",
    offer: ({ nginxExporter: { enabled } }) => (enabled ? {} : undefined),
    telemetry: ({ name, nginxExporter: { enabled } }) => (enabled ? [nginxExporterTelemetry(name)] : []),
    deployment: ({ nginxExporter: { image, quadlet } }, { bridge }) => ({
      service: nginxExporter({ image, bridge: BRIDGE_ENDPOINT, unitKeys: quadlet }),
      // Its scripts run inside NGINX.
      after: bridge === undefined ? [] : [bridge.service],
    }),
  },
});
