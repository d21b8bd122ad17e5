// The NGINX exporter: the counters of the front, for Prometheus.
import type { z } from "zod";
import { additions } from "../../config/schema/additions";
import { image } from "../../config/schema/image";
import { quadletSetting } from "../../config/schema/quadlet";
import { flag, group, setting, type WithSecrets } from "../../config/schema/words";
import versions from "../../versions.json";

export const nginxExporter = group({
  enabled: setting(flag().default(false), "Whether the NGINX exporter is deployed."),
  ...additions("nginx-exporter", "arguments"),
  quadlet: quadletSetting(),
  image: image(versions.images["nginx-exporter"], "the NGINX exporter"),
}).meta({
  id: "nginxExporter",
  description: "The NGINX exporter: connections and requests of the front.",
});

export type NginxExporterSettings<Secret = string> = WithSecrets<z.output<typeof nginxExporter>, Secret>;

declare module "../../config/section" {
  interface ServiceSettings<Secret> {
    readonly nginxExporter: NginxExporterSettings<Secret>;
  }
}
