import { checkQuadlet } from "../../config/resolve/quadlet";
import { goMemory } from "../../config/schema/presets";
import { withPlainSecrets } from "../../config/schema/words";
import { section } from "../../config/section";
import { addTo } from "../../lib/additions";
import { ownSecrets } from "../../lib/auth";
import { BRIDGE_ENDPOINT } from "../nginx/endpoint";
import { NGINX_EXPORTER, NGINX_EXPORTER_ENDPOINT, NGINX_JOB } from "./endpoint";
import { nginxExporter, nginxExporterTelemetry } from "./render";
import { nginxExporter as schema } from "./schema";

export const nginxExporterSection = section("nginxExporter", {
  schema,
  resolve: (given, { locate, report }) => {
    checkQuadlet(given.quadlet, locate, report, NGINX_EXPORTER);
    return withPlainSecrets(given);
  },
  groups: ["monitors", "dashboards"],
  chapters: { nginxExporter: { title: "NGINX exporter" } },
  presets: { "raspberry-pi": { quadlet: goMemory(64) } },
  withoutPrometheus:
    "the NGINX exporter without a Prometheus that scrapes it; set nginxExporter.enabled to false too",
  taken: { jobs: [NGINX_JOB] },
  container: {
    service: NGINX_EXPORTER,
    type: "NginxExporter",
    offer: ({ groups, name, nginxExporter: { enabled } }) =>
      enabled ? { ...(groups && { metrics: nginxMetrics(name) }) } : undefined,
    telemetry: ({ name, nginxExporter: { enabled } }) => (enabled ? [nginxExporterTelemetry(name)] : []),
    deployment: ({ nginxExporter: settings }, { bridge }) => ({
      service: addTo(nginxExporter({ ...settings, bridge: BRIDGE_ENDPOINT }), settings),
      secrets: ownSecrets(NGINX_EXPORTER, settings.secrets),
      // Its scripts run inside NGINX.
      after: bridge === undefined ? [] : [bridge.service],
    }),
  },
  owned: {
    service: NGINX_EXPORTER,
    arguments: {
      "nginx.scrape-uri": "names the front, which it is there for; remove it",
      "web.listen-address": "is how Prometheus finds it; remove it",
      "web.telemetry-path": "is how Prometheus finds it; remove it",
      "web.config.file": "would shut out Prometheus; remove it",
    },
    // Its variables mean the same as its arguments.
    environment: {
      SCRAPE_URI: "names the front, which it is there for; remove it",
      LISTEN_ADDRESS: "is how Prometheus finds it; remove it",
      TELEMETRY_PATH: "is how Prometheus finds it; remove it",
    },
  },
});

function nginxMetrics(host: string) {
  return {
    job: NGINX_JOB,
    path: "/nginx/metrics",
    from: { ...NGINX_EXPORTER_ENDPOINT, path: "/metrics" },
    about: nginxExporterTelemetry(host),
  };
}
