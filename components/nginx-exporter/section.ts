import { checkQuadlet } from "../../config/resolve/quadlet";
import { goMemory } from "../../config/schema/presets";
import { section } from "../../config/section";
import { NGINX_JOB } from "./endpoint";
import { nginxExporter } from "./schema";

export const nginxExporterSection = section("nginxExporter", {
  schema: nginxExporter,
  resolve: (given, { locate, report }) => {
    checkQuadlet(given.quadlet, locate, report);
    return given;
  },
  chapters: { nginxExporter: { title: "NGINX exporter" } },
  presets: { "raspberry-pi": { quadlet: goMemory(64) } },
  withoutPrometheus:
    "the NGINX exporter without a Prometheus that scrapes it; set nginxExporter.enabled to false too",
  taken: { jobs: [NGINX_JOB] },
});
