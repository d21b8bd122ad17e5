// The NGINX exporter: the counters of the front, for Prometheus.
import type { z } from "zod";
import versions from "../../versions.json";
import { image } from "./image";
import { quadletSetting } from "./quadlet";
import { type DeepReadonly, flag, group, setting } from "./words";

export const nginxExporter = group({
  enabled: setting(flag().default(false), "Whether the NGINX exporter is deployed."),
  quadlet: quadletSetting(),
  image: image(versions.images["nginx-exporter"], "the NGINX exporter"),
}).meta({
  id: "nginxExporter",
  description: "The NGINX exporter: connections and requests of the front.",
});

export type NginxExporterSettings = DeepReadonly<z.output<typeof nginxExporter>>;
