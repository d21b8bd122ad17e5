import { containerPlace, type PlacedService } from "../placement";
import { NginxExporter } from "./component";
import { NGINX_EXPORTER } from "./endpoint";
import { nginxExporterTelemetry } from "./render";

export const nginxExporterPlacement: PlacedService = {
  service: NGINX_EXPORTER,
  offer: ({ nginxExporter }) => (nginxExporter.enabled ? {} : undefined),
  telemetry: ({ name, nginxExporter }) => (nginxExporter.enabled ? [nginxExporterTelemetry(name)] : []),
  place: (placement, opts) => {
    const { bridge } = placement.created;
    if (bridge === undefined)
      throw new Error(`host ${placement.settings.name}: NGINX comes before its exporter`);
    new NginxExporter(
      `${placement.name}-nginx-exporter`,
      { ...containerPlace(placement), bridge, settings: placement.settings.nginxExporter },
      opts,
    );
    return {};
  },
};
