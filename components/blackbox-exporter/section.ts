import { goMemory } from "../../config/schema/presets";
import { section } from "../../config/section";
import { BLACKBOX_ENDPOINT, BLACKBOX_EXPORTER, PROBES_JOB } from "./endpoint";
import { resolveBlackboxExporter } from "./resolve";
import { blackboxExporter } from "./schema";

export const blackboxExporterSection = section("blackboxExporter", {
  schema: blackboxExporter,
  resolve: resolveBlackboxExporter,
  groups: ["monitors"],
  chapters: {
    blackboxExporter: { title: "Blackbox exporter" },
    probeModule: { title: "Probe module", under: "as an entry of `blackboxExporter.modules`" },
    probeTarget: { title: "Probe target", under: "as an entry of `blackboxExporter.targets`" },
  },
  presets: { "raspberry-pi": { quadlet: goMemory(64) } },
  withoutPrometheus:
    "the blackbox exporter without a Prometheus that scrapes it; set blackboxExporter.enabled to false",
  taken: { jobs: [PROBES_JOB, BLACKBOX_EXPORTER], paths: [BLACKBOX_ENDPOINT.path] },
  owned: {
    service: BLACKBOX_EXPORTER,
    arguments: {
      "config.file": "names the file that Podwatch writes; use modules",
      "config.check": "makes the program exit at once; remove it",
      "web.external-url": "has a setting of its own; use publicUrl of podwatch:front",
      "web.route-prefix": "is how the front and Prometheus find it; remove it",
      "web.listen-address": "is how the front and Prometheus find it; remove it",
      "web.config.file": "would shut out the front and Prometheus; remove it",
    },
  },
});
