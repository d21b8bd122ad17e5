import type { NginxBridge } from "../nginx/component";
import { NGINX } from "../nginx/endpoint";
import { containerPlace, type PlacedService } from "../placement";
import { NginxExporter } from "./component";
import { NGINX_EXPORTER } from "./endpoint";
import { nginxExporterTelemetry } from "./render";

export const nginxExporterPlacement: PlacedService = {
  service: NGINX_EXPORTER,
  offer: ({ nginxExporter }) => (nginxExporter.enabled ? {} : undefined),
  telemetry: ({ name, nginxExporter }) => (nginxExporter.enabled ? [nginxExporterTelemetry(name)] : []),
  place: (placement, opts) => ({
    component: new NginxExporter(
      `${placement.name}-nginx-exporter`,
      {
        ...containerPlace(placement),
        bridge: placement.made.get(NGINX) as NginxBridge,
        settings: placement.settings.nginxExporter,
      },
      opts,
    ),
  }),
};
